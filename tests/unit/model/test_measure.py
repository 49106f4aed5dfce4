from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.measure import Size, Weight
from crossborder.testing.strategies import amounts, weights

GRAMS = {"kg": "1000", "g": "1", "lb": "453.59237", "oz": "28.349523125"}
MILLIMETRES = {"cm": "10", "mm": "1", "m": "1000", "inch": "25.4"}


@given(amounts(), st.sampled_from(sorted(GRAMS)))
def test_a_weight_is_rounded_up_and_keeps_the_stated_text(value: Decimal, unit: str) -> None:
    weight = Weight.of(value, unit)
    assert weight.grams == ceil(Fraction(value) * Fraction(GRAMS[unit]))
    assert weight.stated == f"{value} {unit}"
    assert weight == getattr(Weight, unit)(value)


@given(weights())
def test_the_repr_of_a_weight_evaluates_back(weight: Weight) -> None:
    assert eval(repr(weight), {"Weight": Weight}) == weight


def test_the_repr_shows_the_stated_text_only_where_it_gives_the_grams() -> None:
    assert repr(Weight.kg("0.0125")) == "Weight.kg('0.0125')"
    assert repr(Weight(20, "0.0125 kg")) == "Weight(20)"
    assert repr(Weight(20, "about twenty")) == "Weight(20)"
    assert repr(Weight(20)) == "Weight(20)"


@given(weights(), weights(), st.integers(0, 50))
def test_weights_add_and_compare_by_their_grams(a: Weight, b: Weight, count: int) -> None:
    assert (a + b).grams == a.grams + b.grams
    assert (a * count).grams == a.grams * count
    assert (a == b) == (a.grams == b.grams)
    assert (a < b) == (a.grams < b.grams)
    assert hash(a) == hash(Weight(a.grams))
    assert a.in_kg * 1000 == a.grams
    assert a != a.grams


@pytest.mark.parametrize("value", ["-1", 0.5, "heavy", Decimal("NaN"), None, "Infinity"])
def test_a_weight_that_cannot_be_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="not negative") as caught:
        Weight.kg(value)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.source) == ("kg", "Weight")


def test_an_unknown_unit_is_refused() -> None:
    with pytest.raises(InvalidValue, match="must be kg, g, lb or oz"):
        Weight.of("1", "stone")
    with pytest.raises(InvalidValue, match="must be cm, mm, m or inch"):
        Size.of(1, 1, 1, "foot")


sides = st.decimals(0, 500, places=2)


@given(sides, sides, sides, st.sampled_from(sorted(MILLIMETRES)))
def test_a_size_is_rounded_up_side_by_side(
    length: Decimal, width: Decimal, height: Decimal, unit: str
) -> None:
    size = Size.of(length, width, height, unit)
    factor = Fraction(MILLIMETRES[unit])
    assert (size.length, size.width, size.height) == tuple(
        ceil(Fraction(side) * factor) for side in (length, width, height)
    )
    assert size.stated == f"{length}x{width}x{height} {unit}"
    assert eval(repr(size), {"Size": Size}) == size


def test_sizes_of_one_box_are_equal_however_stated() -> None:
    assert Size.cm(40, 30, 20) == Size.mm(400, 300, 200) == Size.of("0.4", "0.3", "0.2", "m")


def test_a_negative_side_is_refused() -> None:
    with pytest.raises(InvalidValue) as caught:
        Size.cm(40, -30, 20)
    assert (caught.value.field, caught.value.source) == ("cm", "Size")


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 2000), st.integers(1, 9000))
def test_the_volumetric_weight_is_never_under_the_exact_one(
    length: int, width: int, height: int, divisor: int
) -> None:
    grams = Size.mm(length, width, height).volumetric(divisor).grams
    exact = Fraction(length * width * height, 1000 * divisor) * 1000
    assert exact <= grams < exact + 1


@pytest.mark.parametrize("divisor", [0, -5000])
def test_a_divisor_that_is_not_above_zero_is_refused(divisor: int) -> None:
    with pytest.raises(InvalidValue, match="must be above zero"):
        Size.mm(1, 1, 1).volumetric(divisor)
