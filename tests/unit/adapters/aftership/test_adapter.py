import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.aftership import AfterShip
from crossborder.adapters.aftership.calls import batches, carrier_name, slug
from crossborder.adapters.aftership.rules import POLICIES, PROBLEMS, read
from crossborder.adapters.aftership.sign import HEADERS, TOLERANCE, Key, proven, signature
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
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import Stage
from crossborder.protocols import Tracker, WebhookReader, supports
from crossborder.secret import Secret
from crossborder.testing.play import LOST, play, reply

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TRACKER = AfterShip.connect("key", carriers={"correios": "brazil-correios"})


def parcel(number: str, carrier: str = "yanwen", **fields: Any) -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), carrier, number, **fields)


def made(number: str, **more: Any) -> Reply:
    data = {"id": f"t-{number}", "tracking_number": number, "slug": "yanwen", **more}
    return reply(201, {"meta": {"code": 201}, "data": data})


def no(code: int, status: int = 400, **data: Any) -> Reply:
    meta = {"code": code, "type": "BadRequest", "message": "no"}
    return reply(status, {"meta": meta, "data": data})


def listed(*trackings: dict[str, Any], after: str = "") -> Reply:
    around = {"total": 9, "next_cursor": after, "has_next_page": bool(after)}
    data = {"pagination": around, "trackings": list(trackings)}
    return reply(200, {"meta": {"code": 200}, "data": data})


def tracking(number: str, carrier: str = "yanwen", tag: str = "InTransit") -> dict[str, Any]:
    scan = {"checkpoint_time": "2026-06-29T21:05:00+08:00", "tag": tag, "message": "x"}
    return {
        "id": "t",
        "tracking_number": number,
        "slug": carrier,
        "tag": tag,
        "checkpoints": [scan],
    }


def sent(call: Any) -> Any:
    return json.loads(call.request.content)


def test_a_registration_says_number_carrier_our_id_the_order_and_the_last_mile() -> None:
    shipments = (
        parcel("A", order_id=OrderId("o-1"), ship_date=datetime(2026, 6, 30, 9, tzinfo=UTC)),
        parcel("B", "correios", legs=(Leg("yanwen", number="B"), Leg("usps", number="LM1"))),
        parcel("C", "unknown", legs=(Leg("unknown", number="LM2"),)),
    )
    played = play(TRACKER.register(shipments), [made("A"), made("B"), made("C")])
    assert [sent(call) for call in played.calls] == [
        {
            "tracking_number": "A",
            "slug": "yanwen",
            "order_id": "o-1",
            "custom_fields": {"shipment": "id-A"},
            "tracking_ship_date": "2026-06-30",
        },
        {
            "tracking_number": "B",
            "slug": "brazil-correios",
            "custom_fields": {"shipment": "id-B"},
            "last_mile": {"tracking_number": "LM1", "slug": "usps"},
        },
        {"tracking_number": "C", "custom_fields": {"shipment": "id-C"}},
    ]
    assert played.calls[0].request.url == "https://api.aftership.com/tracking/2026-07/trackings"
    assert len({call.step for call in played.calls}) == 3


def test_a_number_that_is_registered_already_is_done_with_a_warning_and_its_id() -> None:
    for data in ({"id": "t-9"}, {"tracking": {"id": "t-9", "slug": "yanwen"}}):
        (outcome,) = play(TRACKER.register((parcel("A"),)), [no(4003, **data)]).value
        assert isinstance(outcome, Done)
        assert outcome.value == parcel("A", refs=(Ref("aftership", "t-9"),))
        assert [(one.code, one.severity) for one in outcome.problems] == [
            ("already_registered", "warning")
        ]
    (bare,) = play(TRACKER.register((parcel("A"),)), [no(4003)]).value
    assert isinstance(bare, Done)
    assert bare.value == parcel("A")


def test_each_refusal_is_its_parcels_own_and_the_rest_is_registered() -> None:
    shipments = tuple(map(parcel, "ABCD"))
    answers = [no(4005), made("B"), no(4012), reply(400, content=b"<html>")]
    outcomes = play(TRACKER.register(shipments), answers).value
    assert [type(outcome) for outcome in outcomes] == [Refused, Done, Refused, Refused]
    codes = [outcome.codes for outcome in outcomes if isinstance(outcome, Refused)]
    assert codes == [("invalid_format",), ("carrier_not_detected",), ("refused",)]


def test_a_lost_registration_is_made_again_under_a_new_name_and_told_it_is_so() -> None:
    played = play(TRACKER.register((parcel("A"),)), [LOST, no(4003, id="t")])
    assert isinstance(played.value[0], Done)
    first, second = (call.step or "" for call in played.calls)
    assert second == f"{first}/2"
    assert isinstance(play(TRACKER.register((parcel("A"),)), [LOST] * 3).error, OutcomeUnknown)


def test_a_refused_key_stops_all_registrations() -> None:
    played = play(TRACKER.register((parcel("A"), parcel("B"))), [no(401, 401)])
    assert isinstance(played.error, Unauthorized)


def test_tracking_keeps_what_is_ours_and_our_order() -> None:
    shipments = (
        parcel("A", order_id=OrderId("o-1"), line="BKZXR"),
        parcel("B", "correios"),
        parcel("C"),
    )
    answer = listed(tracking("B", "brazil-correios", "Delivered"), tracking("A"))
    played = play(TRACKER.track(shipments, now=NOW), [answer])
    first, second = played.value.parcels
    assert (first.id, first.order_id, first.line) == ("id-A", "o-1", "BKZXR")
    assert (first.refs, second.carrier) == ((Ref("aftership", "t"),), "correios")
    stages = [event.stage for event in (*first.events, *second.events)]
    assert stages == [Stage.LINE_HAUL, Stage.DELIVERED]
    (problem,) = played.value.problems
    assert (problem.code, problem.extra["number"]) == ("not_registered", "C")
    assert dict(played.calls[0].request.query) == {
        "tracking_numbers": "A,B,C",
        "created_at_min": "2026-03-03T00:00:00+00:00",
        "limit": "200",
    }
    assert played.calls[0].step is None


def test_pages_of_one_look_up_are_followed_to_their_end() -> None:
    answers = [listed(tracking("A"), after="c2"), listed(tracking("B"))]
    played = play(TRACKER.track((parcel("A"), parcel("B")), now=NOW), answers)
    assert [one.id for one in played.value.parcels] == ["id-A", "id-B"]
    assert played.calls[1].request.query[-1] == ("cursor", "c2")


def test_one_number_at_two_carriers_is_told_apart_and_another_carrier_may_be_found() -> None:
    answer = listed(tracking("A", "usps", "Delivered"), tracking("A", "yanwen"))
    both = (parcel("A", "yanwen"), parcel("A", "usps"))
    stages = [
        one.events[0].stage for one in play(TRACKER.track(both, now=NOW), [answer]).value.parcels
    ]
    assert stages == [Stage.LINE_HAUL, Stage.DELIVERED]
    corrected = listed(tracking("A", "china-post"))
    (found,) = play(TRACKER.track((parcel("A"),), now=NOW), [corrected]).value.parcels
    assert found.carrier == "yanwen"
    assert found.legs[0].carrier == "china_post"


@given(st.lists(st.text("ABC,", min_size=1, max_size=4), max_size=200))
def test_each_number_is_asked_for_once_and_never_more_than_fifty_a_call(names: list[str]) -> None:
    asked = list(batches([parcel(name) for name in names]))
    flat = [number for batch in asked for number in batch]
    assert sorted(flat) == sorted({name for name in names if "," not in name})
    assert all(len(batch) <= 50 for batch in asked)
    assert len(asked) == -(-len(flat) // 50)


@given(st.text("abc_", min_size=1).filter(lambda name: name != "unknown"))
def test_a_carriers_name_comes_back_from_its_slug(name: str) -> None:
    assert carrier_name(slug(name, {}), {}) == name


def test_pages_of_what_is_registered_follow_one_another() -> None:
    played = play(TRACKER.known(now=NOW), [listed(tracking("A"), after="c2")])
    assert ([one.number for one in played.value.items], played.value.cursor) == (["A"], "c2")
    assert played.value.next is not None
    last = play(played.value.next, [listed(tracking("B"))])
    assert dict(last.calls[0].request.query) == {"limit": "200", "cursor": "c2"}
    assert (last.value.cursor, last.value.next) == (None, None)


def test_a_page_of_an_older_version_is_the_only_one() -> None:
    data = {"page": 1, "limit": 100, "count": 1, "trackings": [tracking("A")]}
    answer = reply(200, {"meta": {"code": 200}, "data": data})
    assert play(TRACKER.known(now=NOW), [answer]).value.next is None


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (no(401, 401), Unauthorized),
        (reply(401), Unauthorized),
        (no(403, 403), Unauthorized),
        (no(404, 404), NotFound),
        (no(4008), BadRequest),
        (reply(200, {"meta": {"code": 400}}), BadRequest),
        (reply(200, content=b"<html>"), Unavailable),
        (reply(200, {"data": {}}), Unavailable),
        (reply(429), Throttled),
        (reply(503), Unavailable),
    ],
)
def test_what_is_no_answer_is_the_fitting_error(answer: Reply, kind: type[Exception]) -> None:
    assert type(play(TRACKER.known(now=NOW), [answer]).error) is kind


def test_the_verdicts_of_a_reply() -> None:
    assert read(listed()) == Ok()
    assert read(reply(429, headers={"Retry-After": "7"})) == Busy(7.0)
    assert read(reply(429)) == Busy(1.0)
    assert isinstance(read(reply(502)), Broken)
    found = read(no(4004, 404))
    assert isinstance(found, Rejected)
    assert [(one.code, one.raw) for one in found.problems] == [("not_registered", "4004")]
    assert len(PROBLEMS) == 13


def test_every_operation_has_its_own_limit() -> None:
    assert {name: POLICIES.of(name).limit for name in POLICIES.table}
    assert POLICIES.of("trackings.create").repeatable is None


def test_the_key_goes_into_its_header_and_is_never_shown() -> None:
    call = play(TRACKER.known(now=NOW), [no(400)]).calls[0]
    assert TRACKER.desk.credentials == Key(Secret("key"))
    signed = Key(Secret("s3cret")).sign(call.request, None, NOW)
    assert signed.header("as-api-key") == "s3cret"
    assert "s3cret" not in repr(signed) + repr(TRACKER)


BODY = b'{"event":"tracking_update","event_id":"e-1","msg":{"tracking_number":"A"}}'
KEYS = (Secret("old"), Secret("new"))


@given(st.binary(max_size=60), st.sampled_from(KEYS), st.sampled_from(HEADERS))
def test_a_signature_of_any_of_the_secrets_proves_these_very_bytes(
    body: bytes, key: Secret, header: str
) -> None:
    for proof in (signature(body, key), f"hmac-sha256={signature(body, key)}"):
        headers = {header.title(): proof}
        assert proven(body, headers, KEYS)
        assert not proven(body + b" ", headers, KEYS)
        assert not proven(body, headers, [Secret("other")])
        assert not proven(body, headers, [])
    assert not proven(body, {}, KEYS)
    assert not proven(body, {"x-signature": signature(body, key)}, KEYS)


def test_a_proven_webhook_is_an_event_with_the_vendors_id_and_time() -> None:
    def heard(body: bytes) -> Any:
        headers = {"aftership-hmac-sha256": signature(body, KEYS[1])}
        return TRACKER.webhook(body, headers, secrets=KEYS, now=NOW)

    found = heard(BODY)
    assert (found.vendor, found.id, found.topic, found.at) == (
        "aftership",
        "e-1",
        "tracking_update",
        None,
    )
    assert found.body["msg"]["tracking_number"] == "A"
    stamp = int((NOW - timedelta(days=2)).timestamp())
    assert heard(BODY.replace(b'"event_id":"e-1"', b'"ts":%d' % stamp)).at == NOW - timedelta(
        days=2
    )
    anonymous = BODY.replace(b'"event_id":"e-1",', b"")
    assert heard(anonymous).id == heard(anonymous).id != heard(anonymous + b" ").id


@pytest.mark.parametrize("age", [TOLERANCE + timedelta(hours=1), -TOLERANCE - timedelta(hours=1)])
def test_a_message_older_than_the_vendor_keeps_trying_is_refused(age: timedelta) -> None:
    stamp = int((NOW - age).timestamp())
    body = BODY.replace(b'"event_id":"e-1"', b'"ts":%d' % stamp)
    headers = {"aftership-hmac-sha256": signature(body, KEYS[0])}
    with pytest.raises(Unauthorized) as caught:
        TRACKER.webhook(body, headers, secrets=KEYS, now=NOW)
    assert (caught.value.vendor, caught.value.operation) == ("aftership", "webhook")


def test_a_webhook_that_nobody_signed_is_not_read() -> None:
    with pytest.raises(Unauthorized):
        TRACKER.webhook(BODY, {"aftership-hmac-sha256": "00"}, secrets=KEYS, now=NOW)


@pytest.mark.parametrize("body", [b"[]", b"{}", b"\xff", b'{"event":"x","ts":"soon"}'])
def test_a_proven_webhook_that_says_nothing_is_unreadable(body: bytes) -> None:
    headers = {"aftership-hmac-sha256": signature(body, KEYS[0])}
    with pytest.raises(Unreadable):
        TRACKER.webhook(body, headers, secrets=KEYS, now=NOW)


def test_it_does_what_it_says_it_can() -> None:
    assert supports(TRACKER, Tracker)
    assert supports(TRACKER, WebhookReader)
    assert TRACKER.reader.carriers == {"correios": "brazil-correios"}
    assert evolve(TRACKER) == TRACKER
