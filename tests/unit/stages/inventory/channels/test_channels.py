from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.decision import recording
from crossborder.replay import replay, to_record
from crossborder.stages.inventory.channels import (
    ChannelTerms,
    QuantityPolicy,
    channel_quantities,
)

ONE = Decimal(1)


@st.composite
def policies(draw: st.DrawFn) -> QuantityPolicy:
    end = draw(st.integers(0, 6))
    most = draw(st.none() | st.just(0) | st.integers(end + 1, end + 20))
    percent = draw(st.just(Decimal(100)) | st.decimals(0, 100, places=2))
    return QuantityPolicy(draw(st.integers(0, 5)), percent, most, end)


CHANNELS = st.lists(
    st.builds(
        ChannelTerms,
        st.sampled_from("abcd"),
        st.decimals(0, 9, places=1),
        st.just(QuantityPolicy()) | policies(),
        st.integers(0, 3),
        st.booleans(),
    ),
    max_size=4,
    unique_by=lambda channel: channel.channel,
).map(tuple)
OVERLAPS = st.sampled_from("0 0.5 0.99 1 1.3 2 2.5 3 4 9".split()).map(Decimal)


def shown(
    available: int, channels: tuple[ChannelTerms, ...], overlap: Decimal = ONE
) -> dict[str, int]:
    decision = channel_quantities(available, channels, overlap=overlap)
    return {item.channel: item.quantity for item in decision.value}


def shops(*weights: Any, **fields: Any) -> tuple[ChannelTerms, ...]:
    return tuple(
        ChannelTerms(name, Decimal(weight), **fields)
        for name, weight in zip("abcd", weights, strict=False)
    )


@given(policies(), st.integers(-3, 200))
def test_less_available_never_lists_more_and_never_below_nothing(
    policy: QuantityPolicy, available: int
) -> None:
    listed = policy.listed(available)
    assert type(listed) is int
    assert 0 <= policy.listed(available - 1) <= listed <= max(0, available - policy.buffer)
    assert listed <= max(0, available) * policy.percent / 100
    assert policy.max_listed is None or listed <= policy.max_listed
    assert listed == 0 or listed > policy.end_when


@pytest.mark.parametrize(
    ("policy", "listed"),
    [
        (QuantityPolicy(), 11),
        (QuantityPolicy(buffer=4), 7),
        (QuantityPolicy(percent=Decimal(50)), 5),
        (QuantityPolicy(buffer=4, percent=Decimal(50)), 3),
        (QuantityPolicy(percent=Decimal("33.3")), 3),
        (QuantityPolicy(percent=Decimal(50), max_listed=4), 4),
        (QuantityPolicy(max_listed=8, end_when=7), 8),
        (QuantityPolicy(buffer=4, end_when=6), 7),
        (QuantityPolicy(buffer=4, end_when=7), 0),
        (QuantityPolicy(max_listed=0), 0),
    ],
)
def test_the_policy_takes_its_steps_in_their_order(policy: QuantityPolicy, listed: int) -> None:
    assert policy.listed(11) == listed


@settings(max_examples=150, deadline=None)
@given(CHANNELS, OVERLAPS)
def test_less_available_never_shows_more_and_all_together_keep_to_the_overlap(
    channels: tuple[ChannelTerms, ...], overlap: Decimal
) -> None:
    before = dict.fromkeys((channel.channel for channel in channels), 0)
    for available in range(24):
        now = shown(available, channels, overlap)
        assert sum(now.values()) <= available * overlap
        for channel in channels:
            assert before[channel.channel] <= now[channel.channel]
            most = 0 if channel.closed else channel.policy.listed(available)
            assert now[channel.channel] <= most
        before = now


@settings(deadline=None)
@given(CHANNELS, OVERLAPS, st.integers(0, 20), st.randoms(use_true_random=False))
def test_the_order_of_the_channels_does_not_matter(
    channels: tuple[ChannelTerms, ...], overlap: Decimal, available: int, chance: Any
) -> None:
    shuffled = list(channels)
    chance.shuffle(shuffled)
    one = channel_quantities(available, channels, overlap=overlap)
    assert one == channel_quantities(available, tuple(shuffled), overlap=overlap)
    assert [item.channel for item in one.value] == sorted(item.channel for item in one.value)


@given(st.integers(0, 60), st.lists(st.decimals(0, 9, places=1), min_size=1, max_size=4))
def test_divided_stock_is_wholly_shown_and_nearly_by_weight(
    available: int, weights: list[Decimal]
) -> None:
    channels = shops(*weights)
    now = shown(available, channels)
    assert sum(now.values()) == available
    for channel in channels:
        quota = available * channel.weight / (sum(weights) or ONE)
        assert not sum(weights) or abs(now[channel.channel] - quota) < len(weights)


def test_one_piece_more_takes_none_from_a_small_channel() -> None:
    # By the largest remainder the third of these gets 2 of 10 pieces, but 1 of 11.
    channels = shops(6, 6, 2)
    third = [shown(available, channels)["c"] for available in range(30)]
    assert third == sorted(third)
    assert shown(14, channels) == {"a": 6, "b": 6, "c": 2}


@pytest.mark.parametrize(
    ("weights", "keeps"), [((1, 3, 2), "b"), ((2, 2, 1), "a"), ((0, 0, 0), "a"), ((0, 0, 1), "c")]
)
def test_the_last_piece_goes_to_the_highest_weight_then_the_first_id(
    weights: tuple[int, ...], keeps: str
) -> None:
    assert [name for name, pieces in shown(1, shops(*weights)).items() if pieces] == [keeps]


def test_overlap_shows_pieces_more_than_once() -> None:
    channels = shops(5, 3, 2)
    assert shown(4, channels, Decimal(3)) == {"a": 4, "b": 4, "c": 4}
    assert sum(shown(4, channels, Decimal("1.5")).values()) == 6
    assert sum(shown(4, channels, Decimal("0.5")).values()) == 2


def test_the_last_pieces_are_shown_on_the_channels_that_share_them() -> None:
    everywhere = Decimal(3)
    first, second, third = shops(5, 3, 2)
    graded = (first, second, evolve(third, unshared=1))
    assert shown(1, graded, everywhere) == {"a": 1, "b": 1, "c": 0}
    alone = (first, evolve(second, unshared=2), evolve(third, unshared=2))
    assert shown(1, alone, everywhere) == {"a": 1, "b": 0, "c": 0}
    assert shown(2, alone, everywhere) == {"a": 1, "b": 1, "c": 0}
    assert sum(shown(3, alone, everywhere).values()) == 5
    nobody = shops(5, 3, 2, unshared=1)
    assert shown(1, nobody, everywhere) == {"a": 1, "b": 0, "c": 0}


def test_what_one_channel_may_not_show_goes_to_the_others() -> None:
    few = QuantityPolicy(max_listed=2)
    first, second = shops(9, 1)
    assert shown(10, (evolve(first, policy=few), second)) == {"a": 2, "b": 8}
    assert shown(10, (evolve(first, closed=True), second)) == {"a": 0, "b": 10}


def test_the_reasons_name_the_channels_that_show_nothing() -> None:
    first, second, third = shops(5, 3, 2)
    ending = evolve(second, policy=QuantityPolicy(end_when=3))
    decision = channel_quantities(1, (evolve(first, closed=True), ending, third, shops(1)[0])[:3])
    told = {reason.code: reason.facts.get("channels") for reason in decision.reasons}
    assert told == {"shown": None, "closed": ("a",), "policy_ends": ("b",)}
    assert channel_quantities(1, (first, second)).codes == ("shown", "too_few")
    assert channel_quantities(0, (first, second)).codes == ("shown",)


@pytest.mark.parametrize("available", [0, -4])
def test_without_stock_or_channels_nothing_is_shown(available: int) -> None:
    assert shown(available, shops(2, 1), Decimal(2)) == {"a": 0, "b": 0}
    assert channel_quantities(5, ()).value == ()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"channels": (ChannelTerms("a"), ChannelTerms("a"))}, "channels"),
        ({"overlap": Decimal(-1)}, "overlap"),
        ({"overlap": Decimal("NaN")}, "overlap"),
        ({"overlap": 1.5}, "overlap"),
        ({"overlap": None}, "overlap"),
        ({"available": 5.5}, "available"),
        ({"available": True}, "available"),
        ({"available": Decimal(5)}, "available"),
    ],
)
def test_wrong_arguments_are_refused(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        channel_quantities(**{"available": 1, "channels": (), **change})
    assert (caught.value.field, caught.value.source) == (field, "channel_quantities")


def test_an_overlap_may_be_a_whole_number() -> None:
    two: Any = 2
    found = channel_quantities(5, shops(2, 1), overlap=two)
    assert found == channel_quantities(5, shops(2, 1), overlap=Decimal(2))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"percent": Decimal("100.1")}, "percent"),
        ({"percent": Decimal(-1)}, "percent"),
        ({"max_listed": 3, "end_when": 3}, "max_listed"),
        ({"buffer": -1}, "buffer"),
        ({"end_when": 1.5}, "end_when"),
    ],
)
def test_a_policy_that_cannot_be_is_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        QuantityPolicy(**wrong)
    assert caught.value.field == field


def test_the_quantities_can_be_decided_again_from_their_record() -> None:
    with recording():
        decision = channel_quantities(7, shops(5, 3, 2, unshared=1), overlap=Decimal("1.5"))
    assert replay(to_record(decision)) == evolve(decision, inputs=None)
