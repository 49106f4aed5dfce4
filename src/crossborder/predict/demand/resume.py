"""Smoothers that go on from what was kept of them."""

from collections.abc import Callable

from crossborder.errors import InvalidValue
from crossborder.predict.demand.intermittent import Croston, Tsb
from crossborder.predict.demand.smoothing import Holt, Ses, Smoother, SmootherState

__all__ = ["resume"]


def _ses(state: SmootherState) -> Ses:
    ses = Ses(*state.parameters)
    (ses.level,) = state.numbers
    ses.heard.periods, ses.heard.last = state.periods, state.last
    return ses


def _holt(state: SmootherState) -> Holt:
    holt = Holt(*state.parameters)
    holt.level, holt.trend = state.numbers
    holt.heard.periods, holt.heard.last = state.periods, state.last
    return holt


def _croston(state: SmootherState) -> Croston:
    alpha, debiased = state.parameters
    croston = Croston(alpha, debiased=bool(debiased))
    croston.size, croston.interval, since = state.numbers
    croston.since = int(since)
    croston.heard.periods, croston.heard.last = state.periods, state.last
    return croston


def _tsb(state: SmootherState) -> Tsb:
    tsb = Tsb(*state.parameters)
    tsb.size, tsb.probability = state.numbers
    tsb.heard.periods, tsb.heard.last = state.periods, state.last
    return tsb


_RESUME: dict[str, Callable[[SmootherState], Smoother]] = {
    "ses": _ses,
    "holt": _holt,
    "croston": _croston,
    "tsb": _tsb,
}


def resume(state: SmootherState) -> Smoother:
    """The smoother that `state` was kept of.

    Raises:
        InvalidValue: an unknown method, or numbers that are not that method's.
    """
    if state.method not in _RESUME:
        text = f"must be one of {', '.join(sorted(_RESUME))}"
        raise InvalidValue(text, field="method", value=state.method, source="SmootherState")
    try:
        return _RESUME[state.method](state)
    except (TypeError, ValueError) as error:
        if isinstance(error, InvalidValue):
            raise
        shown = (state.parameters, state.numbers)
        text = f"are not those of {state.method}"
        raise InvalidValue(text, field="numbers", value=shown, source="SmootherState") from None
