"""What is raised when a request or an answer breaks a contract."""

from typing import Any

__all__ = ["ContractViolation"]

_SHOWN = 600


class ContractViolation(AssertionError):
    """A request or an answer does not keep the vendor's contract: the test fails.

    It is no `CrossborderError`, so no flow can catch it by accident.

    Attributes:
        contract: the contract's name.
        operation: the operation, or the method and path where none was found.
        where: `path`, `query`, `header`, `auth`, `body`, or `answer` for the vendor's side.
        what: what is wrong, in words.

    >>> raise ContractViolation("'colour' is not declared", operation="getThing", where="query")
    Traceback (most recent call last):
    ...
    crossborder.testing.contract_transport.violation.ContractViolation: getThing, query: 'colour' \
is not declared
    """

    def __init__(self, what: str, *, operation: str, where: str, contract: str = "") -> None:
        shown = what if len(what) <= _SHOWN else f"{what[:_SHOWN]}… ({len(what)} characters)"
        named = f"{contract}: {operation}" if contract else operation
        super().__init__(f"{named}, {where}: {shown}")
        self.what, self.operation, self.where, self.contract = what, operation, where, contract

    def __reduce__(self) -> tuple[Any, ...]:
        fields = {"operation": self.operation, "where": self.where, "contract": self.contract}
        return _rebuild, (self.what, fields)


def _rebuild(what: str, fields: dict[str, str]) -> ContractViolation:
    return ContractViolation(what, **fields)
