"""UPU S10: what its check digit finds, and what its letters say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.stages.logistics.numbers import (
    S10,
    PostalService,
    identify,
    is_s10,
    s10,
    s10_check_digit,
)
from crossborder.stages.logistics.numbers.posts import ISSUERS, POSTS, SERVICES

WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
SAME_DIGIT = {0, 6}
"""Rests of the weighted sum by 11 that are both written 5: the standard's own blind spot."""

serials = st.text("0123456789", min_size=8, max_size=8)
indicators = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=2)
items = st.builds(S10, indicators, serials, st.sampled_from(sorted(ISSUERS)))


def rest(serial: str) -> int:
    return sum(weight * int(digit) for weight, digit in zip(WEIGHTS, serial, strict=True)) % 11


def replaced(serial: str, place: int, digit: str) -> str:
    return serial[:place] + digit + serial[place + 1 :]


@given(items, st.integers(0, 7), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_found_unless_the_sum_moves_between_0_and_6(
    item: S10, place: int, digit: str
) -> None:
    serial = replaced(item.serial, place, digit)
    number = f"{item.indicator}{serial}{item.check}{item.issuer}"
    hidden = {rest(serial), rest(item.serial)} == SAME_DIGIT
    assert is_s10(number) == (serial == item.serial or hidden)


@given(items, st.integers(0, 6))
def test_two_neighbours_exchanged_are_found_unless_the_sum_moves_between_0_and_6(
    item: S10, place: int
) -> None:
    one, other = item.serial[place], item.serial[place + 1]
    serial = replaced(replaced(item.serial, place, other), place + 1, one)
    number = f"{item.indicator}{serial}{item.check}{item.issuer}"
    hidden = {rest(serial), rest(item.serial)} == SAME_DIGIT
    assert is_s10(number) == (serial == item.serial or hidden)


def test_the_blind_spot_is_there() -> None:
    assert s10_check_digit("00000000") == s10_check_digit("00002000") == 5
    assert {rest("00000000"), rest("00002000")} == SAME_DIGIT
    assert is_s10("RR000000005CN")
    assert is_s10("RR000020005CN")


@given(items, st.integers(0, 9))
def test_exactly_one_check_digit_is_right(item: S10, digit: int) -> None:
    number = f"{item.indicator}{item.serial}{digit}{item.issuer}"
    assert is_s10(number) == (digit == item.check)


@given(items)
def test_a_number_read_and_written_is_the_same(item: S10) -> None:
    assert s10(item.number) == item
    assert is_s10(item.number)


@given(items)
def test_a_postal_candidate_says_what_the_item_says(item: S10) -> None:
    (found,) = (one for one in identify(item.number) if one.format == "s10")
    assert found.carrier == item.carrier
    assert found.service == item.service.value
    assert found.tracked == item.tracked
    assert found.origin == item.issuer
    assert found.parts["serial"] == item.serial
    assert found.parts["check"] == str(item.check)


near = st.one_of(
    st.text(max_size=20),
    st.from_regex(r"[A-Za-z]{2}[ -]?[0-9]{8,9}[0-9][A-Z]{2}", fullmatch=True),
    st.builds(lambda item, junk: item.number + junk, items, st.sampled_from(["", " ", "-", "x"])),
)


@given(near)
def test_the_quick_question_the_reading_and_the_candidates_agree(text: str) -> None:
    try:
        read = s10(text)
    except InvalidValue:
        read = None
    assert is_s10(text) == (read is not None)
    assert is_s10(text) == any(one.format == "s10" for one in identify(text))


@pytest.mark.parametrize(
    ("indicator", "service", "tracked"),
    [
        ("RR", PostalService.REGISTERED, True),
        ("UA", PostalService.UNTRACKED, False),
        ("LZ", PostalService.TRACKED, True),
        ("EE", PostalService.EMS, True),
        ("CP", PostalService.PARCEL, True),
        ("VV", PostalService.INSURED, True),
        ("HA", PostalService.ECOMMERCE, True),
        ("MA", PostalService.M_BAG, None),
        ("QA", PostalService.BUSINESS_REPLY, None),
        ("QN", PostalService.UNASSIGNED, None),
        ("AU", PostalService.UNASSIGNED, None),
        ("AV", PostalService.DOMESTIC, None),
        ("GA", PostalService.DOMESTIC, None),
        ("GB", PostalService.UNASSIGNED, None),
        ("JA", PostalService.RESERVED, None),
    ],
)
def test_the_indicator_says_the_kind_of_mail(
    indicator: str, service: PostalService, tracked: bool | None
) -> None:
    item = S10(indicator, "12345678", "CN")
    assert item.service is service
    assert item.tracked is tracked


def test_a_post_has_its_name_or_its_code() -> None:
    assert S10("RR", "12345678", "US").carrier == "usps"
    assert S10("RR", "12345678", "KE").carrier == "post_ke"
    assert POSTS.keys() <= ISSUERS
    assert len(SERVICES) == 26 * 26


@pytest.mark.parametrize(
    ("number", "field", "value"),
    [
        ("RR123456786CN", "check", "6"),
        ("RR123456785XX", "issuer", "XX"),
        ("RR12345678CN", "number", "RR12345678CN"),
        ("", "number", ""),
    ],
)
def test_what_is_wrong_with_an_item_is_told(number: str, field: str, value: str) -> None:
    with pytest.raises(InvalidValue) as told:
        s10(number)
    assert (told.value.field, told.value.value) == (field, value)
    assert told.value.source


@pytest.mark.parametrize("serial", ["", "1234567", "123456789", "1234567x", "１２３４５６７８"])
def test_a_check_digit_is_that_of_eight_digits(serial: str) -> None:
    with pytest.raises(InvalidValue):
        s10_check_digit(serial)
    with pytest.raises(InvalidValue):
        S10("RR", serial, "CN")


def test_an_item_has_two_letters_and_a_post() -> None:
    for indicator, issuer in (("R", "CN"), ("rr", "CN"), ("RR", "XX"), ("R1", "CN")):
        with pytest.raises(InvalidValue):
            S10(indicator, "12345678", issuer)


def test_a_text_of_any_length_is_no_item() -> None:
    assert not is_s10("R" * 10_000_000)
    with pytest.raises(InvalidValue):
        is_s10(123456785)  # type: ignore[arg-type]
