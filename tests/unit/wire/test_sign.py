"""Signatures and how they are compared."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import NaiveTime
from crossborder.secret import Secret
from crossborder.wire.sign import (
    hmac_sha1_hex,
    hmac_sha256_base64,
    hmac_sha256_hex,
    md5_hex,
    same,
    sha256_hex,
    timely,
)

FOX = "The quick brown fox jumps over the lazy dog"
KEY = Secret("key")


def test_the_sums_are_those_of_the_published_test_vectors() -> None:
    # RFC 2202 and RFC 4231, test case 2; RFC 1321, appendix A.5; FIPS 180-4 example "abc".
    jefe, what = Secret("Jefe"), "what do ya want for nothing?"
    assert hmac_sha1_hex(jefe, what) == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
    assert hmac_sha256_hex(jefe, what) == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert md5_hex("abc") == "900150983cd24fb0d6963f7d28e17f72"
    assert sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert hmac_sha256_base64(KEY, FOX) == "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="


def test_texts_are_signed_as_utf_8() -> None:
    assert hmac_sha256_hex(KEY, "库存") == hmac_sha256_hex(KEY, "库存".encode())
    assert md5_hex("库存") == md5_hex("库存".encode())


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters()), st.text(st.characters()))
def test_same_is_equality(one: str, other: str) -> None:
    assert same(one, one)
    assert same(one, other) == (one == other)


def test_a_stamp_is_timely_within_the_tolerance_on_both_sides() -> None:
    now, tolerance = datetime(2026, 11, 2, tzinfo=UTC), timedelta(minutes=5)
    for shift, expected in ((300, True), (-300, True), (301, False), (-301, False)):
        assert timely(now + timedelta(seconds=shift), now=now, tolerance=tolerance) is expected
    naive = now.replace(tzinfo=None)
    with pytest.raises(NaiveTime):
        timely(naive, now=now, tolerance=tolerance)
    with pytest.raises(NaiveTime):
        timely(now, now=naive, tolerance=tolerance)
