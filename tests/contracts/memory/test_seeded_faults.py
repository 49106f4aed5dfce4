"""Thirteen planted faults: each fails exactly its own contract test, and all of them exactly thirteen."""

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve, frozen

from contracts.memory.suites import SUITES
from crossborder.adapters.memory import Memory, MemoryServer, shapes
from crossborder.adapters.memory.effects import Answer
from crossborder.adapters.memory.state import State
from crossborder.conversation import Steps, flow
from crossborder.errors import OutcomeUnknown, VendorError
from crossborder.model.extra import Extra
from crossborder.model.listing import Listing
from crossborder.model.outcome import Done, Outcome, Refused
from crossborder.model.payment import Payment
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase
from crossborder.model.shipment import Shipment
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.secret import Secret


class UnknownKeyRaises(Memory):
    @flow
    def listing(self, sku: str) -> Steps[Listing | None]:
        reply = yield from self.desk.get("listings.get", f"/listings/{sku}")
        return shapes.noun(reply, Listing)


class DelistsNothing(Memory):
    @flow
    def delist(self, listing: Listing) -> Steps[Outcome[Listing]]:
        return Done(listing)
        yield


class LosesNativeWords(Memory):
    @flow
    def orders(self, *, since: datetime, cursor: str | None = None) -> Steps[Any]:
        page = yield from super().orders(since=since, cursor=cursor)
        bare = tuple(evolve(item, reported=evolve(item.reported, native=())) for item in page.items)
        following = self.orders(since=since, cursor=page.cursor) if page.cursor else None
        return evolve(page, items=bare, next=following)


class ForgetsToLookAfterACrash(Memory):
    @flow
    def place(self, purchase: Purchase, *, ship_to: Address) -> Steps[Outcome[Purchase]]:
        inner: Any = iter(super().place(purchase, ship_to=ship_to))
        try:
            step = next(inner)
            while True:
                try:
                    got = yield step
                except VendorError as error:
                    if isinstance(error, OutcomeUnknown) and not error.fresh:
                        step = evolve(step, step=f"{step.step}/blind")
                    else:
                        step = inner.throw(error)
                else:
                    step = inner.send(got)
        except StopIteration as stop:
            outcome: Outcome[Purchase] = stop.value
            return outcome


class AnswersInAnyOrder(Memory):
    @flow
    def register(self, shipments: tuple[Shipment, ...]) -> Steps[tuple[Outcome[Shipment], ...]]:
        outcomes = yield from super().register(shipments)
        return tuple(reversed(outcomes))


class KnowsOneSecret(Memory):
    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        return super().webhook(body, headers, secrets=secrets[:1], now=now)


class TakesOldMessages(Memory):
    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        lowered = {name.casefold(): value for name, value in headers.items()}
        stamp = lowered.get("x-memory-time")
        at = datetime.fromisoformat(stamp).astimezone(UTC) if stamp else now
        return super().webhook(body, headers, secrets=secrets, now=at)


class HidesTheDeclineReason(Memory):
    @flow
    def pay(self, attempt: Any) -> Steps[Outcome[Payment]]:
        outcome = yield from super().pay(attempt)
        if isinstance(outcome, Refused):
            return Refused(tuple(evolve(problem, raw="") for problem in outcome.problems))
        return outcome


class DropsUnknownCounts(Memory):
    @flow
    def held(self, *, since: datetime | None = None, cursor: str | None = None) -> Steps[Any]:
        page = yield from super().held(since=since, cursor=cursor)
        known = ("sellable", "total")
        items = tuple(
            evolve(item, counts=Extra({name: item.counts[name] for name in known}))
            for item in page.items
        )
        following = self.held(since=since, cursor=page.cursor) if page.cursor else None
        return evolve(page, items=items, next=following)


class _TakesStale(State):
    def set_stock(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        loose = [{**level, "was": None} for level in body["levels"]]
        return super().set_stock(given, {"levels": loose}, now)


class _IgnoresSince(State):
    def list_orders(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        return super().list_orders({**given, "since": "2000-01-01T00:00:00+00:00"}, body, now)


class _TakesOurNumberTwice(State):
    def book_shipment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        self.booked.pop(body["id"], None)
        return super().book_shipment(given, body, now)


class _BreaksRefundLimit(State):
    def refund_payment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        held = self.payments[given["id"]]
        self.payments[given["id"]] = evolve(held, captured=held.money + held.money)
        answer = super().refund_payment(given, body, now)
        changed = self.payments[given["id"]]
        self.payments[given["id"]] = evolve(changed, captured=held.captured)
        return answer


@frozen
class Fault:
    """One planted fault, and the one contract test that must see it."""

    name: str
    test: str
    kind: type[Memory] | None = None
    state: type[State] | None = None


KILLED = "test_a_run_killed_at_any_moment_goes_on_and_leaves_one_effect"

FAULTS = (
    Fault(
        "raises for an unknown key",
        "Listings.test_a_key_that_was_never_published_is_none",
        UnknownKeyRaises,
    ),
    Fault(
        "leaves a delisted listing live",
        "Listings.test_a_delisted_listing_is_still_there_and_paused",
        DelistsNothing,
    ),
    Fault(
        "overwrites stale stock",
        "Stock.test_a_stale_quantity_is_refused_and_left_alone",
        state=_TakesStale,
    ),
    Fault(
        "ignores the asked time",
        "Orders.test_orders_before_the_asked_time_stay_away",
        state=_IgnoresSince,
    ),
    Fault(
        "loses the platform's words",
        "Orders.test_the_platforms_own_words_are_kept",
        LosesNativeWords,
    ),
    Fault(
        "hides why a card was declined",
        "Payments.test_a_declined_attempt_is_a_refusal_with_its_reason",
        HidesTheDeclineReason,
    ),
    Fault(
        "gives back more than came in",
        "Payments.test_more_than_was_captured_cannot_be_given_back",
        state=_BreaksRefundLimit,
    ),
    Fault("buys blindly after a crash", f"Purchases.{KILLED}", ForgetsToLookAfterACrash),
    Fault(
        "books our number twice",
        "Carriers.test_our_number_is_taken_once_even_without_a_journal",
        state=_TakesOurNumberTwice,
    ),
    Fault(
        "mixes up whose answer is whose",
        "Trackers.test_each_parcel_gets_its_own_outcome_in_order",
        AnswersInAnyOrder,
    ),
    Fault(
        "drops counts that it does not know",
        "Holdings.test_a_count_that_nobody_knows_keeps_its_name_and_its_pieces",
        DropsUnknownCounts,
    ),
    Fault("knows one secret only", "Webhooks.test_any_of_several_secrets_will_do", KnowsOneSecret),
    Fault(
        "takes old messages",
        "Webhooks.test_an_old_message_is_refused_where_its_time_is_signed",
        TakesOldMessages,
    ),
)


def _plant(faults: Sequence[Fault]) -> tuple[type[Memory], type[MemoryServer]]:
    """An adapter and a server with all these faults at once."""
    kinds = [fault.kind for fault in faults if fault.kind is not None]
    states = [fault.state for fault in faults if fault.state is not None]
    kind = type("Faulty", (*kinds, Memory), {}) if kinds else Memory
    state = type("FaultyState", (*states, State), {}) if states else State
    return kind, type("FaultyServer", (MemoryServer,), {"state_type": state})


def _failing(faults: Sequence[Fault]) -> set[str]:
    """The contract tests that fail with these faults planted."""
    kind, server = _plant(faults)
    return {
        f"{suite.__name__}.{name}"
        for suite, name, test in _tests()
        if not _passes(suite, test, kind, server)
    }


def _tests() -> Iterator[tuple[type[Any], str, Callable[[Any], None]]]:
    for suite in SUITES:
        for name, test in inspect.getmembers(suite, inspect.isfunction):
            if name.startswith("test_"):
                yield suite, name, test


def _passes(
    suite: type[Any], test: Callable[[Any], None], kind: type[Memory], server: type[MemoryServer]
) -> bool:
    planted = type(suite.__name__, (suite,), {"kind": kind, "server": server})
    try:
        test(planted())
    except (Exception, pytest.fail.Exception):
        return False
    return True


def test_without_a_fault_no_contract_test_fails() -> None:
    assert _failing([]) == set()


def test_there_are_thirteen_faults_for_thirteen_different_tests() -> None:
    assert len({fault.test for fault in FAULTS}) == len(FAULTS) == 13


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_planted_fault_fails_exactly_its_own_test(fault: Fault) -> None:
    assert _failing([fault]) == {fault.test}


def test_all_thirteen_faults_together_fail_exactly_the_thirteen_tests() -> None:
    assert _failing(FAULTS) == {fault.test for fault in FAULTS}
