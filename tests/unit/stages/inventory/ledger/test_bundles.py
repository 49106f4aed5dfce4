from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.serial import structure, unstructure
from crossborder.stages.inventory.ledger.bundles import Bundle, explode, fits, lacking, most

PLAIN = [SkuId(name) for name in "abc"]
SETS = [SkuId(name) for name in ("set1", "set2", "set3")]


def parts(*names: SkuId) -> Any:
    return st.dictionaries(st.sampled_from(names), st.integers(1, 3), min_size=1).map(
        lambda held: tuple(held.items())
    )


# A set holds only plain SKUs and sets of lower numbers: no circles.
NESTED = st.tuples(
    *(
        st.builds(Bundle, st.just(sku), parts(*PLAIN, *SETS[:place]))
        for place, sku in enumerate(SETS)
    )
)
AVAILABLE = st.dictionaries(st.sampled_from(PLAIN), st.integers(-2, 40))
LINES = st.lists(st.tuples(st.sampled_from([*PLAIN, *SETS]), st.integers(0, 3)), max_size=4)


def opened(sku: SkuId, bundles: tuple[Bundle, ...]) -> Counter[SkuId]:
    """What one piece is made of, by opening box after box."""
    bundle = next((bundle for bundle in bundles if bundle.sku_id == sku), None)
    if bundle is None:
        return Counter({sku: 1})
    found: Counter[SkuId] = Counter()
    for part, quantity in bundle.parts:
        for _ in range(quantity):
            found += opened(part, bundles)
    return found


def sold(
    lines: list[tuple[SkuId, int]], available: dict[SkuId, int], bundles: tuple[Bundle, ...]
) -> bool:
    """Whether the pieces can be handed over one after the other."""
    left = {sku: available.get(sku, 0) for sku in PLAIN}
    for sku, quantity in lines:
        for _ in range(quantity):
            for part, pieces in opened(sku, bundles).items():
                left[part] -= pieces
                if left[part] < 0:
                    return False
    return True


@given(NESTED, AVAILABLE, st.sampled_from([0, 1, 2]))
def test_as_many_bundles_are_sold_as_the_scarcest_part_allows(
    bundles: tuple[Bundle, ...], available: dict[SkuId, int], place: int
) -> None:
    bundle = bundles[place]
    count = most(bundle, available, bundles)
    assert count >= 0
    assert sold([(bundle.sku_id, count)], available, bundles)
    assert not sold([(bundle.sku_id, count + 1)], available, bundles)
    needs = opened(bundle.sku_id, bundles)
    assert count == min(max(0, available.get(sku, 0)) // n for sku, n in needs.items())


@given(NESTED, AVAILABLE, LINES)
def test_lines_fit_when_they_can_be_served_one_after_the_other(
    bundles: tuple[Bundle, ...], available: dict[SkuId, int], lines: list[tuple[SkuId, int]]
) -> None:
    assert fits(lines, available, bundles) == sold(lines, available, bundles)
    short = lacking(lines, available, bundles)
    filled = {sku: max(0, available.get(sku, 0)) + short.get(sku, 0) for sku in PLAIN}
    assert fits(lines, filled, bundles)
    for sku in short:
        assert not fits(lines, {**filled, sku: filled[sku] - 1}, bundles)


@given(NESTED, LINES, st.randoms(use_true_random=False))
def test_the_needs_are_those_of_the_opened_boxes_in_any_order(
    bundles: tuple[Bundle, ...], lines: list[tuple[SkuId, int]], chance: Any
) -> None:
    needs = explode(lines, bundles)
    counted: Counter[SkuId] = Counter()
    for sku, quantity in lines:
        for _ in range(quantity):
            counted += opened(sku, bundles)
    assert needs == counted
    assert list(needs) == sorted(needs)
    shuffled = chance.sample(lines, len(lines)), chance.sample(bundles, len(bundles))
    assert explode(*shuffled) == needs


def test_two_lines_of_one_cart_do_not_share_a_piece() -> None:
    cup, tea, coffee = SkuId("cup"), SkuId("tea"), SkuId("coffee")
    bundles = (Bundle(tea, ((cup, 4),)), Bundle(coffee, ((cup, 2),)))
    available = {cup: 5}
    assert [fits([(sku, 1)], available, bundles) for sku in (tea, coffee)] == [True, True]
    assert not fits([(tea, 1), (coffee, 1)], available, bundles)
    assert lacking([(tea, 1), (coffee, 1)], available, bundles) == {cup: 1}
    assert fits([], {}, bundles)


def test_a_bundle_that_contains_itself_is_refused() -> None:
    one, two = Bundle(SETS[0], ((SETS[1], 1),)), Bundle(SETS[1], ((SETS[0], 1),))
    with pytest.raises(InvalidValue, match="contains itself"):
        most(one, {}, (two,))
    with pytest.raises(InvalidValue, match="contains itself"):
        explode([], [Bundle(SETS[0], ((SETS[0], 1),))])


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="two different lists"):
        explode([], [Bundle(SETS[0], ((PLAIN[0], 1),)), Bundle(SETS[0], ((PLAIN[0], 2),))])
    with pytest.raises(InvalidValue, match="must not be negative"):
        explode([(PLAIN[0], -1)])
    for wrong in ((), ((PLAIN[0], 0),), ((PLAIN[0], 1), (PLAIN[0], 1))):
        with pytest.raises(InvalidValue):
            Bundle(SETS[0], wrong)


@given(NESTED)
def test_a_bundle_survives_its_record(bundles: tuple[Bundle, ...]) -> None:
    assert structure(unstructure(bundles[2]), Bundle) == bundles[2]


def test_the_line_of_a_bundle_of_bundles_wants_plain_pieces() -> None:
    tea = Bundle(SkuId("tea"), ((SkuId("cup"), 4), (SkuId("pot"), 1)))
    party = Bundle(SkuId("party"), ((SkuId("tea"), 2), (SkuId("cup"), 1)))
    line = party.line("1", 3, bundles=(tea,), warehouses=(WarehouseId("home"),))
    assert dict(line.needs) == {"cup": 27, "pot": 6}
    assert (line.sku_id, line.quantity, line.warehouses) == ("party", 3, ("home",))
