import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.track17 import Quota, Track17
from crossborder.adapters.track17.calls import batches
from crossborder.adapters.track17.rules import read
from crossborder.adapters.track17.sign import Key, proven, signature
from crossborder.conversation import Broken, Busy, Ok, Rejected, Reply
from crossborder.errors import (
    BadRequest,
    OutcomeUnknown,
    Throttled,
    Unauthorized,
    Unavailable,
    Unreadable,
)
from crossborder.model.ids import OrderId, ShipmentId
from crossborder.model.outcome import Done, Refused
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage
from crossborder.protocols import Tracker, WebhookReader, supports
from crossborder.secret import Secret
from crossborder.testing.play import LOST, play, reply

NOW = datetime(2026, 7, 1, tzinfo=UTC)
TRACKER = Track17.connect("key", carriers={"dhl": 100001})


def parcel(number: str, carrier: str = "yanwen", **fields: Any) -> Shipment:
    return Shipment(ShipmentId(f"id-{number}"), carrier, number, **fields)


def said(accepted: Any = (), rejected: Any = (), **more: Any) -> Reply:
    return reply(200, {"code": 0, "data": {"accepted": accepted, "rejected": rejected}, **more})


def no(number: str, code: int, **more: Any) -> dict[str, Any]:
    return {"number": number, "carrier": 0, "error": {"code": code, "message": "no"}, **more}


def sent(content: bytes) -> Any:
    return json.loads(content)


def echo(accept: set[str]) -> Any:
    def respond(call: Any) -> Reply:
        asked = sent(call.request.content)
        return said(
            [one for one in asked if one["number"] in accept],
            [no(one["number"], -18010012) for one in asked if one["number"] not in accept],
        )

    return respond


@given(st.lists(st.integers(0, 120).map(str), max_size=130), st.sets(st.integers(0, 120).map(str)))
def test_one_outcome_a_parcel_in_input_order_and_never_more_than_forty_a_call(
    numbers: list[str], good: set[str]
) -> None:
    played = play(TRACKER.register(tuple(map(parcel, numbers))), echo(good))
    assert [isinstance(outcome, Done) for outcome in played.value] == [n in good for n in numbers]
    for call in played.calls:
        asked = [one["number"] for one in sent(call.request.content)]
        assert len(asked) == len(set(asked)) <= 40
    assert len({call.step for call in played.calls}) == len(played.calls) or len(numbers) > 1


@given(st.integers(0, 200))
def test_different_numbers_go_in_as_few_calls_as_can_be(count: int) -> None:
    sizes = [len(batch) for batch in batches(tuple(parcel(str(n)) for n in range(count)))]
    assert sizes == [40] * (count // 40) + ([count % 40] if count % 40 else [])


def test_a_registration_says_number_carrier_our_id_and_the_order() -> None:
    shipments = (
        parcel("A", order_id=OrderId("o-1")),
        parcel("B", "100003"),
        parcel("C", "nobody"),
        parcel("D", "dhl"),
    )
    played = play(TRACKER.register(shipments), echo(set("ABCD")))
    assert sent(played.calls[0].request.content) == [
        {"number": "A", "carrier": 190012, "tag": "id-A", "order_no": "o-1"},
        {"number": "B", "carrier": 100003, "tag": "id-B"},
        {"number": "C", "tag": "id-C"},
        {"number": "D", "carrier": 100001, "tag": "id-D"},
    ]
    assert played.calls[0].request.url == "https://api.17track.net/track/v2.4/register"


def test_a_number_that_is_registered_already_is_done_with_a_warning() -> None:
    answer = said([], [no("A", -18019901)])
    (outcome,) = play(TRACKER.register((parcel("A"),)), [answer]).value
    assert isinstance(outcome, Done)
    assert outcome.value == parcel("A")
    assert [(one.code, one.severity) for one in outcome.problems] == [
        ("already_registered", "warning")
    ]


def test_what_the_vendor_found_out_is_kept_with_the_parcel() -> None:
    entry = {"number": "A", "carrier": 3011, "origin": 2}
    (outcome,) = play(TRACKER.register((parcel("A", "nobody"),)), [said([entry])]).value
    assert isinstance(outcome, Done)
    assert outcome.value.extra["track17"]["carrier"] == 3011


def test_refusals_say_which_and_why_and_silence_is_a_refusal_too() -> None:
    answer = said([], [no("B", -18019903), no("A", -1)])
    shipments = (parcel("A"), parcel("B"), parcel("C"))
    outcomes = play(TRACKER.register(shipments), [answer]).value
    codes = [outcome.codes for outcome in outcomes if isinstance(outcome, Refused)]
    assert codes == [("-1",), ("carrier_not_detected",), ("not_answered",)]


def test_one_number_at_two_carriers_is_told_apart() -> None:
    shipments = (parcel("A", "yanwen"), parcel("A", "correios"))
    answer = said([{"number": "A", "carrier": 2151}], [no("A", -18019903, carrier="190012")])
    played = play(TRACKER.register(shipments), [answer])
    assert isinstance(played.value[0], Refused)
    assert isinstance(played.value[1], Done)


def test_an_answer_of_another_carrier_is_taken_when_nobody_else_claims_it() -> None:
    answer = said([info("A", 2151, "Delivered_Other")])
    alone = play(TRACKER.track((parcel("A"),), now=NOW), [answer]).value
    both = play(TRACKER.track((parcel("A"), parcel("A", "correios")), now=NOW), [answer]).value
    assert [one.carrier for one in alone.parcels] == ["yanwen"]
    assert [one.carrier for one in both.parcels] == ["correios"]


def test_a_lost_registration_is_simply_made_again_under_a_new_name() -> None:
    played = play(TRACKER.register((parcel("A"),)), [LOST, said([], [no("A", -18019901)])])
    assert isinstance(played.value[0], Done)
    first, second = (call.step or "" for call in played.calls)
    assert second == f"{first}/2"


def test_after_three_lost_answers_the_caller_is_told() -> None:
    assert isinstance(play(TRACKER.register((parcel("A"),)), [LOST] * 3).error, OutcomeUnknown)


@pytest.mark.parametrize(
    ("name", "path", "already"),
    [("stop", "stoptrack", -18019906), ("retrack", "retrack", -18019904)],
)
def test_stopping_and_starting_again_are_done_when_they_are_so_already(
    name: str, path: str, already: int
) -> None:
    shipments = (parcel("A"), parcel("B"), parcel("C"))
    answer = said([{"number": "A"}], [no("B", already), no("C", -18019905)])
    played = play(getattr(TRACKER, name)(shipments), [answer])
    assert [type(outcome) for outcome in played.value] == [Done, Done, Refused]
    assert played.calls[0].request.url.endswith(f"/{path}")
    assert sent(played.calls[0].request.content)[0] == {"number": "A", "carrier": 190012}


def event(code: str) -> dict[str, Any]:
    return {"time_iso": "2026-06-29T21:05:00+08:00", "sub_status": code, "description": "x"}


def info(number: str, carrier: int, code: str) -> dict[str, Any]:
    providers = [{"provider": {"key": carrier}, "events": [event(code)]}]
    return {
        "number": number,
        "carrier": carrier,
        "track_info": {"tracking": {"providers": providers}},
    }


def test_tracking_keeps_what_is_ours_and_our_order() -> None:
    shipments = (
        parcel("A", order_id=OrderId("o-1"), line="BKZXR"),
        parcel("B", "correios"),
        parcel("C"),
    )
    answer = said(
        [info("B", 2151, "Delivered_Other"), info("A", 190012, "InTransit_PickedUp")],
        [no("C", -18019902)],
    )
    played = play(TRACKER.track(shipments, now=NOW), [answer])
    first, second = played.value.parcels
    assert (first.id, first.order_id, first.line, first.carrier) == (
        "id-A",
        "o-1",
        "BKZXR",
        "yanwen",
    )
    assert [one.stage for one in (*first.events, *second.events)] == [
        Stage.ACCEPTED,
        Stage.DELIVERED,
    ]
    assert [problem.code for problem in played.value.problems] == ["not_registered"]
    assert played.calls[0].step is None


def test_tracking_one_number_at_two_carriers_gives_each_its_own() -> None:
    shipments = (parcel("A", "yanwen"), parcel("A", "correios"))
    answer = said([info("A", 2151, "Delivered_Other"), info("A", 190012, "InTransit_PickedUp")])
    stages = [
        p.events[0].stage for p in play(TRACKER.track(shipments, now=NOW), [answer]).value.parcels
    ]
    assert stages == [Stage.ACCEPTED, Stage.DELIVERED]


def test_pages_of_what_is_registered_follow_one_another() -> None:
    entry = {
        "number": "A",
        "carrier": 2151,
        "final_carrier": 190012,
        "tag": "t",
        "package_status": "Delivered",
    }
    page = said([entry, {"number": "B", "carrier": 0}], page={"page_total": 2, "page_no": 1})
    played = play(TRACKER.known(numbers=("A", "B")), [page])
    assert sent(played.calls[0].request.content) == {"page_no": 1, "number": "A,B"}
    first, second = played.value.items
    assert (first.id, first.state.stage, first.legs[1].carrier) == ("t", Stage.DELIVERED, "yanwen")
    assert (second.id, second.carrier) == ("B", "unknown")
    assert played.value.cursor == "2"
    assert played.value.next is not None
    last = play(played.value.next, [said([], page={"page_total": 2, "page_no": 2})])
    assert sent(last.calls[0].request.content)["page_no"] == 2
    assert (last.value.items, last.value.next) == ((), None)
    all_of_them = play(TRACKER.known(), [said([], page={"page_total": 0})])
    assert sent(all_of_them.calls[0].request.content) == {"page_no": 1}


def test_the_quota_is_read_with_what_else_was_said() -> None:
    data = {"quota_total": 9, "quota_used": "2", "quota_remain": 7, "max_track_daily": 5}
    found = play(TRACKER.quota(), [reply(200, {"code": 0, "data": data})]).value
    assert isinstance(found, Quota)
    assert (found.total, found.used, found.remaining, found.used_today) == (9, 2, 7, 0)
    assert found.extra == {"max_track_daily": 5}


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(401), Unauthorized),
        (reply(401, {"code": -18010001, "data": {}}), Unauthorized),
        (reply(200, {"code": -18010002}), Unauthorized),
        (reply(200, {"code": -18010003}), Unavailable),
        (reply(200, {"code": -18010014}), BadRequest),
        (reply(200, {"code": 0, "data": {"errors": [{"code": -18010013}]}}), BadRequest),
        (reply(200, content=b"<html>"), Unavailable),
        (reply(200, {"data": {}}), Unavailable),
        (reply(429), Throttled),
        (reply(503), Unavailable),
    ],
)
def test_what_is_no_answer_is_the_fitting_error(answer: Reply, kind: type[Exception]) -> None:
    assert type(play(TRACKER.quota(), [answer]).error) is kind


def test_a_refused_key_says_the_vendors_code() -> None:
    error = play(TRACKER.quota(), [reply(401, {"code": -18010004, "message": "closed"})]).error
    assert isinstance(error, Unauthorized)
    assert [problem.raw for problem in error.problems] == ["-18010004"]


def test_the_verdicts_of_a_reply() -> None:
    assert read(said()) == Ok()
    assert read(reply(429, headers={"Retry-After": "1"})) == Busy(1.0)
    assert isinstance(read(reply(200, {"code": -18010003, "message": "x"})), Broken)
    assert isinstance(read(reply(404)), Rejected)


def test_the_key_goes_into_its_header_and_is_never_shown() -> None:
    call = play(TRACKER.quota(), [reply(200, {"code": -1})]).calls[0]
    assert TRACKER.desk.credentials == Key(Secret("key"))
    signed = Key(Secret("s3cret")).sign(call.request, None, NOW)
    assert signed.header("17token") == "s3cret"
    assert "s3cret" not in repr(signed) + repr(TRACKER)


BODY = b'{"event":"TRACKING_STOPPED","data":{"number":"A","carrier":1}}'
KEYS = (Secret("old"), Secret("new"))


@given(st.binary(max_size=60), st.sampled_from(KEYS), st.booleans())
def test_a_signature_of_any_of_the_keys_proves_these_very_bytes(
    body: bytes, key: Secret, upper: bool
) -> None:
    proof = signature(body, key)
    headers = {"Sign": proof.upper() if upper else proof}
    assert proven(body, headers, KEYS)
    assert not proven(body + b" ", headers, KEYS)
    assert not proven(body, headers, [Secret("other")])
    assert not proven(body, {}, KEYS)
    assert not proven(body, headers, [])


def test_a_proven_webhook_is_an_event_whose_id_is_its_body() -> None:
    headers = {"sign": signature(BODY, KEYS[1])}
    found = TRACKER.webhook(BODY, headers, secrets=KEYS, now=NOW)
    assert (found.vendor, found.topic, found.at) == ("track17", "TRACKING_STOPPED", None)
    assert found.body["data"]["number"] == "A"
    assert found == TRACKER.webhook(BODY, headers, secrets=KEYS, now=NOW)
    other = BODY.replace(b'"A"', b'"B"')
    proof = {"sign": signature(other, KEYS[0])}
    assert TRACKER.webhook(other, proof, secrets=KEYS, now=NOW).id != found.id


def test_a_webhook_that_nobody_signed_is_not_read() -> None:
    with pytest.raises(Unauthorized) as caught:
        TRACKER.webhook(BODY, {"sign": "00"}, secrets=KEYS, now=NOW)
    assert (caught.value.vendor, caught.value.operation) == ("track17", "webhook")


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"event":"X"}', b'{"event":"X","data":{}}', b"\xff"]
)
def test_a_proven_webhook_that_says_nothing_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        TRACKER.webhook(body, {"sign": signature(body, KEYS[0])}, secrets=KEYS, now=NOW)


def test_it_does_what_it_says_it_can() -> None:
    assert supports(TRACKER, Tracker)
    assert supports(TRACKER, WebhookReader)
    assert TRACKER.reader.carriers["dhl"] == 100001
    assert evolve(TRACKER) == TRACKER


def test_a_registration_is_answered_before_anything_is_known_of_the_parcel() -> None:
    (outcome,) = play(TRACKER.register((parcel("A"),)), [said([{"number": "A"}])]).value
    assert isinstance(outcome, Done)
    assert (outcome.value.events, outcome.value.state.stage) == ((), Stage.UNKNOWN)
    early = play(TRACKER.track((outcome.value,), now=NOW), [said([], [no("A", -18019909)])]).value
    assert (early.parcels, [one.code for one in early.problems]) == ((), ["no_information_yet"])
    later = said([info("A", 190012, "InTransit_PickedUp")])
    (found,) = play(TRACKER.track((outcome.value,), now=NOW), [later]).value.parcels
    assert (found.id, found.events[0].stage) == ("id-A", Stage.ACCEPTED)
