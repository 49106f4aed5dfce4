import copy
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.adapters.shopify import Shopify
from crossborder.errors import Unreadable
from crossborder.model.ids import Ref
from crossborder.model.ledger import EntryKind, PaymentState
from crossborder.model.money import Money, Price
from crossborder.model.order import Order
from crossborder.model.promotion import Medium
from crossborder.model.status import FulfilmentState, OrderState
from crossborder.testing.play import play, reply
from unit.adapters.shopify import answers  # type: ignore[import-not-found,unused-ignore]

SHOP = Shopify.connect("demo", token="t")


def read(*more: Any, **fields: Any) -> Order:
    script = [reply(200, {"data": {"order": answers.order(**fields)}}), *more]
    return play(SHOP.order(Ref("shopify", "x")), script).value


def test_a_line_carries_its_discounts_and_taxes_summed() -> None:
    order = read()
    line = order.lines[0]
    assert (line.sku_id, line.quantity, line.title) == ("SKU-1", 2, "Tea cup")
    assert (line.discount, line.tax) == (Price("2.00", "USD"), Price("3.60", "USD"))
    assert line.net == Money("18", "USD")
    assert order.shipping == Price("5.00", "USD")
    assert order.total == order.ledger.due == Price("26.60", "USD")  # type: ignore[union-attr]


def test_a_tax_inside_the_price_is_not_added_a_second_time() -> None:
    order = read(taxesIncluded=True)
    assert order.lines[0].tax is None
    assert order.lines[0].extra["taxIncluded"] == "3.60"
    assert order.shipping == Price("4.00", "USD")
    assert order.extra["taxesIncluded"] is True


def test_a_line_without_sku_is_known_by_its_variant_and_else_by_itself() -> None:
    lines = (answers.line(1, sku=" "), answers.line(2, sku=None, variant=None))
    order = read(lineItems=answers.listed(*lines))
    assert [line.sku_id for line in order.lines] == [
        answers.gid("ProductVariant", 1),
        answers.gid("LineItem", 2),
    ]


def test_a_line_without_discount_or_tax_has_none() -> None:
    bare = answers.line(discountAllocations=[], taxLines=[], title=None)
    line = read(lineItems=answers.listed(bare)).lines[0]
    assert (line.discount, line.tax, line.title) == (None, None, "")


def test_pieces_removed_before_they_left_are_cancelled_and_those_that_came_back_are_not() -> None:
    removed = read(lineItems=answers.listed(answers.line(currentQuantity=0)))
    assert removed.lines[0].cancelled == 2
    sent = (answers.parcel(pieces=2),)
    returned = read(lineItems=answers.listed(answers.line(currentQuantity=0)), parcels=sent)
    assert returned.lines[0].cancelled == 0
    assert returned.computed.fulfilment is FulfilmentState.SHIPPED
    undone = (answers.parcel(pieces=2, status="CANCELLED"),)
    cancelled = read(lineItems=answers.listed(answers.line(currentQuantity=0)), parcels=undone)
    assert cancelled.lines[0].cancelled == 2


@pytest.mark.parametrize(
    ("fields", "state", "payment"),
    [
        ({}, OrderState.OPEN, PaymentState.PAID),
        ({"cancelledAt": answers.NOW}, OrderState.CANCELLED, PaymentState.PAID),
        ({"closedAt": answers.NOW}, OrderState.CLOSED, PaymentState.PAID),
        ({"displayFinancialStatus": "PENDING"}, OrderState.PENDING, PaymentState.PENDING),
        ({"displayFinancialStatus": None}, OrderState.OPEN, None),
    ],
)
def test_the_reported_status_is_the_stage_s_reading(
    fields: Any, state: OrderState, payment: PaymentState | None
) -> None:
    reported = read(**fields).reported
    assert (reported.order, reported.payment) == (state, payment)
    assert {item.api_version for item in reported.native} == {"2026-10"}


def test_a_status_word_that_nobody_knows_is_quarantined_with_the_word_kept() -> None:
    reported = read(displayFulfillmentStatus="BEAMED").reported
    assert "quarantine:unknown_status" in reported.flags
    assert "BEAMED" in {item.value for item in reported.native}
    assert not reported.workable


def test_the_ledger_holds_what_succeeded_and_nothing_else() -> None:
    paid = answers.paid
    parent = {"id": answers.gid("OrderTransaction", 1)}
    order = read(
        transactions=[
            paid(1, "AUTHORIZATION", "26.60"),
            paid(2, "CAPTURE", "26.60", parentTransaction=parent),
            paid(3, "CAPTURE", "26.60", "FAILURE"),
            paid(4, "REFUND", "6.60", parentTransaction=parent, processedAt=None),
            paid(5, "REFUND", "20.00", "PENDING"),
            paid(6, "CHANGE", "1.00"),
            paid(7, "SUGGESTED_REFUND", "1.00"),
        ]
    )
    assert order.ledger is not None
    assert {(entry.id[-1], entry.kind) for entry in order.ledger.entries} == {
        ("1", EntryKind.AUTHORIZED),
        ("2", EntryKind.CAPTURED),
        ("4", EntryKind.REFUNDED),
    }
    assert order.ledger.state is PaymentState.PARTIALLY_REFUNDED
    refs = {entry.ref.value for entry in order.ledger.entries if entry.ref}
    assert refs == {parent["id"]}
    assert len(order.extra["transactions"]) == 7


@pytest.mark.parametrize(
    "fields",
    [
        {"transactionsCount": {"count": 61}},
        {"transactions": [answers.paid(1, "SALE", "1"), answers.paid(2, "TELEPORT", "1")]},
    ],
)
def test_a_ledger_with_a_hole_is_none(fields: Any) -> None:
    order = read(**fields)
    assert order.ledger is None
    assert order.extra["ledger"] == "incomplete"


def test_an_order_without_transactions_has_no_ledger() -> None:
    order = read(transactions=[])
    assert order.ledger is None
    assert "ledger" not in order.extra


def test_the_buyer_and_the_address_are_read() -> None:
    order = read()
    assert order.customer is not None
    assert order.ship_to is not None
    assert (order.customer.name, order.customer.email) == ("Ada", "ada@example.com")
    assert (order.customer.language, order.customer.country) == ("de-AT", "AT")
    assert order.customer.consents == {"mail:marketing"}
    assert (order.ship_to.name, order.ship_to.lines) == ("Ada Lovelace", ("Ring 1",))
    assert order.ship_to.phone == "+43 1"


def test_a_buyer_without_mail_address_or_language_is_read_all_the_same() -> None:
    customer = {"id": "c", "displayName": None, "locale": None, "defaultEmailAddress": None}
    order = read(customer=customer, customerLocale=None, email=None, shippingAddress=None)
    assert order.customer is not None
    assert (order.customer.email, order.customer.language) == ("", "en")
    assert order.ship_to is None
    assert order.customer.consents == frozenset()
    assert read(customer=None).customer is None


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"name": None}, "Ada Lovelace"),
        ({"name": "", "firstName": None}, "Lovelace"),
        ({"name": None, "firstName": None, "lastName": None, "company": "Acme"}, "Acme"),
        ({"name": None, "firstName": None, "lastName": None}, None),
        ({"countryCodeV2": None}, None),
    ],
)
def test_an_address_without_name_or_country_is_withheld(changes: Any, name: str | None) -> None:
    address = {**answers.order()["shippingAddress"], **changes}
    order = read(shippingAddress={**address, "provinceCode": None})
    assert (order.ship_to.name if order.ship_to else None) == name


def test_the_visits_of_campaigns_are_touches() -> None:
    touches = read().touches
    assert [(touch.campaign_id, touch.medium) for touch in touches] == [
        ("autumn", Medium.ADVERTISEMENT)
    ]


def visit(number: int, campaign: str | None, medium: str | None, at: str) -> Any:
    tags = {"campaign": campaign, "medium": medium, "source": None}
    return {"id": f"v{number}", "occurredAt": at, "utmParameters": tags}


def test_touches_stand_in_the_order_of_time_and_invented_mediums_in_extra() -> None:
    first = visit(1, "b", "email", "2026-11-01T10:00:00Z")
    last = visit(2, "a", "affiliate", "2026-11-01T09:00:00Z")
    journey = {"firstVisit": first, "lastVisit": last}
    assert [one.campaign_id for one in read(customerJourneySummary=journey).touches] == ["a", "b"]
    odd = visit(1, "c", "billboard", answers.NOW)
    none = visit(2, " ", None, answers.NOW)
    order = read(customerJourneySummary={"firstVisit": odd, "lastVisit": none})
    assert order.touches == ()
    assert order.extra["utmMediums"] == ("billboard",)
    bare = {"firstVisit": {"id": "v", "occurredAt": answers.NOW, "utmParameters": None}}
    assert read(customerJourneySummary=bare).touches == ()
    assert read(customerJourneySummary=None).touches == ()


def test_a_fulfilment_is_read_with_its_numbers() -> None:
    parcels = (
        answers.parcel(1, deliveredAt="2026-11-09T12:00:00Z"),
        answers.parcel(2, status="OPEN", trackingInfo=[]),
        answers.parcel(3, status="FAILURE"),
    )
    left, planned, failed = read(parcels=parcels).fulfilments
    assert (left.carrier, left.numbers, left.url) == ("China Post", ("RR1CN",), "https://t.test/1")
    assert left.delivered_at is not None
    assert (planned.dispatched_at, planned.carrier, planned.numbers) == (None, "", ())
    assert failed.cancelled
    assert not left.cancelled


def test_a_fulfilment_status_that_nobody_knows_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=r"fulfillments\.0\.status"):
        read(parcels=(answers.parcel(status="BEAMED"),))


def test_what_does_not_fit_on_one_page_is_read_from_the_next() -> None:
    many = answers.listed(
        {"quantity": 1, "lineItem": {"id": answers.gid("LineItem", 1)}}, after="c1"
    )
    rest = answers.listed({"quantity": 1, "lineItem": {"id": answers.gid("LineItem", 2)}})
    order = read(
        reply(200, {"data": {"order": {"lineItems": answers.listed(answers.line(2))}}}),
        reply(200, {"data": {"fulfillment": {"fulfillmentLineItems": rest}}}),
        lineItems=answers.listed(answers.line(1), after="c0"),
        parcels=(answers.parcel(fulfillmentLineItems=many),),
    )
    assert len(order.lines) == 2
    assert len(order.fulfilments[0].lines) == 2


def test_a_page_that_leads_back_to_itself_is_unreadable() -> None:
    loop = answers.listed(answers.line(2), after="c0")
    with pytest.raises(Unreadable, match="already read"):
        read(
            reply(200, {"data": {"order": {"lineItems": loop}}}),
            lineItems=answers.listed(answers.line(1), after="c0"),
        )


def test_more_fulfilments_than_the_order_shows_are_asked_for_apart() -> None:
    shown = reply(200, {"data": {"order": {"fulfillments": [answers.parcel(n) for n in (1, 2)]}}})
    order = read(shown, parcels=(answers.parcel(1),), fulfillmentsCount={"count": 2})
    assert len(order.fulfilments) == 2
    assert "truncated" not in order.extra
    short = read(shown, parcels=(answers.parcel(1),), fulfillmentsCount={"count": 99})
    assert short.extra["truncated"] == "fulfilments"


def test_more_freight_lines_than_are_read_are_not_passed_over() -> None:
    with pytest.raises(Unreadable, match="shippingLines"):
        read(shippingLines=answers.listed(after="c"))


def test_what_nobody_read_is_kept() -> None:
    extra = read(newField={"a": 1}).extra
    assert extra["newField"] == {"a": 1}
    assert extra["tags"] == ("gift",)
    assert "lineItems" not in extra


@pytest.mark.parametrize(
    ("field", "value", "path"),
    [
        ("currencyCode", "EUR", "data.order"),
        ("currencyCode", "ZZZ", "data.order"),
        ("processedAt", "yesterday", "data.order.processedAt"),
        ("processedAt", "2026-11-02T12:00:00", "data.order.processedAt"),
        ("totalPriceSet", {"shopMoney": {"amount": "-1", "currencyCode": "USD"}}, "totalPriceSet"),
        ("lineItems", {"nodes": []}, "lines"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(field: str, value: Any, path: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(**{field: value})
    assert path in str(caught.value)
    assert caught.value.source == "shopify"


WRONG = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.text(max_size=8),
    st.just([]),
    st.just({}),
    st.just([{}]),
    st.just("2026-13-40T00:00:00Z"),
    st.just("NaN"),
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Any:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value)
    if isinstance(value, dict | list):
        for name, inner in items:
            yield from (
                _places(inner, (*path, name)) if isinstance(inner, dict | list) else [(*path, name)]
            )


WHOLE = answers.order(
    answers.line(1),
    parcels=(answers.parcel(1),),
    transactions=[answers.paid(1, "SALE", "26.60"), answers.paid(2, "REFUND", "1.00")],
)
PLACES = sorted(_places(WHOLE), key=str)


@given(st.sampled_from(PLACES), WRONG)
@settings(max_examples=400, deadline=None)
def test_a_payload_with_anything_changed_is_an_order_or_unreadable(
    path: tuple[Any, ...], wrong: Any
) -> None:
    broken = copy.deepcopy(WHOLE)
    holder: Any = broken
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = wrong
    rest = reply(200, {"data": {"order": {"fulfillments": broken.get("fulfillments") or []}}})
    nothing = reply(200, {"data": {}})
    script = iter([reply(200, {"data": {"order": broken}}), rest])
    try:
        order = play(SHOP.order(Ref("shopify", "x")), lambda call: next(script, nothing)).value
    except Unreadable:
        return
    assert isinstance(order, Order)


def test_an_order_read_twice_is_the_same_order() -> None:
    assert read() == read()
    assert evolve(read(), number="x") != read()


def test_the_feed_reads_each_order_whole_and_ends_without_a_cursor() -> None:
    since = answers.moment()
    heads = reply(200, {"data": {"orders": answers.listed({"id": "x"}, after="c1")}})
    whole = reply(200, {"data": {"order": answers.order()}})
    page = play(SHOP.orders(since=since), [heads, whole]).value
    assert (page.items, page.cursor) == ((read(),), "c1")
    assert page.next is not None
    last = reply(200, {"data": {"orders": answers.listed()}})
    played = play(page.next, [last])
    assert played.value.items == ()
    assert played.value.next is None
    assert b'"after":"c1"' in played.calls[0].request.content
