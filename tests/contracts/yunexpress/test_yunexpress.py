import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from contracts.yunexpress.fake import (  # type: ignore[import-not-found,unused-ignore]
    APP,
    SECRET,
    FakeYunExpress,
    sample,
)
from crossborder.adapters.yunexpress import Reader, YunExpress
from crossborder.adapters.yunexpress.sign import App, signature
from crossborder.clients import Client
from crossborder.conversation import Request, Token
from crossborder.model.carriage import CustomsLine, Parcel, ShipmentRequest
from crossborder.model.measure import Size, Weight
from crossborder.model.money import Price
from crossborder.model.outcome import Done, Refused
from crossborder.model.place import Address
from crossborder.model.tracking import Stage
from crossborder.secret import Secret
from crossborder.testing.play import play, reply
from crossborder.wire.text import write_json

pytestmark = pytest.mark.contracts

NOW = datetime(2026, 7, 1, tzinfo=UTC)
CARRIER = YunExpress.connect(APP, SECRET)
REQUEST = ShipmentRequest(
    "C06901223361651120772372746_D8720",
    "THZXR",
    Address("Test Person", "BR", ("1 Example Street",), "PESCIA", phone="1", postal_code="00"),
    Parcel(
        Weight.kg("2.2"),
        Size.cm(1, 1, 1),
        (CustomsLine("test001", 6, Price("0.28", "USD"), Weight.kg(2), "测试", "8517629900"),),
    ),
)


@pytest.fixture
def vendor(contracts: Path) -> Any:
    return FakeYunExpress(contracts)


def test_both_published_signatures_are_made(contracts: Path) -> None:
    path = contracts / "china" / "signing_vectors.json"
    vectors = json.loads(path.read_bytes())["yunexpress"]["vectors"]
    assert len(vectors) == 2
    for vector in vectors:
        secret, body = Secret(vector["secret"]), vector.get("bodyText", "")
        made = signature(
            secret, method=vector["method"], path=vector["path"], date=vector["date"], body=body
        )
        assert made == vector["sign"]
        request = Request(
            vector["method"], f"https://t.test{vector['path']}", {"a": "1"}, (), body.encode()
        )
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(vector["date"]))
        signed = App("a", secret, CARRIER.desk).sign(request, Token(Secret("t")), at)
        heads = (signed.header("token"), signed.header("date"), signed.header("sign"))
        assert heads == ("t", vector["date"], vector["sign"])


def test_the_printed_booking_is_read(contracts: Path) -> None:
    answer = sample(contracts, "create_package")["response"]
    outcome = play(CARRIER.ship(REQUEST, now=NOW), [reply(200, answer)]).value
    assert isinstance(outcome, Done)
    assert outcome.value.numbers == ("YT2233621266010029", "LE339614461CN")
    assert outcome.value.extra["bar_codes"] == ("YT2233621266010029",)


def test_the_printed_order_is_read_when_it_is_looked_up(contracts: Path) -> None:
    again = reply(200, {"success": False, "code": "1", "msg": "客户订单号已存在"})
    detail = reply(200, sample(contracts, "get_waybill_detail")["response"])
    outcome = play(CARRIER.ship(REQUEST, now=NOW), [again, detail]).value
    assert isinstance(outcome, Done)
    assert outcome.value.extra["status"] == "C"
    assert [leg.number for leg in outcome.value.legs] == ["YT2233621266010029", ""]


def test_the_printed_price_is_read(contracts: Path) -> None:
    answer = sample(contracts, "get_price_trial")["response"]
    request = evolve(REQUEST, line="any")
    (quote,) = play(CARRIER.quote(request), [reply(200, answer)]).value
    assert (quote.line, quote.cost) == ("BKZXR", Price("8", "CNY"))
    assert quote.transit == (timedelta(days=3), timedelta(days=8))


def test_the_printed_label_is_read(contracts: Path, vendor: Any) -> None:
    with Client(http=vendor) as client:
        outcome = client.run(CARRIER.ship(REQUEST, now=NOW), key="k")
        assert isinstance(outcome, Done)
        label = client.run(CARRIER.label(outcome.value))
    assert (label.media_type, label.url) == (
        "application/pdf",
        "https://label.yunexpress.cn/label.pdf",
    )


def test_the_printed_track_is_read(contracts: Path) -> None:
    body = write_json(sample(contracts, "get_tracking_info")["response"]).encode()
    (parcel,) = Reader().read(body, received_at=NOW).parcels
    (event,) = parcel.events
    assert (parcel.number, event.stage) == ("YT2231431267000001", Stage.DELIVERED)
    assert event.at == datetime(2023, 3, 10, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "china/logistics/yunexpress_legacy_error.json",
        "china/logistics/yunexpress_legacy_get_tracking_number.json",
        "carriers/yunexpress/error_response.json",
        "carriers/yunexpress/tracking_response.json",
    ],
)
def test_the_old_gateways_answers_are_read(contracts: Path, name: str) -> None:
    body = (contracts / name).read_bytes()
    reading = Reader().read(body, received_at=NOW)
    if "error" in name:
        assert reading.parcels == ()
        assert reading.problems[0].text.startswith("Error message")
    else:
        assert reading.problems == ()
        assert reading.parcels[0].numbers == ("YT1432418888800049", "18888800406")


def test_every_printed_answer_is_taken_or_refused_as_a_whole(contracts: Path) -> None:
    for path in sorted((contracts / "china" / "logistics").glob("yunexpress_*.json")):
        whole = sample(contracts, path.stem.removeprefix("yunexpress_"))
        answer = reply(200, whole.get("response", whole))
        verdict = CARRIER.desk.read(answer)
        assert type(verdict).__name__ == ("Rejected" if "error" in path.stem else "Ok"), path.name


def test_a_parcel_is_booked_once_through_a_client(vendor: Any) -> None:
    with Client(http=vendor) as client:
        first = client.run(CARRIER.ship(REQUEST, now=NOW), key="a")
        second = client.run(CARRIER.ship(REQUEST, now=NOW), key="b")
    assert isinstance(first, Done)
    assert isinstance(second, Done)
    assert first.value.number == second.value.number
    assert len(vendor.orders) == 1
    assert vendor.operations == ("token", "create", "create", "info")


def test_an_order_whose_answer_got_lost_is_found_again(vendor: Any) -> None:
    vendor.lose = 1
    with Client(http=vendor) as client:
        outcome = client.run(CARRIER.ship(REQUEST, now=NOW), key="a")
    assert isinstance(outcome, Done)
    assert outcome.value.number == "YT0"
    assert len(vendor.orders) == 1


def test_a_cancelled_order_of_the_same_number_is_not_taken_for_ours(vendor: Any) -> None:
    with Client(http=vendor) as client:
        client.run(CARRIER.ship(REQUEST, now=NOW), key="a")
        vendor.orders[REQUEST.id]["status"] = "E"
        outcome = client.run(CARRIER.ship(REQUEST, now=NOW), key="b")
    assert isinstance(outcome, Refused)


def test_a_token_that_ended_early_is_renewed_once(vendor: Any) -> None:
    with Client(http=vendor) as client:
        client.run(CARRIER.quote(evolve(REQUEST, line="any")))
        vendor.tokens.append("revoked by the vendor")
        quotes = client.run(CARRIER.quote(evolve(REQUEST, line="any")))
    assert len(quotes) == 1
    assert vendor.operations == ("token", "price", "price", "token", "price")


def test_tracking_through_a_client_asks_for_our_number(vendor: Any) -> None:
    with Client(http=vendor) as client:
        outcome = client.run(CARRIER.ship(REQUEST, now=NOW), key="a")
        assert isinstance(outcome, Done)
        reading = client.run(CARRIER.track((outcome.value,), now=NOW))
    assert [parcel.id for parcel in reading.parcels] == [REQUEST.id]
    assert reading.parcels[0].state.stage is Stage.DELIVERED
