"""Whose number it is: total, ranked, and the same however it is written."""

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.stages.logistics.numbers import (
    Candidate,
    Certainty,
    identify,
    normalised,
    valid,
)
from crossborder.stages.logistics.numbers.reading import readings
from crossborder.stages.logistics.numbers.rules import FORMATS
from crossborder.stages.logistics.numbers.text import LONGEST

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
LAYOUTS = [(kind, layout) for kind in FORMATS for layout in kind.layouts]


@st.composite
def numbers(draw: st.DrawFn) -> tuple[str, str]:
    """A valid number, and the format it was made for."""
    kind, layout = draw(st.sampled_from(LAYOUTS))
    text = draw(st.from_regex(layout.source, fullmatch=True))
    if layout.hyphen:
        text = f"{text[:-1]}-{text[-1]}"
    if kind.known:
        text = text[:-2] + draw(st.sampled_from(["CN", "US", "TW", "KE"]))
    if kind.check is not None:
        (reading,) = (one for one in readings(text) if one.layout is layout)
        place = re.fullmatch(layout.source, text).start("check")  # type: ignore[union-attr]
        text = text[:place] + reading.expected + text[place + 1 :]
    return text, kind.name


def shown(number: str) -> list[tuple[str, str]]:
    return [(candidate.carrier, candidate.format) for candidate in identify(number)]


@given(numbers())
def test_a_number_made_by_a_format_is_recognised_in_it(made: tuple[str, str]) -> None:
    number, name = made
    assert name in [candidate.format for candidate in identify(number)]
    assert valid(number)


@given(st.one_of(st.text(), st.text("0123456789 -ABCGLMRTXYZ", max_size=45)))
def test_any_text_has_an_answer(text: str) -> None:
    found = identify(text)
    assert valid(text) == bool(found)
    assert normalised(normalised(text)) == normalised(text)
    names = [candidate.format for candidate in found]
    assert len(names) == len(set(names))


@given(numbers(), st.data())
def test_blanks_hyphens_small_letters_and_wide_digits_make_no_difference(
    made: tuple[str, str], data: st.DataObject
) -> None:
    number, _ = made
    places = st.integers(0, len(number) - 3)
    written = number
    for place in sorted(data.draw(st.lists(places, max_size=6)), reverse=True):
        between = data.draw(st.sampled_from([" ", "-", "\u3000", "\u2011", "\ufeff", "\t", "\xa0"]))
        written = written[:place] + between + written[place:]
    if data.draw(st.booleans(), label="small"):
        written = written.lower()
    if data.draw(st.booleans(), label="wide"):
        written = written.translate(WIDE)
    assert identify(written) == identify(number)
    assert normalised(written) == normalised(number)


@given(numbers())
def test_a_candidates_number_is_identified_as_the_same(made: tuple[str, str]) -> None:
    found = identify(made[0])
    for candidate in found:
        assert identify(candidate.number) == found
        assert normalised(candidate.number) == normalised(made[0])


@given(numbers(), st.integers(1, 35))
def test_another_check_digit_is_refused_by_the_format(made: tuple[str, str], step: int) -> None:
    number, name = made
    (reading,) = (one for one in readings(number) if one.format.name == name and one.exact)
    assume(reading.check)
    found = re.fullmatch(reading.layout.source, normalised(number))
    assert found is not None
    place = found.start("check")
    alphabet = "0123456789" + ("ABCDEFGHIJKLMNOPQRSTUVWXYZ" if "check:x" in str(reading) else "")
    other = alphabet[(alphabet.index(reading.check) + step) % len(alphabet)]
    wrong = number[:place] + other + number[place + 1 :]
    said = {candidate.format for candidate in identify(wrong)}
    assert (name in said) == (other == reading.check)


@given(numbers())
def test_candidates_are_ranked_and_each_says_why_before_the_next(made: tuple[str, str]) -> None:
    found = identify(made[0])
    order = [Certainty.CHECK_DIGIT, Certainty.PATTERN]
    assert [order.index(one.certainty) for one in found] == sorted(
        order.index(one.certainty) for one in found
    )
    for candidate, following in pairwise(found):
        basis, before = candidate.reasons
        assert basis.code == candidate.certainty.value
        assert before.code in {"surer", "rarer", "more_used"}
        assert before.facts["other"] == following.format
        assert (before.code == "surer") == (candidate.certainty != following.certainty)
        if before.code == "rarer":
            assert before.facts["numbers"] < before.facts["others"]
    assert len(found[-1].reasons) == 1


def test_a_check_digit_goes_before_a_pattern() -> None:
    assert shown("LX123456785CN") == [
        ("china_post", "s10"),
        ("dhl_ecommerce", "dhl_ecommerce_prefix"),
    ]


def test_two_carriers_with_the_same_number_are_both_told_the_rarer_first() -> None:
    both = next(
        number
        for number in (f"3205954639{rest:02}" for rest in range(100))
        if len(identify(number)) > 1
    )
    assert shown(both) == [("purolator", "purolator_12"), ("fedex", "fedex_12")]


def test_equally_rare_formats_stand_in_the_order_of_their_use() -> None:
    number = next(
        number
        for number in (f"{part:014}{digit}" for part in range(5000) for digit in range(10))
        if len(identify(number)) > 1
    )
    first, second = identify(number)
    assert (first.format, second.format) == ("fedex_ground_15", "dpd_14")
    assert first.reasons[1].code == "more_used"


def test_letters_that_are_fixed_are_rarer_than_any_letters() -> None:
    assert [name for _, name in shown("JJD099999999")] == ["dhl_express_piece", "purolator_letters"]


def test_the_hyphen_of_a_piece_count_belongs_to_the_number() -> None:
    (found,) = identify("1ls7 1190 1361 8127 - 1")
    assert found.number == "1LS7119013618127-1"
    assert identify("1LS71190136181271") == ()


def test_what_the_format_has_is_told() -> None:
    (parcel,) = identify("1Z 5R8939 03 5756712 7")
    assert (parcel.service, parcel.parts["shipper"]) == ("ground", "5R8939")
    assert (parcel.origin, parcel.destination, parcel.tracked) == (None, None, None)
    (mail,) = identify("420 10023 3424 9200190132607600833457")
    assert mail.meanings["channel"] == "commercial mailer"
    assert (mail.parts["zip"], mail.parts["plus"]) == ("10023", "3424")
    assert mail.parts["mailer"] == "901326076"


def test_the_country_on_a_label_of_dpd_is_the_destination() -> None:
    (label,) = (one for one in identify("0081827099800000200" + "33350276C") or (None,))
    assert isinstance(label, Candidate)
    assert (label.destination, label.service) == ("DE", "by 8:30")


@pytest.mark.parametrize(
    "number", ["", " ", "-", "ＡＢＣ", "①②③④⑤⑥⑦⑧⑨⓪", "٣٣١٨٨١٠٠٢٥", "331881002⁵"]
)
def test_what_only_looks_like_digits_is_none(number: str) -> None:
    assert identify(number) == ()


def test_a_text_that_is_too_long_is_not_read() -> None:
    spread = "3 3 1 8 8 1 0 0 2 5"
    assert valid(spread)
    assert valid(spread + " " * (LONGEST - len(spread)))
    assert not valid(spread + " " * LONGEST)
    assert identify("1" * 10_000_000) == ()


@pytest.mark.parametrize("number", [3318810025, None, b"3318810025"])
def test_a_number_that_is_no_text_is_refused(number: Any) -> None:
    for question in (identify, valid, normalised):
        with pytest.raises(InvalidValue):
            question(number)
