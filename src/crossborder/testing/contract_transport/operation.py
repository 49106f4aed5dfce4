"""What every kind of contract can do, and the operation that a request asks for."""

from abc import abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Protocol

from attrs import field, frozen

from crossborder.conversation import Reply, Request
from crossborder.errors import MissingExtra
from crossborder.wire.text import write_json

__all__ = ["Contract", "Operation", "as_reply", "missing"]


@frozen
class Operation:
    """One operation of a contract, with what one request asks of it.

    Attributes:
        id: the contract's name for it, such as `putListingsItem`; for GraphQL the root field.
        method: GET, POST …
        path: the template, such as `/orders/{orderId}`.
        values: the values that stand in the path, unquoted and read by their type.
        query: the query's values, read by their type.
        body: the body as an object: JSON, or a form with its nesting undone; for GraphQL the
            arguments of each root field.
        source: the part of the contract that describes it.
    """

    id: str
    method: str
    path: str
    values: Mapping[str, Any] = field(factory=dict)
    query: Mapping[str, Any] = field(factory=dict)
    body: Any = None
    source: Any = field(default=None, eq=False, repr=False)


class Contract(Protocol):
    """A vendor's published contract, as the judge of requests and answers."""

    @property
    @abstractmethod
    def name(self) -> str:
        """How violations call it."""
        ...

    @abstractmethod
    def find(self, request: Request) -> Operation:
        """Which operation a request asks for; `ContractViolation` when there is none."""
        ...

    @abstractmethod
    def check(self, request: Request, operation: Operation) -> Operation:
        """The operation with the values of a request that keeps the contract."""
        ...

    @abstractmethod
    def check_reply(self, operation: Operation, reply: Reply) -> None:
        """Raise `ContractViolation` when the answer is not one the contract promises."""
        ...

    @abstractmethod
    def example(self, operation: Operation) -> Reply | None:
        """The vendor's own example of an answer, or None."""
        ...

    @abstractmethod
    def reply(self, operation: Operation, value: Mapping[str, Any]) -> Reply:
        """An answer of this operation that says `value`."""
        ...


def as_reply(status: int, value: Any) -> Reply:
    """A JSON reply; floats, as graphql-core makes them, are written as their shortest text."""
    return Reply(status, {"Content-Type": "application/json"}, write_json(_exact(value)).encode())


def _exact(value: Any) -> Any:
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, Mapping):
        return {key: _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    return value


def missing() -> MissingExtra:
    """The error when a library of the extra `testing` is not installed."""
    said = "the contract transport needs more; install it with: pip install 'crossborder[testing]'"
    return MissingExtra(said, name="testing")
