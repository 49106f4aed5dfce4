"""What is wrong with a bad number, named so that it can be put right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.stages.logistics.numbers import S10, diagnose, identify, valid
from crossborder.stages.logistics.numbers.posts import ISSUERS, POSTS
from crossborder.stages.logistics.numbers.rules import FORMATS
from crossborder.stages.logistics.numbers.text import LONGEST


@given(st.one_of(st.text(), st.text("0123456789 -ABCGLMRTXYZ", max_size=45)))
def test_a_number_has_flaws_exactly_when_no_carrier_has_it(text: str) -> None:
    assert (diagnose(text) == ()) == valid(text)


@given(st.from_regex(r"[A-Z]{2}[0-9]{9}(CN|US|TW)", fullmatch=True))
def test_the_digit_that_is_asked_for_puts_the_number_right(number: str) -> None:
    for flaw in diagnose(number):
        assert (flaw.code, flaw.field, flaw.value) == ("check_digit", "check", number[10])
        assert valid(number[:10] + flaw.expected + number[11:])


@pytest.mark.parametrize(
    ("number", "code", "carrier", "field", "value", "expected"),
    [
        ("RR123456786CN", "check_digit", "post", "check", "6", "5"),
        ("RR123456785XX", "unknown", "post", "issuer", "XX", ""),
        ("RR12345678CN", "length", "post", "number", "RR12345678CN", "13"),
        ("1Z5R89390357567128", "check_digit", "ups", "check", "8", "7"),
        ("1Z5R8939035756712", "length", "ups", "number", "1Z5R8939035756712", "18"),
        ("YT222952127216444X", "content", "yunexpress", "number", "YT222952127216444X", ""),
        (
            "1LS71190136181271",
            *("hyphen", "lasership", "number", "1LS71190136181271", ""),
        ),
        ("hello", "no_format", "", "number", "HELLO", ""),
        ("RR12345678_CN", "character", "", "number", "_", ""),
        (" - ", "empty", "", "number", "", ""),
    ],
)
def test_the_nearest_miss_is_named_first(
    number: str, code: str, carrier: str, field: str, value: str, expected: str
) -> None:
    flaw = diagnose(number)[0]
    assert (flaw.code, flaw.carrier) == (code, carrier)
    assert (flaw.field, flaw.value, flaw.expected) == (field, value, expected)
    assert bool(flaw.source) == bool(carrier)


def test_every_flaw_of_a_number_is_named() -> None:
    assert [flaw.code for flaw in diagnose("RR123456786XX")] == ["check_digit", "unknown"]


def test_the_format_with_the_fewest_numbers_is_the_nearest_miss() -> None:
    flaws = diagnose("80003280389")
    assert [flaw.format for flaw in flaws] == ["old_dominion_guaranteed", "dhl_express_waybill"]


def test_one_carrier_can_be_asked_alone() -> None:
    assert diagnose("986578788855") == ()
    assert diagnose("986578788855", "fedex") == ()
    (flaw,) = diagnose("986578788855", "purolator")
    assert flaw.code == "no_format"
    (flaw,) = diagnose("996578788855", "fedex")
    assert (flaw.format, flaw.value) == ("fedex_12", "5")
    (flaw,) = diagnose("RR123456786CN", "china_post")
    assert (flaw.format, flaw.expected) == ("s10", "5")


CARRIERS = sorted(
    {kind.carrier for kind in FORMATS} | {S10("RR", "1" * 8, code).carrier for code in ISSUERS}
)
items = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["RR", "LX", "CP"]),
    st.integers(10**7, 10**8 - 1),
    st.integers(0, 9),
    st.sampled_from([*sorted(ISSUERS), "XX"]),
)
numbers = st.one_of(
    items,
    *(
        st.from_regex(layout.source, fullmatch=True)
        for kind in FORMATS
        for layout in kind.layouts[:1]
    ),
)


@given(numbers, st.sampled_from(CARRIERS))
def test_a_carrier_asked_alone_has_the_number_exactly_when_it_is_identified_as_its(
    number: str, carrier: str
) -> None:
    found = identify(number)
    owners = {one.carrier for one in found} | {"post" for one in found if one.format == "s10"}
    assert (diagnose(number, carrier) == ()) == (carrier in owners)
    for owner in owners:
        assert diagnose(number, owner) == ()


@given(items, st.sampled_from(sorted(ISSUERS)))
def test_what_is_asked_for_makes_it_a_number_of_the_post(number: str, issuer: str) -> None:
    post = POSTS.get(issuer, f"post_{issuer.lower()}")
    for flaw in diagnose(number, post):
        assert flaw.expected
        at = {"check": slice(10, 11), "issuer": slice(11, 13)}[flaw.field]
        assert flaw.value == number[at]
        number = number[: at.start] + flaw.expected + number[at.stop :]
    assert diagnose(number, post) == ()


def test_the_number_of_another_post_is_said_to_be() -> None:
    (flaw,) = diagnose("RR123456785CN", "royal_mail")
    assert (flaw.code, flaw.field, flaw.value, flaw.expected) == ("issuer", "issuer", "CN", "GB")
    assert flaw.text == "must be GB, under which royal_mail issues"
    assert [one.code for one in diagnose("RR123456786XX", "royal_mail")] == [
        "check_digit",
        "issuer",
    ]
    assert diagnose("RR123456785KE", "post_ke") == diagnose("RR123456785KE", "post") == ()
    assert diagnose("RR123456785US", "usps") == ()
    (flaw,) = diagnose("RR123456785CN", "usps")
    assert flaw.expected == "US"
    (flaw,) = diagnose("RR123456785CN", "ups")
    assert flaw.code == "no_format"
    (flaw,) = diagnose("RR123456785CN", "post_cn")
    assert flaw.code == "no_format"


def test_a_flaw_can_be_raised() -> None:
    (flaw,) = diagnose("RR123456786CN")
    with pytest.raises(InvalidValue, match=r"s10\.check must be 5") as told:
        raise flaw.error
    assert (told.value.field, told.value.value, told.value.source) == ("check", "6", "s10")


def test_a_text_that_is_too_long_is_said_to_be() -> None:
    (flaw,) = diagnose("7" * 10_000_000)
    assert flaw.code == "too_long"
    assert len(flaw.value) == LONGEST
