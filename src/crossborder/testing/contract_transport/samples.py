"""Printed requests and answers as a contract, where a vendor publishes no schema.

>>> book = SampleBook({
...     "price.get": Sample(
...         "POST",
...         "/price/{appKey}",
...         {"items": [{"sku": "T-1"}]},
...         form={"sku": "T-1", "quantity": "2", "_sign": "xxx"},
...         optional={"lang"},
...         auth={"_sign"},
...     ),
... }, base_url="https://api.test", name="vendor")
>>> heads = {"Content-Type": "application/x-www-form-urlencoded"}
>>> content = b"sku=T-9&quantity=3&_sign=0F"
>>> asked = Request("POST", "https://api.test/price/7", headers=heads, content=content)
>>> operation = book.check(asked, book.find(asked))
>>> book.example(operation).content
b'{"items":[{"sku":"T-1"}]}'
>>> wrong = Request("POST", "https://api.test/price/7", headers=heads, content=b"sku=T-9&_sign=0F")
>>> book.check(wrong, operation)
Traceback (most recent call last):
...
crossborder.testing.contract_transport.violation.ContractViolation: vendor: price.get, body: \
'quantity' is missing
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from attrs import evolve, field, frozen
from attrs.converters import optional

from crossborder.conversation import Reply, Request
from crossborder.errors import Unreadable
from crossborder.testing.contract_transport.kinds import MARKERS, Shape, marked
from crossborder.testing.contract_transport.operation import Contract, Operation, as_reply
from crossborder.testing.contract_transport.routes import Routes
from crossborder.testing.contract_transport.violation import ContractViolation
from crossborder.wire.text import read_json

__all__ = ["Sample", "SampleBook"]

_FORM = "application/x-www-form-urlencoded"


def _names(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@frozen
class Sample:
    """One request and its answer, as the vendor printed them.

    Attributes:
        method: GET, POST …
        path: with `{name}` where a value stands.
        answer: a JSON value, or a text or bytes as they are.
        query: names and example values.
        form: names and example values of a form body, or None.
        json: an example of a JSON body, or None.
        fixed: names of the query or form whose value tells the operation, with that value.
        required: names that must be there, dotted inside JSON (`goods.sku`); None means every
            name of the sample that is not optional.
        optional: names that may be there or not, also such as the sample lacks.
        auth: names of the query, form or headers that prove who asks: they must be there, and
            their value is not compared.
        headers: names of other headers that must be there.
        status: of the answer.
    """

    method: str
    path: str
    answer: Any = field(repr=False)
    query: Mapping[str, str] = field(factory=dict)
    form: Mapping[str, str] | None = None
    json: Any = None
    fixed: Mapping[str, str] = field(factory=dict)
    required: frozenset[str] | None = field(default=None, converter=optional(_names))
    optional: frozenset[str] = field(default=frozenset(), converter=_names)
    auth: frozenset[str] = field(default=frozenset(), converter=_names)
    headers: frozenset[str] = field(default=frozenset(), converter=_names)
    status: int = 200


class SampleBook(Contract):
    """Samples by operation; a request must differ from its sample in values only.

    The kind of a value (whole number, decimal, boolean, time, JSON, text) must be the sample's.
    A placeholder in a sample (`xxx`, `YOUR_KEY`) stands for a value of any kind; in an answer
    placeholders are listed by `placeholders` and never repaired.

    Args:
        operations: the samples.
        base_url: what their paths stand behind; None takes any host.
        name: how violations call it.
        verify: looks at each request's signature, and raises for a wrong one.
        markers: what a placeholder contains, beside the usual ones.
    """

    def __init__(
        self,
        operations: Mapping[str, Sample],
        *,
        base_url: str | None = None,
        name: str = "samples",
        verify: Callable[[Request], None] | None = None,
        markers: Iterable[str] = (),
    ) -> None:
        self._samples, self._base = dict(operations), (base_url or "").rstrip("/")
        self._name, self._verify = name, verify
        self._markers = (*MARKERS, *markers)
        self._routes = {
            id_: Routes({sample.path: {sample.method.lower(): {"operationId": id_}}})
            for id_, sample in self._samples.items()
        }

    @property
    def name(self) -> str:
        """How violations call it."""
        return self._name

    def placeholders(self, operation: str) -> tuple[str, ...]:
        """The paths in the sample's answer where a placeholder stands.

        >>> sample = Sample("GET", "/order", {"id": "xxx", "total": "12.50"})
        >>> SampleBook({"order.get": sample}).placeholders("order.get")
        ('id',)
        """
        return marked(self._samples[operation].answer, self._markers)

    def find(self, request: Request) -> Operation:
        """The sample of the request's method, path and fixed parameters."""
        url = request.url.partition("?")[0]
        path = url.removeprefix(self._base) if self._base else urlsplit(url).path
        held = dict((*self._query(request), *self._form(request)))
        for id_, sample in self._samples.items():
            route, values, _ = self._routes[id_].find(request.method, path)
            if route is not None and sample.fixed.items() <= held.items():
                return Operation(id_, route.method, sample.path, values, source=sample)
        raise self._violation("no sample of such a request", f"{request.method} {path}", "path")

    def check(self, request: Request, operation: Operation) -> Operation:
        """The operation with the request's values."""
        sample: Sample = operation.source
        if self._verify is not None:
            self._verify(request)
        query, form = self._query(request), self._form(request)
        names = {name for name, _ in (*query, *form)}
        for name in sorted(sample.auth | sample.headers):
            if name not in names and not request.header(name):
                where = "auth" if name in sample.auth else "header"
                raise self._violation(f"{name!r} is missing", operation.id, where)
        where = "query"
        try:
            asked = self._texts(query, sample.query, sample)
            where = "body"
            body = self._body(request, sample)
        except ValueError as wrong:
            raise self._violation(str(wrong), operation.id, where) from None
        return evolve(operation, query=asked, body=body)

    def _body(self, request: Request, sample: Sample) -> Any:
        kind = _kind(request)
        if sample.form is not None:
            if kind != _FORM:
                raise ValueError(f"the content type is {kind!r}, not {_FORM}")
            return self._texts(self._form(request), sample.form, sample)
        if sample.json is None:
            if request.content:
                raise ValueError("the sample has no body")
            return None
        if kind != "application/json":
            raise ValueError(f"the content type is {kind!r}, not application/json")
        try:
            value = read_json(request.content, source=self._name)
        except Unreadable as error:
            raise ValueError(error.text) from None
        self._shape(sample).compare(value, sample.json)
        return value

    def _texts(
        self, pairs: Iterable[tuple[str, str]], wanted: Mapping[str, str], sample: Sample
    ) -> dict[str, str]:
        given: dict[str, str] = {}
        for name, value in pairs:
            if name in given:
                raise ValueError(f"{name!r} is sent more than once")
            given[name] = value
        self._shape(sample).compare(given, wanted)
        return given

    def _shape(self, sample: Sample) -> Shape:
        return Shape(sample.required, sample.optional, sample.auth, self._markers)

    def _query(self, request: Request) -> tuple[tuple[str, str], ...]:
        inside = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
        return (*inside, *request.query)

    def _form(self, request: Request) -> list[tuple[str, str]]:
        if _kind(request) != _FORM:
            return []
        return parse_qsl(request.content.decode("ascii", "replace"), keep_blank_values=True)

    def check_reply(self, operation: Operation, reply: Reply) -> None:
        """Any answer passes: a sample shows one answer and not what others look like."""

    def example(self, operation: Operation) -> Reply:
        """The sample's answer, with its placeholders."""
        sample: Sample = operation.source
        if isinstance(sample.answer, str | bytes):
            answer = sample.answer
            return Reply(sample.status, (), answer.encode() if isinstance(answer, str) else answer)
        return as_reply(sample.status, sample.answer)

    def reply(self, operation: Operation, value: Mapping[str, Any]) -> Reply:
        """A JSON answer with the sample's status."""
        return as_reply(operation.source.status, value)

    def _violation(self, what: str, operation: str, where: str) -> ContractViolation:
        return ContractViolation(what, operation=operation, where=where, contract=self._name)


def _kind(request: Request) -> str:
    return (request.header("content-type") or "").partition(";")[0].strip().casefold()
