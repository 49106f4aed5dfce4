import json
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.alibaba1688 import calls
from crossborder.errors import InvalidValue
from crossborder.model.extra import Extra
from crossborder.model.ids import PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase, PurchaseLine

WAREHOUSE = Address(
    "收货人", "CN", ("网商路699号",), "杭州市", "浙江省", "310000", "滨江区", phone="138 0013 8000"
)


def line(offer: str, spec: str | None, quantity: int) -> PurchaseLine:
    return PurchaseLine(
        SkuId(f"{offer}/{spec}"),
        quantity,
        Price("1", "CNY"),
        Ref("alibaba1688", offer),
        None if spec is None else Ref("alibaba1688.spec", spec),
    )


def purchase(*lines: PurchaseLine) -> Purchase:
    return Purchase(PurchaseId("PO-1"), SupplierId("s"), lines)


@given(
    st.lists(
        st.tuples(st.integers(1, 9), st.integers(0, 30), st.integers(1, 99)),
        min_size=1,
        max_size=200,
    )
)
def test_splitting_and_joining_lines_loses_no_piece(lines: list[tuple[int, int, int]]) -> None:
    bought = purchase(*(line(str(offer), f"s{spec}", n) for offer, spec, n in lines))
    batches = calls.batches(bought)
    cargo = [cargo for batch in batches for cargo in batch.cargo]
    assert sum(item.quantity for item in cargo) == sum(n for _, _, n in lines)
    assert len({(item.offer, item.spec) for item in cargo}) == len(cargo)
    assert all(1 <= len(batch.cargo) <= 50 for batch in batches)
    assert len({batch.number for batch in batches}) == len(batches)


def test_one_order_has_the_purchases_own_number_and_several_have_suffixes() -> None:
    one = calls.batches(purchase(line("1", "a", 1)))
    many = calls.batches(purchase(*(line("1", f"s{n}", 1) for n in range(51))))
    assert [batch.number for batch in one] == ["PO-1"]
    assert [(batch.number, len(batch.cargo)) for batch in many] == [("PO-1-1", 50), ("PO-1-2", 1)]


@given(st.integers(1, 10**19 - 1))
def test_an_id_goes_out_with_every_digit(number: int) -> None:
    ref = Ref("alibaba1688", str(number))
    assert json.loads(calls.detail(ref, "en")["offerDetailParam"])["offerId"] == number
    assert calls.order(ref)["orderId"] == str(number)
    assert json.loads(calls.pay_url([ref])["orderIdList"]) == [number]
    assert json.loads(calls.debit(ref)["tradeWithholdPreparePayParam"]) == {"orderId": number}


@pytest.mark.parametrize(
    "ref",
    [
        Ref("shopify", "1"),
        Ref("alibaba1688", "x1"),
        Ref("alibaba1688", "1" * 20),
        Ref("alibaba1688", "１"),
    ],
)
def test_what_is_no_id_of_1688_is_refused(ref: Ref) -> None:
    with pytest.raises(InvalidValue):
        calls.order(ref)


def test_an_offer_without_skus_is_ordered_without_a_spec() -> None:
    (batch,) = calls.batches(purchase(line("7", None, 3)))
    assert batch.cargo[0].parameter == {"quantity": 3, "offerId": 7}


def test_a_sku_id_in_place_of_a_spec_id_is_refused() -> None:
    wrong = evolve(line("7", "a", 1), line_ref=Ref("alibaba1688", "4829152353068"))
    with pytest.raises(InvalidValue, match="specId") as caught:
        calls.batches(purchase(line("7", "b", 1), wrong))
    assert caught.value.field == "lines.1.line_ref"
    with pytest.raises(InvalidValue) as lacking:
        calls.batches(purchase(evolve(wrong, offer_ref=None)))
    assert lacking.value.field == "lines.0.offer_ref"


def test_the_cart_is_compact_json_in_the_vendors_words() -> None:
    (batch,) = calls.batches(purchase(line("554456348334", "b266", 5)))
    form = calls.cart(batch, WAREHOUSE, "general")
    assert form["cargoParamList"] == '[{"specId":"b266","quantity":5,"offerId":554456348334}]'
    assert form["outOrderId"] == "PO-1"
    assert json.loads(form["addressParam"]) == {
        "address": "网商路699号",
        "mobile": "13800138000",
        "fullName": "收货人",
        "postCode": "310000",
        "areaText": "滨江区",
        "townText": "",
        "cityText": "杭州市",
        "provinceText": "浙江省",
    }


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("+86 138-0013-8000", {"mobile": "13800138000"}),
        ("008613800138000", {"mobile": "13800138000"}),
        ("0517-88990077", {"phone": "051788990077"}),
    ],
)
def test_a_phone_number_is_sent_in_digits(stated: str, expected: dict[str, str]) -> None:
    sent = calls.address(evolve(WAREHOUSE, phone=stated))
    assert {name: sent[name] for name in ("mobile", "phone") if name in sent} == expected


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": ""}, "phone"),
        ({"phone": "电话0517"}, "phone"),
        ({"country": "DE"}, "country"),
        ({"lines": ("x" * 201,)}, "lines"),
        ({"lines": ()}, "lines"),
        ({"extra": Extra({"addressId": "home"})}, "ref"),
    ],
)
def test_an_address_that_1688_cannot_take_is_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        calls.address(evolve(WAREHOUSE, **change))
    assert caught.value.field == field


def test_a_known_address_goes_by_its_id() -> None:
    known = evolve(WAREHOUSE, extra=Extra({"addressId": 593861699}))
    assert calls.address(known) == {"addressId": 593861699}


def test_a_language_goes_without_its_region() -> None:
    asked = json.loads(calls.search("连衣裙", "pt-BR", 3)["offerQueryParam"])
    assert asked == {"keyword": "连衣裙", "beginPage": 3, "pageSize": 50, "country": "pt"}


@pytest.mark.parametrize("cursor", ["", "0", "-1", "x", "１"])
def test_a_cursor_that_is_no_page_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidValue):
        calls.page_of(cursor)
    assert calls.page_of(None) == 1
    assert calls.page_of("12") == 12
