import gc
import warnings

import pytest

from crossborder.conversation import Steps, flow
from crossborder.errors import InvalidValue
from crossborder.model.outcome import Done, Pending, Problem, Refused


@flow
def ask() -> Steps[int]:
    return 1
    yield


def test_a_refusal_lists_its_codes_in_order() -> None:
    refused = Refused((Problem("declined"), Problem("too_much", severity="warning")))
    assert refused.codes == ("declined", "too_much")
    assert Refused(()).codes == ()


def test_outcomes_are_told_apart_by_their_class() -> None:
    match Done("parcel", (Problem("late", severity="warning"),)):
        case Done(value, problems):
            assert (value, problems[0].code) == ("parcel", "late")


def test_a_pending_outcome_keeps_the_flow_that_asks_again() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pending = Pending("submitted", ask())
        assert pending.ask.name == "ask"
        del pending
        gc.collect()


def test_a_problem_has_a_code() -> None:
    with pytest.raises(InvalidValue, match="must not be blank"):
        Problem("")
