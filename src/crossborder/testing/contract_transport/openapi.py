"""Swagger 2.0 and OpenAPI 3.0/3.1 documents as contracts.

>>> contract = OpenApiContract(
...     {
...         "swagger": "2.0",
...         "paths": {"/items/{sku}": {"put": {
...             "operationId": "putItem",
...             "parameters": [
...                 {"in": "path", "name": "sku", "required": True, "type": "string"},
...                 {"in": "query", "name": "sites", "required": True, "type": "array",
...                  "items": {"type": "string"}, "maxItems": 1},
...                 {"in": "body", "name": "body", "required": True,
...                  "schema": {"type": "object", "required": ["price"]}},
...             ],
...             "responses": {"200": {"description": "ok"}},
...         }}},
...     },
...     name="demo",
...     auth_headers=("x-access-token",),
... )
>>> heads = {"x-access-token": "t", "content-type": "application/json"}
>>> asked = Request("PUT", "https://demo.test/items/T%2F1", {"sites": "A"}, heads, b'{"price": 5}')
>>> operation = contract.check(asked, contract.find(asked))
>>> operation.id, operation.values, operation.query, operation.body
('putItem', {'sku': 'T/1'}, {'sites': ['A']}, {'price': 5})
"""

from collections.abc import Iterable, Mapping
from os import PathLike
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from attrs import evolve

from crossborder.conversation import Reply, Request
from crossborder.errors import Unreadable
from crossborder.testing.contract_transport.bodies import accepted, parsed
from crossborder.testing.contract_transport.documents import document as read_document
from crossborder.testing.contract_transport.examples import example, media, sandbox, success
from crossborder.testing.contract_transport.operation import Contract, Operation, as_reply
from crossborder.testing.contract_transport.parameters import (
    Parameter,
    declared,
    query_values,
    read,
)
from crossborder.testing.contract_transport.routes import Route, Routes
from crossborder.testing.contract_transport.schema import Schemas
from crossborder.testing.contract_transport.security import in_query, lacking
from crossborder.testing.contract_transport.violation import ContractViolation

__all__ = ["OpenApiContract"]

# OpenAPI 3.1, section 4.8.12.1: header parameters of these names are ignored.
_NO_PARAMETERS = frozenset({"accept", "content-type", "authorization"})


class OpenApiContract(Contract):
    """A Swagger or OpenAPI document that judges requests and answers.

    Args:
        document: the document, as JSON.
        base_url: what its paths stand behind; None takes any host, and the path of the
            document's first server.
        name: how violations call it; else the document's title.
        auth_headers: headers that prove who asks, where the document does not declare them.
        fixtures: an example object of each resource by `x-resourceId`, plain or under
            `resources`, as Stripe publishes them.
        statuses: answers that the vendor gives though the document does not list them.
    """

    def __init__(
        self,
        document: Mapping[str, Any],
        *,
        base_url: str | None = None,
        name: str | None = None,
        auth_headers: Iterable[str] = (),
        fixtures: Mapping[str, Any] | None = None,
        statuses: Iterable[int] = (),
    ) -> None:
        self._document, self._base = document, (base_url or "").rstrip("/")
        self._name = name or str(document.get("info", {}).get("title", "contract"))
        self._auth_headers, self._statuses = tuple(auth_headers), frozenset(statuses)
        held = fixtures or {}
        self._fixtures: Mapping[str, Any] = held.get("resources", held)
        modern = str(document.get("openapi", "")).startswith("3.1")
        self._schemas = Schemas(document, modern=modern)
        self._routes = Routes(document.get("paths", {}))
        self._prefix = "" if self._base else _prefix(document)
        self._components: Mapping[str, Any] = document.get("components", {})
        self._schemes: Mapping[str, Any] = self._components.get(
            "securitySchemes", document.get("securityDefinitions", {})
        )
        self._parameters: dict[str, tuple[Parameter, ...]] = {}
        self._bodies: dict[str, tuple[dict[str, Any], bool]] = {}

    @classmethod
    def load(cls, path: str | PathLike[str], **options: Any) -> Self:
        """The contract in a file (`.json` or `.json.gz`); the options are the constructor's.

        `fixtures` may be a path too.
        """
        fixtures = options.get("fixtures")
        if isinstance(fixtures, str | PathLike):
            options["fixtures"] = read_document(fixtures)
        return cls(read_document(path), **options)

    @property
    def name(self) -> str:
        """How violations call it."""
        return self._name

    def problem(self, value: Any, schema: str) -> str | None:
        """What is wrong with a value by a named schema of the document (a webhook's), or None."""
        held = self._components.get("schemas", self._document.get("definitions", {}))
        return self._schemas.problem(value, held[schema], asking=False)

    def find(self, request: Request) -> Operation:
        """The operation of the request's method and path."""
        path = self._path(request)
        route, values, others = self._routes.find(request.method, path)
        if route is None:
            said = f"the path takes {', '.join(others)}" if others else "no such path"
            raise self._violation(said, f"{request.method} {path}", "path")
        return Operation(route.id, route.method, route.path, values, source=route)

    def _path(self, request: Request) -> str:
        url = request.url.partition("?")[0]
        behind = self._base
        if not behind:
            url, behind = urlsplit(url).path, self._prefix
        if not url.startswith(f"{behind}/"):
            said = f"is not behind {behind}"
            raise self._violation(said, f"{request.method} {request.url}", "path")
        return url.removeprefix(behind)

    def check(self, request: Request, operation: Operation) -> Operation:
        """The operation with the request's values; `ContractViolation` says what is wrong."""
        route: Route = operation.source
        parameters = self._declared(route)
        pairs = (*parse_qsl(urlsplit(request.url).query, keep_blank_values=True), *request.query)
        self._check_auth(request, route, dict(pairs))
        proof = in_query(self._schemes)
        where = "path"
        try:
            values = {
                one.name: read([operation.values[one.name]], one, self._schemas)
                for one in parameters
                if one.place == "path" and one.name in operation.values
            }
            where = "query"
            asked = [pair for pair in pairs if pair[0] not in proof]
            known = [one for one in parameters if one.place == "query" and one.name not in proof]
            query = query_values(asked, known, self._schemas)
            where = "header"
            self._check_headers(request, parameters)
            where = "body"
            body = self._body(request, route, parameters)
        except ValueError as wrong:
            raise self._violation(str(wrong), route.id, where) from None
        return evolve(operation, values={**operation.values, **values}, query=query, body=body)

    def _declared(self, route: Route) -> tuple[Parameter, ...]:
        if route.id not in self._parameters:
            nodes = (*route.shared, *route.node.get("parameters", ()))
            self._parameters[route.id] = declared(nodes, self._schemas)
        return self._parameters[route.id]

    def _check_auth(self, request: Request, route: Route, names: Mapping[str, str]) -> None:
        for name in self._auth_headers:
            if not request.header(name):
                raise self._violation(f"the header {name!r} is missing", route.id, "auth")
        wanted = route.node.get("security", self._document.get("security"))
        gap = None if self._auth_headers else lacking(request, names, self._schemes, wanted)
        if gap is not None:
            raise self._violation(gap, route.id, "auth")

    def _check_headers(self, request: Request, parameters: Iterable[Parameter]) -> None:
        for one in parameters:
            if one.place != "header" or one.name.casefold() in _NO_PARAMETERS:
                continue
            text = request.header(one.name)
            if text is not None:
                read([text], one, self._schemas)
            elif one.required and one.name not in self._auth_headers:
                raise ValueError(f"{one.name!r} is missing")

    def _body(self, request: Request, route: Route, parameters: Iterable[Parameter]) -> Any:
        if route.id not in self._bodies:
            self._bodies[route.id] = accepted(route, parameters, self._document, self._schemas)
        kinds, required = self._bodies[route.id]
        if not request.content:
            if required:
                raise ValueError("is missing")
            return None
        if not kinds:
            raise ValueError("the operation takes no body")
        kind = (request.header("content-type") or "").partition(";")[0].strip().casefold()
        taken = next((one for one in kinds if _takes(one, kind)), None)
        if taken is None:
            raise ValueError(f"the content type is {kind!r}, not {' or '.join(sorted(kinds))}")
        return parsed(request.content, kind, kinds[taken], self._schemas)

    def check_reply(self, operation: Operation, reply: Reply) -> None:
        """Whether the document promises such an answer: its status and its body."""
        route: Route = operation.source
        nodes = route.node["responses"]
        status = str(reply.status)
        node = nodes.get(status, nodes.get(f"{status[0]}XX", nodes.get("default")))
        if node is None:
            if reply.status in self._statuses:
                return
            said = f"HTTP {status} is not declared; there are {', '.join(sorted(nodes))}"
            raise self._violation(said, route.id, "answer")
        node = self._schemas.follow(node)
        content = media(node.get("content", {})) or {}
        schema = content.get("schema") or node.get("schema")
        if schema is None or self._schemas.follow(schema).get("type") == "file":
            return
        try:
            value = reply.json(source=self._name)
        except Unreadable as error:
            raise self._violation(error.text, route.id, "answer") from None
        problem = self._schemas.problem(value, schema, asking=False)
        if problem is not None:
            raise self._violation(problem, route.id, "answer")

    def example(self, operation: Operation) -> Reply | None:
        """The vendor's answer: of its sandbox, printed in the document, or of its fixtures."""
        route: Route = operation.source
        name = next((one.name for one in self._declared(route) if one.place == "body"), "body")
        found = sandbox(route, name, operation)
        if found is None:
            found = example(route, operation, self._schemas, self._fixtures)
        if found is None:
            return None
        status, value = found
        return Reply(status) if value is None or status == 204 else as_reply(status, value)

    def reply(self, operation: Operation, value: Mapping[str, Any]) -> Reply:
        """A successful answer, with the first successful status of the operation."""
        return as_reply(success(operation.source)[0], value)

    def _violation(self, what: str, operation: str, where: str) -> ContractViolation:
        return ContractViolation(what, operation=operation, where=where, contract=self._name)


def _prefix(document: Mapping[str, Any]) -> str:
    servers = document.get("servers") or [{"url": document.get("basePath") or ""}]
    return urlsplit(str(servers[0].get("url", ""))).path.rstrip("/")


def _takes(declared_kind: str, kind: str) -> bool:
    bare = declared_kind.partition(";")[0].strip().casefold()
    return bare == kind or bare == "*/*" or (bare.endswith("/*") and kind.startswith(bare[:-1]))
