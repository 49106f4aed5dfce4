from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import Decision, recording
from crossborder.model.ids import OfferId, OrderId, ProductId, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.supply import OfferLine, Supplier, SupplierOffer
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.virtual import (
    Candidate,
    CoverKind,
    LeadPart,
    LeadTime,
    LineOutlook,
    OpenLine,
    latest_purchase,
    outlook,
    redecide,
    standing_alarms,
)

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SKU = SkuId("s1")
SHIP_BY = NOW + 6 * DAY
PARTS = ("handling", "domestic", "check", "line_haul", "last_mile")


def flat(least: int, most: int) -> Distribution:
    """Equally likely whole hours."""
    return Distribution.of(range(least, most + 1))


LEAD = LeadTime(
    (
        LeadPart("handling", flat(20, 59), None, 40.0),
        LeadPart("domestic", flat(20, 29), None, 10.0),
        LeadPart("check", flat(2, 5), WorkCalendar(), 4.0),
    ),
    (
        LeadPart("line_haul", flat(60, 89), None, 30.0),
        LeadPart("last_mile", flat(10, 19), None, 10.0),
    ),
)
QUICK = LeadTime.stated(6 * HOUR, 6 * HOUR, transit=(2 * DAY, 3 * DAY))


def candidate(name: str, lead: LeadTime = LEAD, available: int = 100, **terms: Any) -> Candidate:
    line = OfferLine(SKU, available, Price("10", "CNY"))
    offer = SupplierOffer(
        OfferId(name), Supplier(SupplierId(name)), ProductId("p"), (line,), "CNY", NOW, **terms
    )
    return Candidate(offer, lead)


def line(name: str = "1", **changes: Any) -> OpenLine:
    stated: dict[str, Any] = {
        "ship_by": SHIP_BY,
        "deliver_by": SHIP_BY + 6 * DAY,
        "offer_id": OfferId("main"),
        "quantity": 2,
        **changes,
    }
    return OpenLine(OrderId("1001"), name, SKU, **stated)


def under(part: str, hours: int, **changes: Any) -> OpenLine:
    """A line of which that part has been under way for so long."""
    return line(part=part, since=NOW - hours * HOUR, **changes)


def seen(
    *lines: OpenLine,
    candidates: tuple[Candidate, ...] = (candidate("main"),),
    **changes: Any,
) -> Decision[tuple[LineOutlook, ...]]:
    arguments = {"now": NOW, "fresh_for": 30 * DAY, **changes}
    return outlook(lines, candidates, **arguments)


def chance(one: LineOutlook) -> Decimal:
    """The probability, of a line about which something is known."""
    assert one.kept is not None
    return one.kept


LINES = st.builds(
    lambda part, hours, ship, deliver: (
        under(part, hours, ship_by=NOW + ship * HOUR, deliver_by=deliver)
        if part
        else line(ship_by=NOW + ship * HOUR, deliver_by=deliver)
    ),
    st.sampled_from(("", *PARTS)),
    st.integers(0, 100),
    st.integers(-50, 200),
    st.one_of(st.none(), st.integers(0, 400).map(lambda hours: NOW + hours * HOUR)),
)
OTHERS = st.lists(st.sampled_from([LEAD, QUICK]), max_size=2).map(
    lambda leads: tuple(candidate(f"other{at}", lead) for at, lead in enumerate(leads))
)


@given(st.lists(LINES, max_size=4), OTHERS, st.integers(0, 48))
def test_every_line_at_risk_has_one_alarm_and_the_worst_comes_first(
    made: list[OpenLine], others: tuple[Candidate, ...], notice: int
) -> None:
    lines = tuple(evolve(one, line_id=str(at)) for at, one in enumerate(made))
    candidates = (candidate("main"), *others)
    decision = seen(*lines, candidates=candidates, notice=notice * HOUR)
    assert sorted(one.line_id for one in decision.value) == [one.line_id for one in lines]
    kept = [chance(one) for one in decision.value]
    assert kept == sorted(kept)
    alarmed = [event.facts["line"] for event in decision.events]
    assert len(set(alarmed)) == len(alarmed)
    risky = {one.line_id for one in decision.value if one.at_risk}
    assert risky == {one.line_id for one in decision.value if chance(one) < Decimal("0.9")}
    assert risky <= set(alarmed)
    for event in decision.events:
        act_by = event.facts["act_by"]
        assert act_by is None or datetime.fromisoformat(act_by) > NOW


@given(st.lists(LINES, max_size=4), OTHERS, st.integers(0, 48))
def test_an_alarm_is_raised_once(
    made: list[OpenLine], others: tuple[Candidate, ...], notice: int
) -> None:
    lines = tuple(evolve(one, line_id=str(at)) for at, one in enumerate(made))
    first = seen(*lines, candidates=(candidate("main"), *others), notice=notice * HOUR)
    raised = frozenset(event.facts["key"] for event in first.events)
    again = seen(
        *lines, candidates=(candidate("main"), *others), notice=notice * HOUR, raised=raised
    )
    assert again.events == ()
    assert again.value == first.value


@given(LINES, st.integers(0, 100))
def test_silence_never_makes_a_promise_surer(one: OpenLine, hours: int) -> None:
    now = seen(one).value[0]
    later = seen(one, now=NOW + hours * HOUR).value[0]
    assert chance(later) <= chance(now)
    assert later.must == now.must


@given(LINES)
def test_a_decision_made_again_is_the_same(one: OpenLine) -> None:
    with recording():
        first = seen(one, raised=frozenset({"x"}), notice=HOUR)
    assert replay(to_record(first)) == evolve(first, inputs=None)


def test_a_part_under_way_is_judged_by_what_may_still_come() -> None:
    """Handling takes 20 to 59 hours; after 39 the 20 slowest courses are left."""
    only = LeadTime(LEAD.parts[:1])
    main = (candidate("main", only),)
    late = line(part="handling", since=NOW - 39 * HOUR, ship_by=NOW + 15 * HOUR, deliver_by=None)
    fresh = evolve(late, since=NOW, ship_by=NOW + 54 * HOUR)
    assert seen(fresh, candidates=main).value[0].kept == Decimal("0.8750")
    assert seen(late, candidates=main).value[0].kept == Decimal("0.7500")
    assert seen(late, candidates=main).value[0].slack == 15 * HOUR


def test_what_takes_longer_than_ever_seen_counts_as_lost() -> None:
    (one,) = seen(under("handling", 60, ship_by=NOW + 100 * DAY, deliver_by=NOW + 110 * DAY)).value
    assert one.kept == 0
    assert one.at_risk
    assert one.slack is not None
    assert one.slack > 80 * DAY


def test_working_hours_are_silent_at_night() -> None:
    """The check takes at most five working hours; from Friday evening to Monday none passed."""
    friday, monday = (
        datetime(2026, 10, 30, 10, tzinfo=UTC),
        datetime(2026, 11, 2, 1, tzinfo=UTC),
    )
    one = line(part="check", since=friday)
    assert seen(one, now=monday).value[0].kept == Decimal("0.9999")
    assert seen(one, now=monday + 5 * HOUR).value[0].kept == 0


def test_a_parcel_under_way_no_longer_minds_its_ship_by() -> None:
    sent = under("line_haul", 10, ship_by=NOW - DAY, deliver_by=NOW + 5 * DAY)
    assert seen(sent).value[0].kept == Decimal("0.9999")
    nowhere = under("last_mile", 10, deliver_by=None)
    (one,) = seen(nowhere).value
    assert (one.kept, one.must, one.slack) == (Decimal("0.9999"), None, None)


def test_the_alarm_comes_while_a_substitute_can_still_be_bought() -> None:
    candidates = (candidate("main"), candidate("other", QUICK))
    silent = under("handling", 50, ship_by=NOW + 36 * HOUR)
    decision = seen(silent, candidates=candidates)
    (event,) = decision.events
    (one,) = decision.value
    assert (event.name, event.subject) == ("inventory.promise_at_risk", "1001")
    assert (event.facts["cause"], event.facts["substitute"]) == ("silent", "other")
    assert one.act_by is not None
    assert NOW < one.act_by < SHIP_BY
    assert event.facts["act_by"] == one.act_by.isoformat()
    assert decision.codes == ("silent",)


def test_when_nobody_can_step_in_any_more_the_cause_is_another() -> None:
    candidates = (candidate("main"), candidate("other", QUICK))
    silent = under("handling", 50, ship_by=NOW + 36 * HOUR)
    first = seen(silent, candidates=candidates)
    raised = frozenset(event.facts["key"] for event in first.events)
    later = seen(silent, candidates=candidates, now=NOW + 30 * HOUR, raised=raised)
    assert [event.facts["cause"] for event in later.events] == ["no_way"]
    assert later.value[0].act_by is None


def test_the_end_of_an_offer_is_the_last_moment_to_act() -> None:
    ends = candidate("other", QUICK, valid_until=NOW + 3 * HOUR)
    silent = under("handling", 58, ship_by=NOW + 3 * DAY)
    late = evolve(silent, since=NOW - 61 * HOUR)
    (one,) = seen(late, candidates=(candidate("main"), ends)).value
    assert one.act_by == NOW + 3 * HOUR


def test_a_line_that_is_not_bought_yet_alarms_before_its_deadline_passes() -> None:
    (one,) = seen(line()).value
    assert not one.at_risk
    assert one.must is not None
    assert one.slack == one.must - NOW
    before = one.must - 2 * HOUR
    assert seen(line(), now=before).events == ()
    (event,) = seen(line(), now=before, notice=4 * HOUR).events
    assert event.facts["cause"] == "last_chance"
    assert event.facts["must"] == one.must.isoformat()
    (gone,) = seen(line(), now=one.must + HOUR).events
    assert gone.facts["cause"] == "no_way"


def test_with_time_left_the_next_look_is_soon_enough() -> None:
    """At the next look the silence would tell, and the substitute would still be there."""
    silent = under("handling", 20, ship_by=NOW + 70 * HOUR)
    candidates = (candidate("main"), candidate("other", QUICK))
    quiet = seen(silent, candidates=candidates, notice=40 * HOUR)
    assert quiet.value[0].substitute == "other"
    assert quiet.events == ()
    certain = seen(evolve(silent, ship_by=NOW + 9 * DAY), candidates=candidates, notice=40 * DAY)
    assert (certain.value[0].substitute, certain.events) == (None, ())
    ends = candidate("other", QUICK, valid_until=NOW + 30 * HOUR)
    last = seen(silent, candidates=(candidate("main"), ends), notice=40 * HOUR)
    assert [event.facts["cause"] for event in last.events] == ["last_chance"]


@pytest.mark.parametrize(
    "candidates",
    [
        (),
        (candidate("main", available=0),),
        (candidate("main", valid_until=NOW),),
        (candidate("main", LeadTime.stated(None, DAY)),),
    ],
    ids=["gone", "sold out", "expired", "unknown"],
)
def test_without_its_supply_a_line_is_at_risk(candidates: tuple[Candidate, ...]) -> None:
    decision = seen(line(), candidates=candidates)
    assert decision.value[0].kept == 0
    assert [event.facts["cause"] for event in decision.events] == ["no_way"]


def test_only_the_parts_still_to_come_must_be_known() -> None:
    unknown = evolve(LEAD.parts[0], hours=None)
    main = (candidate("main", LEAD.replaced(unknown)),)
    (blind,) = seen(under("handling", 1), candidates=main).value
    assert (blind.kept, blind.must, blind.slack, blind.at_risk) == (None, None, None, True)
    assert seen(under("domestic", 1), candidates=main).value[0].kept == Decimal("0.9999")


def test_an_offer_that_lost_the_sku_supplies_no_line() -> None:
    other = evolve(line(), sku_id=SkuId("s2"))
    assert seen(other).value[0].kept == 0


@given(st.lists(LINES, max_size=5), OTHERS, st.integers(0, 12), st.integers(1, 9))
def test_what_is_not_bought_is_judged_as_it_would_be_decided_again(
    made: list[OpenLine], others: tuple[Candidate, ...], pieces: int, moq: int
) -> None:
    """Same pieces, same cap: no line is well that nobody serves, none is lost that somebody does."""
    lines = tuple(evolve(one, line_id=str(at), quantity=1 + at) for at, one in enumerate(made))
    candidates = (candidate("main", available=pieces, moq=moq), *others)
    asked: dict[str, Any] = {"now": NOW, "fresh_for": 30 * DAY}
    covers = {one.line_id: one for one in redecide(lines, candidates, **asked).value}
    decision = outlook(lines, candidates, **asked)
    causes = {event.facts["line"]: event.facts["cause"] for event in decision.events}
    for one in decision.value:
        cover = covers[one.line_id]
        if cover.kind is CoverKind.KEPT:
            assert not one.at_risk
        if cover.kind is CoverKind.SWITCHED:
            assert (causes[one.line_id], one.substitute) == ("not_bought", cover.offer_id)
        if cover.kind is CoverKind.UNCOVERED:
            assert (one.at_risk, causes[one.line_id]) == (True, "no_way")


def test_pieces_that_the_supplier_has_not_keep_no_promise() -> None:
    (one,) = seen(line(quantity=5), candidates=(candidate("main", available=1),)).value
    assert one.kept == 0
    assert one.at_risk
    both = (line("1", quantity=3), line("2", quantity=3))
    found = seen(*both, candidates=(candidate("main", available=4),)).value
    assert [(one.line_id, one.at_risk) for one in found] == [("2", True), ("1", False)]


def test_a_substitute_with_a_large_smallest_quantity_is_a_way() -> None:
    candidates = (candidate("main", available=0), candidate("other", QUICK, moq=50))
    (one,) = seen(line(), candidates=candidates).value
    assert one.substitute == "other"
    assert seen(line(), candidates=candidates, cap=1).value[0].substitute is None


@given(
    st.lists(st.integers(10, 60), min_size=2, max_size=8),
    st.integers(30, 90),
    st.sampled_from([6, 12]),
)
def test_nobody_learns_of_a_risk_after_the_last_moment_to_act(
    takes: list[int], until: int, other: int
) -> None:
    """Looked at every hour: a promise that was not certain is told of while one can still act."""
    main = candidate("main", LeadTime((LeadPart("handling", Distribution.of(takes), None, 8.0),)))
    quick = candidate("other", LeadTime.stated(other * HOUR, 6 * HOUR))
    one = line(part="handling", since=NOW, ship_by=NOW + until * HOUR, deliver_by=None)
    last = latest_purchase(quick.lead, ship_by=one.ship_by)
    assert last is not None
    now, raised, told, kept = NOW, frozenset[str](), False, Decimal(0)
    while now < last:
        look = seen(one, candidates=(main, quick), now=now, notice=HOUR, raised=raised)
        raised = standing_alarms(raised, look.events)
        told |= any("cause" in event.facts for event in look.events)
        kept = look.value[0].kept or Decimal(0)
        now += HOUR
    if last > NOW:
        assert told or kept == Decimal("0.9999")


def test_the_last_chance_has_an_alarm_of_its_own() -> None:
    """It does not eat the key of the alarm that comes when the deadline has passed."""
    must = seen(line()).value[0].must
    assert must is not None
    other = candidate("other", QUICK)
    early = seen(line(), now=must - HOUR, notice=2 * HOUR)
    raised = standing_alarms(frozenset(), early.events)
    assert raised == {"promise_at_risk/1001/1/last_chance"}
    late = seen(
        line(), candidates=(candidate("main"), other), now=must + HOUR, notice=HOUR, raised=raised
    )
    assert [event.facts["cause"] for event in late.events] == ["not_bought"]


def test_an_alarm_that_is_over_is_said_so_and_may_come_again() -> None:
    gone = (candidate("main", available=0),)
    raised: frozenset[str] = frozenset()
    told = []
    for candidates in (gone, gone, (candidate("main"),), gone):
        decision = seen(line(), candidates=candidates, raised=raised)
        raised = standing_alarms(raised, decision.events)
        told.append([event.name.removeprefix("inventory.") for event in decision.events])
    assert told == [["promise_at_risk"], [], ["promise_safe"], ["promise_at_risk"]]


def test_one_line_that_cannot_be_read_spoils_no_other() -> None:
    slow = LeadPart("handling", Distribution.point(14_000.0), WorkCalendar())
    endless = candidate("slow", LeadTime((slow, *LEAD.parts[1:])))
    lines = (
        line("1"),
        evolve(under("customs", 1), line_id="2"),
        evolve(under("handling", 1), line_id="3", offer_id=OfferId("gone")),
        evolve(under("handling", 1), line_id="4", offer_id=OfferId("slow")),
        evolve(line("5"), offer_id=OfferId("slow")),
    )
    decision = seen(*lines, candidates=(candidate("main"), endless))
    found = {one.line_id: one for one in decision.value}
    causes = {event.facts["line"]: event.facts["cause"] for event in decision.events}
    assert causes == {
        "2": "part_unknown",
        "3": "lead_unknown",
        "4": "lead_too_long",
        "5": "lead_too_long",
    }
    assert (found["1"].kept, found["1"].at_risk) == (Decimal("0.9999"), False)
    for name in "2345":
        one = found[name]
        assert (one.kept, one.slack, one.must, one.at_risk) == (None, None, None, True)


def test_a_chance_above_what_can_be_told_is_held_against_the_level_as_it_is() -> None:
    far = line(ship_by=NOW + 200 * DAY, deliver_by=None)
    (one,) = seen(far, level=Decimal("0.99995")).value
    assert (one.kept, one.at_risk) == (Decimal("0.9999"), False)
    sent = under("line_haul", 10, deliver_by=NOW + 200 * DAY)
    (one,) = seen(sent, level=Decimal("0.99995")).value
    assert (one.kept, one.at_risk) == (Decimal("0.9999"), False)


def test_one_line_stands_there_once() -> None:
    with pytest.raises(InvalidValue, match="one line twice"):
        seen(line(), line())


@pytest.mark.parametrize(
    "changes",
    [{"quantity": 0}, {"part": "handling"}, {"since": NOW}],
)
def test_a_line_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match=r"OpenLine\.(quantity|since)"):
        line(**changes)


def test_a_negative_notice_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"outlook\.notice"):
        seen(line(), notice=-HOUR)
