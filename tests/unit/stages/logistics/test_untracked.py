"""Ordinary mail is known by time alone, and never taken for delivered."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import recording
from crossborder.model.ids import ShipmentId
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
from crossborder.predict.calendar import WorkCalendar
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.logistics.untracked import (
    MailLimits,
    MailProposal,
    MailState,
    MailWord,
    UntrackedMail,
    untracked,
)

SENT = datetime(2026, 11, 2, 10, tzinfo=UTC)
DAY = timedelta(days=1)
LETTER = Shipment(ShipmentId("S1"), "chinapost", "U1", ship_date=SENT)
LAW = Distribution.of([10, 12, 14, 15, 16, 18, 20, 22, 25, 40])
ORDER = list(MailState)[:3]

laws = st.lists(st.integers(1, 90), min_size=1, max_size=20).map(Distribution.of)
days = st.integers(0, 200)
calendars = st.sampled_from(
    [
        WorkCalendar("UTC", frozenset()),
        WorkCalendar("Asia/Shanghai"),
        WorkCalendar("America/New_York", frozenset({7}), closed=(date(2026, 12, 25),)),
    ]
)


def stand(day: float, law: Distribution = LAW, **more: Any) -> UntrackedMail:
    found = untracked(LETTER, law, now=SENT + DAY * day, **more).value
    assert found is not None
    return found


@given(laws, days, days, calendars, calendars)
def test_as_time_goes_by_it_never_goes_back(
    law: Distribution, one: int, other: int, origin: WorkCalendar, destination: WorkCalendar
) -> None:
    places = {"origin": origin, "destination": destination}
    early, late = (stand(day, law, **places) for day in sorted((one, other)))
    assert ORDER.index(early.state) <= ORDER.index(late.state)
    assert early.expected == late.expected
    assert early.lost_after == late.lost_after


@given(laws, days, st.sampled_from(["not_arrived"]), st.sampled_from([None, *ORDER]))
def test_silence_is_never_a_delivery(
    law: Distribution, day: int, said: str, before: MailState | None
) -> None:
    word = MailWord("buyer", said, SENT)
    for words in ((), (word,)):
        mail = stand(day, law, words=words, before=before)
        assert mail.state in ORDER
        assert mail.expected.earliest <= mail.expected.latest <= mail.lost_after


@given(laws, laws, days, days)
def test_a_slower_law_learnt_later_takes_nothing_back(
    law: Distribution, later_law: Distribution, one: int, other: int
) -> None:
    early, late = sorted((one, other))
    before = stand(early, law).state
    after = stand(late, later_law, before=before).state
    assert ORDER.index(after) >= ORDER.index(before)


@given(laws, days)
def test_what_costs_money_waits_for_a_person_and_telling_does_not(
    law: Distribution, day: int
) -> None:
    for proposal in stand(day, law).proposals:
        assert proposal.confirm == (proposal.action in ("resend", "refund"))


@given(laws, days, days, st.integers(1, 1000))
def test_the_longer_the_silence_the_less_likely_it_comes(
    law: Distribution, one: int, other: int, loss: int
) -> None:
    early, late = (stand(day, law, loss=loss).still_coming for day in sorted((one, other)))
    assert 0 <= late <= early <= 1


def test_the_windows_follow_from_the_law_and_the_ship_date() -> None:
    assert [stand(day).state for day in (0, 25, 26, 40, 41)] == [
        MailState.EXPECTED,
        MailState.EXPECTED,
        MailState.OVERDUE,
        MailState.OVERDUE,
        MailState.PRESUMED_LOST,
    ]
    mail = stand(0)
    assert (mail.expected.earliest, mail.expected.latest) == (SENT + DAY * 10, SENT + DAY * 25)
    assert mail.lost_after == SENT + DAY * 40


def test_each_state_says_what_to_do() -> None:
    mail = stand(5)
    assert mail.proposals == (MailProposal("wait", until=mail.expected.latest),)
    asked = stand(5, words=(MailWord("buyer", "not_arrived", SENT + DAY),))
    assert asked.proposals == (MailProposal("tell_customer", until=mail.expected.latest),)
    assert stand(30).proposals == (MailProposal("tell_customer", until=mail.lost_after),)
    assert [one.action for one in stand(60).proposals] == ["resend", "refund"]


@pytest.mark.parametrize("speaker", ["buyer", "carrier"])
def test_the_word_of_buyer_or_carrier_settles_it_at_any_time(speaker: str) -> None:
    for day in (3, 30, 90):
        word = MailWord(speaker, "delivered", SENT + DAY * 2)
        decision = untracked(LETTER, LAW, now=SENT + DAY * day, words=(word,))
        assert decision.value is not None
        assert decision.value.state is MailState.DELIVERED
        assert decision.value.proposals == ()
        assert decision.codes[-1] == f"{speaker}_says_delivered"
        assert decision.events[0].name == "logistics.mail_delivered"


def test_the_newest_word_stands_whatever_the_order() -> None:
    lost = MailWord("carrier", "lost", SENT + DAY * 20)
    arrived = MailWord("buyer", "delivered", SENT + DAY * 25)
    for words in ((lost, arrived), (arrived, lost)):
        assert stand(30, words=words).state is MailState.DELIVERED
    assert [one.action for one in stand(22, words=(lost,)).proposals] == ["resend", "refund"]


def test_a_scan_of_a_carrier_is_its_word() -> None:
    scanned = Shipment(
        ShipmentId("S1"),
        "chinapost",
        "U1",
        ship_date=SENT,
        state=ParcelState(Stage.DELIVERED),
    )
    found = untracked(scanned, LAW, now=SENT + DAY * 9).value
    assert found is not None
    assert found.state is MailState.DELIVERED
    moving = Shipment(
        ShipmentId("S1"), "chinapost", "U1", ship_date=SENT, state=ParcelState(Stage.LAST_MILE)
    )
    waited = untracked(moving, LAW, now=SENT + DAY * 60).value
    assert waited is not None
    assert waited.state is MailState.PRESUMED_LOST


def scanned(stage: Stage, *events: TrackingEvent) -> Shipment:
    state = ParcelState(stage)
    return Shipment(ShipmentId("S1"), "chinapost", "U1", ship_date=SENT, events=events, state=state)


def scan(
    stage: Stage, day: float | None, *, received: float | None = None, local: str = "soon"
) -> TrackingEvent:
    at = None if day is None else SENT + DAY * day
    heard = None if received is None else SENT + DAY * received
    return TrackingEvent("chinapost", stage=stage, at=at, local=local, received_at=heard)


said = st.sampled_from(["delivered", "returned", "lost"])
ends = st.sampled_from([Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.DESTROYED])


@given(
    st.lists(st.tuples(said, st.integers(0, 60)), max_size=4),
    ends,
    st.integers(0, 60),
    st.none() | st.integers(0, 60),
)
def test_of_words_and_a_scan_the_one_that_was_learnt_of_last_stands(
    told: list[tuple[str, int]], stage: Stage, day: int, later: int | None
) -> None:
    words = tuple(MailWord("carrier", what, SENT + DAY * at) for what, at in told)
    received = None if later is None else day + later
    letter = scanned(stage, scan(stage, day, received=received))
    found = untracked(letter, LAW, now=SENT + DAY * 120, words=words).value
    assert found is not None
    heard = day if received is None else received
    names = {Stage.LOST: "lost", Stage.DESTROYED: "lost"}
    all_ = [*told, (names.get(stage, stage.value), heard)]
    newest = max(at for _, at in all_)
    order = ["delivered", "returned", "lost"]
    assert found.state.value == min((w for w, at in all_ if at == newest), key=order.index)


def test_a_delivery_scanned_after_the_carrier_called_it_lost_is_a_delivery() -> None:
    words = (MailWord("carrier", "lost", SENT + DAY * 40),)
    letter = scanned(Stage.DELIVERED, scan(Stage.DELIVERED, 59))
    found = untracked(letter, LAW, now=SENT + DAY * 60, words=words, before=MailState.LOST)
    assert found.value is not None
    assert (found.value.state, found.value.proposals) == (MailState.DELIVERED, ())
    assert found.codes[-1] == "carrier_says_delivered"


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), MailState.LOST),
        ((scan(Stage.DELIVERED, None),), MailState.LOST),
        ((scan(Stage.DELIVERED, None, received=50),), MailState.DELIVERED),
        ((scan(Stage.DELIVERED, None, local="2026-12-31 08:00:00"),), MailState.DELIVERED),
        ((scan(Stage.LAST_MILE, 50),), MailState.DELIVERED),
        ((scan(Stage.LAST_MILE, 30),), MailState.LOST),
        ((scan(Stage.DELIVERED, 30), scan(Stage.UNKNOWN, 50)), MailState.LOST),
    ],
    ids=["none", "no time", "heard", "local", "reported late", "reported early", "end first"],
)
def test_an_end_without_a_scan_of_its_own_is_as_new_as_what_is_known_of_it(
    events: tuple[TrackingEvent, ...], state: MailState
) -> None:
    words = (MailWord("carrier", "lost", SENT + DAY * 40),)
    letter = scanned(Stage.DELIVERED, *events)
    found = untracked(letter, LAW, now=SENT + DAY * 60, words=words).value
    assert found is not None
    assert found.state is state


@pytest.mark.parametrize("days", [3e6, 1e9, 1e300])
def test_a_law_that_is_not_in_days_is_refused(days: float) -> None:
    with pytest.raises(InvalidValue, match=r"untracked\.transit .* 9999"):
        stand(1, Distribution.of([days]))
    stand(1, Distribution.of([4000]))


def test_a_delivered_one_that_the_buyer_misses_is_asked_about() -> None:
    words = (
        MailWord("carrier", "delivered", SENT + DAY * 9),
        MailWord("buyer", "not_arrived", SENT + DAY * 10),
    )
    mail = stand(11, words=words)
    assert mail.state is MailState.DELIVERED
    assert mail.proposals == (MailProposal("ask_customer"),)


def test_what_a_word_has_settled_time_does_not_unsettle() -> None:
    assert stand(90, before=MailState.DELIVERED).state is MailState.DELIVERED


def test_a_window_does_not_end_on_a_day_without_mail() -> None:
    sundays = WorkCalendar("UTC", frozenset({7}), opens=timedelta(0), closes=timedelta(hours=24))
    law = Distribution.of([6])  # 2 November 2026 is a Monday: six days on is a Sunday
    mail = stand(0, law, destination=sundays)
    assert mail.expected.latest == datetime(2026, 11, 9, tzinfo=UTC)
    late = stand(0, law, origin=WorkCalendar("UTC", frozenset({1, 7})))
    assert late.expected.latest == datetime(2026, 11, 3, 9, tzinfo=UTC) + DAY * 6


def test_an_event_tells_of_each_change_once() -> None:
    first = untracked(LETTER, LAW, now=SENT + DAY * 30, before=MailState.EXPECTED)
    again = untracked(LETTER, LAW, now=SENT + DAY * 31, before=MailState.OVERDUE)
    assert [event.name for event in first.events] == ["logistics.mail_overdue"]
    assert again.events == ()


def test_before_it_is_sent_there_is_nothing_to_say() -> None:
    unsent = Shipment(ShipmentId("S1"), "chinapost", "U1")
    for shipment, now in ((unsent, SENT), (LETTER, SENT - DAY)):
        decision = untracked(shipment, LAW, now=now)
        assert (decision.value, decision.codes) == (None, ("not_sent",))


def test_the_chance_that_it_comes_yet_weighs_silence_against_loss() -> None:
    assert stand(0).still_coming == 1
    # One in ten takes longer than 30 days, one in ten is lost: .9 x .1 against .1.
    assert stand(30, loss=100).still_coming == Decimal("0.474")
    assert stand(60, loss=100).still_coming == 0


def test_a_decision_is_made_again_from_its_record() -> None:
    word = MailWord("buyer", "not_arrived", SENT + DAY)
    with recording():
        first = untracked(LETTER, LAW, now=SENT + DAY * 30, words=(word,))
    again = replay(to_record(first))
    assert (again.value, again.reasons) == (first.value, first.reasons)


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(InvalidValue, match="later than now"):
        stand(1, words=(MailWord("buyer", "delivered", SENT + DAY * 2),))
    with pytest.raises(InvalidValue, match="thousandths"):
        stand(1, loss=1001)
    with pytest.raises(InvalidValue, match="below zero"):
        stand(1, Distribution.of([-1, 2]))
    for speaker, said in (("seller", "delivered"), ("buyer", "arrived")):
        with pytest.raises(InvalidValue):
            MailWord(speaker, said, SENT)
    with pytest.raises(InvalidValue):
        MailProposal("shrug")
    for wrong in ({"overdue": "0.995"}, {"lost": "1"}, {"grace": timedelta(-1)}):
        with pytest.raises(InvalidValue):
            MailLimits(**wrong)
