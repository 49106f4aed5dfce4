from dataclasses import replace

import pytest

from benchmarks.oversell import (
    DAY,
    POLICIES,
    Order,
    Recent,
    Result,
    Setting,
    divided,
    fixed,
    made,
    naive,
    olist,
    ours,
    replay,
)
from where import data_root

# After the four weeks of learning, with the two pieces of the first day and no refill.
LATER = 30 * DAY
ONCE = Setting(refill=10_000)


def asked(*channels: int) -> list[Order]:
    return [Order(LATER + minute, 1, channel) for minute, channel in enumerate(channels)]


def test_a_piece_shown_on_three_channels_is_sold_thrice_while_the_news_is_under_way() -> None:
    assert replay(asked(0, 1, 2), naive, ONCE) == Result(units=3, oversold=1, lost=0)
    assert replay(asked(0, 1, 2), naive, replace(ONCE, lags=(0.5,))) == Result(2, 0, 0)


def test_a_channel_knows_its_own_sales_at_once() -> None:
    assert replay(asked(0, 0, 0), naive, ONCE) == Result(units=2, oversold=0, lost=0)


def test_a_piece_refused_while_it_is_there_is_a_lost_sale() -> None:
    assert replay(asked(0, 1, 2), fixed, ONCE) == Result(units=0, oversold=0, lost=3)
    assert replay(asked(2, 0, 1), divided, ONCE) == Result(units=2, oversold=0, lost=1)


def test_the_first_four_weeks_are_not_counted() -> None:
    early = [replace(order, at=order.at - LATER + DAY) for order in asked(0, 1, 2)]
    assert replay(early, naive, ONCE) == Result()
    assert Result(200, 10, 10).oversell_share == 0.05
    assert Result(200, 10, 10).lost_share == 0.05


def test_counts_reach_back_four_weeks() -> None:
    counts = Recent()
    for day in range(40):
        counts.add(7, day * DAY)
    assert (counts.total[7], counts.daily(7, 39 * DAY)) == (28, 1.0)


def test_streams_and_replays_follow_from_their_seed() -> None:
    stream = made(seed=4, days=33)
    assert stream == made(seed=4, days=33) != made(seed=5, days=33)
    assert [order.at for order in stream] == sorted(order.at for order in stream)
    uneven = Setting(lags=(5.0, 60.0))
    for policy in POLICIES.values():
        assert replay(stream, policy, uneven) == replay(stream, policy, uneven)


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_the_goal_is_kept_on_made_streams_where_showing_all_misses_it(seed: int) -> None:
    stream, lean = made(seed=seed), Setting(refill=3, seed=seed)
    plain, kept = (replay(stream, policy, lean) for policy in (naive, ours))
    assert kept.units > 15_000
    assert plain.oversell_share > 0.001 >= kept.oversell_share
    assert kept.lost_share <= 0.03


def test_the_goal_is_kept_on_the_public_orders_where_showing_all_misses_it() -> None:
    stream = olist(data_root() / "olist_orders" / "orders.csv.gz", seed=5)
    stream = [order for order in stream if order.at < 240 * DAY]
    plain, kept = (replay(stream, policy, Setting()) for policy in (naive, ours))
    assert kept.units > 15_000
    assert plain.oversell_share > 0.001 >= kept.oversell_share
    assert kept.lost_share <= 0.03
