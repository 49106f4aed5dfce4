"""What parcels have shown moves the choice of a line and the promise, and says by how much."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.carriage import Line, Parcel, ServiceClass
from crossborder.model.decision import recording
from crossborder.model.ids import ShipmentId
from crossborder.model.measure import Weight
from crossborder.model.money import Money, Price
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.virtual import LeadPart, LeadTime
from crossborder.stages.logistics import choose
from crossborder.stages.logistics.scorecard import (
    CarrierBook,
    LaneScore,
    line_law,
    measured,
    promise_move,
)

START = datetime(2026, 8, 3, tzinfo=UTC)
NOW = START + timedelta(days=120)
DAY = timedelta(days=1)


def line(name: str, cost: str = "10", fast: int = 6, slow: int = 12, loss: int = 5) -> Line:
    days = (DAY * fast, DAY * slow)
    service = ServiceClass.DEDICATED_LINE
    return Line(name, "acme", name, service, Price(cost, "CNY"), days, loss=loss)


def sent(book: CarrierBook, name: str, count: int, days: float, *, first: int = 0) -> None:
    """So many more parcels of a line to the US, each of which took so many days."""
    for number in range(first, first + count):
        handed = START + timedelta(hours=number)
        came = handed + DAY * days
        shipment = Shipment(
            ShipmentId(f"{name}-{number}"),
            "acme",
            f"{name}{number}",
            ship_date=handed,
            events=(TrackingEvent("acme", stage=Stage.DELIVERED, at=came),),
            state=ParcelState(Stage.DELIVERED),
            promised=Window(handed, handed + DAY * 12),
            line=name,
        )
        book.observe(shipment, known_at=came, now=NOW, lane=("CN", "US"))


def score(book: CarrierBook, name: str) -> LaneScore:
    return book.score("acme", "CN", "US", now=NOW, line=name)


def seasoned() -> CarrierBook:
    """Sixty parcels of a line that took 8 to 11 days."""
    book = CarrierBook()
    for days in range(4):
        sent(book, "A", 15, 8 + days, first=15 * days)
    return book


def test_ten_late_parcels_make_the_promise_later_and_say_by_how_much() -> None:
    book = seasoned()
    before = score(book, "A")
    moves = []
    for tens in range(3):
        sent(book, "A", 10, 20, first=1000 + 10 * tens)
        moves.append(promise_move(before, score(book, "A")))
    assert [one.value.days for one in moves] == [Decimal("9.0")] * 3
    assert [one.codes for one in moves] == [("later",)] * 3
    shares = [one.value.on_time for one in moves]
    assert shares == sorted(shares, reverse=True)
    assert Decimal("-0.16") < shares[0] < Decimal("-0.08")


def test_each_late_parcel_moves_the_line_no_earlier() -> None:
    book, slow, shares = seasoned(), [], []
    for number in range(25):
        found = measured(line("A"), score(book, "A")).value
        slow.append(found.transit[1])
        shares.append(score(book, "A").on_time.value)
        sent(book, "A", 1, 20, first=2000 + number)
    assert slow == sorted(slow)
    assert slow[0] < DAY * 13
    assert slow[-1] == DAY * 20
    assert shares == sorted(shares, reverse=True)


def test_ten_late_parcels_turn_the_choice_to_the_other_line() -> None:
    book = seasoned()
    sent(book, "B", 60, 9)
    lines = (line("A", "10"), line("B", "14"))
    parcel, due = Parcel(Weight.g(500)), NOW + DAY * 13

    def chosen() -> str:
        scores = (score(book, "A"), score(book, "B"))
        found = choose(lines, parcel, country="US", now=NOW, deliver_by=due, scores=scores).value
        assert found is not None
        return found.id

    assert chosen() == "A"
    sent(book, "A", 10, 25, first=1000)
    assert chosen() == "B"


def test_the_loss_that_was_measured_weighs_what_is_at_stake() -> None:
    book = CarrierBook()
    sent(book, "A", 100, 9)
    sent(book, "B", 100, 9)
    for number in range(30):
        handed = START + timedelta(hours=number)
        gone = Shipment(
            ShipmentId(f"lost-{number}"),
            "acme",
            f"L{number}",
            ship_date=handed,
            state=ParcelState(Stage.LOST),
            line="A",
        )
        book.observe(gone, known_at=NOW, now=NOW, lane=("CN", "US"))
    lines, parcel = (line("A", "10"), line("B", "12")), Parcel(Weight.g(500))
    scores = (score(book, "A"), score(book, "B"))
    found = {
        name: measured(one, score(book, name)).value.loss
        for name, one in zip("AB", lines, strict=True)
    }
    assert found["A"] > found["B"] + 20
    plain = choose(lines, parcel, country="US", now=NOW, scores=scores)
    staked = choose(
        lines, parcel, country="US", now=NOW, scores=scores, at_stake=Money(Decimal(200), "CNY")
    )
    assert plain.value is not None
    assert staked.value is not None
    assert (plain.value.id, staked.value.id) == ("A", "B")


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 20))
def test_without_a_parcel_a_line_is_what_it_says(fast: int, more: int, loss: int) -> None:
    stated = line("A", fast=fast, slow=fast + more, loss=loss)
    decision = measured(stated, CarrierBook().score("acme", "CN", "US", now=NOW, line="A"))
    assert (decision.value, decision.codes) == (stated, ("as_stated",))
    law = line_law(stated, CarrierBook().score("acme", now=NOW))
    assert (law.quantile(0.1), law.quantile(0.9)) == pytest.approx((fast, fast + more))


def test_few_parcels_move_a_line_little_and_many_to_what_they_took() -> None:
    few, many = CarrierBook(), CarrierBook()
    sent(few, "A", 1, 30)
    sent(many, "A", 400, 30)
    stated = line("A")
    assert measured(stated, score(few, "A")).value.transit[1] < DAY * 14
    assert measured(stated, score(many, "A")).value.transit[1] == DAY * 30


def test_of_several_scores_the_most_exact_one_counts_and_other_places_do_not() -> None:
    book = CarrierBook()
    sent(book, "A", 200, 30)
    own = score(book, "A")
    wide = book.score("acme", now=NOW)
    elsewhere = evolve(own, destination="DE")
    stranger = evolve(own, carrier="other")
    parcel = Parcel(Weight.g(500))

    def slowest(*scores: LaneScore) -> timedelta:
        found = choose((line("A"),), parcel, country="US", now=NOW, scores=scores).value
        assert found is not None
        return found.transit[1]

    quick = evolve(wide, transit=None)
    assert slowest(own, quick, elsewhere, stranger) == DAY * 30
    assert slowest(quick, own) == DAY * 30
    assert slowest(elsewhere, stranger) == DAY * 12


def test_the_promise_takes_the_measured_days_as_hours_of_its_transit() -> None:
    book = seasoned()
    lead = LeadTime.stated(DAY, DAY, transit=line("A").transit)
    law = line_law(line("A"), score(book, "A")).scaled(24)
    carried = lead.replaced(LeadPart("transit", law, evidence=law.evidence))
    assert carried.transit[0].hours == law
    assert carried.transit[0].evidence == 80  # sixty parcels, and its own word


def test_a_choice_by_scores_is_made_again_from_its_record() -> None:
    book = seasoned()
    with recording():
        first = choose(
            (line("A"),),
            Parcel(Weight.g(500)),
            country="US",
            now=NOW,
            scores=(score(book, "A"),),
        )
    again = replay(to_record(first))
    assert (again.value, again.reasons) == (first.value, first.reasons)


def test_scores_of_others_are_refused() -> None:
    book = seasoned()
    with pytest.raises(InvalidValue, match="is not of B"):
        measured(line("B"), score(book, "A"))
    with pytest.raises(InvalidValue, match="is not"):
        promise_move(score(book, "A"), book.score("acme", now=NOW))
    empty = CarrierBook().score("acme", now=NOW)
    with pytest.raises(InvalidValue, match="transit"):
        promise_move(empty, empty)


def test_what_is_unchanged_or_better_is_said_so() -> None:
    book = seasoned()
    before = score(book, "A")
    assert promise_move(before, before).codes == ("unchanged",)
    sent(book, "A", 500, 5, first=1000)
    move = promise_move(before, score(book, "A"))
    assert move.codes == ("earlier",)
    assert move.value.days < 0 < move.value.on_time


def _lost(book: CarrierBook, name: str, count: int, *, by_word: bool = True) -> None:
    """So many parcels of a line that never arrive, by the carrier's word or by silence."""
    for number in range(count):
        handed = START + timedelta(hours=number)
        at = handed + DAY * (2 if by_word else 0)
        stage = Stage.LOST if by_word else Stage.ACCEPTED
        parcel = Shipment(
            ShipmentId(f"gone-{name}-{number}"),
            "acme",
            f"G{name}{number}",
            handed,
            line=name,
            events=(TrackingEvent("a", stage.name, stage=stage, at=at),),
            state=ParcelState(stage),
        )
        book.observe(parcel, known_at=NOW, now=NOW, lane=("CN", "US"))


@pytest.mark.parametrize("by_word", [True, False])
def test_a_line_that_loses_every_parcel_is_not_taken_at_its_word(by_word: bool) -> None:
    book = CarrierBook()
    _lost(book, "A", 100, by_word=by_word)
    shown = score(book, "A")
    decision = measured(line("A"), shown)
    assert decision.codes == ("as_stated", "loss_measured")
    assert decision.value.loss == round((100 * 1000 + 5 * 200) / 300)
    both = (line("A", "10"), line("B", "11"))
    staked = choose(
        both,
        Parcel(Weight.g(500)),
        country="US",
        now=NOW,
        scores=(shown,),
        at_stake=Money("500", "CNY"),
    )
    assert staked.value is not None
    assert staked.value.id == "B"


def test_the_stated_loss_counts_as_two_hundred_parcels() -> None:
    book = CarrierBook()
    sent(book, "A", 180, 9)
    _lost(book, "A", 20)
    shown = score(book, "A")
    assert (shown.loss.hits, shown.loss.evidence) == (20, 200)
    assert measured(line("A"), shown).value.loss == round((20 * 1000 + 5 * 200) / 400)
