"""Check digits: published examples, and the errors each is known to find."""

from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.stages.logistics.numbers import checks

DIGITS = "0123456789"
BASE36 = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

FINDS_EVERY_DIGIT: dict[str, Callable[[str], str]] = {
    "Luhn": checks.luhn,
    "weights 3 1": partial(checks.mod10, even=3),
    "weights 1 3": partial(checks.mod10, odd=3),
    "ISO 7064": checks.iso7064,
}


@given(
    st.sampled_from(sorted(FINDS_EVERY_DIGIT)),
    st.text(DIGITS, min_size=1, max_size=30),
    st.integers(0, 29),
    st.integers(1, 9),
)
def test_one_wrong_digit_changes_the_check_digit(
    name: str, covered: str, place: int, step: int
) -> None:
    place %= len(covered)
    other = DIGITS[(int(covered[place]) + step) % 10]
    wrong = covered[:place] + other + covered[place + 1 :]
    assert FINDS_EVERY_DIGIT[name](wrong) != FINDS_EVERY_DIGIT[name](covered)


@given(st.text(BASE36, min_size=2, max_size=30), st.integers(0, 28))
def test_iso_7064_finds_every_exchange_but_of_characters_that_follow_each_other(
    covered: str, place: int
) -> None:
    place %= len(covered) - 1
    one, other = covered[place], covered[place + 1]
    exchanged = covered[:place] + other + one + covered[place + 2 :]
    # At one place in 36 two characters in a row, such as B and C, or Z and 0, may change places.
    apart = (BASE36.index(one) - BASE36.index(other)) % 36
    if apart not in (1, 35):
        assert (checks.iso7064(exchanged) == checks.iso7064(covered)) == (one == other)


@given(st.text(DIGITS, min_size=2, max_size=30), st.integers(0, 28))
def test_luhn_finds_every_exchange_of_neighbours_but_0_and_9(covered: str, place: int) -> None:
    place %= len(covered) - 1
    one, other = covered[place], covered[place + 1]
    exchanged = covered[:place] + other + one + covered[place + 2 :]
    hidden = one == other or {one, other} == {"0", "9"}
    assert (checks.luhn(exchanged) == checks.luhn(covered)) == hidden


@given(st.text(DIGITS, min_size=9, max_size=10))
def test_mod_7_is_the_rest_of_a_division(covered: str) -> None:
    assert (int(covered) - int(checks.mod7(covered))) % 7 == 0
    assert int(checks.mod7(covered)) < 7


@pytest.mark.parametrize(
    ("letter", "value"),
    [("A", 2), ("H", 9), ("I", 0), ("R", 9), ("S", 0), ("Z", 7), ("0", 0), ("9", 9)],
)
def test_letters_of_ups_count_round_the_ten(letter: str, value: int) -> None:
    assert checks.mod10(letter) == str(-value % 10)


@pytest.mark.parametrize(
    ("check", "covered", "digit"),
    [
        # The examples of the Luhn and SSCC articles, of the S10 standard and of carriers' pages.
        (checks.luhn, "7992739871", "3"),
        (checks.s10, "47312482", "9"),
        (checks.mod7, "331881002", "5"),
        (partial(checks.mod10, odd=2), "5R8939035756712", "7"),
        (partial(checks.weighted, weights=(3, 1, 7) * 4), "98657878885", "5"),
        (checks.iso7064, "09980000020033", "F"),
    ],
)
def test_published_examples(check: Callable[[str], str], covered: str, digit: str) -> None:
    assert check(covered) == digit
