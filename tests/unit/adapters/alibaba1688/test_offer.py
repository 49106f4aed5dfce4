import copy
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.alibaba1688.shapes import found, sourced
from crossborder.errors import Unreadable
from crossborder.model.ids import Ref
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Price
from crossborder.model.product import Attribute, Option
from crossborder.model.supply import MixRule, Quoting
from crossborder.protocols.sourcing import Sourced
from crossborder.serial import from_json, to_json

NOW = datetime(2026, 11, 22, tzinfo=UTC)

OFFER: dict[str, Any] = {
    "offerId": 670291644950,
    "categoryId": 1031919,
    "subject": "白色短袖",
    "subjectTrans": "White short sleeve",
    "description": '<div id="offer-template-0"></div><p onclick="x()">好</p>',
    "productImage": {
        "images": ["//cbu01.test/a.jpg", "https://cbu01.test/b.jpg"],
        "whiteImage": "w",
    },
    "productAttribute": [
        {"attributeId": "401", "attributeName": "风格", "value": "可爱风", "valueTrans": "cute"},
        {"attributeId": "401", "attributeName": "风格", "value": "甜美风"},
        {"attributeId": "2176", "attributeName": "品牌", "value": "伊念"},
    ],
    "productSkuInfos": [
        {
            "amountOnSale": 9498,
            "price": "15.5",
            "skuId": 4829152353068,
            "specId": "594b40c111b019af610a0078e4316373",
            "skuAttributes": [
                {
                    "attributeId": 3216,
                    "attributeName": "颜色",
                    "attributeNameTrans": "Color",
                    "value": "白",
                    "valueTrans": "White",
                    "skuImageUrl": "//cbu01.test/sku.jpg",
                }
            ],
            "consignPrice": "18.9",
            "cargoNumber": "短袖",
            "promotionPrice": "14.2",
            "newField": {"a": 1},
        }
    ],
    "productSaleInfo": {
        "amountOnSale": 166761,
        "priceRangeList": [
            {"startQuantity": 20, "price": "13.5"},
            {"startQuantity": 2, "price": "13.9", "promotionPrice": "13.21"},
        ],
        "quoteType": 1,
        "unitInfo": {"unit": "件", "transUnit": "Piece"},
    },
    "productShippingInfo": {
        "sendGoodsAddressText": "广东省广州市",
        "shippingTimeGuarantee": "shipIn48Hours",
        "skuShippingDetails": [
            {
                "skuId": "4829152353068",
                "width": 22,
                "length": 33,
                "height": 1,
                "weight": Decimal("0.2"),
                "pkgSizeSource": "商家自填",
            }
        ],
    },
    "sellerOpenId": "BBB",
    "companyName": "示例",
    "minOrderQuantity": 2,
    "status": "published",
    "tagInfoList": [{"key": "isOnePsale", "value": True}],
    "sellerMixSetting": {"mixAmount": 100, "mixNumber": 5, "generalHunpi": True},
    "sellerDataInfo": {"tradeMedalLevel": "3", "repeatPurchasePercent": "52.48%"},
    "offerIdentities": ["tp_member"],
    "soldOut": "128",
}


def offer(**changes: Any) -> dict[str, Any]:
    """The offer with paths such as `productSaleInfo__quoteType` changed."""
    made = copy.deepcopy(OFFER)
    for path, value in changes.items():
        at: Any = made
        *names, last = path.split("__")
        for name in names:
            at = at[int(name)] if name.isdigit() else at[name]
        at[last] = value
    return made


def read(payload: dict[str, Any], language: str = "en") -> Sourced:
    return sourced(payload, language=language, now=NOW)


def sku(**changes: Any) -> dict[str, Any]:
    return offer(**{f"productSkuInfos__0__{name}": value for name, value in changes.items()})


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: inner,
        lambda inner: {"success": True, "result": inner},
        lambda inner: {"result": {"success": True, "code": "200", "result": inner}},
    ],
)
def test_an_offer_is_read_with_and_without_its_envelopes(wrap: Any) -> None:
    assert read(wrap(OFFER)) == read(OFFER)


def test_ids_are_texts_and_both_ids_of_a_sku_are_kept() -> None:
    product = read(OFFER).product
    assert product.source == Ref("alibaba1688", "670291644950")
    assert product.skus[0].refs == (
        Ref("alibaba1688", "4829152353068"),
        Ref("alibaba1688.spec", "594b40c111b019af610a0078e4316373"),
    )


@given(st.integers(1, 10**25), st.integers(1, 10**25))
def test_no_id_loses_a_digit(offer_id: int, sku_id: int) -> None:
    found = read(offer(offerId=offer_id, productSkuInfos__0__skuId=sku_id))
    assert found.product.source == Ref("alibaba1688", str(offer_id))
    assert found.product.skus[0].refs[0].value == str(sku_id)
    assert found.offer.lines[0].sku_id == f"alibaba1688:{sku_id}"


def test_every_attribute_is_kept_also_the_second_value_of_one() -> None:
    product = read(OFFER).product
    assert product.attributes[:2] == (
        Attribute("风格", "可爱风", "401", None, "cute"),
        Attribute("风格", "甜美风", "401"),
    )
    assert product.brand == "伊念"


def test_what_nobody_reads_is_kept_under_the_vendors_name() -> None:
    found = read(OFFER)
    assert found.product.extra["soldOut"] == "128"
    assert found.product.extra["categoryId"] == "1031919"
    assert found.product.skus[0].extra["newField"] == {"a": 1}
    assert found.product.skus[0].extra["promotionPrice"] == "14.2"
    assert found.product.skus[0].extra["skuAttributes"] == ({"attributeId": 3216},)
    assert found.offer.extra["unitInfo"] == {"transUnit": "Piece"}


def test_the_nouns_of_an_offer_survive_our_own_json() -> None:
    found = read(OFFER)
    assert from_json(to_json(found.product)) == found.product
    assert from_json(to_json(found.offer)) == found.offer


def test_pictures_description_and_options_are_clean() -> None:
    product = read(OFFER).product
    assert [(image.url, image.role) for image in product.images] == [
        ("https://cbu01.test/a.jpg", "main"),
        ("https://cbu01.test/b.jpg", "main"),
        ("w", "white"),
    ]
    assert product.description_html == "<p>好</p>"
    assert product.skus[0].options == (Option("颜色", "白", "Color", "White"),)
    assert product.skus[0].image_url == "https://cbu01.test/sku.jpg"


@pytest.mark.parametrize(
    ("given", "language"),
    [("白色短袖", "en"), ("", "en"), (None, "en"), ({}, "en"), (7, "en"), ("White", "zh-CN")],
)
def test_a_title_that_was_not_translated_is_no_translation(given: Any, language: str) -> None:
    assert read(offer(subjectTrans=given), language).product.translations == ()


def test_a_translated_title_names_its_language_and_translator() -> None:
    (translation,) = read(OFFER, "pt-BR").product.translations
    assert (translation.language, translation.title) == ("pt-BR", "White short sleeve")
    assert (translation.source, translation.at) == ("alibaba1688", NOW)


def test_tiers_rise_and_members_prices_stand_apart() -> None:
    tiers = read(OFFER).offer.tiers
    assert [(tier.min_quantity, tier.unit_price) for tier in tiers] == [
        (2, Price("13.9", "CNY")),
        (20, Price("13.5", "CNY")),
    ]
    assert tiers[0].member_price == Price("13.21", "CNY")
    assert (
        read(offer(productSaleInfo__priceRangeList__1__startQuantity=0)).offer.tiers[0].min_quantity
        == 1
    )


@pytest.mark.parametrize(
    ("stated", "quoting", "unit_price"),
    [
        (0, Quoting.OFFER, None),
        (1, Quoting.SKU, Price("15.5", "CNY")),
        ("2", Quoting.TIERS, None),
        (None, Quoting.TIERS, None),
    ],
)
def test_the_way_of_quoting_says_whose_price_counts(
    stated: Any, quoting: Quoting, unit_price: Price | None
) -> None:
    found = read(offer(productSaleInfo__quoteType=stated)).offer
    assert found.quoting is quoting
    assert found.lines[0].unit_price == unit_price


def test_a_price_that_does_not_count_is_still_kept() -> None:
    found = read(offer(productSaleInfo__quoteType=2))
    assert found.product.skus[0].extra["price"] == "15.5"


def test_prices_tell_the_way_of_quoting_where_the_offer_does_not() -> None:
    by_sku = offer(productSaleInfo__quoteType=None, productSaleInfo__priceRangeList=None)
    whole = offer(productSaleInfo__quoteType=None, productSkuInfos=[])
    assert read(by_sku).offer.quoting is Quoting.SKU
    assert read(whole).offer.quoting is Quoting.OFFER
    with pytest.raises(Unreadable) as caught:
        read(offer(productSaleInfo__quoteType=3))
    assert caught.value.field == "productSaleInfo.quoteType"


@pytest.mark.parametrize(
    ("stated", "available"),
    [(99999, None), ("999999", None), (0, 0), (None, 0), (166761, 166761), (9999, 9999)],
)
def test_a_row_of_nines_is_not_a_count(stated: Any, available: int | None) -> None:
    assert read(sku(amountOnSale=stated)).offer.lines[0].available == available


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ({"generalHunpi": True, "mixAmount": 100, "mixNumber": 5}, MixRule(Price("100", "CNY"), 5)),
        ({"generalHunpi": "true", "mixNumber": 5}, MixRule(None, 5)),
        ({"generalHunpi": True, "mixAmount": 0, "mixNumber": 0}, None),
        ({"generalHunpi": False, "mixAmount": 100}, None),
        ({"generalHunpi": None, "mixAmount": 100}, None),
        (None, None),
    ],
)
def test_a_mix_rule_stands_only_where_the_seller_allows_it(
    setting: Any, rule: MixRule | None
) -> None:
    found = read(offer(sellerMixSetting=setting)).offer
    assert found.mix == rule
    if setting and rule is None:
        assert found.extra["sellerMixSetting"] == setting


@pytest.mark.parametrize(("stated", "multiple"), [(None, 1), (0, 1), (200, 200), ("12", 12)])
def test_a_batch_number_is_the_multiple(stated: Any, multiple: int) -> None:
    assert read(offer(batchNumber=stated)).offer.multiple == multiple
    assert read(offer(minOrderQuantity=stated)).offer.moq == multiple


def test_a_price_for_one_piece_stands_only_where_pieces_are_sold() -> None:
    given = {"onePiecePrice": "15", "offerPrice": "12"}
    assert read(OFFER).offer.lines[0].one_piece_price == Price("18.9", "CNY")
    better = read(sku(fenxiaoPriceInfo=given)).offer
    assert better.lines[0].one_piece_price == Price("15", "CNY")
    none = read(offer(tagInfoList=[], productSkuInfos__0__fenxiaoPriceInfo=given))
    assert none.offer.lines[0].one_piece_price is None
    assert none.product.skus[0].extra["consignPrice"] == "18.9"
    assert not none.offer.one_piece


def test_a_price_for_one_piece_may_stand_on_the_offer() -> None:
    payload = sku(consignPrice=None)
    payload["productSaleInfo"]["fenxiaoSaleInfo"] = {
        "onePieceFreePostage": True,
        "onePiecePrice": "15",
        "startQuantity": 2,
    }
    found = read(payload).offer
    assert found.lines[0].one_piece_price == Price("15", "CNY")
    assert found.free_postage
    assert found.extra["fenxiaoSaleInfo"] == {"startQuantity": 2}
    tagged = [{"key": "isOnePsaleFreePostage", "value": "true"}]
    assert read(offer(tagInfoList=tagged)).offer.free_postage


def test_a_price_agreed_with_us_belongs_to_its_sku() -> None:
    agreed = [
        {"skuId": 4829152353068, "currentPrice": "23.41"},
        {"skuId": 7, "currentPrice": None},
    ]
    found = read(offer(channelPrice={"channelSkuPriceList": agreed})).offer
    assert found.lines[0].channel_price == Price("23.41", "CNY")


@pytest.mark.parametrize("stated", ["价格", "12元", "1,200", True, [1]])
def test_a_price_that_is_none_is_named(stated: Any) -> None:
    with pytest.raises(Unreadable) as caught:
        read(sku(price=stated))
    assert caught.value.field == "productSkuInfos.0.price"
    assert caught.value.value == stated


@pytest.mark.parametrize("stated", ["", None, "0", 0, "0.00"])
def test_no_price_and_a_price_of_zero_are_none(stated: Any) -> None:
    assert read(sku(price=stated)).offer.lines[0].unit_price is None


@pytest.mark.parametrize(
    "changes",
    [
        {"offerId": None},
        {"subject": ""},
        {"sellerOpenId": None},
        {"minOrderQuantity": -1},
        {"productSkuInfos__0__price": "-1"},
        {"productSkuInfos__0__amountOnSale": -5},
        {"productSaleInfo__priceRangeList__0__price": None},
        {"productSaleInfo__priceRangeList__0__startQuantity": 2},
        {"productSaleInfo__priceRangeList__0__startQuantity": -1},
        {"productShippingInfo__skuShippingDetails__0__weight": "-1"},
        {"productShippingInfo__skuShippingDetails__0__width": -1},
        {"productSkuInfos": [OFFER["productSkuInfos"][0]] * 2},
    ],
)
def test_what_an_offer_cannot_say_is_unreadable(changes: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(offer(**changes))


@pytest.mark.parametrize("blank", [None, "", " "])
def test_a_choice_left_blank_chooses_nothing_and_spoils_nothing(blank: str | None) -> None:
    whole = read(offer()).product.skus[0]
    found = read(offer(productSkuInfos__0__skuAttributes__0__value=blank)).product.skus[0]
    assert len(found.options) == len(whole.options) - 1


def test_a_picture_that_is_null_is_left_out() -> None:
    urls = [None, "https://cbu01.alicdn.com/a.jpg"]
    product = read(offer(productImage__images=urls)).product
    assert "https://cbu01.alicdn.com/a.jpg" in [image.url for image in product.images]


def test_a_sku_has_at_least_one_id() -> None:
    by_spec = read(sku(skuId=None))
    assert by_spec.product.skus[0].id == (
        "alibaba1688:670291644950/594b40c111b019af610a0078e4316373"
    )
    by_sku = read(sku(specId=""))
    assert by_sku.offer.lines[0].ref is None
    assert by_sku.offer.lines[0].available == 9498
    with pytest.raises(Unreadable):
        read(sku(skuId=None, specId=None))


def test_an_offer_without_skus_gets_one_with_the_stock_of_the_offer() -> None:
    payload = offer(productSkuInfos=None, productSaleInfo__quoteType=0)
    payload["productSaleInfo"]["amountOnSale"] = 120
    payload["productShippingInfo"]["officialWeight"] = Decimal("0.3")
    found = read(payload)
    (only,), (line,) = found.product.skus, found.offer.lines
    assert (only.id, only.options, only.refs) == ("alibaba1688:670291644950", (), ())
    assert (only.weight, only.weight_source) == (Weight.kg("0.3"), "official")
    assert (line.available, line.unit_price, line.ref) == (120, None, None)


@pytest.mark.parametrize(
    ("detail", "weight", "source"),
    [
        ({"weight": "0.2", "pkgSizeSource": "商家自填"}, Weight.kg("0.2"), "seller"),
        ({"weight": "0.2", "pkgSizeSource": "预测-同款放大"}, Weight.kg("0.9"), "seller"),
        ({"weight": "0.2", "pkgSizeSource": "官方测量"}, Weight.kg("0.2"), "official"),
        ({"weight": "0.2"}, Weight.kg("0.2"), "seller"),
        ({"weight": "0.2", "officialWeight": "0.25"}, Weight.kg("0.25"), "official"),
        ({"aiWeight": "0.4", "aiWeightAccuracy": "80%"}, Weight.kg("0.9"), "seller"),
        ({"weight": 0, "officialWeight": 0}, Weight.kg("0.9"), "seller"),
    ],
)
def test_an_official_weight_goes_before_the_sellers_and_a_predicted_one(
    detail: dict[str, Any], weight: Weight, source: str
) -> None:
    shipping = {"weight": "0.9", "skuShippingDetails": [{"skuId": "4829152353068", **detail}]}
    found = read(offer(productShippingInfo=shipping)).product.skus[0]
    assert (found.weight, found.weight_source) == (weight, source)


def test_a_predicted_weight_is_taken_where_there_is_no_other() -> None:
    details = [{"skuId": "4829152353068", "aiWeight": "0.4", "aiWeightAccuracy": "80%"}]
    found = read(offer(productShippingInfo={"skuShippingDetails": details})).product.skus[0]
    assert (found.weight, found.weight_source) == (Weight.kg("0.4"), "predicted")
    assert found.extra["shipping"] == {"aiWeightAccuracy": "80%"}


def test_the_deprecated_list_states_grams() -> None:
    items = [{"skuId": 4829152353068, "weight": 420, "width": 1, "length": 2, "height": 3}]
    found = read(offer(productShippingInfo={"skuShippingInfoList": items})).product.skus[0]
    assert (found.weight, found.weight_source) == (Weight.g(420), "seller")
    assert found.size == Size(20, 10, 30)
    empty = [{"skuId": 4829152353068}]
    bare = read(offer(productShippingInfo={"skuShippingInfoList": empty})).product.skus[0]
    assert (bare.weight, bare.size) == (None, None)


def test_sizes_are_centimetres_and_need_all_three_sides() -> None:
    assert read(OFFER).product.skus[0].size == Size(330, 220, 10)
    partial = offer(productShippingInfo__skuShippingDetails__0__width=None)
    assert read(partial).product.skus[0].size is None
    measured = {"officialLength": 12, "officialWidth": "5.05", "officialHeight": 14}
    payload = copy.deepcopy(OFFER)
    payload["productShippingInfo"]["skuShippingDetails"][0] |= measured
    assert read(payload).product.skus[0].size == Size(120, 51, 140)


@pytest.mark.parametrize(
    ("stated", "handling"),
    [
        ("shipIn24Hours", timedelta(hours=24)),
        ("shipIn48Hours", timedelta(hours=48)),
        ("shipInToday", timedelta(days=1)),
        ("shipIn24Hours-24小时发货", None),
        (None, None),
    ],
)
def test_a_promise_of_time_is_handling(stated: str | None, handling: timedelta | None) -> None:
    found = read(offer(productShippingInfo__shippingTimeGuarantee=stated)).offer
    assert found.handling == handling
    if stated and handling is None:
        assert found.extra["shippingTimeGuarantee"] == stated


@pytest.mark.parametrize("status", ["expired", "auto expired", "member deleted", "", None])
def test_only_a_published_offer_can_be_ordered(status: str | None) -> None:
    assert read(OFFER).offer.orderable
    found = read(offer(status=status))
    assert not found.offer.orderable
    assert found.product.status == (status or "")


def test_scores_are_numbers_and_shares_are_fractions() -> None:
    data = {
        "tradeMedalLevel": "3",
        "repeatPurchasePercent": "0.4666",
        "qualityRefundWithin30Day": "2",
        "collect30DayWithin48HPercent": None,
        "offerExperienceScore": "未知",
    }
    supplier = read(offer(sellerDataInfo=data, sellerIdentities=["super_factory"])).offer.supplier
    assert supplier.scores == {
        "tradeMedalLevel": Decimal(3),
        "repeatPurchasePercent": Decimal("0.4666"),
    }
    assert supplier.extra == {"qualityRefundWithin30Day": "2", "offerExperienceScore": "未知"}
    assert supplier.identities == ("super_factory", "tp_member")
    assert supplier.name == "示例"


def test_the_terms_of_delivery_are_read() -> None:
    found = read(OFFER).offer
    assert (found.ship_from, found.unit, found.moq, found.currency) == (
        "广东省广州市",
        "件",
        2,
        "CNY",
    )
    assert found.observed_at == NOW


def test_an_offer_with_no_details_at_all_is_still_one() -> None:
    bare = {"offerId": 1, "subject": "x", "sellerOpenId": "s"}
    found = read(bare)
    assert found.product.images == ()
    assert found.offer.lines[0].available == 0
    assert found.offer.quoting is Quoting.OFFER


def mutate(value: Any, chance: Any) -> Any:
    """The value with one thing somewhere in it dropped, nulled, added or replaced."""
    made = copy.deepcopy(value)
    at = made
    while True:
        keys = list(at) if isinstance(at, dict) else list(range(len(at)))
        if not keys:
            break
        key = chance.choice(keys)
        if isinstance(at[key], dict | list) and at[key] and chance.random() < 0.75:
            at = at[key]
            continue
        how = chance.randrange(4)
        if how == 0:
            del at[key]
        else:
            odd = [None, "", "价格", -1, 0, True, [], {}, [None], {"a": None}, Decimal("1e400")]
            at[key] = None if how == 1 else chance.choice(odd)
        break
    return made


@given(st.randoms(use_true_random=False))
def test_a_damaged_offer_is_read_or_unreadable_and_never_anything_else(chance: Any) -> None:
    damaged = OFFER
    for _ in range(chance.randrange(1, 4)):
        damaged = mutate(damaged, chance)
    try:
        read(damaged)
    except Unreadable as error:
        named = error.field
    else:
        named = "nothing"
    assert named


@pytest.mark.parametrize(
    "payload", [None, [], "x", {}, {"result": None}, {"result": {"result": 1}}]
)
def test_an_answer_without_an_offer_is_unreadable(payload: Any) -> None:
    with pytest.raises(Unreadable):
        sourced(payload, language="en", now=NOW)


def test_a_float_is_not_exact_and_is_refused() -> None:
    with pytest.raises(Unreadable):
        read(sku(price=15.5))
    with pytest.raises(Unreadable):
        read(offer(soldOut=1.5))


HIT = {
    "offerId": 2,
    "subject": "中文标题",
    "subjectTrans": "Title",
    "priceInfo": {"price": "10", "promotionPrice": "9"},
    "monthSold": 1213,
    "minOrderQuantity": 3,
    "imageUrl": "//i.test/a.jpg",
    "token": "abc",
}


def test_a_hit_shows_enough_to_choose() -> None:
    (hit,), more = found({"result": {"success": True, "result": {"data": [HIT]}}})
    assert not more
    assert (hit.ref, hit.title, hit.title_translated) == (
        Ref("alibaba1688", "2"),
        "中文标题",
        "Title",
    )
    assert (hit.price, hit.moq, hit.sold_a_month) == (Price("10", "CNY"), 3, 1213)
    assert hit.image_url == "https://i.test/a.jpg"
    assert hit.extra == {"token": "abc", "priceInfo": {"promotionPrice": "9"}}


def test_more_pages_follow_until_the_last() -> None:
    page = {"data": [HIT], "currentPage": 1, "totalPage": 2}
    assert found(page)[1]
    assert not found({**page, "currentPage": 2})[1]
    assert not found({**page, "data": []})[1]
    assert found({"data": None}) == ((), False)


def test_a_hit_says_little_at_times() -> None:
    (hit,), _ = found({"data": [{"offerId": "9", "subject": "x", "subjectTrans": "x"}]})
    assert (hit.title_translated, hit.price, hit.moq, hit.image_url) == (None, None, None, None)


@pytest.mark.parametrize(
    "answer",
    [
        {"error_code": "gw.QosAppFrequencyLimit", "error_message": "too often"},
        {"result": {"success": False, "code": "500", "message": "too often"}},
        {"success": False, "errorMessage": "too often"},
    ],
)
def test_an_answer_that_refuses_is_told_in_its_own_words(answer: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="too often"):
        read(answer)
