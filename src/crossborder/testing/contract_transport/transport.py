"""A transport that stands in for a vendor and judges both sides by the vendor's contract.

>>> from crossborder.testing.contract_transport import OpenApiContract
>>> shop = OpenApiContract(
...     {
...         "openapi": "3.0.3",
...         "paths": {"/things/{id}": {"get": {
...             "operationId": "getThing",
...             "parameters": [
...                 {"in": "path", "name": "id", "required": True, "schema": {"type": "integer"}}
...             ],
...             "responses": {"200": {"description": "it", "content": {"application/json": {
...                 "schema": {"type": "object", "required": ["id"]}, "example": {"id": 1}}}}},
...         }}},
...     },
...     name="shop",
... )
>>> transport = ContractTransport(shop)
>>> transport.exchange(Request("GET", "https://shop.test/things/7"), connect=5, read=30).content
b'{"id":1}'
>>> transport.operations
('getThing',)
>>> transport.exchange(Request("GET", "https://shop.test/things/x"), connect=5, read=30)
Traceback (most recent call last):
...
crossborder.testing.contract_transport.violation.ContractViolation: shop: getThing, path: id: \
'x' is not of type 'integer'
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attrs import frozen

from crossborder.conversation import Reply, Request, Transport
from crossborder.testing.contract_transport.operation import Contract, Operation
from crossborder.testing.contract_transport.violation import ContractViolation

__all__ = ["Answer", "ContractTransport", "Seen"]

Answer = Callable[[Request, Operation], Reply | Mapping[str, Any] | None]
"""A stateful fake: a reply, what a reply says, or None for the vendor's own example."""


@frozen
class Seen:
    """One exchange that kept the contract.

    Attributes:
        operation: what was asked, with its values.
        request: as it was sent.
        reply: as it was answered.
        example: True when the answer was the vendor's own example.
    """

    operation: Operation
    request: Request
    reply: Reply
    example: bool


class ContractTransport(Transport):
    """Validates each request, answers it, and validates the answer.

    Args:
        contract: one contract, or several: the first that knows the request judges it.
        answer: a stateful fake that is asked first. It gets the request and the operation with
            its values; it may raise `Lost` or `NotSent`.
        verify: looks at each request before the contract does (a signature); raises
            `ContractViolation` or any other error.

    Attributes:
        seen: every exchange that kept the contract, in order.
    """

    def __init__(
        self,
        contract: Contract | Iterable[Contract],
        answer: Answer | None = None,
        *,
        verify: Callable[[Request], None] | None = None,
    ) -> None:
        many = isinstance(contract, Iterable)
        self._contracts: tuple[Contract, ...] = tuple(contract) if many else (contract,)  # type: ignore[arg-type,assignment]
        if not self._contracts:
            raise ValueError("a contract transport needs at least one contract")
        self._answer, self._verify = answer, verify
        self.seen: list[Seen] = []

    @property
    def operations(self) -> tuple[str, ...]:
        """The ids of the operations seen, in order."""
        return tuple(seen.operation.id for seen in self.seen)

    @property
    def requests(self) -> tuple[Request, ...]:
        """The requests seen, in order."""
        return tuple(seen.request for seen in self.seen)

    def operation_of(self, request: Request) -> str:
        """The id of the operation that a request asks for."""
        return self._find(request)[1].id

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        """Answer a request that keeps the contract.

        Raises:
            ContractViolation: the request or the answer breaks the contract, or there is neither
                an answer nor an example.
        """
        if self._verify is not None:
            self._verify(request)
        contract, found = self._find(request)
        operation = contract.check(request, found)
        given = self._answer(request, operation) if self._answer is not None else None
        reply = contract.example(operation) if given is None else given
        if reply is None:
            said = "the contract holds no example of an answer: give `answer=`"
            raise ContractViolation(
                said, operation=operation.id, where="answer", contract=contract.name
            )
        if not isinstance(reply, Reply):
            reply = contract.reply(operation, reply)
        contract.check_reply(operation, reply)
        self.seen.append(Seen(operation, request, reply, given is None))
        return reply

    def _find(self, request: Request) -> tuple[Contract, Operation]:
        refusals: list[ContractViolation] = []
        for contract in self._contracts:
            try:
                return contract, contract.find(request)
            except ContractViolation as refused:
                refusals.append(refused)
        if len(refusals) == 1:
            raise refusals[0]
        said = "; ".join(f"{refused.contract}: {refused.what}" for refused in refusals)
        asked = f"{request.method} {request.url}"
        raise ContractViolation(said, operation=asked, where="path")
