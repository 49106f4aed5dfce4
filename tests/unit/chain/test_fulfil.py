from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.chain import collect, fulfil, send
from crossborder.conversation import Steps, flow
from crossborder.model.carriage import Parcel, Quote
from crossborder.model.ids import ShipmentId, SupplierId, WarehouseId
from crossborder.model.measure import Weight
from crossborder.model.money import Money, Price
from crossborder.model.order import Order
from crossborder.model.outcome import Done, Refused
from crossborder.model.place import Address
from crossborder.model.purchase import PurchaseStatus
from crossborder.model.shipment import Shipment
from crossborder.model.stock import RealStock
from crossborder.model.tracking import ParcelState, Stage, TrackingEvent
from crossborder.stages.inventory import LeadTime
from crossborder.stages.logistics.scorecard import CarrierBook
from crossborder.stages.orders import hold

PARCEL = Parcel(Weight.kg("0.42"))


def _paid(made: Any, pieces: int = 1) -> Order:
    order = made.ordered(pieces)
    collected: Any = made.run(
        collect(
            made.world.memory,
            order,
            attempt_id="try-1",
            terms=made.world.terms,
            now=made.world.at(hours=4),
        ),
        key="collect",
    )
    paid: Order = collected.order
    return paid


def _fulfil(made: Any, order: Order, *offers: Any, **given: Any) -> Any:
    settings: dict[str, Any] = {"terms": made.world.terms, "now": made.world.at(hours=5)}
    known, key = offers or (made.world.sourced.offer,), given.pop("key", "fulfil")
    return made.run(fulfil(made.world.memory, order, known, **(settings | given)), key=key)


def test_what_an_order_needs_is_bought_and_paid_once(site: Any) -> None:
    made = site()
    order = _paid(made)
    bought = _fulfil(made, order)
    assert bought.complete
    (outcome,) = bought.outcomes
    assert outcome.value.status is PurchaseStatus.PAID
    assert outcome.value.lines[0].order_id == order.id
    assert _fulfil(made, order).outcomes == bought.outcomes
    assert made.state.counted("purchase") == made.state.counted("debit") == 1


def test_a_held_order_buys_nothing(site: Any) -> None:
    made = site()
    order = hold(_paid(made), "hold:risk", reason="odd", now=made.world.moment).value
    bought = _fulfil(made, order)
    assert bought.outcomes == ()
    assert not bought.complete
    assert bought.plan.uncovered == ("line-1",)
    assert bought.decisions[0][1].codes == ("on_hold",)
    assert made.state.counted("purchase") == 0


def test_an_unpaid_order_buys_nothing(site: Any) -> None:
    made = site()
    order = made.ordered()
    made.world.at(hours=5)
    bought = _fulfil(made, order)
    assert bought.outcomes == ()
    assert bought.plan.missing == {"line-1": 1}
    assert made.state.counted("purchase") == 0


def test_what_stock_covers_is_not_bought(site: Any) -> None:
    made = site()
    order = _paid(made, pieces=3)
    stock = RealStock(order.lines[0].sku_id, WarehouseId("cn"), 2)
    bought = _fulfil(made, order, stock=(stock,))
    assert [take.quantity for take in bought.plan.from_stock] == [2]
    assert [line.quantity for item in bought.plan.purchases for line in item.lines] == [1]
    whole = _fulfil(made, order, stock=(evolve(stock, on_hand=9),), key="again")
    assert whole.plan.purchases == ()
    assert whole.complete


def _dearer(made: Any, factor: str) -> Any:
    """The same terms of another supplier, who asks more."""
    offer = made.world.sourced.offer
    lines = tuple(
        evolve(line, one_piece_price=Price(line.one_piece_price.amount * Decimal(factor), "CNY"))
        for line in offer.lines
    )
    supplier = evolve(offer.supplier, id=SupplierId("other"))
    return evolve(offer, id="dear", supplier=supplier, lines=lines)


def test_a_piece_that_became_too_dear_is_left_uncovered(site: Any) -> None:
    """The dear offer alone would raise the limit: the cheapest known offer sets it."""
    made = site()
    order = _paid(made)
    gone = evolve(made.world.sourced.offer, orderable=False)
    bought = _fulfil(made, order, gone, _dearer(made, "1.2"))
    assert bought.plan.uncovered == ("line-1",)
    assert "price_guard" in bought.decisions[0][1].codes
    assert not bought.complete
    assert made.state.counted("purchase") == 0


def test_a_piece_a_little_dearer_is_bought(site: Any) -> None:
    made = site()
    order = _paid(made)
    gone = evolve(made.world.sourced.offer, orderable=False)
    bought = _fulfil(made, order, gone, _dearer(made, "1.05"))
    assert bought.plan.uncovered == ()
    # The market knows no such supplier, so the purchase itself is refused.
    assert bought.outcomes[0].codes == ("several_sellers",)
    assert not bought.complete


def test_an_offer_without_any_price_sets_no_limit(site: Any) -> None:
    made = site()
    order = _paid(made)
    offer = made.world.sourced.offer
    bare = tuple(evolve(line, unit_price=None, one_piece_price=None) for line in offer.lines)
    empty = evolve(offer, id="empty", lines=bare, tiers=())
    bought = _fulfil(made, order, offer, empty)
    assert bought.complete


def test_after_the_deadline_only_stock_helps(site: Any) -> None:
    made = site()
    order = _paid(made)
    late = made.world.at(days=3)
    bought = _fulfil(made, order, now=late)
    assert "deadline_passed" in bought.decisions[0][1].codes
    assert made.state.counted("purchase") == 0


def test_without_a_ship_by_time_the_promise_counts_from_now(site: Any) -> None:
    made = site()
    order = evolve(_paid(made), ship_by=None)
    assert _fulfil(made, order, now=made.world.at(days=30)).complete


def test_a_surer_promise_must_be_bought_for_sooner(site: Any) -> None:
    """Five hours after the start, 98 of 100 such parcels would still leave in time."""
    made = site()
    order = _paid(made)
    surer = evolve(made.world.terms, service_level=Decimal("0.99"))
    assert _fulfil(made, order, terms=surer, key="surer").plan.uncovered
    assert _fulfil(made, order).complete


def test_of_a_way_about_which_nothing_is_known_it_is_bought_at_once(site: Any) -> None:
    made = site()
    unknown = evolve(made.world.terms, lead=LeadTime.stated(None, timedelta(days=1)))
    assert _fulfil(made, _paid(made), terms=unknown).complete


def test_a_purchase_that_waits_for_a_person_to_pay_is_placed(site: Any) -> None:
    made = site()
    made.state.auto_debit = False
    bought = _fulfil(made, _paid(made))
    assert bought.outcomes[0].value.pay_url is not None
    assert made.state.counted("debit") == 0


def _send(made: Any, order: Order, carrier: Any = None, **given: Any) -> Any:
    settings: dict[str, Any] = {"terms": made.world.terms, "now": made.world.at(days=5)}
    memory = made.world.memory
    return made.run(
        send(carrier or memory, memory, order, given.pop("parcel", PARCEL), **(settings | given)),
        key="send",
    )


def test_a_parcel_is_booked_on_the_best_line_and_the_channel_is_told(site: Any) -> None:
    made = site()
    order = _paid(made)
    sent = _send(made, order)
    assert sent.line.id == "DEDICATED-US"
    assert sent.fulfilment.value.numbers == (sent.outcome.value.number,)
    assert sent.outcome.value.promised.latest == order.deliver_by
    assert made.state.orders["1001"].fulfilments == (sent.fulfilment.value,)
    assert _send(made, order).outcome == sent.outcome
    assert made.state.counted("parcel") == made.state.counted("dispatch") == 1


def test_what_a_line_has_shown_turns_the_choice_to_another_one(site: Any) -> None:
    other, made = site(), site()
    stated, order = _send(other, _paid(other)).line, _paid(made)
    start, book = made.world.start - timedelta(days=120), CarrierBook()
    for number in range(200):
        handed = start + timedelta(hours=number)
        came = handed + timedelta(days=60)
        parcel = Shipment(
            ShipmentId(str(number)),
            stated.carrier,
            str(number),
            handed,
            line=stated.id,
            events=(TrackingEvent("memory", "OK", stage=Stage.DELIVERED, at=came),),
            state=ParcelState(Stage.DELIVERED),
        )
        book.observe(parcel, known_at=came, now=made.world.start, lane=("CN", "US"))
    score = book.score(stated.carrier, "CN", "US", now=made.world.start, line=stated.id)
    sent = _send(made, order, scores=(score,))
    assert sent.line.id != stated.id


def test_without_an_address_nothing_is_sent(site: Any) -> None:
    made = site()
    sent = _send(made, evolve(_paid(made), ship_to=None))
    assert sent.outcome.codes == ("no_address",)
    assert made.state.counted("parcel") == 0


@pytest.mark.parametrize(
    ("address", "parcel"),
    [(None, evolve(PARCEL, cargo="battery")), (Address("Ann", "BR", ("1 Rua",), "Rio"), PARCEL)],
    ids=["cargo", "too slow"],
)
def test_where_no_line_fits_nothing_is_sent(
    site: Any, address: Address | None, parcel: Parcel
) -> None:
    made = site()
    if address is not None:
        for name in ("EXPRESS", "DEDICATED-US"):
            del made.state.lines[name]
    order = _paid(made)
    order = evolve(order, ship_to=address or order.ship_to)
    sent = _send(made, order, parcel=parcel)
    assert isinstance(sent.outcome, Refused)
    assert sent.outcome.codes[-1] == "no_line"
    assert (sent.fulfilment, sent.line) == (None, None)
    assert made.state.counted("parcel") == 0


def test_a_carrier_that_refuses_leaves_the_channel_untold(site: Any) -> None:
    made = site()
    order = _paid(made)

    class Fickle(type(made.world.memory)):  # type: ignore[misc]
        """A carrier that quotes a line it then does not take."""

        @flow
        def quote(self, request: Any) -> Steps[Any]:
            return (Quote("GONE", "Gone", Price("1", "CNY")),)
            yield

    carrier = Fickle(made.world.memory.desk, made.world.memory.server)
    patient = evolve(order, deliver_by=None)
    sent = _send(made, patient, carrier)
    assert sent.outcome.codes == ("line_unfit",)
    assert sent.line.id == "GONE"
    assert sent.line.carrier == "unnamed"
    assert sent.line.transit == (timedelta(days=5), timedelta(days=30))
    assert sent.fulfilment is None
    assert made.state.counted("dispatch") == 0


def test_a_parcel_nobody_was_promised_has_no_promise(site: Any) -> None:
    made = site()
    order = evolve(_paid(made), deliver_by=None)
    assert _send(made, order).outcome.value.promised is None


def test_cancelled_pieces_are_not_sent(site: Any) -> None:
    made = site()
    order = _paid(made, pieces=3)
    (line,) = order.lines
    fewer = evolve(order, lines=(evolve(line, cancelled=1),))
    sent = _send(made, fewer)
    assert [item.quantity for item in sent.fulfilment.value.lines] == [2]
    gone = site()
    order = _paid(gone, pieces=3)
    none = evolve(order, lines=(evolve(line, cancelled=3),))
    assert _send(gone, none).fulfilment.value.lines == ()


def test_the_value_of_a_day_may_buy_speed(site: Any) -> None:
    made = site(day_value=Money("100", "CNY"))
    sent = _send(made, _paid(made))
    assert isinstance(sent.outcome, Done)
    assert sent.line.id == "EXPRESS"
