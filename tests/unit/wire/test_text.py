"""Text and JSON from bytes, and back."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, Unreadable
from crossborder.secret import Secret
from crossborder.wire.text import NESTING, decode, read_json, write_json

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | _TEXTS
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=10,
)


@settings(max_examples=50, deadline=None)
@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_text_comes_back_from_its_bytes(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset=charset, source="t") == text.removeprefix("\ufeff")


def test_a_byte_order_mark_counts_more_than_the_stated_charset() -> None:
    for charset in ("utf-8-sig", "utf-16"):
        assert decode("库存".encode(charset), charset="latin-1", source="t") == "库存"
    assert decode(b"\xfe\xff" + "库".encode("utf-16-be"), source="t") == "库"


def test_what_is_called_gb2312_is_read_as_the_wider_gb18030() -> None:
    assert decode("龘€".encode("gb18030"), charset=' "GB2312"', source="t") == "龘€"


@pytest.mark.parametrize("charset", ["klingon", "hex", "\0", "undefined"])
def test_a_charset_nobody_knows_is_refused(charset: str) -> None:
    with pytest.raises(Unreadable, match="charset"):
        decode(b"a", charset=charset, source="shop")


def test_a_wrong_byte_is_named_by_its_place_after_the_mark_too() -> None:
    with pytest.raises(Unreadable, match="at byte 2") as caught:
        decode(b"ab\xff", source="shop")
    assert (caught.value.field, caught.value.source) == ("body", "shop")
    with pytest.raises(Unreadable, match="at byte 3"):
        decode(b"\xef\xbb\xbf\xff", source="shop")


def test_more_than_the_limit_is_refused_with_the_limit() -> None:
    with pytest.raises(Unreadable, match="larger than 3 bytes"):
        decode(b"abcd", source="shop", limit=3)
    with pytest.raises(Unreadable, match="larger than 3 characters"):
        read_json("1234", source="shop", limit=3)
    assert read_json("123", source="shop", limit=3) == 123


@settings(max_examples=100, deadline=None)
@given(_VALUES)
def test_json_is_written_and_read_without_loss(value: Any) -> None:
    text = write_json(value)
    text.encode()
    assert read_json(text, source="t") == value


@settings(max_examples=100, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_is_written_as_the_same_number(number: Decimal) -> None:
    written = write_json({"n": number})
    assert Decimal(json.loads(written, parse_float=Decimal, parse_int=Decimal)["n"]) == number


def test_a_long_exponent_is_not_written_out_in_zeros() -> None:
    assert write_json(Decimal("1E+500")) == "1E+500"
    assert write_json(Decimal("12.50")) == "12.50"
    assert write_json(Decimal("1E+2")) == "100"


def test_json_is_compact_keeps_the_order_of_keys_and_any_script() -> None:
    assert write_json({"b": [1, True, None], "a": "茶"}) == '{"b":[1,true,null],"a":"茶"}'


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"a": [1, 1.5]}, "a.1"),
        (float("nan"), "value"),
        (Decimal("NaN"), "value"),
        ({"a": {1: 2}}, "a"),
        ({1: 2}, "value"),
        ({"token": Secret("hidden")}, "token"),
    ],
)
def test_what_json_does_not_have_is_refused_with_its_path(value: object, field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        write_json(value)
    assert caught.value.field == field
    assert "hidden" not in str(caught.value)


def test_half_of_a_surrogate_pair_is_read_as_a_replacement_and_written_as_an_escape() -> None:
    assert read_json('"a\\ud83d"', source="t") == "a\ufffd"
    assert read_json('"\\ud83d\\ude00"', source="t") == "😀"
    assert read_json('"\\\\ud83d"', source="t") == "\\ud83d"
    assert write_json("茶\ud83d") == '"\\u8336\\ud83d"'


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b"  \n", "is empty"),
        (b'{"a": 1', "is not JSON at character 7"),
        (b"<html>", "is not JSON at character 0"),
        (b'{"a": NaN}', "not finite"),
        (b"[-Infinity]", "not finite"),
        (b"[" * 100_000, "nested deeper"),
        (b"[" * (NESTING + 1) + b"]" * (NESTING + 1), "nested deeper"),
        (b"9" * 5000, "too long"),
        (b"1e" + b"9" * 30, "too long"),
    ],
)
def test_a_body_that_is_no_json_is_unreadable(body: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said) as caught:
        read_json(body, source="shop")
    assert caught.value.field == "body"
    assert len(str(caught.value)) < 250


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_unreadable(body: bytes) -> None:
    try:
        value = read_json(body, source="t")
    except Unreadable:
        return
    assert read_json(write_json(value), source="t") == value


def test_many_flat_objects_are_not_deep() -> None:
    assert len(read_json("[" + ",".join(["{}"] * 500) + "]", source="t")) == 500


def test_the_last_of_two_equal_keys_counts_and_a_mark_in_a_text_is_skipped() -> None:
    assert read_json('\ufeff{"a": 1, "a": 2}', source="t") == {"a": 2}


def test_the_cut_of_a_broken_answer_shows_no_token() -> None:
    with pytest.raises(Unreadable) as caught:
        read_json('{"access_token": "shpat_123', source="shop")
    assert "shpat" not in str(caught.value)
