"""A GraphQL introspection as a contract.

>>> from graphql import build_schema, introspection_from_schema
>>> schema = build_schema("scalar Money type Query { price(sku: ID!): Money! }")
>>> contract = GraphqlContract(
...     introspection_from_schema(schema), url="https://shop.test/graphql", name="shop"
... )
>>> content = b'{"query": "query ($s: ID!) { price(sku: $s) }", "variables": {"s": "T-1"}}'
>>> heads = {"Content-Type": "application/json"}
>>> asked = Request("POST", "https://shop.test/graphql", headers=heads, content=content)
>>> operation = contract.check(asked, contract.find(asked))
>>> operation.id, operation.body
('price', {'price': {'sku': 'T-1'}})
>>> contract.reply(operation, {"price": "12.50"}).content
b'{"data":{"price":"12.50"}}'
>>> contract.reply(operation, {"price": {"amount": "12.50"}})
Traceback (most recent call last):
...
crossborder.testing.contract_transport.violation.ContractViolation: shop: price, answer: price: \
{'amount': '12.50'} is not a decimal text
"""

from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from typing import Any, Self

from attrs import evolve, frozen

from crossborder.conversation import Reply, Request
from crossborder.errors import Unreadable
from crossborder.testing.contract_transport.documents import document as read_document
from crossborder.testing.contract_transport.limits import Limits, too_many
from crossborder.testing.contract_transport.operation import Contract, Operation, as_reply
from crossborder.testing.contract_transport.scalars import PARSERS
from crossborder.testing.contract_transport.selection import answered, arguments, extra_names
from crossborder.testing.contract_transport.typesystem import schema_of
from crossborder.testing.contract_transport.violation import ContractViolation
from crossborder.wire.text import read_json

__all__ = ["GraphqlContract"]

TypeOf = Callable[[Mapping[str, Any]], str | None]

_ENVELOPE = frozenset({"data", "errors", "extensions"})
_SENT = frozenset({"query", "variables", "operationName", "extensions"})
_KEPT_DOCUMENTS = 256


@frozen(eq=False, repr=False)
class _Asked:
    """One request: its document, the operation in it, and the variables."""

    document: Any
    definition: Any
    variables: Mapping[str, Any]


class GraphqlContract(Contract):
    """A schema that judges documents, variables and answers.

    Args:
        introspection: the result of an introspection query, with or without `data` around it.
        url: where the schema is served.
        name: how violations call it.
        scalars: parsers of custom scalars beside, or in place of, the built-in ones; a parser
            raises ValueError for what it refuses.
        first_limit: the most that `first` and `last` may ask for.
        array_limit: the most items of an array in the arguments.
        larger_arrays: other limits, by the name of the argument or input field.
        require_directives: by directive, the mutations that must bear it.
        auth_headers: headers that prove who asks.
        type_of: the type's name of an object that stands where the schema says an interface or
            a union; else its `__typename` decides.
    """

    def __init__(
        self,
        introspection: Mapping[str, Any],
        *,
        url: str,
        name: str = "graphql",
        scalars: Mapping[str, Callable[[Any], Any]] | None = None,
        first_limit: int = 250,
        array_limit: int = 250,
        larger_arrays: Mapping[str, int] | None = None,
        require_directives: Mapping[str, Iterable[str]] | None = None,
        auth_headers: Iterable[str] = (),
        type_of: TypeOf | None = None,
    ) -> None:
        self._schema = schema_of(introspection, {**PARSERS, **(scalars or {})})
        self._url, self._name = url, name
        self._limits = Limits(first_limit, array_limit, dict(larger_arrays or {}))
        self._required = {word: frozenset(of) for word, of in (require_directives or {}).items()}
        self._auth_headers, self._type_of = tuple(auth_headers), type_of
        self._documents: dict[str, tuple[Any, str]] = {}

    @classmethod
    def load(cls, path: str | PathLike[str], *, url: str, **options: Any) -> Self:
        """The contract in a file; its schema is built once per process and set of parsers."""
        return cls(read_document(path), url=url, **options)

    @property
    def name(self) -> str:
        """How violations call it."""
        return self._name

    def find(self, request: Request) -> Operation:
        """The root fields of the document that was sent to the schema's address."""
        if request.method != "POST" or request.url.partition("?")[0] != self._url:
            asked = f"{request.method} {request.url}"
            raise self._violation(f"only POST {self._url} is served", asked, "path")
        try:
            asked_of = self._asked(request)
        except ValueError:
            # What is wrong with the document is said by `check`; a name is due in any case.
            return Operation("document", "POST", self._url)
        names = arguments(self._schema, asked_of.document, asked_of.definition, None)
        return Operation(" ".join(names) or "document", "POST", self._url, source=asked_of)

    def check(self, request: Request, operation: Operation) -> Operation:
        """The operation with the arguments of each root field."""
        for name in self._auth_headers:
            if not request.header(name):
                raise self._violation(f"the header {name!r} is missing", operation.id, "auth")
        kind = (request.header("content-type") or "").partition(";")[0].strip().casefold()
        if kind != "application/json":
            said = f"the content type is {kind!r}, not application/json"
            raise self._violation(said, operation.id, "header")
        try:
            asked = self._asked(request)
            body = self._checked(asked)
        except ValueError as wrong:
            raise self._violation(str(wrong), operation.id, "body") from None
        return evolve(operation, body=body, source=asked)

    def _asked(self, request: Request) -> _Asked:
        try:
            sent = read_json(request.content, source=self._name)
        except Unreadable as error:
            raise ValueError(error.text) from None
        if not isinstance(sent, dict) or not isinstance(sent.get("query"), str):
            raise ValueError("is no object with a text 'query'")
        unknown = sorted(set(sent) - _SENT)
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no part of a GraphQL request")
        variables = sent.get("variables") or {}
        if not isinstance(variables, dict):
            raise ValueError("'variables' is no object")
        document, problem = self._document(sent["query"])
        if problem:
            raise ValueError(problem)
        return _Asked(document, _definition(document, sent.get("operationName")), variables)

    def _document(self, text: str) -> tuple[Any, str]:
        """The parsed document and what is wrong with it; an adapter has few, so they are kept."""
        from graphql import GraphQLError, parse, validate

        if text not in self._documents:
            if len(self._documents) >= _KEPT_DOCUMENTS:
                self._documents.clear()
            try:
                document: Any = parse(text)
                errors = validate(self._schema, document)
            except GraphQLError as error:
                document, errors = None, [error]
            self._documents[text] = document, "; ".join(error.message for error in errors)
        return self._documents[text]

    def _checked(self, asked: _Asked) -> dict[str, Any]:
        defined = {one.variable.name.value for one in asked.definition.variable_definitions or ()}
        unknown = sorted(set(asked.variables) - defined)
        if unknown:
            raise ValueError(f"the variable {unknown[0]!r} is not declared in the document")
        found = arguments(self._schema, asked.document, asked.definition, asked.variables)
        problem = too_many(asked.document, asked.definition, asked.variables, self._limits)
        if problem:
            raise ValueError(problem)
        for word, fields in self._required.items():
            for field in found.values():
                if field.name in fields and word not in field.directives:
                    raise ValueError(f"{field.name} needs the directive @{word}")
        return {key: field.values for key, field in found.items()}

    def check_reply(self, operation: Operation, reply: Reply) -> None:
        """Whether the answer's data has exactly what the document selects."""
        if reply.status != 200:
            return
        try:
            said = reply.json(source=self._name)
        except Unreadable as error:
            raise self._violation(error.text, operation.id, "answer") from None
        if not isinstance(said, dict) or not _ENVELOPE & set(said) or set(said) - _ENVELOPE:
            held = "is no object of data, errors and extensions"
            raise self._violation(held, operation.id, "answer")
        errors = said.get("errors") or []
        if not all(isinstance(one, dict) and "message" in one for one in errors):
            raise self._violation("an error has no message", operation.id, "answer")
        data = said.get("data")
        if data is None:
            if not errors:
                raise self._violation("holds neither data nor errors", operation.id, "answer")
            return
        # With errors a vendor leaves out what it could not give.
        given = self._answered(operation, data, exact=not errors)
        extra = "" if errors else extra_names(data, given)
        if extra:
            raise self._violation(f"{extra} was not selected", operation.id, "answer")

    def example(self, operation: Operation) -> Reply | None:
        """None: a schema has no examples."""
        return None

    def reply(self, operation: Operation, value: Mapping[str, Any]) -> Reply:
        """The answer to the document from plain objects: what it selects is taken from `value`.

        `value` holds the root fields, or is a whole answer with `data`, `errors` and
        `extensions`, of which only the data is selected from.
        """
        whole = bool(value) and set(value) <= _ENVELOPE
        said = dict(value) if whole else {"data": value}
        if said.get("data") is not None:
            said["data"] = self._answered(operation, said["data"], exact=False)
        return as_reply(200, said)

    def _answered(self, operation: Operation, data: Any, *, exact: bool) -> Any:
        asked: _Asked = operation.source
        try:
            return answered(
                self._schema,
                asked.document,
                asked.definition,
                asked.variables,
                data,
                exact=exact,
                type_of=self._type_of,
            )
        except ValueError as wrong:
            raise self._violation(str(wrong), operation.id, "answer") from None

    def _violation(self, what: str, operation: str, where: str) -> ContractViolation:
        return ContractViolation(what, operation=operation, where=where, contract=self._name)


def _definition(document: Any, name: Any) -> Any:
    """The operation to run: the only one, or the one of that name."""
    from graphql import get_operation_ast

    found = get_operation_ast(document, name)
    if found is None:
        raise ValueError(f"the document holds no single operation {name or ''}".rstrip())
    return found
