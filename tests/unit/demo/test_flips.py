"""Each stage decides: one input of it is turned, and the end of the chain turns with it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from crossborder.demo import Story, told
from crossborder.demo.world import MARKET, STORE, sample_offer
from crossborder.model.customer import Segment
from crossborder.model.ledger import PaymentState
from crossborder.model.listing import Fee, FeeRule
from crossborder.model.money import Money
from crossborder.model.outcome import Done, Pending, Refused
from crossborder.model.payment import PaymentMethod
from crossborder.model.status import OrderState
from crossborder.model.ticket import TicketStatus
from crossborder.model.tracking import Health, Stage
from crossborder.stages.inventory import LeadTime
from crossborder.stages.service import ReplyPolicy
from crossborder.stages.sourcing import Verdict

DAY = timedelta(days=1)
EVERYTHING = [
    "listing",
    "authorization",
    "capture",
    "purchase",
    "debit",
    "parcel",
    "dispatch",
    "message",
]


@pytest.fixture
def plain(walked: Any) -> Any:
    """The walk with nothing turned."""
    return walked()


def test_the_walk_with_nothing_turned_goes_through_all_stages(plain: Any) -> None:
    assert plain.effects == EVERYTHING
    story = plain.story
    assert story.published.platform.id == "store"
    assert story.collected.order.status.payment is PaymentState.PAID
    assert story.collected.commission is not None
    assert story.sent.line.id == "DEDICATED-US"
    assert [warning.kind for warning in story.tracked.warnings] == ["late"]
    assert list(story.served.segments.values()) == [Segment.REGULAR]
    assert story.served.tickets[0].queue == "automatic"


def test_1_a_listed_brand_in_the_title_is_never_listed(walked: Any) -> None:
    payload = sample_offer()
    payload["result"]["result"]["subjectTrans"] = "Gucci packing cubes set of six"
    ended = walked(payload)
    assert ended.story.entered.review.verdict is Verdict.BLOCKED
    assert isinstance(ended.story.published.outcome, Refused)
    assert ended.story.order is None
    assert ended.effects == []


def test_2_a_lead_time_beyond_the_dispatch_promise_offers_nothing(walked: Any) -> None:
    slow = LeadTime.stated(timedelta(days=6), timedelta(days=2))
    ended = walked(lead=slow)
    draft = ended.story.published.draft
    assert [variant.quantity for variant in draft.variants] == [0, 0]
    assert ended.story.published.stock == ()
    assert ended.story.order is None
    assert ended.story.published.outcome.codes == ("nothing_sellable",)
    assert ended.effects == []


def test_3_other_fees_choose_the_other_platform(walked: Any, plain: Any) -> None:
    dear = evolve(STORE, fees=(*STORE.fees, FeeRule(Fee.FIXED, fixed=Money("5", "USD"))))
    ended = walked(platforms=(dear, MARKET))
    assert plain.story.published.outcome.value.platform == "store"
    assert ended.story.published.outcome.value.platform == "market"
    assert ended.story.order.platform == "market"
    assert ended.effects == EVERYTHING


def test_4_another_margin_asks_another_price(walked: Any, plain: Any) -> None:
    ended = walked(margin=Decimal("0.45"))
    assert ended.story.order.total > plain.story.order.total
    assert ended.story.collected.order.ledger.captured == ended.story.order.total
    listed = ended.world.memory.server.state.listings
    assert {item.digest for item in listed.values()} == {ended.story.published.draft.digest}


def test_5_without_a_method_in_the_country_nothing_is_paid_or_bought(walked: Any) -> None:
    dutch = (PaymentMethod("ideal", countries=frozenset({"NL"})),)
    ended = walked(methods=dutch)
    assert ended.story.collected.outcome.codes == ("no_method",)
    assert ended.story.bought.outcomes == ()
    assert ended.effects == ["listing"]
    assert walked(methods=dutch, country="NL").story.collected.method == "ideal"


def test_6_without_a_campaign_nobody_earns_a_commission(walked: Any, plain: Any) -> None:
    ended = walked(campaign="")
    assert plain.story.collected.commission.amount > Money("0", "USD")
    assert ended.story.order.touches == ()
    assert ended.story.collected.commission is None
    assert ended.effects == EVERYTHING


def test_7_a_buyer_who_spent_much_is_answered_by_a_person(walked: Any) -> None:
    ended = walked(spent=Money("500", "USD"))
    assert list(ended.story.served.segments.values()) == [Segment.HIGH_VALUE]
    assert ended.story.served.tickets[0].queue == "person:high_value"
    assert ended.effects == EVERYTHING[:-1]


def test_7_without_the_promotion_the_price_is_higher(walked: Any, plain: Any) -> None:
    ended = walked(promotions=())
    assert ended.story.order.total > plain.story.order.total


def test_8_an_unknown_payment_word_holds_the_order(walked: Any) -> None:
    ended = walked(financial="SETTLED_ELSEWHERE")
    order = ended.story.collected.order
    assert "quarantine:unknown_status" in order.status.flags
    assert order.ledger.state is PaymentState.AUTHORIZED
    assert ended.story.bought.outcomes == ()
    assert ended.effects == ["listing", "authorization"]


def test_8_an_order_above_the_amount_is_held_for_a_person(walked: Any) -> None:
    ended = walked(hold_above=Money("10", "USD"))
    order = ended.story.collected.order
    assert order.status.holds == {"hold:amount_check"}
    assert order.status.order is OrderState.PENDING
    assert ended.effects == ["listing", "authorization"]


def test_9_a_parcel_scanned_until_delivered_warns_nobody(walked: Any) -> None:
    scans = (
        (Stage.ACCEPTED, 0),
        (Stage.LINE_HAUL, 2),
        (Stage.OUT_FOR_DELIVERY, 8),
        (Stage.DELIVERED, 9),
    )
    ended = walked(scans=scans)
    (parcel,) = ended.story.tracked.shipments
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    assert ended.story.tracked.warnings == ()
    assert "was delivered" in ended.story.served.sent[0].value.text
    assert ended.story.served.tickets[0].status is TicketStatus.WAITING_CUSTOMER


def test_9_a_dearer_day_takes_the_faster_line(walked: Any, plain: Any) -> None:
    ended = walked(day_value=Money("40", "CNY"))
    assert ended.story.sent.line.id == "EXPRESS"
    assert ended.story.sent.outcome.value.cost > plain.story.sent.outcome.value.cost


def test_9_where_no_line_goes_nothing_is_sent(walked: Any) -> None:
    """The promise cannot be kept by the slow line, and the fast ones do not go there."""
    ended = walked(country="AQ", day_value=None, transit=(DAY, 2 * DAY))
    assert isinstance(ended.story.sent.outcome, Refused)
    assert ended.story.tracked is None
    assert ended.effects == EVERYTHING[:5]


def test_10_without_an_automatic_intent_nobody_is_answered(walked: Any, plain: Any) -> None:
    ended = walked(reply_policy=ReplyPolicy(automatic=frozenset()))
    assert isinstance(plain.story.served.sent[0], Done)
    assert ended.story.served.sent == (None,)
    assert ended.story.served.tickets[0].status is TicketStatus.NEW
    assert ended.effects == EVERYTHING[:-1]


def test_10_another_question_goes_to_a_person(walked: Any) -> None:
    ended = walked(question="Order {number} came broken. I want my money back.")
    assert ended.story.served.tickets[0].queue == "person"
    assert ended.effects == EVERYTHING[:-1]


def test_a_stage_that_was_not_reached_says_so(walked: Any) -> None:
    ended = walked(lead=LeadTime.stated(timedelta(days=6), timedelta(days=2)))
    stages = told(ended.story, ended.world)
    assert stages[7].decided == ("nothing: the walk ended before this stage",)
    assert stages[7].went_out == ("nothing",)
    assert told(Story(), ended.world)[0].decided == stages[7].decided


def test_an_outcome_that_is_not_known_yet_is_told_as_pending(plain: Any) -> None:
    waiting = Pending("queued", plain.world.memory.listing("x"))
    plain.story.published = evolve(plain.story.published, outcome=waiting)
    assert "listing: pending" in told(plain.story, plain.world)[3].went_out
