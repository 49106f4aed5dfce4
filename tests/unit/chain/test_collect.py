from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.chain import Collected, collect, refund
from crossborder.conversation import Steps, flow
from crossborder.model.ids import Ref
from crossborder.model.ledger import EntryKind, PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.order import Order
from crossborder.model.outcome import Done, Pending, Problem, Refused
from crossborder.model.payment import PaymentMethod, Refund
from crossborder.model.promotion import CommissionState
from crossborder.model.status import OrderState


def _collect(made: Any, order: Order, attempt: str = "try-1", gateway: Any = None) -> Any:
    return made.run(
        collect(
            gateway or made.world.memory,
            order,
            attempt_id=attempt,
            terms=made.world.terms,
            now=made.world.at(hours=4),
        ),
        key=f"collect/{attempt}",
    )


def test_money_is_authorised_captured_and_the_order_opened(site: Any) -> None:
    made = site()
    order = made.ordered()
    collected = _collect(made, order)
    ledger = collected.order.ledger
    assert isinstance(collected.outcome, Done)
    assert (ledger.state, ledger.captured) == (PaymentState.PAID, order.total)
    assert collected.order.status.order is OrderState.OPEN
    assert collected.method == "card"
    assert made.state.counted("capture") == 1


def test_the_same_attempt_is_one_payment(site: Any) -> None:
    made = site()
    order = made.ordered()
    assert _collect(made, order).order == _collect(made, order).order
    assert made.state.counted("authorization") == made.state.counted("capture") == 1


@pytest.mark.parametrize(
    "changed",
    [{"hold_above": Money("1", "USD")}, {"financial": "SOMETHING_NEW"}],
    ids=["amount", "unknown word"],
)
def test_a_held_order_keeps_its_money_authorised_and_no_more(
    site: Any, changed: dict[str, Any]
) -> None:
    made = site(**changed)
    collected = _collect(made, made.ordered())
    assert collected.order.status.holds
    assert collected.order.ledger.state is PaymentState.AUTHORIZED
    assert made.state.counted("authorization") == 1
    assert made.state.counted("capture") == 0


def test_a_held_order_is_captured_once_it_is_released(site: Any) -> None:
    from crossborder.stages import orders

    made = site(hold_above=Money("1", "USD"))
    order = made.ordered()
    held = _collect(made, order).order
    made.world.terms = evolve(made.world.terms, hold_above=None)
    free = orders.release(held, "hold:amount_check", by="Ann", now=made.world.moment).value
    collected = _collect(made, free)
    assert collected.order.ledger.state is PaymentState.PAID
    assert made.state.counted("authorization") == made.state.counted("capture") == 1


def test_without_a_fitting_method_nothing_is_asked(site: Any) -> None:
    made = site(methods=(PaymentMethod("ideal", countries=frozenset({"NL"})),))
    collected = _collect(made, made.ordered())
    assert collected.outcome == Refused((Problem("no_method"),))
    assert collected.order.ledger is None
    assert made.state.counted("authorization") == 0


def test_an_order_without_an_address_is_held(site: Any) -> None:
    made = site(methods=(PaymentMethod("card"),))
    order = evolve(made.ordered(), ship_to=None)
    assert "hold:address" in _collect(made, order).order.status.holds


def test_a_declined_card_opens_nothing(site: Any) -> None:
    made = site(methods=(PaymentMethod("declined-card"),))
    order = made.ordered()
    collected = _collect(made, order)
    assert collected.outcome.codes == ("declined",)
    assert collected.order.status.order is OrderState.PENDING
    assert collected.commission is None


def test_a_new_attempt_after_a_decline_is_a_new_payment(site: Any) -> None:
    made = site(methods=(PaymentMethod("declined-card"),))
    order = made.ordered()
    _collect(made, order)
    made.world.terms = evolve(made.world.terms, methods=(PaymentMethod("card"),))
    assert isinstance(_collect(made, order, "try-2").outcome, Done)
    assert made.state.counted("authorization") == 1


def test_a_capture_that_is_refused_leaves_the_money_authorised(site: Any) -> None:
    made = site()
    order = made.ordered()

    class Careful(type(made.world.memory)):  # type: ignore[misc]
        """A gateway that authorises and does not capture."""

        @flow
        def capture(self, payment: Ref, money: Price, *, id: str) -> Steps[Any]:
            return Refused((Problem("under_review"),))
            yield

    gateway = Careful(made.world.memory.desk, made.world.memory.server)
    collected = _collect(made, order, gateway=gateway)
    assert collected.outcome.codes == ("under_review",)
    assert collected.order.ledger.state is PaymentState.AUTHORIZED
    assert collected.order.status.order is OrderState.PENDING


def test_an_order_that_is_paid_already_is_not_charged_again(site: Any) -> None:
    made = site(financial="PAID")
    collected = _collect(made, made.ordered())
    assert collected.outcome == Refused((Problem("already_paid"),))
    assert collected.commission is not None
    assert made.state.counted("authorization") == 0
    paid = site()
    first = _collect(paid, paid.ordered())
    again = _collect(paid, first.order, "try-2")
    assert again.outcome == Refused((Problem("already_paid"),))
    assert paid.state.counted("authorization") == 1


def test_an_order_that_is_paid_already_is_still_looked_at(site: Any) -> None:
    made = site(financial="PAID", hold_above=Money("1", "USD"))
    assert "hold:amount_check" in _collect(made, made.ordered()).order.status.holds


def test_an_order_that_costs_nothing_asks_for_nothing(site: Any) -> None:
    made = site()
    order = made.ordered()
    (line,) = order.lines
    free = evolve(order, lines=(evolve(line, discount=Price(line.net.amount, "USD")),))
    collected = _collect(made, free)
    assert collected.outcome == Refused((Problem("nothing_due"),))
    assert made.state.counted("authorization") == 0


@pytest.mark.parametrize("campaign", ["", "somebody-else"])
def test_without_a_known_campaign_nobody_earns_a_commission(site: Any, campaign: str) -> None:
    made = site(campaign=campaign)
    assert _collect(made, made.ordered()).commission is None


def test_an_affiliate_earns_a_share_of_the_goods(site: Any) -> None:
    made = site()
    order = made.ordered()
    commission = _collect(made, order).commission
    assert commission.base == order.goods
    assert commission.amount == (order.goods * Decimal("0.08")).rounded()
    assert commission.state is CommissionState.ACCRUED


def _refund(made: Any, collected: Collected, money: Price, id: str, **given: Any) -> Any:
    ref = made.state.payments["PAY000001"].ref
    return made.run(
        refund(
            given.pop("gateway", made.world.memory),
            collected.order,
            ref,
            money=money,
            refund_id=id,
            now=made.world.at(days=1),
            commission=collected.commission,
            **given,
        ),
        key="refund",
    )


def test_a_refund_takes_back_the_affiliates_share(site: Any) -> None:
    made = site()
    collected = _collect(made, made.ordered())
    whole = Price(collected.order.total.amount, "USD")
    refunded = _refund(made, collected, whole, "r1", reason="broken")
    assert refunded.order.status.payment is PaymentState.REFUNDED
    assert refunded.commission.state is CommissionState.CLAWED_BACK
    assert refunded.commission.amount == Money("0", "USD")
    assert refunded.outcome.value.reason == "broken"


def test_a_part_refund_leaves_a_part_of_the_commission(site: Any) -> None:
    made = site()
    collected = _collect(made, made.ordered())
    refunded = _refund(made, collected, Price("1.00", "USD"), "r1")
    assert refunded.order.status.payment is PaymentState.PARTIALLY_REFUNDED
    assert Money("0", "USD") < refunded.commission.amount < collected.commission.amount
    assert refunded.commission.state is CommissionState.ACCRUED


def test_no_more_goes_back_than_was_captured(site: Any) -> None:
    made = site()
    collected = _collect(made, made.ordered())
    captured = collected.order.ledger.captured
    much = Price(captured.amount * 3, "USD")
    refunded = _refund(made, collected, much, "r1")
    assert refunded.outcome.value.money == captured
    rest = evolve(collected, order=refunded.order, commission=refunded.commission)
    again = _refund(made, rest, much, "r2")
    assert isinstance(again.outcome, Refused)
    assert again.order.ledger.refunded == captured
    assert made.state.counted("refund") == 1


def test_one_refund_id_is_one_refund(site: Any) -> None:
    made = site()
    collected = _collect(made, made.ordered())
    first = _refund(made, collected, Price("1", "USD"), "r1")
    assert _refund(made, collected, Price("1", "USD"), "r1") == first
    assert made.state.counted("refund") == 1
    rest = evolve(collected, order=first.order, commission=first.commission)
    assert isinstance(_refund(made, rest, Price("1", "USD"), "r2").outcome, Done)
    assert made.state.counted("refund") == 2


def test_without_money_there_is_nothing_to_give_back(site: Any) -> None:
    made = site()
    order = made.ordered()
    collected = _collect(made, order)
    unpaid = evolve(collected, order=order)
    refunded = _refund(made, unpaid, Price("1", "USD"), "r1")
    assert refunded.outcome == Refused((Problem("nothing_refundable"),))
    assert refunded.commission == collected.commission


@pytest.mark.parametrize("status", ["succeeded", "pending", "failed", "cancelled"])
def test_a_refund_that_came_to_nothing_is_not_in_the_ledger(site: Any, status: str) -> None:
    made = site()
    collected = _collect(made, made.ordered())

    class Slow(type(made.world.memory)):  # type: ignore[misc]
        """A gateway whose refunds end in a given status."""

        @flow
        def refund(self, payment: Ref, money: Price, *, id: str, **given: Any) -> Steps[Any]:
            return Done(Refund(Ref("memory", id), payment, money, status, given["now"]))
            yield

    gateway = Slow(made.world.memory.desk, made.world.memory.server)
    money = Price(collected.order.total.amount, "USD")
    refunded = _refund(made, collected, money, "r1", gateway=gateway)
    kinds = [entry.kind for entry in refunded.order.ledger.entries]
    counted = status in ("succeeded", "pending")
    assert (EntryKind.REFUNDED in kinds) == counted
    assert (refunded.commission == collected.commission) == (not counted)


def test_a_pending_refund_is_handed_on(site: Any) -> None:
    made = site()
    collected = _collect(made, made.ordered())

    class Queued(type(made.world.memory)):  # type: ignore[misc]
        """A gateway that takes a refund and does it later."""

        @flow
        def refund(self, payment: Ref, money: Price, *, id: str, **given: Any) -> Steps[Any]:
            return Pending("queued", self.payment(payment))
            yield

    gateway = Queued(made.world.memory.desk, made.world.memory.server)
    refunded = _refund(made, collected, Price("1", "USD"), "r1", gateway=gateway)
    assert isinstance(refunded.outcome, Pending)
    assert refunded.order == collected.order


def test_a_refund_without_a_commission_leaves_none(site: Any) -> None:
    made = site(campaign="")
    collected = _collect(made, made.ordered())
    refunded = _refund(made, collected, Price("1", "USD"), "r1")
    assert refunded.commission is None
    assert refunded.order.status.payment is PaymentState.PARTIALLY_REFUNDED


def test_a_payment_the_buyer_has_confirmed_since_is_captured(site: Any) -> None:
    """The first answer said: not finished. It is old; what stands there now counts."""
    made = site()
    memory = made.world.memory

    class Confirmed:
        capture = staticmethod(memory.capture)

        @flow
        def pay(self, attempt: Any) -> Steps[Any]:
            outcome = yield from memory.pay(attempt)
            return Pending(outcome.value, memory_ask(outcome))

    @flow
    def memory_ask(outcome: Any) -> Steps[Any]:
        payment = yield from memory.payment(outcome.value.ref)
        return Done(payment)

    collected = _collect(made, made.ordered(), gateway=Confirmed())
    assert isinstance(collected.outcome, Done)
    assert collected.order.ledger.state is PaymentState.PAID


def test_a_payment_the_buyer_has_not_confirmed_stays_pending_and_captures_nothing(
    site: Any,
) -> None:
    made = site()
    memory = made.world.memory

    @flow
    def unfinished(outcome: Any) -> Steps[Any]:
        yield from memory.payment(outcome.value.ref)
        return Pending(outcome.value, unfinished(outcome))

    class Waiting:
        capture = staticmethod(memory.capture)

        @flow
        def pay(self, attempt: Any) -> Steps[Any]:
            outcome = yield from memory.pay(attempt)
            return Pending(outcome.value, unfinished(outcome))

    collected = _collect(made, made.ordered(), gateway=Waiting())
    assert isinstance(collected.outcome, Pending)
    assert made.state.counted("capture") == 0


def test_several_refunds_take_the_affiliates_share_back_once_each(site: Any) -> None:
    made = site()
    collected = _collect(made, made.ordered())
    earned, base = collected.commission.amount, collected.commission.base
    order, commission = collected.order, collected.commission
    for number in range(2):
        refunded = _refund(
            made,
            evolve(collected, order=order, commission=commission),
            Price("4.00", "USD"),
            f"r{number}",
        )
        order, commission = refunded.order, refunded.commission
    left = (base - Money("8.00", "USD")) / base
    assert (
        commission.amount
        == (collected.commission.base * collected.commission.rate * left).rounded()
    )
    assert commission.amount < earned
