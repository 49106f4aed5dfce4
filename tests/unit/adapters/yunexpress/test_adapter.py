import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.yunexpress import YunExpress
from crossborder.adapters.yunexpress.calls import latin
from crossborder.adapters.yunexpress.rules import SANDBOX, URL, read
from crossborder.adapters.yunexpress.shapes import transit
from crossborder.adapters.yunexpress.sign import App
from crossborder.conversation import Broken, Expired, Ok, Reply, Token
from crossborder.errors import (
    BadRequest,
    InvalidValue,
    OutcomeUnknown,
    Unauthorized,
    Unreadable,
)
from crossborder.model.carriage import CustomsLine, Parcel, ShipmentRequest
from crossborder.model.extra import Extra
from crossborder.model.ids import OrderId, Ref
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Price
from crossborder.model.outcome import Done, Refused
from crossborder.model.place import Address
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import Stage
from crossborder.protocols import Carrier, supports
from crossborder.secret import Secret
from crossborder.testing.play import LOST, play, reply

NOW = datetime(2026, 7, 1, tzinfo=UTC)
CARRIER = YunExpress.connect("app", "s3cret", account="shop")
GOODS = CustomsLine(
    "Tea cup", 2, Price("3.50", "USD"), Weight.g(120), "茶杯", "691110", sku="CUP-1"
)
REQUEST = ShipmentRequest(
    "ORDER-1",
    "BKZXR",
    Address("José Núñez", "US", ("1 Main St",), "Los Angeles", "CA", "90001", phone="+1 555"),
    Parcel(Weight.g(1299), Size.cm("13.6", 42, 24), (GOODS,)),
    order_id=OrderId("o-1"),
    tax_ids=Extra({"IOSS": "IM123"}),
)


def fine(result: Any) -> Reply:
    return reply(200, {"t": "1", "success": True, "result": result})


def refused(code: str, text: str) -> Reply:
    return reply(200, {"t": 1, "success": False, "code": code, "msg": text})


BOOKED = {
    "customer_order_number": "ORDER-1",
    "waybill_number": "YT1",
    "tracking_number": "LE1CN",
    "bar_codes": ["YT1"],
    "remote_area": False,
}
AGAIN = refused("02", "客户订单号已存在")


def ship(*script: Any) -> Any:
    return play(CARRIER.ship(REQUEST, now=NOW), script)


def test_a_booking_says_everything_once_and_exactly() -> None:
    call = ship(fine(BOOKED)).calls[0]
    assert call.step == "ship"
    assert json.loads(call.request.content, parse_float=Decimal) == {
        "product_code": "BKZXR",
        "customer_order_number": "ORDER-1",
        "weight_unit": "KG",
        "size_unit": "CM",
        "packages": [
            {
                "weight": Decimal("1.299"),
                "length": Decimal("13.6"),
                "width": Decimal("42.0"),
                "height": Decimal("24.0"),
            }
        ],
        "receiver": {
            "first_name": "José Núñez",
            "country_code": "US",
            "province": "CA",
            "city": "Los Angeles",
            "address_lines": ["1 Main St"],
            "postal_code": "90001",
            "phone_number": "+1 555",
        },
        "declaration_info": [
            {
                "sku_code": "CUP-1",
                "name_local": "茶杯",
                "name_en": "Tea cup",
                "quantity": 2,
                "unit_price": Decimal("3.50"),
                "unit_weight": Decimal("0.120"),
                "hs_code": "691110",
                "currency": "USD",
            }
        ],
        "customs_number": {"ioss_code": "IM123"},
    }


def test_what_is_not_known_is_not_sent() -> None:
    request = evolve(
        REQUEST,
        sender=Address("收货人", "CN", district="南山区"),
        tax_ids=Extra(),
        parcel=evolve(REQUEST.parcel, size=None),
    )
    sent = json.loads(play(CARRIER.ship(request, now=NOW), [fine(BOOKED)]).calls[0].request.content)
    assert "customs_number" not in sent
    assert sent["packages"] == [{"weight": 1.299}]
    assert sent["sender"] == {
        "first_name": "收货人",
        "country_code": "CN",
        "address_lines": ["南山区"],
    }


def test_a_booked_parcel_has_both_numbers_and_what_else_was_said() -> None:
    outcome = ship(fine(BOOKED)).value
    assert isinstance(outcome, Done)
    parcel = outcome.value
    assert (parcel.id, parcel.number, parcel.order_id) == ("ORDER-1", "YT1", "o-1")
    assert parcel.numbers == ("YT1", "LE1CN")
    assert parcel.refs == (Ref("yunexpress", "YT1"),)
    assert (parcel.extra["bar_codes"], parcel.extra["remote_area"]) == (("YT1",), False)


@pytest.mark.parametrize(("number", "legs"), [("", 2), (None, 2), ("YT1", 1)])
def test_the_number_of_the_last_mile_may_come_later(number: str | None, legs: int) -> None:
    outcome = ship(fine({**BOOKED, "tracking_number": number})).value
    assert outcome.value.numbers == ("YT1",)
    assert len(outcome.value.legs) == legs


def test_after_a_lost_answer_the_order_is_looked_up_by_our_number() -> None:
    played = ship(LOST, fine({**BOOKED, "status": "A"}))
    assert played.value.value.number == "YT1"
    assert played.operations == ("orders.create", "orders.get")
    assert dict(played.calls[1].request.query) == {"order_number": "ORDER-1"}


@pytest.mark.parametrize(
    "answer",
    [
        fine({**BOOKED, "customer_order_number": "ORDER-2"}),
        fine({**BOOKED, "status": "E"}),
        fine(None),
        refused("03", "order not found"),
        reply(404),
    ],
)
def test_when_nothing_stands_under_our_number_it_is_booked_again(answer: Reply) -> None:
    played = ship(LOST, answer, fine(BOOKED))
    assert isinstance(played.value, Done)
    assert [call.step for call in played.calls] == ["ship", None, "ship/2"]


def test_a_parcel_is_never_booked_twice_when_the_look_up_was_wrong() -> None:
    played = ship(LOST, refused("03", "not found"), AGAIN, fine(BOOKED))
    assert played.value.value.number == "YT1"


@pytest.mark.parametrize(
    "text", ["客户订单号重复", "Duplicate customer order number", "already exists"]
)
def test_a_duplicate_is_the_order_that_stands_there(text: str) -> None:
    outcome = ship(refused("02", text), fine(BOOKED)).value
    assert outcome.value.number == "YT1"


def test_a_duplicate_that_was_cancelled_is_refused() -> None:
    outcome = ship(AGAIN, fine({**BOOKED, "status": "E"})).value
    assert isinstance(outcome, Refused)
    assert outcome.codes == ("duplicate",)


def test_another_refusal_is_not_looked_up() -> None:
    played = ship(refused("0201", "product not available"))
    assert played.value.codes == ("0201",)
    assert played.value.problems[0].text == "product not available"


def test_a_refusal_without_a_word_is_refused_all_the_same() -> None:
    assert ship(reply(400)).value.codes == ("refused",)


def test_what_is_broken_is_not_taken_for_a_refusal() -> None:
    assert isinstance(ship(LOST, reply(503)).error, OutcomeUnknown)
    assert isinstance(ship(*[LOST, refused("1", "no")] * 3).error, OutcomeUnknown)
    unread = ship(fine({"customer_order_number": "ORDER-1"})).error
    assert isinstance(unread, Unreadable)


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (evolve(REQUEST, ship_to=evolve(REQUEST.ship_to, name="收货人")), "ship_to.name"),
        (evolve(REQUEST, ship_to=evolve(REQUEST.ship_to, city="Москва")), "ship_to.city"),
        (
            evolve(REQUEST, ship_to=evolve(REQUEST.ship_to, lines=("1 A St", "二楼"))),
            "ship_to.lines.1",
        ),
        (evolve(REQUEST, id="x" * 51), "id"),
        (evolve(REQUEST, line="x" * 51), "line"),
        (evolve(REQUEST, parcel=evolve(REQUEST.parcel, goods=())), "parcel.goods"),
        (evolve(REQUEST, parcel=evolve(REQUEST.parcel, weight=Weight(0))), "parcel.weight"),
        (
            evolve(REQUEST, parcel=evolve(REQUEST.parcel, goods=(GOODS, evolve(GOODS, name="杯")))),
            "parcel.goods.1.name",
        ),
    ],
)
def test_what_would_be_refused_is_not_sent(request_: ShipmentRequest, field: str) -> None:
    played = play(CARRIER.ship(request_, now=NOW), [])
    assert isinstance(played.value, Refused)
    assert [problem.field for problem in played.value.problems] == [field]


@given(st.text(alphabet=st.characters(max_codepoint=0x24F, exclude_characters="µ")))
def test_latin_letters_with_signs_and_digits_pass(text: str) -> None:
    assert latin(text)


@given(st.text(alphabet="深圳МоскваΑθήναالرياضＡ", min_size=1), st.text(max_size=5))
def test_any_letter_of_another_script_does_not(letters: str, around: str) -> None:
    assert not latin(around + letters)


ROW = {
    "product_code": "BKZXR",
    "product_name": "云途全球专线挂号",
    "calculate_amount": Decimal("8.5"),
    "currency": "RMB",
    "interval_day": "3-8",
    "fee_name": "E1",
}


def quote(*rows: dict[str, Any], line: str = "any") -> Any:
    return play(CARRIER.quote(evolve(REQUEST, line=line)), [fine(list(rows))])


def test_a_quote_is_exact_money_in_iso_currency_with_its_days() -> None:
    played = quote(ROW)
    (found,) = played.value
    assert (found.line, found.cost) == ("BKZXR", Price("8.5", "CNY"))
    assert found.transit == (timedelta(days=3), timedelta(days=8))
    assert (found.extra["fee_name"], found.extra["interval_day"]) == ("E1", "3-8")
    assert dict(played.calls[0].request.query) == {
        "country_code": "US",
        "weight": "1.299",
        "weight_unit": "KG",
        "package_type": "C",
        "pieces": "1",
        "postal_code": "90001",
        "length": "13.6",
        "width": "42.0",
        "height": "24.0",
        "size_unit": "CM",
    }


def test_a_quote_of_one_line_leaves_out_the_others() -> None:
    other = {**ROW, "product_code": "THZXR", "product_name": None, "currency": "usd"}
    assert [found.line for found in quote(ROW, other, line="THZXR").value] == ["THZXR"]
    assert [found.cost.currency for found in quote(ROW, other).value] == ["CNY", "USD"]


def test_the_cargo_is_said_in_the_vendors_letters() -> None:
    def asked(cargo: str) -> Any:
        request = evolve(
            REQUEST,
            ship_to=evolve(REQUEST.ship_to, postal_code=""),
            parcel=evolve(REQUEST.parcel, cargo=cargo, size=None),
        )
        return play(CARRIER.quote(request), lambda _: fine([]))

    assert dict(asked("battery").calls[0].request.query) == {
        "country_code": "US",
        "weight": "1.299",
        "weight_unit": "KG",
        "package_type": "E",
        "pieces": "1",
    }
    assert isinstance(asked("live animals").error, InvalidValue)


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({**ROW, "currency": "YUAN"}, "result.0.currency"),
        ({**ROW, "calculate_amount": -1}, "result.0.calculate_amount"),
        ({**ROW, "product_code": None}, "result.0.product_code"),
    ],
)
def test_a_price_that_cannot_be_names_its_field(row: dict[str, Any], field: str) -> None:
    error = quote(row).error
    assert isinstance(error, Unreadable)
    assert error.field == field


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from(["-", "~", "–", " - "]))
def test_an_interval_is_two_times_or_none(fast: int, slow: int, between: str) -> None:
    found = transit(f"{fast}{between}{slow}")
    assert found == ((timedelta(days=fast), timedelta(days=slow)) if fast <= slow else None)


@pytest.mark.parametrize("text", ["", "soon", "3-8-9", "-3"])
def test_what_is_no_interval_is_none(text: str) -> None:
    assert transit(text) is None


def test_a_single_day_is_fastest_and_slowest() -> None:
    assert transit("5天") == (timedelta(days=5), timedelta(days=5))


PARCEL = Shipment(
    id=REQUEST.id,  # type: ignore[arg-type]
    carrier="yunexpress",
    number="YT1",
    legs=(Leg("yunexpress", number="YT1"), Leg("last_mile")),
    order_id=OrderId("o-1"),
)


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (
            {"url": "https://l/a.pdf", "label_type": "PDF"},
            ("YT1", "application/pdf", "https://l/a.pdf", None),
        ),
        (
            {"order_number": "YT2", "url": "", "label_string": "JVBE", "label_type": "png"},
            ("YT2", "image/png", None, "JVBE"),
        ),
        ({"label_string": "x"}, ("YT1", "application/octet-stream", None, "x")),
    ],
)
def test_a_label_comes_by_address_or_by_content(
    result: dict[str, Any], expected: tuple[str | None, ...]
) -> None:
    played = play(CARRIER.label(PARCEL), [fine(result)])
    found = played.value
    assert (found.number, found.media_type, found.url, found.content) == expected
    assert dict(played.calls[0].request.query) == {"order_number": "YT1"}


def test_a_label_that_is_not_there_is_unreadable() -> None:
    error = play(CARRIER.label(PARCEL), [fine({"url": "", "label_string": ""})]).error
    assert isinstance(error, Unreadable)


EVENT = {
    "time_zone": "+8",
    "description": "Parcel has been delivered",
    "event_date": "2023-03-10 14:30:00",
}


def tracked(**more: Any) -> Reply:
    return fine({"waybill_number": "YT1", "track_info": [{"track_events": [EVENT]}], **more})


def test_tracking_keeps_what_is_ours_and_adds_a_number_that_came() -> None:
    script = [tracked(tracking_number="LE1CN")]
    (parcel,) = play(CARRIER.track((PARCEL,), now=NOW), script).value.parcels
    assert (parcel.id, parcel.order_id, parcel.state.stage) == ("ORDER-1", "o-1", Stage.DELIVERED)
    assert parcel.numbers == ("YT1", "LE1CN")
    assert len(parcel.legs) == 2


def test_tracking_invents_no_legs() -> None:
    bare = evolve(PARCEL, legs=())
    first, second = play(
        CARRIER.track((PARCEL, bare), now=NOW), [tracked(), tracked()]
    ).value.parcels
    assert first.legs == PARCEL.legs
    assert [leg.number for leg in second.legs] == ["YT1"]


def test_a_number_that_is_refused_does_not_stop_the_others() -> None:
    script = [refused("1", "no such order"), reply(404), tracked()]
    reading = play(CARRIER.track((PARCEL,) * 3, now=NOW), script).value
    assert len(reading.parcels) == 1
    assert [(one.code, one.extra["number"]) for one in reading.problems] == [
        ("1", "YT1"),
        ("refused", "YT1"),
    ]


def test_the_verdicts_of_a_reply() -> None:
    assert read(fine({})) == Ok()
    assert read(reply(200, {"success": True, "code": "00000000", "msg": "处理成功"})) == Ok()
    assert read(reply(200, {"ResultCode": "0000", "ResultDesc": "提交成功", "Items": []})) == Ok()
    assert read(reply(401)) == Expired()
    assert isinstance(read(reply(200, content=b"<html>")), Broken)
    assert isinstance(read(reply(200, {"success": "maybe"})), Broken)
    assert isinstance(
        play(CARRIER.quote(REQUEST), [reply(400, content=b"<html>")]).error, BadRequest
    )
    assert isinstance(play(CARRIER.quote(REQUEST), [reply(403)]).error, Unauthorized)


APP = App("app", Secret("s3cret"), CARRIER.desk, Secret("source"))


def test_a_token_is_asked_for_unsigned_and_ends_when_it_says() -> None:
    played = play(APP.renew(None, NOW), [reply(200, {"accessToken": "t0", "expiresIn": "60"})])
    assert played.value.access == Secret("t0")
    assert played.value.expires_at == NOW + timedelta(seconds=60)
    call = played.calls[0]
    assert call.desk.credentials is None
    assert call.request.url == f"{URL}/openapi/oauth2/token"
    assert json.loads(call.request.content) == {
        "grantType": "client_credentials",
        "appId": "app",
        "appSecret": "s3cret",
        "sourceKey": "source",
    }


def test_a_token_without_an_end_lasts_two_hours() -> None:
    plain = evolve(APP, source=None)
    played = play(plain.renew(None, NOW), [reply(200, {"accessToken": "t0"})])
    assert played.value.expires_at == NOW + timedelta(hours=2)
    assert "sourceKey" not in json.loads(played.calls[0].request.content)


@pytest.mark.parametrize(
    "answer", [refused("1", "bad secret"), reply(200, {"code": "1", "msg": "x"})]
)
def test_a_refused_secret_is_unauthorized(answer: Reply) -> None:
    assert isinstance(play(APP.renew(None, NOW), [answer]).error, Unauthorized)


def test_a_request_is_signed_with_the_time_of_sending_and_shows_no_secret() -> None:
    request = ship(fine(BOOKED)).calls[0].request
    signed = APP.sign(request, Token(Secret("t0")), NOW)
    assert (signed.header("token"), signed.header("date")) == ("t0", "1782864000000")
    assert signed.header("sign") != APP.sign(request, None, NOW + timedelta(seconds=1)).header(
        "sign"
    )
    assert APP.sign(request, None, NOW).header("token") is None
    shown = repr(signed) + repr(APP) + repr(CARRIER)
    assert not any(hidden in shown for hidden in ("s3cret", "t0'"))


def test_it_is_a_carrier_of_the_account_it_was_connected_to() -> None:
    assert supports(CARRIER, Carrier)
    assert (CARRIER.desk.account, CARRIER.desk.base_url) == ("shop", URL)
    other = YunExpress.connect("app", "x", source="y", sandbox=True)
    assert (other.desk.account, other.desk.base_url) == ("app", SANDBOX)
    assert YunExpress.connect("app", "x", url="https://t.test").desk.base_url == "https://t.test"
