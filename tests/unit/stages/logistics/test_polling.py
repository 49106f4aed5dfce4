"""Which parcels are asked for, when the calls for it are counted."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import combinations

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, NaiveTime
from crossborder.model.decision import recording
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
from crossborder.replay import replay, to_record
from crossborder.stages.logistics.polling import (
    Followed,
    PollBudget,
    PollPlan,
    PollRules,
    follow,
    poll,
    worth,
)

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ON_THE_WAY = [stage for stage in Stage if not stage.ended]
RULES = PollRules()

ages = st.integers(0, 40 * 24).map(lambda hours: NOW - hours * HOUR)
maybe = st.none() | ages


@st.composite
def followed(draw: st.DrawFn, name: str) -> Followed:
    return Followed(
        name,
        NOW - 41 * DAY,
        draw(st.sampled_from(list(Stage))),
        asked_at=draw(maybe),
        heard_at=draw(maybe),
        scanned_at=draw(maybe),
        gap=draw(st.sampled_from([6 * HOUR, 2 * DAY, 5 * DAY])),
        promised=draw(st.none() | st.integers(-5, 20).map(lambda days: NOW + days * DAY)),
        late=draw(st.sampled_from([0.0, 0.3, 1.0])),
        pushed=draw(st.booleans()),
        ended_at=draw(maybe),
        paid=draw(st.booleans()),
    )


@st.composite
def schedules(draw: st.DrawFn, most: int = 8) -> tuple[Followed, ...]:
    return tuple(draw(followed(f"p{place}")) for place in range(draw(st.integers(0, most))))


budgets = st.builds(PollBudget, st.integers(0, 3), st.integers(1, 3), st.none() | st.integers(0, 4))


def planned(parcels: tuple[Followed, ...], budget: PollBudget) -> PollPlan:
    return poll(parcels, budget, now=NOW).value


def may_be_asked(parcels: tuple[Followed, ...]) -> tuple[Followed, ...]:
    everything = PollBudget(len(parcels), 1)
    asked = set(planned(parcels, everything).ids)
    return tuple(parcel for parcel in parcels if parcel.id in asked)


@given(schedules(), budgets)
@settings(max_examples=300, deadline=None)
def test_no_other_set_within_the_budget_is_worth_more(
    parcels: tuple[Followed, ...], budget: PollBudget
) -> None:
    room = budget.calls * budget.numbers
    credits_left = room if budget.credits is None else budget.credits
    open_ = may_be_asked(parcels)
    values = {one.id: worth(one, now=NOW) for one in open_}
    best = max(
        sum(values[one.id] for one in some)
        for size in range(min(room, len(open_)) + 1)
        for some in combinations(open_, size)
        if sum(one.paid for one in some) <= credits_left
    )
    plan = planned(parcels, budget)
    assert sum(values[name] for name in plan.ids) == pytest.approx(best)


@given(st.data(), schedules(), budgets)
def test_the_order_of_the_parcels_is_nothing(
    data: st.DataObject, parcels: tuple[Followed, ...], budget: PollBudget
) -> None:
    shuffled = tuple(data.draw(st.permutations(parcels)))
    assert planned(shuffled, budget) == planned(parcels, budget)


@given(schedules(), budgets)
def test_a_budget_is_never_overdrawn_and_never_left_unused(
    parcels: tuple[Followed, ...], budget: PollBudget
) -> None:
    plan = planned(parcels, budget)
    by_id = {parcel.id: parcel for parcel in parcels}
    paid = sum(by_id[name].paid for name in plan.ids)
    assert len(plan.calls) <= budget.calls
    assert all(1 <= len(call) <= budget.numbers for call in plan.calls)
    assert len(set(plan.ids)) == len(plan.ids)
    assert budget.credits is None or paid <= budget.credits
    left = [one for one in may_be_asked(parcels) if one.id not in plan.ids]
    assert plan.left == len(left)
    if left and len(plan.ids) < budget.calls * budget.numbers:
        assert all(one.paid for one in left)
        assert paid == budget.credits


@given(schedules(most=12))
def test_within_a_plan_the_most_valuable_is_asked_first(parcels: tuple[Followed, ...]) -> None:
    by_id = {parcel.id: parcel for parcel in parcels}
    plan = planned(parcels, PollBudget(3, 2))
    values = [worth(by_id[name], now=NOW) for name in plan.ids]
    assert values == sorted(values, reverse=True)


@given(st.sampled_from(ON_THE_WAY), st.integers(1, 100), st.integers(1, 100))
def test_what_waits_longer_is_worth_more(stage: Stage, hours: int, more: int) -> None:
    parcel = Followed("p", NOW - 90 * DAY, stage, asked_at=NOW - hours * HOUR)
    longer = evolve(parcel, asked_at=NOW - (hours + more) * HOUR)
    assert worth(longer, now=NOW) > worth(parcel, now=NOW)


def test_no_parcel_waits_for_ever_beside_ones_that_are_always_worth_more() -> None:
    # The dullest parcel there is, among so many at the door that each hour has one too many.
    dull = Followed("dull", NOW, Stage.REGISTERED, asked_at=NOW, gap=30 * DAY)
    hot = [
        Followed(f"hot{place}", NOW, Stage.OUT_FOR_DELIVERY, asked_at=NOW, gap=HOUR, late=1.0)
        for place in range(12)
    ]
    moment, parcels, newcomers = NOW, {one.id: one for one in [dull, *hot]}, 0
    while parcels["dull"].asked_at == NOW:
        moment += 6 * HOUR
        newcomers += 1
        fresh = Followed(f"new{newcomers}", moment, Stage.UNKNOWN)
        parcels[fresh.id] = fresh
        for name in poll(tuple(parcels.values()), PollBudget(1, 3), now=moment).value.ids:
            if name.startswith("new"):
                del parcels[name]
            else:
                parcels[name] = evolve(parcels[name], asked_at=moment)
        assert moment - NOW <= RULES.overtaken + 6 * HOUR * (13 // 3 + 1)


def test_never_asked_ones_go_first() -> None:
    asked = tuple(
        Followed(
            f"a{place}",
            NOW - 9 * DAY,
            Stage.OUT_FOR_DELIVERY,
            asked_at=NOW - DAY,
            promised=NOW,
            late=1.0,
        )
        for place in range(5)
    )
    new = Followed("new", NOW - HOUR, Stage.REGISTERED)
    assert planned((*asked, new), PollBudget(1)).ids == ("new",)


BASE = Followed("base", NOW - 9 * DAY, Stage.LINE_HAUL, asked_at=NOW - DAY)


@pytest.mark.parametrize(
    "better",
    [
        evolve(BASE, stage=Stage.OUT_FOR_DELIVERY),
        evolve(BASE, late=0.8),
        evolve(BASE, promised=NOW + HOUR),
        evolve(BASE, promised=NOW - DAY),
        evolve(BASE, scanned_at=NOW - 7 * DAY),
        evolve(BASE, gap=6 * HOUR),
        evolve(BASE, asked_at=NOW - 2 * DAY),
    ],
    ids=["stage", "late", "promise near", "promise over", "overdue", "busy line", "asked long ago"],
)
def test_each_thing_that_makes_an_answer_worth_more_does_so(better: Followed) -> None:
    assert worth(better, now=NOW) > worth(BASE, now=NOW)
    assert planned((BASE, evolve(better, id="better")), PollBudget(1)).ids == ("better",)


@pytest.mark.parametrize(
    "same", [evolve(BASE, promised=NOW + 9 * DAY), evolve(BASE, scanned_at=NOW - DAY)]
)
def test_a_far_promise_and_a_usual_silence_change_nothing(same: Followed) -> None:
    assert worth(same, now=NOW) == worth(BASE, now=NOW)


def test_what_is_told_by_webhook_is_asked_only_to_reconcile() -> None:
    pushed = evolve(BASE, pushed=True, asked_at=None, heard_at=NOW - 23 * HOUR)
    assert planned((pushed,), PollBudget(9)) == PollPlan((), 0, NOW + HOUR)
    silent = evolve(pushed, heard_at=NOW - DAY)
    assert planned((silent,), PollBudget(9)).ids == ("base",)
    asked_since = evolve(silent, asked_at=NOW - HOUR)
    assert planned((asked_since,), PollBudget(9)).ids == ()
    never = evolve(pushed, heard_at=None)
    assert planned((never,), PollBudget(9)).ids == ("base",)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage.ended])
def test_an_ended_parcel_is_looked_at_again_for_a_while_and_then_never(stage: Stage) -> None:
    def asked(ended: timedelta, before: timedelta | None) -> bool:
        at = None if before is None else NOW - before
        parcel = evolve(BASE, stage=stage, asked_at=at, ended_at=NOW - ended)
        return bool(planned((parcel,), PollBudget(9)).ids)

    assert not asked(2 * DAY, 30 * DAY)
    assert asked(3 * DAY, 30 * DAY)
    assert not asked(10 * DAY, 2 * DAY)
    assert asked(10 * DAY, 3 * DAY)
    assert asked(14 * DAY, 11 * DAY)
    assert not asked(15 * DAY, 12 * DAY)
    assert not asked(90 * DAY, None)


@given(
    st.sampled_from([stage for stage in Stage if stage.ended]),
    *(st.none() | st.integers(-20, 0) for _ in range(3)),
    st.booleans(),
)
def test_an_ended_parcel_is_asked_for_no_longer_than_its_end_is_in_doubt(
    stage: Stage, ended: int | None, scanned: int | None, heard: int | None, pushed: bool
) -> None:
    def day(of: int | None) -> datetime | None:
        return None if of is None else NOW + of * DAY

    parcel = Followed(
        *("p", NOW, stage),
        scanned_at=day(scanned),
        heard_at=day(heard),
        ended_at=day(ended),
        pushed=pushed,
    )
    asked = []
    for later in range(60):
        now = NOW + later * DAY
        if poll((parcel,), PollBudget(1), now=now).value.ids:
            asked.append(later)
            parcel = evolve(parcel, asked_at=now)
    # Every third day, beginning with the third day after the end, up to the fourteenth.
    end = next((one for one in (ended, scanned, heard) if one is not None), 0)
    assert asked == list(range(max(0, end + 3), end + 15, 3))


def test_a_parcel_is_not_asked_for_twice_in_a_moment() -> None:
    just = evolve(BASE, asked_at=NOW - HOUR / 2)
    assert planned((just,), PollBudget(9)) == PollPlan((), 0, NOW + HOUR / 2)


def test_a_decision_says_how_many_and_can_be_made_again() -> None:
    parcels = (BASE, Followed("new", NOW), evolve(BASE, id="last"))
    with recording():
        decision = poll(parcels, PollBudget(1, 2), now=NOW)
    assert decision.codes == ("asked",)
    facts = decision.reasons[0].facts
    assert (facts["parcels"], facts["due"], facts["asked"]) == (3, 3, 2)
    assert replay(to_record(decision)) == evolve(decision, inputs=None)
    assert poll(parcels, PollBudget(0), now=NOW).codes == ("budget_spent",)
    assert poll((), PollBudget(1), now=NOW).codes == ("nothing_due",)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="two parcels"):
        poll((BASE, BASE), PollBudget(1), now=NOW)
    with pytest.raises(InvalidValue, match="a share"):
        evolve(BASE, late=1.5)
    with pytest.raises(InvalidValue, match="gap"):
        evolve(BASE, gap=timedelta(0))
    with pytest.raises(InvalidValue, match="at least 1"):
        PollBudget(1, 0)
    for late in (Decimal("NaN"), Decimal("sNaN"), Decimal("1.5"), 2, True, "0.5"):
        with pytest.raises(InvalidValue, match=r"Followed\.late"):
            evolve(BASE, late=late)


def test_a_chance_is_taken_as_any_kind_of_number() -> None:
    for late, same in ((Decimal("0.25"), 0.25), (1, 1.0), (0, 0.0), (0.5, 0.5)):
        kept = evolve(BASE, late=late).late
        assert (kept, type(kept)) == (same, float)
    shipment = Shipment(ShipmentId("p"), "acme", "N1")
    assert follow(shipment, since=NOW, late=Decimal("0.25")).late == 0.25


FAR = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "parcel",
    [
        evolve(BASE, asked_at=FAR),
        evolve(BASE, pushed=True, heard_at=FAR),
        evolve(BASE, stage=Stage.DELIVERED, ended_at=FAR),
        evolve(BASE, stage=Stage.LOST, scanned_at=FAR),
    ],
)
def test_a_time_at_the_end_of_the_calendar_is_refused_by_name(parcel: Followed) -> None:
    with pytest.raises(InvalidValue, match="no time is left") as told:
        planned((parcel,), PollBudget(1))
    assert getattr(parcel, told.value.field) == told.value.value == FAR
    assert worth(parcel, now=NOW) >= 0


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(NaiveTime, match=r"worth\.now"):
        worth(BASE, now=naive)
    with pytest.raises(NaiveTime, match=r"poll\.now"):
        poll((BASE,), PollBudget(1), now=naive)
    with pytest.raises(NaiveTime, match="since"):
        follow(Shipment(ShipmentId("p"), "acme", "N1"), since=naive)


def test_a_schedule_of_many_parcels_asks_for_each_once_within_its_budget() -> None:
    stages = list(Stage)
    parcels = tuple(
        Followed(
            f"p{place}",
            NOW - 60 * DAY,
            stages[place % len(stages)],
            asked_at=NOW - place % 89 * HOUR,
            scanned_at=NOW - place % 199 * HOUR,
            promised=NOW + (place % 23 - 3) * DAY,
            late=place % 101 / 100,
            pushed=place % 3 == 0,
        )
        for place in range(20_000)
    )
    plan = planned(parcels, PollBudget(180, 40))
    assert len(plan.ids) == 7_200


def test_a_parcel_is_followed_by_what_is_known_of_it() -> None:
    scans = (
        TrackingEvent("acme", "A", at=NOW - 3 * DAY),
        TrackingEvent("acme", "B", local="2026-11-20 08:00:00"),
        TrackingEvent("acme", "C", local="soon"),
    )
    shipment = Shipment(
        ShipmentId("p"),
        "acme",
        "N1",
        events=scans,
        state=ParcelState(Stage.DELIVERED),
        promised=Window(NOW, NOW + DAY),
    )
    last = datetime(2026, 11, 20, 8, tzinfo=UTC)
    seen = follow(shipment, since=NOW - 9 * DAY, asked_at=NOW - DAY, late=0.4, pushed=True)
    assert seen == Followed(
        "p",
        NOW - 9 * DAY,
        Stage.DELIVERED,
        asked_at=NOW - DAY,
        scanned_at=last,
        promised=NOW + DAY,
        late=0.4,
        pushed=True,
        ended_at=last,
    )
    doubtful = evolve(shipment, state=ParcelState(Stage.DELIVERED, reopened=True))
    again = follow(doubtful, since=NOW - 9 * DAY)
    assert (again.stage, again.ended_at) == (Stage.UNKNOWN, None)
    bare = follow(evolve(shipment, events=(), promised=None, state=ParcelState()), since=NOW)
    assert bare == Followed("p", NOW)


@pytest.mark.parametrize(
    ("at", "local", "received", "ended"),
    [
        (NOW - DAY, None, NOW, NOW - DAY),
        (NOW - DAY, None, None, NOW - DAY),
        (None, "2026-11-22 08:00:00", NOW - HOUR, NOW - HOUR),
        (None, "2026-11-22 08:00:00", None, NOW - 4 * HOUR),
        (None, "22 Nov 2026 10:00", NOW - HOUR, NOW - HOUR),
        (None, "22 Nov 2026 10:00", None, NOW - 3 * DAY),
        (FAR, None, NOW - HOUR, NOW - HOUR),
        # Read a week later: it ended 14 hours after what its clock shows, at the latest.
        (None, "2026-11-15 08:00:00", NOW, NOW - 7 * DAY + 10 * HOUR),
    ],
    ids=["at", "at alone", "local", "local alone", "no time", "nothing", "never set", "read late"],
)
def test_a_parcel_ended_when_its_ending_scan_says_or_when_that_was_heard(
    at: datetime | None, local: str | None, received: datetime | None, ended: datetime
) -> None:
    scans = (
        TrackingEvent("acme", "A", stage=Stage.LAST_MILE, at=NOW - 3 * DAY),
        TrackingEvent("acme", "D", stage=Stage.DELIVERED, at=at, local=local, received_at=received),
        TrackingEvent("acme", "P", local="soon"),
    )
    state = ParcelState(Stage.DELIVERED)
    shipment = Shipment(ShipmentId("p"), "acme", "N1", events=scans, state=state)
    assert follow(shipment, since=NOW - 9 * DAY).ended_at == ended
