from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.memory import Memory, signature
from crossborder.errors import Unauthorized, Unreadable
from crossborder.protocols import WebhookEvent
from crossborder.secret import Secret

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OLD, NEW = Secret("hunter1"), Secret("hunter2")
BODY = b'{"id": "evt-1", "topic": "orders.changed", "body": {"order": "1001", "total": 12.50}}'
MINUTES = timedelta(minutes=1)


def _headers(body: bytes = BODY, secret: Secret = NEW, at: datetime = NOW) -> dict[str, str]:
    stamp = at.isoformat()
    return {"X-Memory-Time": stamp, "X-Memory-Signature": signature(body, stamp, secret)}


def _read(
    body: bytes = BODY,
    headers: Mapping[str, str] | None = None,
    secrets: tuple[Secret, ...] = (OLD, NEW),
    now: datetime = NOW,
) -> WebhookEvent:
    given = headers if headers is not None else _headers(body)
    return Memory.demo().webhook(body, given, secrets=secrets, now=now)


@pytest.mark.parametrize("secret", [OLD, NEW])
def test_a_message_signed_with_one_of_the_secrets_is_read(secret: Secret) -> None:
    event = _read(headers=_headers(secret=secret))
    assert (event.vendor, event.id, event.topic, event.at) == (
        "memory",
        "evt-1",
        "orders.changed",
        NOW,
    )
    assert event.body["order"] == "1001"
    assert str(event.body["total"]) == "12.50"


def test_the_case_of_a_header_is_nothing() -> None:
    headers = {name.upper(): value for name, value in _headers().items()}
    assert _read(headers=headers).id == "evt-1"


@given(st.integers(0, len(BODY) - 1), st.integers(1, 255))
def test_one_changed_byte_is_found(place: int, change: int) -> None:
    forged = bytearray(BODY)
    forged[place] ^= change
    with pytest.raises(Unauthorized, match="the signature does not fit"):
        _read(bytes(forged), _headers())


@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        (_headers(secret=Secret("wrong")), (OLD, NEW)),
        (_headers(), (OLD,)),
        (_headers(), ()),
        ({}, (OLD, NEW)),
        (_headers() | {"X-Memory-Time": ""}, (OLD, NEW)),
        (_headers() | {"X-Memory-Time": (NOW + MINUTES).isoformat()}, (OLD, NEW)),
        (_headers() | {"X-Memory-Signature": ""}, (OLD, NEW)),
    ],
)
def test_what_no_secret_signed_is_refused(
    headers: dict[str, str], secrets: tuple[Secret, ...]
) -> None:
    with pytest.raises(Unauthorized) as caught:
        _read(headers=headers, secrets=secrets)
    assert caught.value.operation == "webhook"
    assert "hunter" not in f"{caught.value} {vars(caught.value)}"


@pytest.mark.parametrize("distance", [-5 * MINUTES, timedelta(0), 5 * MINUTES])
def test_a_message_within_five_minutes_is_in_time(distance: timedelta) -> None:
    assert _read(now=NOW + distance).at == NOW


@pytest.mark.parametrize("distance", [-5 * MINUTES, 5 * MINUTES])
def test_an_older_message_is_refused_and_one_from_the_future_too(distance: timedelta) -> None:
    tick = timedelta(microseconds=1) if distance > timedelta(0) else -timedelta(microseconds=1)
    with pytest.raises(Unauthorized, match="too old"):
        _read(now=NOW + distance + tick)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"id": "1"}', b'{"topic": "x"}'])
def test_a_proven_message_that_is_not_what_was_promised_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable) as caught:
        _read(body)
    assert caught.value.source == "memory"
