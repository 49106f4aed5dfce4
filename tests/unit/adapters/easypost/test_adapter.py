import json
from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.easypost import EasyPost
from crossborder.adapters.easypost.rules import POLICIES, read
from crossborder.adapters.easypost.sign import Key, proven, signature
from crossborder.conversation import Broken, Busy, Ok, Rejected, Reply
from crossborder.errors import (
    BadRequest,
    NotFound,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from crossborder.model.ids import OrderId, Ref, ShipmentId
from crossborder.model.outcome import Done, Refused
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.protocols import Tracker, WebhookReader, supports
from crossborder.secret import Secret
from crossborder.testing.play import LOST, Script, play, reply

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TRACKER = EasyPost.connect("key", carriers={"yanwen": "YanwenExpress"})


def parcel(number: str, carrier: str = "usps", **fields: Any) -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), carrier, number, **fields)


def tracker(
    number: str, carrier: str = "USPS", id_: str = "trk_1", **fields: Any
) -> dict[str, Any]:
    scan = {"status": "in_transit", "datetime": "2026-06-29T21:05:00Z", "message": "x"}
    own = {"id": id_, "object": "Tracker", "tracking_code": number, "carrier": carrier}
    return {**own, "status": "in_transit", "tracking_details": [scan], **fields}


def listed(*trackers: dict[str, Any], more: bool = False) -> Reply:
    return reply(200, {"trackers": list(trackers), "has_more": more})


def no(code: str = "TRACKER.CREATE.ERROR", status: int = 422, **error: Any) -> Reply:
    return reply(status, {"error": {"code": code, "message": "no", "errors": [], **error}})


def sent(call: Any) -> Any:
    return json.loads(call.request.content)


def test_a_registration_says_the_number_and_a_carrier_that_is_certain() -> None:
    shipments = (parcel("A"), parcel("B", "nobody"), parcel("C", "yanwen"), parcel("D", "FedEx"))
    played = play(
        TRACKER.register(shipments), [reply(201, tracker(one.number)) for one in shipments]
    )
    assert [sent(call) for call in played.calls] == [
        {"tracker": {"tracking_code": "A", "carrier": "USPS"}},
        {"tracker": {"tracking_code": "B"}},
        {"tracker": {"tracking_code": "C", "carrier": "YanwenExpress"}},
        {"tracker": {"tracking_code": "D", "carrier": "FedEx"}},
    ]
    assert played.calls[0].request.url == "https://api.easypost.com/v2/trackers"
    assert len({call.step for call in played.calls}) == 4


def test_each_refusal_is_its_parcels_own_and_the_rest_is_registered() -> None:
    answers = [no(), reply(201, tracker("B")), reply(400, content=b"<html>")]
    outcomes = play(TRACKER.register(tuple(map(parcel, "ABC"))), answers).value
    codes = [one.codes if isinstance(one, Refused) else () for one in outcomes]
    assert codes == [("TRACKER.CREATE.ERROR",), (), ("refused",)]
    done = outcomes[1]
    assert isinstance(done, Done)
    assert done.value == parcel("B", refs=(Ref("easypost", "trk_1"),))


def test_after_a_lost_answer_the_newest_tracker_of_the_number_is_taken() -> None:
    found = listed(
        tracker("B", id_="trk_9"),
        tracker("A", "FedEx", id_="trk_8"),
        tracker("A"),
        tracker("A", id_="t"),
    )
    played = play(TRACKER.register((parcel("A"),)), [LOST, found])
    (outcome,) = played.value
    assert isinstance(outcome, Done)
    assert outcome.value.refs == (Ref("easypost", "trk_1"),)
    assert dict(played.calls[1].request.query) == {
        "tracking_code": "A",
        "carrier": "USPS",
        "page_size": "100",
    }


def test_where_nothing_stands_after_a_lost_answer_it_is_made_again_under_a_new_name() -> None:
    played = play(TRACKER.register((parcel("A"),)), [LOST, listed(), reply(201, tracker("A"))])
    assert isinstance(played.value[0], Done)
    assert played.calls[2].step == f"{played.calls[0].step}/2"
    script: list[Script] = [LOST, listed(), LOST, listed(), LOST, listed()]
    assert isinstance(play(TRACKER.register((parcel("A"),)), script).error, OutcomeUnknown)


def test_tracking_keeps_what_is_ours_and_our_order() -> None:
    shipments = (
        parcel("A", order_id=OrderId("o-1"), line="GA", refs=(Ref("easypost", "trk_7"),)),
        parcel("B", "nobody", ship_date=datetime(2026, 6, 20, tzinfo=UTC)),
        parcel("C"),
    )
    answers = [
        reply(200, tracker("A", id_="trk_7", status="delivered")),
        listed(tracker("B", "LaserShipV2", "trk_2")),
        listed(),
    ]
    played = play(TRACKER.track(shipments, now=NOW), answers)
    first, second = played.value.parcels
    assert (first.id, first.order_id, first.line, first.carrier) == ("id-A", "o-1", "GA", "usps")
    assert (first.state.stage, second.refs) == (Stage.DELIVERED, (Ref("easypost", "trk_2"),))
    assert (second.carrier, second.legs[0].carrier) == ("nobody", "LaserShipV2")
    (problem,) = played.value.problems
    assert (problem.code, problem.extra["number"]) == ("not_registered", "C")
    assert [call.operation for call in played.calls] == [
        "trackers.get",
        "trackers.list",
        "trackers.list",
    ]
    assert played.calls[0].request.url.endswith("/trackers/trk_7")
    queries = [dict(call.request.query) for call in played.calls]
    assert [one.get("start_datetime") for one in queries] == [
        None,
        "2026-05-21T00:00:00+00:00",
        "2025-07-01T00:00:00+00:00",
    ]
    assert [one.get("end_datetime") for one in queries[1:]] == ["2026-07-01T00:00:00+00:00"] * 2


def test_a_number_at_another_carrier_is_not_taken_for_ours() -> None:
    (problem,) = play(
        TRACKER.track((parcel("A"),), now=NOW), [listed(tracker("A", "FedEx"))]
    ).value.problems
    assert problem.code == "not_registered"


def test_a_tracker_that_is_gone_is_a_problem_and_the_rest_is_read() -> None:
    shipments = (parcel("A", refs=(Ref("easypost", "trk_7"),)), parcel("B"))
    played = play(TRACKER.track(shipments, now=NOW), [no("NOT_FOUND", 404), listed(tracker("B"))])
    assert [one.id for one in played.value.parcels] == ["id-B"]
    assert [one.code for one in played.value.problems] == ["NOT_FOUND"]


def test_pages_of_what_is_registered_follow_one_another() -> None:
    page = listed(tracker("A"), tracker("B", id_="trk_2"), more=True)
    played = play(TRACKER.known(now=NOW), [page])
    assert ([one.number for one in played.value.items], played.value.cursor) == (
        ["A", "B"],
        "trk_2",
    )
    assert played.value.next is not None
    last = play(played.value.next, [listed(tracker("C"))])
    assert dict(last.calls[0].request.query) == {"page_size": "100", "before_id": "trk_2"}
    assert (last.value.cursor, last.value.next) == (None, None)
    assert play(TRACKER.known(now=NOW), [listed(more=True)]).value.next is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (no("APIKEY.INACTIVE", 401), Unauthorized),
        (reply(401), Unauthorized),
        (no("MODE.UNAUTHORIZED", 403), Unauthorized),
        (no("NOT_FOUND", 404), NotFound),
        (no(), BadRequest),
        (reply(200, {"error": {"code": "X"}}), BadRequest),
        (reply(200, content=b"<html>"), Unavailable),
        (reply(429), Throttled),
        (reply(503), Unavailable),
    ],
)
def test_what_is_no_answer_is_the_fitting_error(answer: Reply, kind: type[Exception]) -> None:
    assert type(play(TRACKER.known(now=NOW), [answer]).error) is kind


def test_the_verdicts_of_a_reply() -> None:
    assert read(listed()) == Ok()
    assert read(reply(200, tracker("A", error=None))) == Ok()
    assert read(reply(429, headers={"Retry-After": "7"})) == Busy(7.0)
    assert isinstance(read(reply(502)), Broken)
    found = read(no(message=["a", "b"]))
    assert isinstance(found, Rejected)
    assert found.problems[0].extra["message"] == ("a", "b")


def test_only_lists_have_a_stated_limit() -> None:
    assert POLICIES.of("trackers.list").limit is not None
    assert POLICIES.of("trackers.get").limit is None
    assert POLICIES.of("trackers.create").repeatable is None


def test_the_key_is_the_name_of_basic_authentication_and_is_never_shown() -> None:
    call = play(TRACKER.known(now=NOW), [no()]).calls[0]
    signed = Key(Secret("s3cret")).sign(call.request, None, NOW)
    basic = signed.header("Authorization") or ""
    assert b64decode(basic.removeprefix("Basic ")) == b"s3cret:"
    assert "s3cret" not in repr(signed) + repr(TRACKER)
    assert basic not in repr(signed)


BODY = b'{"id":"evt_1","description":"tracker.updated","created_at":"2026-06-30T10:00:00Z"}'
KEYS = (Secret("old"), Secret("n\u00e9w"))


@given(st.binary(max_size=60), st.sampled_from([*KEYS, Secret("ne\u0301w")]))
def test_a_signature_of_any_of_the_secrets_proves_these_very_bytes(
    body: bytes, key: Secret
) -> None:
    headers = {"X-Hmac-Signature": signature(body, key)}
    assert proven(body, headers, KEYS)
    assert not proven(body + b" ", headers, KEYS)
    assert not proven(body, headers, [Secret("other")])
    assert not proven(body, {}, KEYS)
    assert not proven(body, headers, [])
    bare = headers["X-Hmac-Signature"].removeprefix("hmac-sha256-hex=")
    assert not proven(body, {"X-Hmac-Signature": bare}, KEYS)


def heard(body: bytes) -> Any:
    headers = {"X-Hmac-Signature": signature(body, KEYS[1])}
    return TRACKER.webhook(body, headers, secrets=KEYS, now=NOW)


def test_a_proven_webhook_is_an_event_with_the_vendors_id_and_time() -> None:
    found = heard(BODY)
    assert (found.vendor, found.id, found.topic) == ("easypost", "evt_1", "tracker.updated")
    assert found.at == datetime(2026, 6, 30, 10, tzinfo=UTC)
    assert heard(b'{"id":"e","description":"x"}').at is None


def test_a_webhook_that_nobody_signed_is_not_read() -> None:
    with pytest.raises(Unauthorized) as caught:
        TRACKER.webhook(BODY, {"x-hmac-signature": "00"}, secrets=KEYS, now=NOW)
    assert (caught.value.vendor, caught.value.operation) == ("easypost", "webhook")


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"{}",
        b"\xff",
        b'{"description":"x"}',
        b'{"id":"e","description":"x","created_at":"y"}',
    ],
)
def test_a_proven_webhook_that_says_nothing_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        heard(body)


def test_it_does_what_it_says_it_can() -> None:
    assert supports(TRACKER, Tracker)
    assert supports(TRACKER, WebhookReader)
    assert TRACKER.reader.carriers["yanwen"] == "YanwenExpress"
    assert evolve(TRACKER) == TRACKER
