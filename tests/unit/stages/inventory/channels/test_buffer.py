from datetime import timedelta
from decimal import Decimal
from math import comb, exp, factorial, lgamma, log
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import recording
from crossborder.predict.quantiles import Distribution
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.channels import ChannelTerms
from crossborder.stages.inventory.channels.buffer import FeedLag, feed_buffer, feed_guard

TARGET = Decimal("0.001")
QUARTER = Distribution.point(15)
MINUTE = timedelta(minutes=1)
LAGS = st.lists(st.integers(0, 120), min_size=1, max_size=8)
RATES = st.decimals(0, 20, places=2)
TARGETS = st.decimals("0.0001", "0.2", places=4)
BURSTS = st.decimals(1, 6, places=1)


def pieces(lag: Distribution | None, rate: Any, **terms: Any) -> int:
    value = feed_buffer(lag, Decimal(rate), **{"oversell_target": TARGET, **terms}).value
    return 10**9 if value is None else value


def beyond(chances: list[float], kept: int) -> float:
    return sum((count - kept) * chance for count, chance in enumerate(chances) if count > kept)


@settings(deadline=None)
@given(LAGS, st.lists(st.integers(0, 60), min_size=8, max_size=8), RATES, BURSTS, TARGETS)
def test_a_longer_lag_never_gives_fewer_pieces(
    lags: list[int], longer: list[int], rate: Decimal, burst: Decimal, target: Decimal
) -> None:
    slow = [lag + more for lag, more in zip(lags, longer, strict=False)]
    one = pieces(Distribution.of(lags), rate, burst=burst, oversell_target=target)
    assert one <= pieces(Distribution.of(slow), rate, burst=burst, oversell_target=target)
    waited = longer[0] * MINUTE
    assert one <= pieces(
        Distribution.of(lags), rate, burst=burst, oversell_target=target, waited=waited
    )


@settings(deadline=None)
@given(LAGS, RATES, RATES, BURSTS, BURSTS, TARGETS, TARGETS)
def test_more_sales_more_bursts_and_a_stricter_target_never_give_fewer_pieces(
    lags: list[int],
    rate: Decimal,
    more: Decimal,
    burst: Decimal,
    wilder: Decimal,
    target: Decimal,
    looser: Decimal,
) -> None:
    lag = Distribution.of(lags)
    terms = {"burst": burst, "oversell_target": min(target, looser)}
    least = pieces(lag, rate, **terms)
    assert least <= pieces(lag, rate + more, **terms)
    assert least <= pieces(lag, rate, **{**terms, "burst": burst + wilder})
    assert least >= pieces(lag, rate, **{**terms, "oversell_target": max(target, looser)})
    assert least >= pieces(lag, rate, **terms, units=1 + more)


@pytest.mark.parametrize("rate", ["0.003", "0.1", "1", "8", "40"])
def test_independent_customers_need_the_fewest_pieces_that_keep_to_the_target(rate: str) -> None:
    mean = float(rate) / 4
    chances = [exp(-mean) * mean**count / factorial(count) for count in range(100)]
    kept = pieces(QUARTER, rate)
    assert beyond(chances, kept) <= 0.001
    assert kept == 0 or beyond(chances, kept - 1) > 0.001


def test_clustered_customers_are_counted_by_the_negative_binomial() -> None:
    # Mean 2 with a variance of 3 means: size 1, so the chances are geometric.
    chances = [(1 / 3) * (2 / 3) ** count for count in range(400)]
    assert sum(count * chance for count, chance in enumerate(chances)) == pytest.approx(2)
    kept = pieces(QUARTER, 8, burst=Decimal(3))
    assert beyond(chances, kept) <= 0.001 < beyond(chances, kept - 1)
    # Mean 4: size 2.
    chances = [comb(count + 1, count) * (1 / 9) * (2 / 3) ** count for count in range(400)]
    kept = pieces(QUARTER, 16, burst=Decimal(3))
    assert beyond(chances, kept) <= 0.001 < beyond(chances, kept - 1)


def test_every_lag_counts_by_how_often_it_happens() -> None:
    often = pieces(Distribution((0, 60), (7, 1)), 4, oversell_target=Decimal("0.1"))
    chances = [exp(-4) * 4**count / factorial(count) for count in range(60)]
    mixed = [chance / 8 for chance in chances]
    assert beyond(mixed, often) <= 0.1 < beyond(mixed, often - 1)
    assert often < pieces(Distribution.point(60), 4, oversell_target=Decimal("0.1"))


def test_very_many_sales_in_a_lag_are_still_counted() -> None:
    kept = pieces(Distribution.point(60), 5000)
    chances = [exp(count * log(5000) - 5000 - lgamma(count + 1)) for count in range(7000)]
    assert beyond(chances, kept) <= 0.001 < beyond(chances, kept - 1)


def test_without_measured_lags_a_stated_one_is_taken_and_said() -> None:
    decision = feed_buffer(None, Decimal(1), oversell_target=TARGET)
    assert decision.codes == ("no_lag_history", "buffered")
    assert decision.reasons[0].facts["minutes"] == 20
    assert decision.value == pieces(Distribution.point(20), 1) > 0
    assert pieces(None, 1, unmeasured=timedelta(hours=2)) == pieces(Distribution.point(120), 1)


def test_without_other_sales_nothing_is_kept_back() -> None:
    assert pieces(QUARTER, 0) == pieces(None, 0) == pieces(Distribution.point(0), 99) == 0


@pytest.mark.parametrize(
    ("lag", "waited", "stuck"),
    [
        (Distribution.point(720), 0, False),
        (Distribution.point(721), 0, True),
        (QUARTER, 720, False),
        (QUARTER, 721, True),
        (None, 721, True),
        (Distribution((15, 800), (95, 5)), 0, False),
        (Distribution((15, 800), (85, 15)), 0, True),
    ],
)
def test_a_feed_beyond_its_limit_is_stuck(
    lag: Distribution | None, waited: int, stuck: bool
) -> None:
    decision = feed_buffer(lag, Decimal(1), oversell_target=TARGET, waited=waited * MINUTE)
    assert (decision.value is None) is stuck
    assert ("feed_stuck" in decision.codes) is stuck


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rate": Decimal(-1)}, "rate"),
        ({"rate": 0.5}, "rate"),
        ({"oversell_target": 0.001}, "oversell_target"),
        ({"burst": 1.5}, "burst"),
        ({"units": 2.0}, "units"),
        ({"waited": 20}, "waited"),
        ({"lag": 15}, "lag"),
        ({"lag": Distribution.of([-1, 15])}, "lag"),
        ({"rate": Decimal("NaN")}, "rate"),
        ({"oversell_target": Decimal(0)}, "oversell_target"),
        ({"oversell_target": Decimal(1)}, "oversell_target"),
        ({"burst": Decimal("0.9")}, "burst"),
        ({"units": Decimal(0)}, "units"),
        ({"waited": -MINUTE}, "waited"),
        ({"unmeasured": -MINUTE}, "unmeasured"),
        ({"stale_after": -MINUTE}, "stale_after"),
    ],
)
def test_numbers_out_of_range_are_refused(change: dict[str, Any], field: str) -> None:
    given_terms: dict[str, Any] = {"rate": Decimal(1), "oversell_target": TARGET, **change}
    with pytest.raises(InvalidValue) as caught:
        feed_buffer(**{"lag": QUARTER, **given_terms})
    assert (caught.value.field, caught.value.source) == (field, "feed_buffer")


SHOPS = tuple(
    ChannelTerms(name, Decimal(weight)) for name, weight in (("a", 2), ("b", 5), ("c", 3))
)


def unshared(
    *lags: FeedLag, rate: str = "1", shops: tuple[ChannelTerms, ...] = SHOPS, **terms: Any
) -> dict[str, int | None]:
    decision = feed_guard(shops, lags, rate=Decimal(rate), **{"oversell_target": TARGET, **terms})
    return {shop.channel: None if shop.closed else shop.unshared for shop in decision.value}


def feeds(minutes: int) -> tuple[FeedLag, ...]:
    return tuple(FeedLag(name, Distribution.point(minutes)) for name in "abc")


def test_the_strongest_channel_shares_all_and_the_weakest_the_least() -> None:
    found = unshared(*feeds(15), rate="0.2", units=Decimal(20))
    assert found == {"b": 0, "c": 0, "a": 1}
    assert unshared(*feeds(15), rate="0.01", units=Decimal(20)) == {"a": 0, "b": 0, "c": 0}
    fast = unshared(*feeds(15), rate="9")
    assert fast["b"] == 0
    assert 0 < (fast["c"] or 0) <= (fast["a"] or 0)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 90), st.integers(0, 90), st.decimals(0, 9, places=2), RATES, TARGETS, TARGETS)
def test_slower_feeds_more_sales_and_a_stricter_target_never_share_more(
    lag: int, longer: int, rate: Decimal, more: Decimal, target: Decimal, looser: Decimal
) -> None:
    strict, loose = min(target, looser), max(target, looser)
    least = unshared(*feeds(lag), rate=str(rate), oversell_target=loose)
    most = unshared(*feeds(lag + longer), rate=str(rate + more), oversell_target=strict)
    assert all((least[name] or 0) <= (most[name] or 0) for name in "abc")


def test_a_slow_feed_is_minded_by_those_that_share_with_it() -> None:
    quick = unshared(*feeds(15))
    one_slow = unshared(FeedLag("b", Distribution.point(600)), *(feeds(15)[0], feeds(15)[2]))
    assert one_slow["b"] == 0
    assert (one_slow["c"] or 0) > (quick["c"] or 0)


def test_a_stuck_feed_closes_its_channel_alone() -> None:
    stuck = FeedLag("b", QUARTER, waited=timedelta(hours=13))
    decision = feed_guard(
        SHOPS, (stuck, feeds(15)[0], feeds(15)[2]), rate=Decimal(1), oversell_target=TARGET
    )
    assert [shop.closed for shop in decision.value] == [False, True, False]
    assert [shop.unshared for shop in decision.value][2] == 0
    told = [reason.facts["channel"] for reason in decision.reasons if reason.code == "feed_stuck"]
    assert told == ["b"]


def test_what_was_closed_or_unshared_before_remains_so() -> None:
    first, second, third = SHOPS
    before = (evolve(first, closed=True), evolve(second, unshared=4), third)
    assert unshared(*feeds(15), rate="0", shops=before) == {"a": None, "b": 4, "c": 0}


def test_a_channel_without_a_measured_lag_is_taken_as_slow() -> None:
    decision = feed_guard(SHOPS, (), rate=Decimal(1), oversell_target=TARGET)
    assert decision.codes.count("no_lag_history") == 3
    assert (
        decision.value
        == feed_guard(SHOPS, feeds(20), rate=Decimal(1), oversell_target=TARGET).value
    )


def test_channels_without_weights_count_alike() -> None:
    alike = tuple(evolve(shop, weight=Decimal(0)) for shop in SHOPS)
    ones = tuple(evolve(shop, weight=Decimal(1)) for shop in SHOPS)
    assert unshared(*feeds(15), shops=alike) == unshared(*feeds(15), shops=ones)
    newcomer = (SHOPS[1], evolve(SHOPS[0], weight=Decimal(0)))
    assert unshared(*feeds(15)[:2], shops=newcomer) == {"a": 0, "b": 0}
    assert unshared(shops=()) == {}


@pytest.mark.parametrize(
    ("shops", "lags", "field"),
    [(SHOPS * 2, (), "channels"), (SHOPS, (FeedLag("a"), FeedLag("a")), "lags")],
)
def test_a_channel_twice_is_refused(
    shops: tuple[ChannelTerms, ...], lags: tuple[FeedLag, ...], field: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        feed_guard(shops, lags, rate=Decimal(1), oversell_target=TARGET)
    assert (caught.value.field, caught.value.source) == (field, "feed_guard")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rate": 1.5}, "rate"),
        ({"oversell_target": 0.5}, "oversell_target"),
        ({"units": 2.0}, "units"),
        ({"burst": Decimal("0.5")}, "burst"),
        ({"stale_after": -MINUTE}, "stale_after"),
        ({"unmeasured": 20}, "unmeasured"),
    ],
)
@pytest.mark.parametrize("shops", [SHOPS, ()], ids=["channels", "none"])
def test_the_guard_refuses_its_own_arguments_by_name(
    shops: tuple[ChannelTerms, ...], change: dict[str, Any], field: str
) -> None:
    terms: dict[str, Any] = {"rate": Decimal(1), "oversell_target": TARGET, **change}
    with pytest.raises(InvalidValue) as caught:
        feed_guard(shops, (), **terms)
    assert (caught.value.field, caught.value.source) == (field, "feed_guard")


def test_whole_numbers_are_as_good_as_decimals() -> None:
    numbers: dict[str, Any] = {"units": 20, "burst": 2}
    exact: dict[str, Any] = {name: Decimal(value) for name, value in numbers.items()}
    one: Any = 1
    found = feed_buffer(QUARTER, one, oversell_target=TARGET, **numbers)
    assert found == feed_buffer(QUARTER, Decimal(1), oversell_target=TARGET, **exact)


def test_the_lag_of_a_channel_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidValue, match="not among the channels") as caught:
        feed_guard(SHOPS, (FeedLag("a"), FeedLag("amazn")), rate=Decimal(1), oversell_target=TARGET)
    error = caught.value
    assert (error.source, error.field, error.value) == ("feed_guard", "lags", "amazn")


def test_a_closed_channel_may_have_its_lag() -> None:
    shut = (evolve(SHOPS[0], closed=True), *SHOPS[1:])
    assert unshared(*feeds(15), shops=shut)["a"] is None


def test_a_lag_of_negative_minutes_is_refused() -> None:
    with pytest.raises(InvalidValue, match="negative minutes") as caught:
        FeedLag("a", Distribution.of([-5, 15]))
    assert (caught.value.source, caught.value.field) == ("FeedLag", "lag")


def test_a_negative_wait_is_refused() -> None:
    with pytest.raises(InvalidValue, match="must not be negative"):
        FeedLag("a", QUARTER, waited=-MINUTE)


def test_buffer_and_guard_can_be_decided_again_from_their_records() -> None:
    lag = Distribution.of([5, 15, 15, 40])
    with recording():
        buffer = feed_buffer(lag, Decimal("0.4"), oversell_target=TARGET, waited=MINUTE)
        guard = feed_guard(
            SHOPS, (FeedLag("a", lag, MINUTE),), rate=Decimal(2), oversell_target=TARGET
        )
    assert replay(to_record(buffer)) == evolve(buffer, inputs=None)
    assert replay(to_record(guard)) == evolve(guard, inputs=None)
