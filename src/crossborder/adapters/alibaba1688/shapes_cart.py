"""The cart: what preview, creation and payment answer.

Units: fen; only a unit price and a line's amount in a preview stand in yuan.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from crossborder.adapters.alibaba1688.reading import CNY, opened, readable, summed
from crossborder.adapters.alibaba1688.rules import VENDOR, line_problem, problem
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.money import Money, total
from crossborder.model.outcome import Problem
from crossborder.protocols.sourcing import Preview
from crossborder.wire.numbers import fen
from crossborder.wire.payload import Payload

__all__ = ["Placed", "debited", "pay_url", "placed", "preview", "signed_up"]

_FINE = frozenset({"", "0", "200", "null", "success"})


def _fen(payload: Payload, *names: str) -> Money | None:
    number = payload.maybe_integer(*names)
    return None if number is None else fen(number)


def preview(answers: Sequence[Mapping[str, Any]]) -> Preview:
    """The cost in the answers of `alibaba.createOrder.preview`, one for each order.

    The platform splits an order by its own rules into several results: they are added up, and
    only what all of them can be paid with is a trade type of the whole.
    """
    with readable():
        # The name is the vendor's; the right spelling is read as well, should it come.
        parts = [
            part
            for answer in answers
            for part in opened(answer, "orderPreviewResuslt", "orderPreviewResult").each(
                "orderPreviewResuslt", "orderPreviewResult"
            )
        ]
        if not parts:
            raise Payload(answers[0], source=VENDOR).refuse(
                "orderPreviewResuslt", None, "is missing"
            )
        ways = [part.texts("tradeModeNameList") for part in parts]
        return Preview(
            total((fen(part.integer("sumPaymentNoCarriage")) for part in parts), CNY),
            total((fen(part.maybe_integer("sumCarriage") or 0) for part in parts), CNY),
            total((fen(part.integer("sumPayment")) for part in parts), CNY),
            tuple(way for way in ways[0] if all(way in others for others in ways)),
            tuple(found for part in parts for found in _troubles(part)),
            Extra({"answers": tuple(answers)}),
        )


def _troubles(part: Payload) -> Iterable[Problem]:
    if not part.flag("status", default=True):
        yield problem(part.maybe_text("resultCode"), part.maybe_text("message"))
    for item in part.each("cargoList"):
        code = item.maybe_text("resultCode") or ""
        if code.casefold() not in _FINE:
            names = (item.maybe_text("offerId"), item.maybe_text("specId"))
            yield problem(code, item.maybe_text("message"), field="/".join(filter(None, names)))


@frozen
class Placed:
    """What creation said: the orders it made, and what it left out.

    Attributes:
        refs: the platform's order ids.
        total: freight included, or None where the answer does not say.
        freight: or None.
        sure: False when the answer calls itself a failure beside the orders.
        problems: goods that were not ordered.
    """

    refs: tuple[Ref, ...]
    total: Money | None = None
    freight: Money | None = None
    sure: bool = True
    problems: tuple[Problem, ...] = ()


def placed(answer: Mapping[str, Any]) -> Placed:
    """The orders in an answer of `createCrossOrder`.

    The answer for one order is flat in the vendor's sample and nested in its table, the one for
    several is nested; `"success": false` stands there beside an order that was made.
    """
    with readable():
        top = opened(answer, "orderId", "orderList")
        failed = tuple(_left_out(item) for item in top.each("failedOfferList"))
        sure = top.flag("success", default=True)
        several = top.each("orderList")
        if several:
            amounts = [_fen(item, "orderAmmount", "orderAmount") for item in several]
            freights = [_fen(item, "postFee") for item in several]
            refs = tuple(Ref(VENDOR, item.text("orderId")) for item in several)
            return Placed(refs, summed(amounts), summed(freights), sure, failed)
        one = top.maybe_text("orderId")
        refs = (Ref(VENDOR, one),) if one else ()
        return Placed(refs, _fen(top, "totalSuccessAmount"), _fen(top, "postFee"), sure, failed)


def _left_out(item: Payload) -> Problem:
    names = ("offerId", "specId", "errorCode", "errorMessage")
    return line_problem({name: item.maybe_text(name) for name in names})


def signed_up(answer: Mapping[str, Any]) -> bool:
    """Whether automatic debit is on: an agreement that is signed and bound (protocolPay.isopen)."""
    with readable():
        agreements = opened(answer, "paymentAgreements").each("paymentAgreements")
        return any(item.flag("signedStatus") and item.flag("bindingStatus") for item in agreements)


def debited(answer: Mapping[str, Any]) -> bool:
    """Whether the debit went through (protocolPay.preparePay)."""
    with readable():
        return opened(answer, "paySuccess").flag("paySuccess")


def pay_url(answer: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    """The cashier's address, and the orders that it leaves out (alipay.url.get)."""
    with readable():
        top = opened(answer, "payUrl")
        return top.text("payUrl"), top.texts("payFailureOrderList")
