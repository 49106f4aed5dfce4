"""What a status and a Retry-After header say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.conversation import (
    Broken,
    Busy,
    Expired,
    Ok,
    Rejected,
    Reply,
    Verdict,
    read_status,
    retry_after,
)
from crossborder.errors import NotFound, Unauthorized


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (200, Ok()),
        (204, Ok()),
        (299, Ok()),
        (302, Rejected()),
        (400, Rejected()),
        (401, Expired()),
        (403, Rejected(kind=Unauthorized)),
        (404, Rejected(kind=NotFound)),
        (410, Rejected(kind=NotFound)),
        (422, Rejected()),
        (429, Busy()),
        (500, Broken()),
        (503, Broken()),
    ],
)
def test_a_status_alone_says(status: int, verdict: Verdict) -> None:
    assert read_status(Reply(status)) == verdict


def test_a_throttle_says_how_long_to_wait() -> None:
    assert read_status(Reply(429, {"Retry-After": "7"})) == Busy(7.0)


SENT = "Sun, 22 Nov 2026 10:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": ""}, None),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "2.5"}, 2.5),
        ({"Retry-After": "-3"}, 0.0),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "1e999"}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": SENT}, 30.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 -0000", "Date": SENT}, 30.0),
        ({"Retry-After": "Sun, 22 Nov 2026 09:59:00 GMT", "Date": SENT}, 0.0),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT"}, None),
        ({"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": "yesterday"}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_against_the_replys_own(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(Reply(429, headers)) == seconds


@given(st.text(), st.text())
def test_no_retry_after_header_breaks_the_reading(stated: str, date: str) -> None:
    seconds = retry_after(Reply(429, {"Retry-After": stated, "Date": date}))
    assert seconds is None or 0 <= seconds < float("inf")
