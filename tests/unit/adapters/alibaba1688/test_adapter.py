from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
from attrs import evolve

from crossborder.adapters.alibaba1688 import Alibaba1688
from crossborder.adapters.alibaba1688.shapes import sourced
from crossborder.conversation import Call, Flow, Token
from crossborder.errors import (
    BadRequest,
    InvalidValue,
    NotFound,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unreadable,
)
from crossborder.model.ids import PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.outcome import Done, Pending, Refused
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase, PurchaseLine, PurchaseStatus
from crossborder.protocols.sourcing import OfferSource, PurchaseTracer, Purchasing
from crossborder.secret import Secret
from crossborder.testing.play import LOST, Script, play, reply

NOW = datetime(2026, 11, 22, tzinfo=UTC)
SHOP = Alibaba1688.connect("1000000", app_secret="s", token=Token(Secret("t")), account="main")
AUTO = evolve(SHOP, auto_debit=True)
WAREHOUSE = Address("收货人", "CN", ("网商路699号",), "杭州市", "浙江省", phone="13800138000")
OFFER = {"offerId": 670, "subject": "短袖", "sellerOpenId": "BBB", "status": "published"}
FREQUENT = reply(400, {"error_code": "gw.QosAppFrequencyLimit"})


def bought(*specs: str) -> Purchase:
    lines = tuple(
        PurchaseLine(
            SkuId(spec),
            2,
            Price("10", "CNY"),
            Ref("alibaba1688", "7"),
            Ref("alibaba1688.spec", spec),
        )
        for spec in specs or ("a",)
    )
    return Purchase(PurchaseId("PO-1"), SupplierId("s"), lines)


def made(*numbers: str, status: PurchaseStatus = PurchaseStatus.PLACED) -> Purchase:
    refs = tuple(Ref("alibaba1688", number) for number in numbers or ("11",))
    return evolve(bought(), status=status, refs=refs)


def order(status: str = "waitbuyerpay", number: str = "11", *specs: str) -> dict[str, Any]:
    items = [{"productID": 7, "specId": spec, "quantity": 2} for spec in specs or ("a",)]
    base = {"idOfStr": number, "status": status, "totalAmount": 26, "shippingFee": 6}
    return {"baseInfo": base, "productItems": items}


def view(status: str = "waitbuyerpay", number: str = "11") -> Script:
    return reply(200, {"result": order(status, number), "success": True})


def listing(*orders: dict[str, Any]) -> Script:
    return reply(200, {"result": list(orders), "totalRecord": len(orders)})


CREATED = reply(
    200,
    {
        "success": True,
        "result": {"orderId": "11", "totalSuccessAmount": 2600, "postFee": 600, "success": True},
    },
)
SHORT = reply(200, {"success": False, "errorCode": "500_004", "errorMessage": "none left"})


def form(call: Call) -> dict[str, str]:
    return dict(parse_qsl(call.request.content.decode(), keep_blank_values=True))


def test_the_adapter_offers_what_its_protocols_promise() -> None:
    assert {OfferSource, Purchasing, PurchaseTracer} <= set(Alibaba1688.__mro__)


def test_an_offer_is_asked_for_in_a_language_and_read_whole() -> None:
    answer = {"result": {"success": True, "code": "200", "result": OFFER}}
    played = play(
        SHOP.offer(Ref("alibaba1688", "670"), language="en", now=NOW), [reply(200, answer)]
    )
    assert played.value == sourced(OFFER, language="en", now=NOW)
    assert played.operations == ("offers.get",)
    call = played.calls[0]
    assert form(call) == {"offerDetailParam": '{"offerId":670,"country":"en"}'}
    assert call.request.url.endswith(
        "/openapi/param2/1/com.alibaba.fenxiao.crossborder/product.search.queryProductDetail/1000000"
    )
    assert (call.step, call.repeatable) == (None, True)


@pytest.mark.parametrize("inner", [None, {}, ""])
def test_an_answer_without_an_offer_means_that_there_is_none(inner: Any) -> None:
    answer = {"result": {"success": True, "code": "200", "result": inner}}
    played = play(
        SHOP.offer(Ref("alibaba1688", "670"), language="en", now=NOW), [reply(200, answer)]
    )
    assert isinstance(played.error, NotFound if inner is None else Unreadable)


def test_an_offer_that_the_platform_refuses_is_an_error() -> None:
    answer = {"result": {"success": False, "code": "OFFER_NOT_EXIST", "message": "gone"}}
    played = play(
        SHOP.offer(Ref("alibaba1688", "670"), language="en", now=NOW), [reply(200, answer)]
    )
    assert isinstance(played.error, BadRequest)
    assert [item.code for item in played.error.problems] == ["OFFER_NOT_EXIST"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (FREQUENT, Throttled),
        (
            reply(401, {"error_code": "401", "exception": "Request need user authorized"}),
            Unauthorized,
        ),
        (reply(403, {"error_code": "gw.APIACLDecline"}), Unauthorized),
        (reply(400, {"error_code": "gw.ParamMissing"}), BadRequest),
    ],
)
def test_the_gateways_errors_reach_the_caller(answer: Script, kind: type) -> None:
    flows: tuple[Flow[Any], ...] = (
        SHOP.offer(Ref("alibaba1688", "670"), language="en", now=NOW),
        SHOP.preview(bought(), ship_to=WAREHOUSE),
        SHOP.place(bought(), ship_to=WAREHOUSE),
        SHOP.pay_purchase(made()),
        SHOP.trace(made()),
    )
    for flow in flows:
        assert type(play(flow, [answer]).error) is kind


def test_a_search_goes_page_by_page() -> None:
    hit = {"offerId": 2, "subject": "x"}
    first = {
        "result": {"success": True, "result": {"data": [hit], "currentPage": 1, "totalPage": 2}}
    }
    page = play(SHOP.search("饼干", language="en"), [reply(200, first)]).value
    assert page.cursor == "2"
    assert page.next == SHOP.search("饼干", language="en", cursor="2").keep()
    last = {
        "result": {"success": True, "result": {"data": [hit], "currentPage": 2, "totalPage": 2}}
    }
    played = play(page.next, [reply(200, last)])
    assert (played.value.cursor, played.value.next) == (None, None)
    assert '"beginPage":2' in form(played.calls[0])["offerQueryParam"]


def part(**more: Any) -> Script:
    sums = {"sumPayment": 2600, "sumCarriage": 600, "sumPaymentNoCarriage": 2000}
    one = {"status": True, "tradeModeNameList": ["assureTrade"], **sums, **more}
    return reply(200, {"orderPreviewResuslt": [one], "success": True})


def test_a_preview_shows_the_cost() -> None:
    played = play(SHOP.preview(bought(), ship_to=WAREHOUSE), [part()])
    assert isinstance(played.value, Done)
    assert played.value.value.total == Money("26.00", "CNY")
    assert played.value.value.trade_types == ("assureTrade",)
    assert form(played.calls[0])["flow"] == "general"


def test_a_preview_that_is_refused_says_why() -> None:
    outcome = play(SHOP.preview(bought(), ship_to=WAREHOUSE), [SHORT]).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("out_of_stock",)


def test_more_than_fifty_skus_are_previewed_in_parts() -> None:
    many = bought(*(f"s{n}" for n in range(51)))
    outcome = play(SHOP.preview(many, ship_to=WAREHOUSE), [part(), part()]).value
    assert isinstance(outcome, Done)
    assert outcome.value.total == Money("52.00", "CNY")


def test_a_purchase_is_placed_under_our_own_number() -> None:
    played = play(SHOP.place(bought(), ship_to=WAREHOUSE), [CREATED])
    assert isinstance(played.value, Done)
    placed = played.value.value
    assert (placed.status, placed.refs) == (PurchaseStatus.PLACED, (Ref("alibaba1688", "11"),))
    assert (placed.total, placed.freight) == (Money("26.00", "CNY"), Money("6.00", "CNY"))
    call = played.calls[0]
    assert (call.operation, call.step, call.repeatable) == ("orders.create", "create", None)
    assert form(call)["outOrderId"] == "PO-1"
    assert "tradeType" not in form(call)


def test_flow_and_trade_type_are_the_buyers_choice() -> None:
    shop = evolve(SHOP, order_flow="fenxiao", trade_type="creditBuy")
    sent = form(play(shop.place(bought(), ship_to=WAREHOUSE), [CREATED]).calls[0])
    assert (sent["flow"], sent["tradeType"]) == ("fenxiao", "creditBuy")


def test_a_lost_creation_is_looked_up_and_not_sent_again() -> None:
    played = play(SHOP.place(bought(), ship_to=WAREHOUSE), [LOST, listing(order())])
    assert isinstance(played.value, Done)
    assert played.value.value.refs == (Ref("alibaba1688", "11"),)
    assert played.operations == ("orders.create", "orders.list")
    assert form(played.calls[1])["outOrderId"] == "PO-1"
    assert played.calls[1].after > 0


def test_a_lost_creation_that_made_nothing_is_tried_under_a_new_name() -> None:
    played = play(SHOP.place(bought(), ship_to=WAREHOUSE), [LOST, listing(), CREATED])
    assert isinstance(played.value, Done)
    assert [call.step for call in played.calls] == ["create", None, "create/2"]


def test_three_lost_creations_are_given_up() -> None:
    script = [LOST, listing()] * 3
    assert isinstance(play(SHOP.place(bought(), ship_to=WAREHOUSE), script).error, OutcomeUnknown)


def test_an_answer_of_failure_beside_an_order_is_read_back() -> None:
    doubtful = reply(200, {"orderId": "11", "totalSuccessAmount": 156800, "success": False})
    played = play(SHOP.place(bought(), ship_to=WAREHOUSE), [doubtful, view()])
    assert isinstance(played.value, Done)
    assert played.operations == ("orders.create", "orders.get")
    assert played.value.value.status is PurchaseStatus.PLACED
    assert played.value.value.total == Money("26", "CNY")


def test_an_answer_that_names_no_order_is_looked_up() -> None:
    empty = reply(200, {"success": True, "result": {"success": True}})
    played = play(SHOP.place(bought(), ship_to=WAREHOUSE), [empty, listing(order())])
    assert isinstance(played.value, Done)
    nothing = play(SHOP.place(bought(), ship_to=WAREHOUSE), [empty, listing()])
    assert isinstance(nothing.error, Unreadable)
    assert nothing.error.field == "orderId"


@pytest.mark.parametrize(
    ("code", "ours"),
    [
        ("500_001", "not_orderable"),
        ("500_002", "several_sellers"),
        ("500_003", "several_sellers"),
        ("500_004", "out_of_stock"),
        ("500_005", "below_moq"),
        ("500_006", "mix_rule"),
        ("500_007", "no_relation"),
        ("500_008", "price_zero"),
        ("500_009", "below_moq"),
    ],
)
def test_a_refused_creation_has_our_code_and_theirs(code: str, ours: str) -> None:
    answer = reply(200, {"success": False, "code": code, "message": "no"})
    outcome = play(SHOP.place(bought(), ship_to=WAREHOUSE), [answer]).value
    assert isinstance(outcome, Refused)
    assert [(item.code, item.raw) for item in outcome.problems] == [(ours, code)]


def test_goods_left_out_make_the_purchase_partial() -> None:
    failed = [{"offerId": "7", "specId": "b", "errorCode": "500_004"}]
    answer = {"success": True, "result": {"orderId": "11", "failedOfferList": failed}}
    outcome = play(SHOP.place(bought("a", "b"), ship_to=WAREHOUSE), [reply(200, answer)]).value
    assert isinstance(outcome, Done)
    assert outcome.value.flags == {"partial"}
    assert [(item.code, item.field) for item in outcome.problems] == [("out_of_stock", "7/b")]


def test_of_two_orders_one_may_be_refused() -> None:
    many = bought(*(f"s{n}" for n in range(51)))
    played = play(SHOP.place(many, ship_to=WAREHOUSE), [CREATED, SHORT])
    assert isinstance(played.value, Done)
    assert played.value.value.flags == {"partial"}
    assert [call.step for call in played.calls] == ["create-1", "create-2"]
    assert [form(call)["outOrderId"] for call in played.calls] == ["PO-1-1", "PO-1-2"]
    both = play(SHOP.place(many, ship_to=WAREHOUSE), [SHORT, SHORT]).value
    assert isinstance(both, Refused)


def test_what_is_placed_is_not_placed_again() -> None:
    with pytest.raises(InvalidValue):
        play(SHOP.place(made(), ship_to=WAREHOUSE), []).value  # noqa: B018


LINK = reply(200, {"payUrl": "https://trade.1688.com/cashier", "success": True})


def test_a_link_waits_for_a_person_and_can_be_asked_about() -> None:
    outcome = play(SHOP.pay_purchase(made("11", "12")), [LINK]).value
    assert isinstance(outcome, Pending)
    assert outcome.value.pay_url == "https://trade.1688.com/cashier"
    still = play(outcome.ask, [view("waitbuyerpay"), view("waitsellersend")]).value
    assert isinstance(still, Pending)
    paid = play(still.ask, [view("waitsellersend"), view("waitsellersend")]).value
    assert isinstance(paid, Done)
    assert (paid.value.status, paid.value.pay_url) == (PurchaseStatus.PAID, None)
    closed = play(outcome.ask, [view("cancel"), view("cancel")]).value
    assert isinstance(closed, Refused)
    assert closed.codes == ("cancelled",)


def test_a_link_that_leaves_orders_out_says_which() -> None:
    partly = reply(200, {"payUrl": "https://x", "success": False, "payFailureOrderList": [12]})
    outcome = play(SHOP.pay_purchase(made("11", "12")), [partly]).value
    assert isinstance(outcome, Pending)
    assert outcome.value.extra["payFailureOrderList"] == ("12",)


def test_no_link_is_a_refusal() -> None:
    answer = reply(200, {"success": False, "erroMsg": "PRODUCT_TRADE_STAT_ERROR"})
    outcome = play(SHOP.pay_purchase(made()), [answer]).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("out_of_stock",)


def agreed(on: bool) -> Script:
    word = str(on).lower()
    item = {"payChannel": "ALIPAY", "signedStatus": word, "bindingStatus": word}
    return reply(200, {"result": {"result": {"paymentAgreements": [item]}, "success": True}})


def debit(paid: bool) -> Script:
    return reply(200, {"result": {"success": True, "result": {"paySuccess": paid}}})


def test_a_debit_pays_each_order_once() -> None:
    played = play(AUTO.pay_purchase(made("11", "12")), [agreed(True), debit(True), debit(True)])
    assert isinstance(played.value, Done)
    assert played.value.value.status is PurchaseStatus.PAID
    assert [call.step for call in played.calls] == [None, "pay-1", "pay-2"]


def test_without_an_agreement_a_person_pays() -> None:
    assert isinstance(play(AUTO.pay_purchase(made()), [agreed(False), LINK]).value, Pending)


def test_a_lost_debit_is_looked_up_in_the_order() -> None:
    played = play(AUTO.pay_purchase(made()), [agreed(True), LOST, view("waitsellersend")])
    assert isinstance(played.value, Done)
    again = play(AUTO.pay_purchase(made()), [agreed(True), LOST, view(), debit(True)])
    assert isinstance(again.value, Done)
    assert [call.step for call in again.calls] == [None, "pay", None, "pay/2"]


@pytest.mark.parametrize(
    ("seen", "outcome"),
    [("waitsellersend", Done), ("waitbuyerpay", Refused), ("cancel", Refused), ("other", Refused)],
)
def test_a_debit_that_says_no_may_have_been_made(seen: str, outcome: type) -> None:
    for answer in (debit(False), reply(200, {"result": {"success": False, "code": "X"}})):
        assert (
            type(play(AUTO.pay_purchase(made()), [agreed(True), answer, view(seen)]).value)
            is outcome
        )


def test_only_a_placed_purchase_is_paid_and_only_once() -> None:
    paid = made(status=PurchaseStatus.PAID)
    assert play(SHOP.pay_purchase(paid), []).value == Done(paid)
    closed = play(SHOP.pay_purchase(made(status=PurchaseStatus.CANCELLED)), []).value
    assert isinstance(closed, Refused)
    unplaced: tuple[Flow[Any], ...] = (SHOP.pay_purchase(bought()), SHOP.purchase(bought()))
    for flow in unplaced:
        assert isinstance(play(flow, []).error, InvalidValue)


def test_a_purchase_is_read_back_with_all_its_orders() -> None:
    script = [view("waitbuyerreceive", "11"), view("waitsellersend", "12")]
    played = play(SHOP.purchase(made("11", "12")), script)
    assert played.value.status is PurchaseStatus.PARTIALLY_SHIPPED
    assert form(played.calls[0]) == {"orderId": "11", "webSite": "1688"}


def test_an_order_that_is_not_there_is_an_error() -> None:
    answer = reply(200, {"success": False, "errorCode": "404"})
    assert isinstance(play(SHOP.purchase(made()), [answer]).error, NotFound)


def scan(moment: str, text: str) -> dict[str, str]:
    return {"acceptTime": moment, "remark": text}


def traced(*steps: dict[str, str]) -> Script:
    return reply(
        200, {"logisticsTrace": [{"logisticsBillNo": "SF1", "logisticsSteps": list(steps)}]}
    )


def test_scans_of_all_orders_come_oldest_first_and_once() -> None:
    late, early = scan("2018-07-25 10:00:00", "签收"), scan("2018-07-24 10:00:00", "揽收")
    played = play(SHOP.trace(made("11", "12")), [traced(late, early), traced(late)])
    assert [event.text for event in played.value] == ["揽收", "签收"]


@pytest.mark.parametrize("code", ["404", "500_2", "order.createtime.history"])
def test_what_was_not_sent_has_no_scans(code: str) -> None:
    answer = reply(200, {"success": False, "errorCode": code, "errorMessage": "none"})
    assert play(SHOP.trace(made()), [answer]).value == ()
    assert play(SHOP.trace(bought()), []).value == ()


def test_an_order_of_someone_else_is_refused_to_us() -> None:
    answer = reply(200, {"success": False, "errorCode": "order.nopermission.buyer"})
    assert isinstance(play(SHOP.trace(made()), [answer]).error, Unauthorized)


def test_no_secret_is_in_what_the_adapter_shows() -> None:
    shop = Alibaba1688.connect(
        "1", app_secret="hide-me", token=Token(Secret("hide-too")), account="main"
    )
    assert "hide" not in repr(shop)
