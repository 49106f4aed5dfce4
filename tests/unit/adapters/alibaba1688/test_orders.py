from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.alibaba1688.calls import Batch, Cargo
from crossborder.adapters.alibaba1688.shapes import (
    debited,
    matching,
    pay_url,
    placed,
    preview,
    seen,
    seen_list,
    signed_up,
    standing,
)
from crossborder.errors import Unreadable
from crossborder.model.ids import PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price
from crossborder.model.purchase import Purchase, PurchaseLine, PurchaseStatus

PURCHASE = Purchase(
    PurchaseId("PO-1"),
    SupplierId("s"),
    (PurchaseLine(SkuId("a"), 2, Price("1", "CNY")),),
    PurchaseStatus.PLACED,
)


def order(status: str = "waitbuyerpay", *, number: str = "11", **more: Any) -> dict[str, Any]:
    lines = more.pop("lines", [("7", "a", 2)])
    items = [
        {"productID": int(offer), "specId": spec, "quantity": n, **more.pop("line", {})}
        for offer, spec, n in lines
    ]
    bills = [{"logisticsBillNo": bill} for bill in more.pop("bills", [])]
    base = {
        "id": 0,
        "idOfStr": number,
        "status": status,
        "totalAmount": Decimal("6.15"),
        "shippingFee": 6,
        "createTime": "20170913231708000-0700",
        **more,
    }
    return {"baseInfo": base, "productItems": items, "nativeLogistics": {"logisticsItems": bills}}


def standing_of(*orders: dict[str, Any]) -> Purchase:
    return standing(PURCHASE, [seen({"result": one}) for one in orders])


@given(st.integers(1, 10**25))
def test_an_order_id_keeps_every_digit_of_its_text(number: int) -> None:
    assert seen(order(number=str(number))).ref == Ref("alibaba1688", str(number))
    as_number = order()
    as_number["baseInfo"]["idOfStr"] = number
    assert seen(as_number).ref.value == str(number)


def test_the_text_of_a_lines_id_goes_before_its_number() -> None:
    payload = order(line={"subItemID": 128403042259997710, "subItemIDString": "128403042259997715"})
    item = seen(payload).extra["productItems"]["0"]
    assert item["subItemID"] == "128403042259997715"
    assert item["quantity"] == 2


@pytest.mark.parametrize(
    ("native", "status", "flags"),
    [
        ("waitbuyerpay", PurchaseStatus.PLACED, set()),
        ("waitsellersend", PurchaseStatus.PAID, set()),
        ("waitlogisticstakein", PurchaseStatus.PAID, {"label_created"}),
        ("waitbuyerreceive", PurchaseStatus.SHIPPED, set()),
        ("signinsuccess", PurchaseStatus.RECEIVED, {"unconfirmed"}),
        ("success", PurchaseStatus.CLOSED, set()),
        ("terminated", PurchaseStatus.CANCELLED, {"after_payment"}),
    ],
)
def test_the_platforms_word_becomes_our_status(
    native: str, status: PurchaseStatus, flags: set[str]
) -> None:
    now = standing_of(order(native))
    assert (now.status, set(now.flags), now.native) == (status, flags, native)
    assert (now.total, now.freight) == (Money("6.15", "CNY"), Money("6", "CNY"))


@pytest.mark.parametrize("word", ["other", "brand_new"])
def test_a_word_that_is_not_known_leaves_the_status_alone(word: str) -> None:
    now = standing_of(order(word))
    assert now.status is PurchaseStatus.PLACED
    assert now.flags
    assert now.native == word


@pytest.mark.parametrize("line", [{"logisticsStatus": 2}, {"logisticsStatus": "5"}])
def test_a_paid_order_with_lines_that_went_out_is_partly_shipped(line: dict[str, Any]) -> None:
    now = standing_of(order("waitsellersend", line=line))
    assert now.status is PurchaseStatus.PARTIALLY_SHIPPED


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("waitsellersend", "waitbuyerreceive"), PurchaseStatus.PARTIALLY_SHIPPED),
        (("waitbuyerpay", "waitbuyerreceive"), PurchaseStatus.PLACED),
        (("waitbuyerreceive", "success"), PurchaseStatus.SHIPPED),
        (("cancel", "waitsellersend"), PurchaseStatus.PAID),
        (("cancel", "cancel"), PurchaseStatus.CANCELLED),
        (("other", "success"), PurchaseStatus.PLACED),
    ],
)
def test_a_split_purchase_stands_where_its_last_order_stands(
    words: tuple[str, ...], status: PurchaseStatus
) -> None:
    now = standing_of(*(order(word, number=str(n)) for n, word in enumerate(words)))
    assert now.status is status
    assert now.total == Money("12.30", "CNY")
    assert set(now.extra["orders"]) == {"0", "1"}


def test_waybills_are_numbers_and_each_stands_once() -> None:
    now = standing_of(order(bills=["SF123456,YT987654", "SF123456", "不需要物流", None, "无"]))
    assert now.waybills == ("SF123456", "YT987654")


def test_an_order_that_says_nothing_of_money_has_none() -> None:
    now = standing_of(order(totalAmount=None, shippingFee="", createTime=None))
    assert (now.total, now.freight) == (None, None)


@pytest.mark.parametrize("gone", ["baseInfo", "status", "idOfStr"])
def test_an_order_without_what_is_needed_is_unreadable(gone: str) -> None:
    payload = order()
    if gone == "baseInfo":
        del payload["baseInfo"]
    else:
        payload["baseInfo"] = {
            k: v for k, v in payload["baseInfo"].items() if k not in (gone, "id")
        }
    with pytest.raises(Unreadable):
        seen(payload)


BATCH = Batch("PO-1", (Cargo("7", "a", 2), Cargo("7", "b", 1)))
WHOLE = [("7", "a", 2), ("7", "b", 1)]


def listed(*orders: dict[str, Any]) -> Any:
    return seen_list({"result": list(orders)})


def test_an_order_of_the_same_goods_is_ours() -> None:
    found = matching(listed(order(number="5", lines=WHOLE)), BATCH)
    assert found is not None
    assert (found.refs, found.problems) == ((Ref("alibaba1688", "5"),), ())
    assert found.total == Money("6.15", "CNY")


@pytest.mark.parametrize(
    "other",
    [
        order(lines=[("7", "a", 3)]),
        order(lines=[("7", "c", 1)]),
        order(lines=[("7", "c", Decimal("0.5"))]),
        order(lines=[]),
        order("cancel", lines=WHOLE),
        order(outOrderId="PO-2", lines=WHOLE),
    ],
)
def test_an_order_of_other_goods_or_number_is_not_ours(other: dict[str, Any]) -> None:
    assert matching(listed(other), BATCH) is None
    assert matching((), BATCH) is None


def test_an_order_with_our_number_is_ours() -> None:
    assert matching(listed(order(outOrderId="PO-1", lines=WHOLE)), BATCH)


def test_orders_that_add_up_are_ours_together() -> None:
    parts = (order(number="1", lines=WHOLE[:1]), order(number="2", lines=WHOLE[1:]))
    found = matching(listed(*parts), BATCH)
    assert found is not None
    assert [ref.value for ref in found.refs] == ["1", "2"]
    assert found.problems == ()
    assert found.total == Money("12.30", "CNY")


def test_a_part_that_was_not_ordered_is_named() -> None:
    found = matching(listed(order(number="1", lines=[("7", "a", 1)])), BATCH)
    assert found is not None
    assert [(item.code, item.field) for item in found.problems] == [
        ("not_placed", "7/a"),
        ("not_placed", "7/b"),
    ]


def test_of_two_whole_orders_the_newest_is_taken_and_the_other_named() -> None:
    old = order(number="1", lines=WHOLE)
    new = order(number="2", lines=WHOLE, createTime="20180913231708000-0700")
    found = matching(listed(new, old), BATCH)
    assert found is not None
    assert [ref.value for ref in found.refs] == ["2"]
    assert [(item.code, item.field, item.severity) for item in found.problems] == [
        ("several_found", "1", "warning")
    ]


def part(**more: Any) -> dict[str, Any]:
    return {
        "tradeModeNameList": ["assureTrade", "creditBuy"],
        "status": True,
        "sumPayment": 4400,
        "sumCarriage": 800,
        "sumPaymentNoCarriage": 3600,
        **more,
    }


def test_the_parts_of_a_preview_add_up_and_share_their_trade_types() -> None:
    answers: list[dict[str, Any]] = [
        {"orderPreviewResuslt": [part(), part(tradeModeNameList=["creditBuy"])]},
        {"success": True, "result": {"orderPreviewResult": [part(sumCarriage=None)]}},
    ]
    found = preview(answers)
    assert found.goods == Money("108.00", "CNY")
    assert found.freight == Money("16.00", "CNY")
    assert found.total == Money("132.00", "CNY")
    assert found.trade_types == ("creditBuy",)
    assert found.problems == ()


def test_a_preview_names_what_cannot_be_bought() -> None:
    cargo = [
        {"offerId": 7, "specId": "a", "resultCode": "500_004", "message": "none"},
        {"offerId": 7, "resultCode": "200"},
    ]
    bad = part(status=False, resultCode="500_001", message="no", cargoList=cargo)
    problems = preview([{"orderPreviewResuslt": [bad]}]).problems
    assert [(item.code, item.field) for item in problems] == [
        ("not_orderable", ""),
        ("out_of_stock", "7/a"),
    ]


@pytest.mark.parametrize("answer", [{}, {"orderPreviewResuslt": [part(sumPayment="1.5")]}])
def test_a_preview_without_sums_in_fen_is_unreadable(answer: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        preview([answer])


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"result": x, "success": True}])
def test_a_created_order_is_read_flat_and_nested(wrap: Any) -> None:
    one = placed(wrap({"orderId": "87407346014789305", "totalSuccessAmount": 156800, "postFee": 5}))
    assert one.refs == (Ref("alibaba1688", "87407346014789305"),)
    assert (one.total, one.freight) == (Money("1568.00", "CNY"), Money("0.05", "CNY"))
    assert one.sure


def test_an_answer_that_calls_itself_a_failure_beside_an_order_is_not_sure() -> None:
    assert not placed({"orderId": "1", "success": False}).sure


def test_several_orders_add_up_and_failed_goods_are_named() -> None:
    orders = [
        {"orderId": "1", "orderAmmount": 100, "postFee": 10},
        {"orderId": "2", "orderAmmount": 200, "postFee": 20},
    ]
    failed = [{"offerId": "7", "specId": "a", "errorCode": "500_004", "errorMessage": "none"}]
    found = placed({"result": {"orderList": orders, "failedOfferList": failed}})
    assert [ref.value for ref in found.refs] == ["1", "2"]
    assert (found.total, found.freight) == (Money("3.00", "CNY"), Money("0.30", "CNY"))
    assert [(item.code, item.field) for item in found.problems] == [("out_of_stock", "7/a")]


def test_an_answer_that_names_no_order_has_no_refs() -> None:
    assert placed({"success": True, "result": None}).refs == ()


@pytest.mark.parametrize(
    ("agreements", "on"),
    [
        ([{"signedStatus": "true", "bindingStatus": "true"}], True),
        ([{"signedStatus": "true", "bindingStatus": "false"}], False),
        ([{"signedStatus": False, "bindingStatus": True}], False),
        ([], False),
        (None, False),
    ],
)
def test_debit_is_on_when_an_agreement_is_signed_and_bound(agreements: Any, on: bool) -> None:
    answer = {"result": {"result": {"paymentAgreements": agreements}, "success": True}}
    assert signed_up(answer) is on


def test_a_debit_says_whether_it_went_through() -> None:
    assert debited({"result": {"success": True, "result": {"paySuccess": "true"}}})
    assert not debited({"result": {"success": True, "result": {"paySuccess": False}}})
    assert not debited({"result": None})


def test_a_pay_link_names_the_orders_it_leaves_out() -> None:
    assert pay_url({"payUrl": "https://x", "payFailureOrderList": [1299871823]}) == (
        "https://x",
        ("1299871823",),
    )
    with pytest.raises(Unreadable):
        pay_url({"success": True})
