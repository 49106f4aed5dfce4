"""Every scheme of the published webhook vectors, over raw bytes, and what each signature covers.

Where the vendor has an adapter, the adapter proves the message; where it has none, the sum it
needs stands in `wire.sign`. A vector that is only described is shown by one made here.
"""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crossborder.adapters.aftership import AfterShip
from crossborder.adapters.aftership.sign import HEADERS, signature
from crossborder.adapters.easypost import EasyPost
from crossborder.adapters.track17 import Track17
from crossborder.adapters.track17.sign import inside
from crossborder.errors import InvalidValue, Unauthorized
from crossborder.protocols.webhooks import Heard, ReplayGuard, WebhookReader
from crossborder.secret import Secret
from crossborder.wire.dates import instant
from crossborder.wire.sign import hmac_sha256_hex, rsa_sha256_fits, same, sha256_hex, timely

pytestmark = pytest.mark.contracts

NOW = datetime(2026, 7, 1, tzinfo=UTC)
READERS: Mapping[str, Callable[[], WebhookReader]] = {
    "easypost": lambda: EasyPost.connect("key"),
    "17track": lambda: Track17.connect("key"),
    "aftership": lambda: AfterShip.connect("key"),
}
DESCRIBED = {
    "17track_v1": "sign inside the JSON body",
    "aftership_returns_warranty": "as-signature-hmac-sha256",
    "shipstation_shipengine": "see vendor docs",
    "shippo": None,
}


def vectors(contracts: Path) -> dict[str, dict[str, Any]]:
    path = contracts / "carriers" / "webhook_vectors.json"
    return {one["vendor"]: one for one in json.loads(path.read_bytes())}


def message(contracts: Path, vector: Mapping[str, Any]) -> bytes:
    if "body_file" in vector:
        return (contracts / "carriers" / str(vector["body_file"])).read_bytes()
    return str(vector["body"]).encode()


def test_no_vector_is_left_out(contracts: Path) -> None:
    found = vectors(contracts)
    assert set(found) == {*READERS, *DESCRIBED}
    assert {name for name, one in found.items() if "signature" in one} == set(READERS)
    assert {name: found[name].get("header") for name in DESCRIBED} == DESCRIBED


@pytest.mark.parametrize("vendor", READERS)
def test_a_published_vector_is_proven_over_its_raw_bytes(contracts: Path, vendor: str) -> None:
    vector = vectors(contracts)[vendor]
    body, reader = message(contracts, vector), READERS[vendor]()
    secrets = [Secret("another"), Secret(vector["secret"])]
    headers = {vector["header"]: vector["signature"]}
    event = reader.webhook(body, headers, secrets=secrets, now=NOW)
    assert (event.id, event.topic) != ("", "")
    loud = {vector["header"].upper(): vector["signature"]}
    assert reader.webhook(body, loud, secrets=secrets, now=NOW) == event
    same_json = json.dumps(json.loads(body)).encode()
    for changed in (body + b"\n", b" " + body, body[:-1], same_json):
        if changed != body:
            with pytest.raises(Unauthorized):
                reader.webhook(changed, headers, secrets=secrets, now=NOW)
    for wrong in ([Secret("another")], []):
        with pytest.raises(Unauthorized):
            reader.webhook(body, headers, secrets=wrong, now=NOW)
    for value in ("", vector["signature"][:-1], vector["signature"] + "0"):
        with pytest.raises(Unauthorized):
            reader.webhook(body, {vector["header"]: value}, secrets=secrets, now=NOW)


@pytest.mark.parametrize("vendor", READERS)
def test_a_published_vector_is_taken_once(contracts: Path, vendor: str) -> None:
    vector = vectors(contracts)[vendor]
    body = message(contracts, vector)
    event = READERS[vendor]().webhook(
        body, {vector["header"]: vector["signature"]}, secrets=[Secret(vector["secret"])], now=NOW
    )
    now = event.at or NOW
    heard, guard = ReplayGuard().take([event, event], now=now)
    assert heard == (Heard.NEW, Heard.REPEAT)
    assert guard.take([event], now=now + timedelta(days=13))[0] == (Heard.REPEAT,)
    later = guard.take([event], now=now + timedelta(days=15))[0]
    # Without a signed time nothing but the window remembers.
    assert later == ((Heard.STALE,) if event.at else (Heard.NEW,))


@pytest.mark.parametrize("header", HEADERS)
def test_returns_and_warranty_of_aftership_sign_alike_in_headers_of_their_own(header: str) -> None:
    body, secret = b'{"event":"return.approved","data":{"rma_number":"R1"}}', Secret("s")
    value = signature(body, secret)
    if header == "am-webhook-signature":
        value = f"hmac-sha256={value}"
    event = AfterShip.connect("key").webhook(body, {header: value}, secrets=[secret], now=NOW)
    assert event.topic == "return.approved"


def test_the_first_version_of_17track_signs_inside_the_message() -> None:
    key = Secret("123456ABCDEF")
    data = '{"number":"RR123456789CN", "carrier":3011, "tag":"\\u5e93 }"}'
    event = "TRACKING_UPDATED"
    # By the description: SHA-256 in hex of event, slash, the JSON of data, slash and key.
    sign = sha256_hex(f"{event}/{data}/{key.reveal()}")
    body = f'{{"sign":"{sign}", "event":"{event}", "data":{data}}}'.encode()
    assert inside(body, [Secret("another"), key])
    assert not inside(body, [Secret("another")])
    assert not inside(body.replace(b"3011", b"3012"), [key])
    assert not inside(body.replace(b"UPDATED", b"STOPPED"), [key])
    for broken in (b"[]", b"", b"{}", body[:-1], body + b"}", body.replace(b"sign", b"sing")):
        assert not inside(broken, [key])
    assert not inside(body, [])


# ShipStation (ShipEngine): RSA-SHA256 over time, dot and raw body, three headers, the key by its id
# from a published set (docs.shipstation.com, "Webhook Validation"). A pair of keys made for this.
SHIPENGINE = {
    "x-shipengine-rsa-sha256-key-id": "kid-1",
    "x-shipengine-timestamp": "2026-08-07T16:10:01Z",
    "x-shipengine-rsa-sha256-signature": (
        "DClwCnEWGX4Zx2Q8NphK0I9hGF5G+Iw2PQix3Kl3ZNGFd0lj7oRF+E7icJBy94K64zpzHWWNR3zQ4gRE6HrCRRyYpIr2"
        "DJl2ayF3KHgLXorQpHiPRbxSEgucDdJ671ZfgsskJi8aUhQoVNW7ipC+kmq8XjVIu/oHizA1jW93hIlqHBtqKhtYrxUn"
        "9T5/2LX5QwkX6NIN1dgKFyCVLQwnoOeyn6M+HeFG43/acwPWap4e4mp2UBKkqqcxc2ugxnCmfGfakc7o1TkMsIwJf1Fr"
        "DqXopN0kxS5tBgX5wDn4wdtsjFbNcamXHVHAflDVyE9pxh+yGUKlk61CradBPIw31Q=="
    ),
}
SHIPENGINE_KEY = {
    "kid": "kid-1",
    "kty": "RSA",
    "e": "AQAB",
    "n": (
        "p1ge16rx00qtiV0G60AjnD2LFpGqJzkwa3x-eHmjuyeSs-raVXMRoZRUg1ldoZMjdBV5a2tmFdysxDB0SQDYWphNpkVx"
        "VxBIvswkfBe6393FgNt9zSpF5mU48ffBjNWGsyMa4kS7jBUApHQ3XqKGe_ALS_p4uh60v3uFqhJw-X1AE_GbpxhP_SJ8"
        "lllRsXTjM9T0-pag6Ik-UizieoV-uWbaIQqhzDr0n221pziM80hf8xKvoHC9swTBqCngoWWcZxnXuGutAoPNcQdeEJuk"
        "rEnKbdK3L6KC_7p8t8vB6TDYXg7VwJdV5aJSzjGYgKNvuXQSXPVOIRLz9j1PJv6L0w"
    ),
}
SHIPENGINE_BODY = (
    b'{"resource_type":"API_TRACK","data":{"tracking_number":"1Z999AA10123456784",'
    b'"status_code":"DE"}}'
)


def test_shipstations_signature_is_checked_with_its_published_key_and_time() -> None:
    stamp = SHIPENGINE["x-shipengine-timestamp"]
    given = SHIPENGINE["x-shipengine-rsa-sha256-signature"]
    signed = stamp.encode() + b"." + SHIPENGINE_BODY
    assert rsa_sha256_fits(signed, given, key=SHIPENGINE_KEY)
    assert not rsa_sha256_fits(signed + b" ", given, key=SHIPENGINE_KEY)
    assert not rsa_sha256_fits(SHIPENGINE_BODY, given, key=SHIPENGINE_KEY)
    assert not rsa_sha256_fits(signed, given.lower(), key=SHIPENGINE_KEY)
    for wrong in ("", "====", given[:-8], given + "AAAA", "\u00e9"):
        assert not rsa_sha256_fits(signed, wrong, key=SHIPENGINE_KEY)
    other = {**SHIPENGINE_KEY, "n": SHIPENGINE_KEY["n"].replace("p1ge", "q1ge")}
    assert not rsa_sha256_fits(signed, given, key=other)
    at = instant(stamp, field="timestamp", source="test")
    tolerance = timedelta(minutes=5)
    assert timely(at, now=at + tolerance, tolerance=tolerance)
    assert not timely(at, now=at + 2 * tolerance, tolerance=tolerance)


@pytest.mark.parametrize(
    "key",
    [
        {},
        {**SHIPENGINE_KEY, "kty": "EC"},
        {**SHIPENGINE_KEY, "n": "AQAB"},
        {**SHIPENGINE_KEY, "e": "AQ"},
        {**SHIPENGINE_KEY, "n": "\u00e9"},
    ],
)
def test_what_is_no_sound_key_proves_nothing_and_says_so(key: dict[str, str]) -> None:
    with pytest.raises(InvalidValue, match="no RSA key"):
        rsa_sha256_fits(b"x", "AAAA", key=key)


def test_a_signature_over_a_time_alone_proves_no_body() -> None:
    """TrackingMore v4 and Track123 sign the time they send, and nothing else.

    So such a message says only that something is new: its parcel is asked for, and what it holds
    is not believed. The digest is TrackingMore's own printed example.
    """
    secret, stamp = Secret("2e55b9a3-4dd1-4416-9897-c4bd1e3d738f"), "1662371528"
    printed = "a37084ab68ae16b77db1f8463f31be9fcc965e2515e03efecf8139bb1e511b06"
    assert same(hmac_sha256_hex(secret, stamp), printed)
    at, five = instant(stamp, field="timestamp", source="test"), timedelta(minutes=5)
    assert timely(at, now=at + five, tolerance=five)
    assert not timely(at, now=at + 2 * five, tolerance=five)
    assert not same(hmac_sha256_hex(secret, str(int(stamp) + 1)), printed)
