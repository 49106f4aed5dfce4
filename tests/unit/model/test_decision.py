from collections.abc import Iterator
from decimal import Decimal
from threading import Thread

import pytest

from crossborder.errors import InvalidValue
from crossborder.model.decision import RULES, Decision, Reason, decides, recording


@pytest.fixture
def rules() -> Iterator[None]:
    """The registry, put back as it was."""
    before = dict(RULES)
    yield
    RULES.clear()
    RULES.update(before)


def _half(pieces: int, *, up: bool = False) -> Decision[int]:
    """Half of the pieces."""
    return Decision((pieces + up) // 2, (Reason("halved"), Reason("whole")), rule="wrong/9")


@pytest.mark.usefixtures("rules")
def test_a_decision_carries_the_rule_it_was_registered_under() -> None:
    half = decides("tests.half", 3)(_half)
    assert RULES["tests.half/3"] is half
    assert half(9).rule == "tests.half/3"
    assert half(9).codes == ("halved", "whole")
    assert (half.__name__, half.__doc__) == ("_half", "Half of the pieces.")


@pytest.mark.usefixtures("rules")
def test_inputs_are_kept_only_while_recording_with_their_defaults() -> None:
    half = decides("tests.half", 1)(_half)
    assert half(9).inputs is None
    with recording():
        assert half(9).inputs == {"pieces": 9, "up": False}
        with recording():
            assert half(9, up=True).inputs == {"pieces": 9, "up": True}
        assert half(9).inputs is not None
    assert half(9).inputs is None


@pytest.mark.usefixtures("rules")
def test_recording_ends_with_the_block_also_after_an_error() -> None:
    half = decides("tests.half", 1)(_half)
    with pytest.raises(ZeroDivisionError), recording():
        raise ZeroDivisionError
    assert half(9).inputs is None


@pytest.mark.usefixtures("rules")
def test_recording_is_not_seen_by_other_threads() -> None:
    half = decides("tests.half", 1)(_half)
    seen: list[object] = []
    with recording():
        other = Thread(target=lambda: seen.append(half(9).inputs))
        other.start()
        other.join()
    assert seen == [None]


@pytest.mark.usefixtures("rules")
def test_two_versions_of_a_rule_stand_beside_each_other() -> None:
    one, two = decides("tests.half", 1)(_half), decides("tests.half", 2)(_half)
    assert (RULES["tests.half/1"], RULES["tests.half/2"]) == (one, two)


def test_a_reason_has_a_code() -> None:
    with pytest.raises(InvalidValue, match="must not be blank"):
        Reason(" ")


def test_a_whole_number_given_for_a_decimal_is_kept_as_one() -> None:
    @decides("tests.scaled", 1)
    def scaled(pieces: int, *, by: Decimal) -> Decision[Decimal]:
        return Decision(pieces * by)

    try:
        with recording():
            twice = scaled(3, by=2)  # type: ignore[arg-type]
        assert twice.inputs == {"pieces": 3, "by": Decimal(2)}
        assert type(twice.inputs["by"]) is Decimal
    finally:
        del RULES["tests.scaled/1"]
