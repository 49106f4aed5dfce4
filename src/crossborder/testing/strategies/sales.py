"""Strategies for orders and their money."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossborder.model.ledger import LedgerEntry, MoneyLedger
from crossborder.model.order import Fulfilment, FulfilmentLine, Order, OrderLine
from crossborder.model.payment import (
    Payment,
    PaymentAttempt,
    PaymentMethod,
    Payout,
    PayoutHold,
    Refund,
)
from crossborder.model.returns import Return, ReturnLine
from crossborder.model.status import Native, OrderStatus
from crossborder.testing.strategies.base import (
    built,
    countries,
    currencies,
    ids,
    made,
    pieces,
    some,
)
from crossborder.testing.strategies.basics import money, prices

__all__ = [
    "fulfilment_lines",
    "fulfilments",
    "ledger_entries",
    "money_ledgers",
    "natives",
    "order_lines",
    "order_statuses",
    "orders",
    "payment_attempts",
    "payment_methods",
    "payments",
    "payout_holds",
    "payouts",
    "refunds",
    "return_lines",
    "returns",
]


@made(LedgerEntry)
def ledger_entries(currency: str | None = None) -> SearchStrategy[LedgerEntry]:
    """Facts about money."""
    return built(LedgerEntry, money=prices(currency))


@made(MoneyLedger)
def money_ledgers(currency: str | None = None) -> SearchStrategy[MoneyLedger]:
    """Ledgers of one currency, each fact once."""

    def of_currency(code: str) -> SearchStrategy[MoneyLedger]:
        facts = some(ledger_entries(code))
        return st.builds(
            lambda due, entries: MoneyLedger(due).with_entries(entries), prices(code), facts
        )

    return of_currency(currency) if currency else currencies().flatmap(of_currency)


@made(PaymentMethod)
def payment_methods() -> SearchStrategy[PaymentMethod]:
    """Ways to pay."""
    return built(
        PaymentMethod,
        countries=st.frozensets(countries()),
        currencies=st.frozensets(currencies()),
    )


@made(PaymentAttempt)
def payment_attempts() -> SearchStrategy[PaymentAttempt]:
    """Tries to pay."""
    return built(PaymentAttempt)


@made(Payment)
def payments() -> SearchStrategy[Payment]:
    """Payments of one currency."""

    def of_currency(code: str) -> SearchStrategy[Payment]:
        sums = st.none() | money(code)
        entries = some(ledger_entries(code))
        whole = prices(code)
        return built(Payment, money=whole, captured=sums, refunded=sums, entries=entries)

    return currencies().flatmap(of_currency)


@made(Refund)
def refunds() -> SearchStrategy[Refund]:
    """Money on its way back."""
    return built(Refund, status=st.sampled_from(["pending", "succeeded", "failed", "cancelled"]))


@made(PayoutHold)
def payout_holds(currency: str | None = None) -> SearchStrategy[PayoutHold]:
    """Money kept back."""
    return built(PayoutHold, money=prices(currency))


@made(Payout)
def payouts() -> SearchStrategy[Payout]:
    """Payouts whose net is gross less fees less holds."""

    def of_currency(code: str) -> SearchStrategy[Payout]:
        def with_sums(gross: Any, fees: Any, holds: Any) -> SearchStrategy[Payout]:
            net = gross - fees
            for hold in holds:
                net = net - hold.money
            given = {"gross": gross, "fees": fees, "net": net, "holds": holds}
            return built(Payout, **{name: st.just(value) for name, value in given.items()})

        parts = st.tuples(money(code), money(code), some(payout_holds(code)))
        return parts.flatmap(lambda three: with_sums(*three))

    return currencies().flatmap(of_currency)


@made(Native)
def natives() -> SearchStrategy[Native]:
    """Platforms' own words."""
    return built(Native)


@made(OrderStatus)
def order_statuses() -> SearchStrategy[OrderStatus]:
    """The five parts, with flags."""
    flags = st.sampled_from(["hold:risk", "presale", "quarantine:unknown_status", "gift"])
    return built(OrderStatus, flags=st.frozensets(flags))


@made(OrderLine)
def order_lines(currency: str | None = None) -> SearchStrategy[OrderLine]:
    """Lines of one currency, partly cancelled at most wholly."""

    def of_sums(code: str, quantity: int) -> SearchStrategy[OrderLine]:
        sums = st.none() | prices(code)
        return built(
            OrderLine,
            id=ids(),
            quantity=st.just(quantity),
            unit_price=prices(code),
            discount=sums,
            tax=sums,
            cancelled=st.integers(0, quantity),
        )

    codes = st.just(currency) if currency else currencies()
    return st.tuples(codes, pieces(1)).flatmap(lambda pair: of_sums(*pair))


@made(FulfilmentLine)
def fulfilment_lines() -> SearchStrategy[FulfilmentLine]:
    """Pieces of a line."""
    return built(FulfilmentLine)


@made(Fulfilment)
def fulfilments() -> SearchStrategy[Fulfilment]:
    """Goods that leave together."""
    return built(Fulfilment)


@made(Order)
def orders(currency: str | None = None) -> SearchStrategy[Order]:
    """Orders of one currency with one to three lines."""

    def of_currency(code: str) -> SearchStrategy[Order]:
        few = st.lists(
            order_lines(code), min_size=1, max_size=3, unique_by=lambda line: line.id
        ).map(tuple)
        return built(
            Order,
            lines=few,
            currency=st.just(code),
            shipping=st.none() | prices(code),
            ledger=st.none() | money_ledgers(code),
        )

    return of_currency(currency) if currency else currencies().flatmap(of_currency)


@made(ReturnLine)
def return_lines() -> SearchStrategy[ReturnLine]:
    """Pieces that come back."""
    return built(ReturnLine)


@made(Return)
def returns() -> SearchStrategy[Return]:
    """Goods on their way back."""
    return built(Return, verdict=st.sampled_from(["", "accept", "reject", "partial"]))
