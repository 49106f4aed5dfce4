from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import ShipmentId
from crossborder.model.money import Price
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health, ParcelState, Stage, TrackingEvent
from crossborder.replay import replay, to_record
from crossborder.stages.logistics import track
from crossborder.stages.logistics.consolidation import MISSING
from crossborder.stages.logistics.delay import Alarm, AlarmOption, AlarmPolicy, alarm

DAY = timedelta(days=1)
SENT = datetime(2026, 11, 2, tzinfo=UTC)
PARCEL = Shipment(
    ShipmentId("s1"),
    "yunexpress",
    "YT1",
    ship_date=SENT,
    promised=Window(SENT, SENT + 20 * DAY),
)
GRAVITY = {"silent": 1, "at_risk": 2, "late": 2, "exception": 3, "lost": 4, "claim_due": 5}
WORTH, ANOTHER = Price("30", "USD"), Price("12", "USD")


def scanned(stage: Stage, day: int, **more: Any) -> Shipment:
    event = TrackingEvent("17track", stage=stage, at=SENT + day * DAY, **more)
    return track(PARCEL, (event,), now=SENT).value


def look(parcel: Shipment, day: int, **more: Any) -> Decision[Alarm | None]:
    return alarm(parcel, now=SENT + day * DAY, **more)


def raised(parcel: Shipment, day: int, **more: Any) -> Alarm:
    value = look(parcel, day, **more).value
    assert value is not None
    return value


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.decimals("0", "1", places=3),
            st.sampled_from([Health.OK, Health.OK, Health.FAILED, Health.ACTION_REQUIRED]),
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_the_next_alarm_is_graver_unless_the_trouble_told_before_is_over(
    days: list[tuple[int, Decimal, Health, bool]],
) -> None:
    known: Alarm | None = None
    told: list[tuple[Alarm, bool]] = []
    day, seen = 0, SENT
    for more, chance, health, scan in days:
        day += more
        now = SENT + day * DAY
        seen = now if scan else seen
        state = ParcelState(Stage.LINE_HAUL, health)
        event = TrackingEvent("a", stage=Stage.LINE_HAUL, at=seen)
        parcel = evolve(PARCEL, state=state, events=(event,))
        decision = alarm(parcel, now=now, probability=chance, known=known)
        assert len(decision.events) == (decision.value is not None)
        if decision.value is not None:
            known = decision.value
            told.append((known, "over" in decision.codes))
            # Asked again at the same moment there is nothing new to tell.
            assert alarm(parcel, now=now, probability=chance, known=known).value is None
    for (one, _), (later, over) in pairwise(told):
        assert over or GRAVITY[later.kind] > GRAVITY[one.kind]


@given(st.decimals("0", "1", places=3), st.integers(0, 19))
def test_a_parcel_is_at_risk_from_the_policys_chance_on(chance: Decimal, day: int) -> None:
    value = look(scanned(Stage.LINE_HAUL, day), day, probability=chance).value
    assert (value is not None) == (chance >= Decimal("0.5"))
    if value is not None:
        assert (value.kind, value.slack) == ("at_risk", (20 - day) * DAY)
        assert value.probability == chance
        assert value.proposal == AlarmOption("tell_customer", automatic=True)


def test_with_much_time_left_a_lower_chance_suffices_where_the_policy_says_so() -> None:
    policy = AlarmPolicy(near=Decimal("0.7"), far=Decimal("0.3"))
    early, near = scanned(Stage.EXPORT, 2), scanned(Stage.EXPORT, 19)
    assert raised(early, 2, probability=Decimal("0.4"), policy=policy).kind == "at_risk"
    assert look(near, 19, probability=Decimal("0.4"), policy=policy).value is None


def test_what_was_said_to_be_at_risk_is_not_told_again_when_it_is_late() -> None:
    parcel = scanned(Stage.LAST_MILE, 19)
    first = raised(parcel, 19, probability=Decimal("0.8"))
    again = look(parcel, 22, known=first)
    assert again.value is None
    assert again.codes == ("late", "told_already")
    assert raised(parcel, 22).kind == "late"
    failed = scanned(Stage.LAST_MILE, 22, health=Health.FAILED)
    assert raised(failed, 22, known=first).kind == "exception"


def test_an_exception_says_who_can_mend_it() -> None:
    failed = raised(scanned(Stage.LAST_MILE, 3, health=Health.FAILED), 3)
    asked = raised(scanned(Stage.LAST_MILE, 3, health=Health.ACTION_REQUIRED), 3)
    assert (failed.proposal.action, asked.proposal.action) == ("chase_carrier", "tell_customer")
    assert failed.slack == 17 * DAY


def test_silence_is_held_against_the_lines_own_gaps() -> None:
    parcel = scanned(Stage.EXPORT, 2)
    assert look(parcel, 7).value is None
    assert raised(parcel, 8).kind == "silent"
    assert raised(parcel, 7, gap=2 * DAY).kind == "silent"
    assert look(parcel, 12, gap=11 * DAY).value is None


def test_a_lost_parcel_is_made_good_the_cheapest_way_first() -> None:
    parcel = scanned(Stage.EXPORT, 2)
    value = raised(parcel, 18, worth=WORTH, resend=ANOTHER)
    options = [(option.action, option.price, option.automatic) for option in value.options]
    assert value.kind == "lost"
    assert options == [("resend", ANOTHER, False), ("refund", WORTH, False)]
    dear = raised(parcel, 18, worth=WORTH, resend=Price("31", "USD"))
    assert dear.proposal.action == "refund"
    assert raised(parcel, 18).proposal.action == "chase_carrier"


def test_money_runs_by_itself_only_below_its_cap() -> None:
    parcel = scanned(Stage.EXPORT, 2)
    actions = frozenset({"resend", "refund"})
    policy = AlarmPolicy(automatic=actions, resend_cap=Price("12", "USD"))
    value = raised(parcel, 18, worth=WORTH, resend=ANOTHER, policy=policy)
    assert [option.automatic for option in value.options] == [True, False]
    dear = raised(parcel, 18, resend=Price("12.01", "USD"), policy=policy)
    assert [option.automatic for option in dear.options] == [False]
    assert not policy.unasked("resend", None)
    with pytest.raises(CurrencyMismatch):
        look(parcel, 18, resend=Price("9", "EUR"), policy=policy)
    with pytest.raises(CurrencyMismatch):
        look(parcel, 18, resend=Price("9", "EUR"), worth=WORTH)


@given(st.integers(0, 120))
def test_a_claim_is_proposed_only_while_the_carrier_takes_it(day: int) -> None:
    value = look(PARCEL, day).value
    actions = [option.action for option in value.options] if value is not None else []
    assert ("open_claim" in actions) == (30 <= day <= 90)


def test_before_the_term_for_claims_ends_there_is_one_last_alarm() -> None:
    lost = raised(PARCEL, 40, worth=WORTH)
    last = raised(PARCEL, 84, worth=WORTH, known=lost)
    assert (lost.kind, last.kind) == ("lost", "claim_due")
    assert last.slack == 6 * DAY
    assert last.options == (AlarmOption("open_claim", automatic=False, price=WORTH),)
    assert look(PARCEL, 85, known=last).value is None


def test_a_parcel_said_to_be_lost_is_claimed_at_once() -> None:
    gone = evolve(PARCEL, state=ParcelState(Stage.LOST))
    value = raised(gone, 6, worth=WORTH)
    assert [option.action for option in value.options] == ["refund", "open_claim"]


def test_what_has_ended_well_or_been_called_off_raises_none() -> None:
    for stage in (Stage.DELIVERED, Stage.RETURNED, Stage.CANCELLED):
        assert look(scanned(stage, 3), 99, probability=Decimal(1)).codes == ("ended",)


@given(st.text(max_size=60))
def test_what_a_carrier_wrote_changes_nothing(text: str) -> None:
    plain, told = scanned(Stage.EXPORT, 2), scanned(Stage.EXPORT, 2, text=text)
    for day in (3, 9, 18, 40):
        one = look(plain, day, probability=Decimal("0.6"), worth=WORTH)
        assert look(told, day, probability=Decimal("0.6"), worth=WORTH) == one


def test_an_alarm_can_be_made_again_from_its_record() -> None:
    with recording():
        decision = look(
            scanned(Stage.EXPORT, 2),
            18,
            probability=Decimal("0.9"),
            worth=WORTH,
            policy=AlarmPolicy(),
        )
    assert decision.rule == "logistics.alarm/2"
    assert replay(to_record(decision)) == evolve(decision, inputs=None)


def test_slips_are_refused() -> None:
    for chance in (Decimal("1.1"), Decimal("-0.1"), Decimal("NaN"), 0.5):
        with pytest.raises(InvalidValue, match="from 0 to 1"):
            look(PARCEL, 1, probability=chance)
    known = raised(PARCEL, 6)
    with pytest.raises(InvalidValue, match="is not of"):
        look(evolve(PARCEL, id=ShipmentId("s2")), 7, known=known)
    with pytest.raises(InvalidValue):
        evolve(known, options=())
    with pytest.raises(InvalidValue):
        AlarmOption("pray", automatic=True)
    for wrong in (
        {"near": "0"},
        {"far": "1"},
        {"gap": timedelta(0)},
        {"lost_after": 0},
        {"claim_until": DAY},
        {"automatic": {"pray"}},
    ):
        with pytest.raises(InvalidValue):
            AlarmPolicy(**wrong)


@pytest.mark.parametrize("reason", [MISSING, "carrier_parcel_lost"])
def test_a_parcel_that_is_missed_where_its_bag_was_opened_is_lost_at_once(reason: str) -> None:
    missed = scanned(Stage.LINE_HAUL, 5, health=Health.FAILED, reason=reason)
    assert raised(missed, 5, worth=WORTH, resend=ANOTHER).kind == "lost"
    other = scanned(Stage.LINE_HAUL, 5, health=Health.FAILED, reason="weather_delay")
    assert raised(other, 5, worth=WORTH, resend=ANOTHER).kind == "exception"


def test_another_reason_is_another_trouble_and_the_same_one_is_not() -> None:
    papers = scanned(
        Stage.IMPORT_CUSTOMS, 5, health=Health.ACTION_REQUIRED, reason="customs_documentation"
    )
    first = raised(papers, 5)
    assert (first.kind, first.reason) == ("exception", "customs_documentation")
    assert look(papers, 6, known=first).value is None
    address = scanned(Stage.LAST_MILE, 9, health=Health.FAILED, reason="address_wrong")
    assert raised(address, 9, known=first).reason == "address_wrong"


def test_what_was_called_lost_and_is_scanned_again_may_have_new_trouble() -> None:
    lost = raised(scanned(Stage.EXPORT, 1), 17)
    assert lost.kind == "lost"
    found = scanned(Stage.IMPORT_CUSTOMS, 18, health=Health.ACTION_REQUIRED, reason="papers")
    decision = look(found, 18, known=lost)
    assert decision.value is not None
    assert decision.value.kind == "exception"
    assert "over" in decision.codes
    # Without a scan since, nothing is over.
    held = evolve(scanned(Stage.EXPORT, 1), state=found.state)
    assert look(held, 18, known=lost).value is None


@pytest.mark.parametrize(
    ("parcel", "kind"),
    [
        (scanned(Stage.COLLECT, 3), "silent"),
        (scanned(Stage.RETURNING, 3), "exception"),
        (scanned(Stage.RETURNING, 3, health=Health.FAILED), "exception"),
        (evolve(scanned(Stage.REGISTERED, 3), ship_date=None), "silent"),
        (scanned(Stage.LAST_MILE, 3), "lost"),
    ],
)
def test_long_silence_is_a_loss_only_on_the_way(parcel: Shipment, kind: str) -> None:
    assert raised(parcel, 19).kind == kind


def test_a_parcel_on_its_way_back_is_no_longer_late() -> None:
    back = scanned(Stage.RETURNING, 3)
    assert raised(back, 30).kind == "exception"
    assert "late" not in look(back, 30).codes


def test_without_a_chance_its_likely_arrival_counts_and_not_the_slowest() -> None:
    parcel = scanned(Stage.LINE_HAUL, 3)
    for latest, found in ((SENT + 30 * DAY, None), (SENT + 42 * DAY, "at_risk")):
        likely = SENT + (latest - SENT) / 2
        expected = Expected(Window(SENT, latest), likely, "line", 0, SENT)
        value = look(evolve(parcel, expected=expected), 4).value
        assert (None if value is None else value.kind) == found


def test_a_scan_from_next_year_does_not_hide_silence() -> None:
    parcel = track(
        scanned(Stage.LINE_HAUL, 2), (TrackingEvent("17track", "?", at=SENT + 365 * DAY),), now=SENT
    ).value
    assert raised(parcel, 10).kind == "silent"
    assert raised(parcel, 18).kind == "lost"


def test_a_trouble_is_not_over_without_a_scan_nor_while_something_as_grave_is_found() -> None:
    chance = Decimal("0.9")
    failed = scanned(Stage.LAST_MILE, 5, health=Health.FAILED)
    first = raised(failed, 5)
    calm = evolve(failed, state=ParcelState(Stage.LAST_MILE))
    assert look(calm, 6, known=first, probability=chance).value is None
    risky = raised(scanned(Stage.LINE_HAUL, 3), 4, probability=chance)
    moved = scanned(Stage.HANDOVER, 6)
    again = look(moved, 6, known=risky, probability=chance)
    assert again.value is None
    assert "over" not in again.codes
