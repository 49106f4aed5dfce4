from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.model.customer import Customer
from crossborder.model.decision import Decision
from crossborder.model.ids import CustomerId, OrderId, Ref, ShipmentId, SkuId, TicketId
from crossborder.model.money import Price
from crossborder.model.order import Order, OrderLine
from crossborder.model.shipment import Shipment
from crossborder.model.status import OrderState, OrderStatus
from crossborder.model.ticket import Author, Message, Ticket
from crossborder.model.time import Window
from crossborder.model.tracking import Expected, Health, ParcelState, Stage
from crossborder.stages.service import Answer, ReplyPolicy, answer, refund_without_return
from crossborder.stages.service.templates import TEMPLATES

NOW = datetime(2026, 11, 10, tzinfo=UTC)
DAY = timedelta(days=1)
TICKET = Ticket(
    TicketId("t1"),
    "mail",
    (Message("m", Author.CUSTOMER, "where is it", NOW, "en"),),
    order_id=OrderId("o1"),
    intent="where_is_my_order",
    queue="automatic",
)
ORDER = Order(
    OrderId("o1"),
    "shopify",
    Ref("shopify", "1"),
    NOW - 9 * DAY,
    (OrderLine("l", SkuId("a"), 1, Price(Decimal(9), "USD")),),
    "USD",
    customer=Customer(CustomerId("c"), language="de"),
    reported=OrderStatus(OrderState.OPEN),
)
WINDOW = Window(NOW + 3 * DAY, NOW + 6 * DAY)
PARCEL = Shipment(
    ShipmentId("s1"),
    "YunExpress",
    "YT100",
    order_id=OrderId("o1"),
    state=ParcelState(Stage.LINE_HAUL),
    promised=Window(NOW, NOW + 6 * DAY),
    expected=Expected(WINDOW, NOW + 4 * DAY, "line", 0, NOW),
)


def reply(
    parcel: Shipment | None = PARCEL, asked: Ticket = TICKET, **terms: Any
) -> Decision[Answer | None]:
    known: dict[str, Any] = {"order": ORDER, "policy": ReplyPolicy(), "now": NOW}
    return answer(asked, shipment=parcel, **(known | terms))


def said(parcel: Shipment = PARCEL, asked: Ticket = TICKET, **terms: Any) -> Answer:
    value = reply(parcel, asked, **terms).value
    assert value is not None
    return value


def speaking(language: str) -> Ticket:
    message = Message("m", Author.CUSTOMER, "?", NOW, language)
    return evolve(TICKET, messages=(message,))


@given(
    st.sampled_from(Stage),
    st.sampled_from(Health),
    st.booleans(),
    st.sampled_from(sorted(TEMPLATES)),
)
def test_delivered_is_said_only_of_a_delivered_parcel(
    stage: Stage, health: Health, reopened: bool, language: str
) -> None:
    parcel = evolve(PARCEL, state=ParcelState(stage, health, reopened=reopened))
    value = reply(parcel, speaking(language)).value
    claim = TEMPLATES[language]["delivered"].format(number="YT100", carrier="YunExpress")
    if value is not None:
        assert (claim in value.text) == (stage is Stage.DELIVERED)
        assert not reopened
        assert health in (Health.OK, Health.DELAYED)
        assert "YT100" in value.text
        assert value.resolves == (stage is not Stage.DELIVERED)


def test_the_languages_say_the_same_things() -> None:
    kinds = {frozenset(words) for words in TEMPLATES.values()}
    assert len(kinds) == 1
    assert set(TEMPLATES) == {"en", "zh", "es", "de", "fr"}
    for words in TEMPLATES.values():
        assert all(
            "{number}" in text for kind, text in words.items() if kind not in ("late", "expected")
        )


def test_a_parcel_on_its_way_is_answered_with_number_and_dates() -> None:
    decision = reply()
    assert decision.value == Answer(
        "Your parcel YT100 is on its way with YunExpress. "
        "We expect it between 2026-11-13 and 2026-11-16.",
        "en",
        resolves=True,
    )
    assert decision.codes == ("stage_moving", "expected")
    assert decision.events[0].name == "service.answered"


def test_dates_are_named_only_while_they_lie_ahead() -> None:
    assert "2026" not in said(evolve(PARCEL, expected=None)).text
    past = Expected(Window(NOW - 2 * DAY, NOW - DAY), NOW - DAY, "line", 0, NOW - 3 * DAY)
    assert "2026" not in said(evolve(PARCEL, expected=past)).text
    waiting = evolve(PARCEL, state=ParcelState(Stage.COLLECT))
    assert "2026" not in said(waiting).text


def test_a_late_parcel_gets_an_apology_and_a_very_late_one_a_person() -> None:
    late = evolve(PARCEL, promised=Window(NOW, NOW + 5 * DAY))
    assert "sorry" in said(late).text
    assert "sorry" not in said().text
    assert "sorry" in said(evolve(PARCEL, state=ParcelState(Stage.EXPORT, Health.DELAYED))).text
    assert reply(late, policy=ReplyPolicy(max_late_days=0)).codes == ("too_late",)
    gone = evolve(PARCEL, promised=Window(NOW - 9 * DAY, NOW - 8 * DAY), expected=None)
    assert reply(gone).codes == ("too_late",)
    there = evolve(gone, state=ParcelState(Stage.DELIVERED))
    assert "delivered" in said(there).text
    assert "sorry" not in said(evolve(PARCEL, promised=None)).text


@pytest.mark.parametrize(
    ("spoken", "languages", "expected"),
    [
        ("fr-CA", TEMPLATES, "fr"),
        ("", TEMPLATES, "de"),
        ("pt", TEMPLATES, "en"),
        ("fr", {"en"}, "en"),
        ("zh_CN", {"zh"}, "zh"),
    ],
)
def test_the_buyers_language_is_used_where_we_write_it(
    spoken: str, languages: Any, expected: str
) -> None:
    policy = ReplyPolicy(languages=frozenset(languages))
    assert said(asked=speaking(spoken), policy=policy).language == expected


def test_without_a_language_we_write_a_person_answers() -> None:
    policy = ReplyPolicy(languages=frozenset({"fr"}))
    assert reply(policy=policy).codes == ("no_language",)


def test_a_ticket_without_a_buyers_message_is_answered_in_the_orders_language() -> None:
    message = Message("m", Author.PLATFORM, "?", NOW)
    assert said(asked=evolve(TICKET, messages=(message,))).language == "de"


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"asked": evolve(TICKET, queue="person")}, "not_automatic"),
        ({"asked": evolve(TICKET, intent="refund")}, "intent_not_allowed"),
        ({"policy": ReplyPolicy(automatic=frozenset())}, "intent_not_allowed"),
        ({"asked": evolve(TICKET, order_id=OrderId("o2"))}, "other_order"),
        (
            {"order": evolve(ORDER, reported=OrderStatus(flags=frozenset({"hold:risk"})))},
            "order_held",
        ),
        ({"parcel": None}, "no_parcel"),
        ({"asked": evolve(TICKET, shipment_id=ShipmentId("s2"))}, "other_parcel"),
        ({"parcel": evolve(PARCEL, order_id=OrderId("o2"))}, "other_parcel"),
        ({"parcel": evolve(PARCEL, order_id=OrderId("o2")), "order": None}, "other_parcel"),
        ({"parcel": evolve(PARCEL, state=ParcelState(Stage.LOST))}, "stage_needs_person"),
        ({"parcel": evolve(PARCEL, state=ParcelState())}, "stage_needs_person"),
        (
            {"parcel": evolve(PARCEL, state=ParcelState(Stage.EXPORT, Health.FAILED))},
            "health_needs_person",
        ),
    ],
)
def test_what_may_not_be_answered_goes_to_a_person(terms: dict[str, Any], code: str) -> None:
    decision = reply(**terms)
    assert (decision.value, decision.codes) == (None, (code,))


def usd(amount: int) -> Price:
    return Price(Decimal(amount), "USD")


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 3), st.integers(0, 100))
def test_goods_are_kept_when_the_way_back_costs_more(
    value: int, freight: int, abuse: int, days: int
) -> None:
    decision = refund_without_return(
        ORDER,
        value=usd(value),
        freight_back=usd(freight),
        abuse=abuse,
        now=ORDER.placed_at + days * DAY,
    )
    assert decision.value == (value <= freight and abuse <= 1 and days <= 90)
    assert bool(decision.events) == decision.value


def test_a_refusal_to_leave_the_goods_says_why() -> None:
    terms: dict[str, Any] = {"value": usd(9), "freight_back": usd(5), "abuse": 2, "now": NOW}
    assert refund_without_return(ORDER, **terms).codes == ("abuse",)
    assert refund_without_return(ORDER, **(terms | {"abuse": 0})).codes == ("worth_returning",)
    assert refund_without_return(ORDER, **(terms | {"now": NOW + 99 * DAY})).codes == ("too_old",)
