from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.ids import Ref
from crossborder.model.promotion import Medium, Touch
from crossborder.stages.promotion import attribute

AT = datetime(2026, 11, 2, tzinfo=UTC)


def touch(name: str, medium: Medium, *, days: int) -> Touch:
    return Touch(name, medium, AT - timedelta(days=days))


touches = st.builds(
    Touch,
    campaign_id=st.sampled_from(["a", "b", "c"]),
    medium=st.sampled_from(Medium),
    at=st.integers(-5, 40).map(lambda days: AT - timedelta(days=days)),
    click=st.none() | st.builds(Ref, st.just("awin"), st.sampled_from(["1", "2"])),
)


@given(st.lists(touches, max_size=6).flatmap(lambda x: st.tuples(st.just(x), st.permutations(x))))
def test_the_order_of_the_touches_changes_nothing(pair: tuple[list[Touch], list[Touch]]) -> None:
    one, other = (attribute(tuple(item), placed_at=AT) for item in pair)
    assert one == other


@given(st.lists(touches, max_size=6))
def test_the_winner_is_inside_the_window_and_direct_only_when_alone(seen: list[Touch]) -> None:
    winner = attribute(tuple(seen), placed_at=AT).value
    inside = [item for item in seen if AT - timedelta(days=30) <= item.at <= AT]
    assert (winner is None) == (not inside)
    if winner is not None:
        assert winner in inside
        rivals = [
            i for i in inside if (i.medium is Medium.DIRECT) == (winner.medium is Medium.DIRECT)
        ]
        assert winner.at == max(item.at for item in rivals)
        if winner.medium is Medium.DIRECT:
            assert all(item.medium is Medium.DIRECT for item in inside)


def test_an_affiliate_beats_a_later_direct_visit() -> None:
    paid = touch("spring", Medium.AFFILIATE, days=9)
    decision = attribute((touch("-", Medium.DIRECT, days=1), paid), placed_at=AT)
    assert decision.value == paid
    assert decision.codes == ("last_touch", "direct_yields")


def test_reasons_name_what_was_left_out() -> None:
    seen = (
        touch("old", Medium.SOCIAL, days=31),
        touch("later", Medium.MAIL, days=-1),
        touch("first", Medium.SEARCH, days=3),
        touch("last", Medium.INFLUENCER, days=2),
    )
    decision = attribute(seen, placed_at=AT)
    assert decision.value == seen[3]
    assert set(decision.codes) == {"after_order", "outside_window", "last_touch", "earlier"}
    assert attribute(seen[:2], placed_at=AT).codes[-1] == "no_touch"


def test_a_longer_window_lets_an_older_touch_count() -> None:
    old = touch("old", Medium.SOCIAL, days=31)
    assert attribute((old,), placed_at=AT).value is None
    assert attribute((old,), placed_at=AT, window=timedelta(days=31)).value == old


def test_a_negative_window_is_refused() -> None:
    with pytest.raises(InvalidValue):
        attribute((), placed_at=AT, window=timedelta(days=-1))
