"""Decisions explain themselves and can be made again from their record.

A stage function is registered with `@decides` and returns a `Decision`. Its inputs are kept only
inside `with recording():`, so batches pay nothing for it.

>>> @decides("doctest.double", 1)
... def double(number: int) -> Decision[int]:
...     return Decision(number * 2, reasons=(Reason("doubled"),))
>>> double(4).value, double(4).rule, double(4).inputs
(8, 'doctest.double/1', None)
>>> with recording():
...     kept = double(4)
>>> kept.inputs
{'number': 4}
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from decimal import Context, Decimal, localcontext
from functools import wraps
from typing import Any, Generic, ParamSpec, TypeVar

from attrs import evolve, field, frozen

from crossborder.model.check import aware, checked, decimal
from crossborder.model.events import Event
from crossborder.model.extra import Extra

__all__ = ["RULES", "Decision", "Reason", "decides", "recording"]

T = TypeVar("T")
P = ParamSpec("P")

RULES: dict[str, Callable[..., "Decision[Any]"]] = {}
"""Every registered decision by its rule name, such as `inventory.promise/1`."""

_DECIMALS = Context(prec=28)

_recording: ContextVar[bool] = ContextVar("crossborder_recording", default=False)


@frozen(field_transformer=checked)
class Reason:
    """One step of why.

    Attributes:
        code: short and stable, such as `below_floor`.
        text: for people.
        facts: the figures it rests on.
    """

    code: str
    text: str = ""
    facts: Extra = field(factory=Extra)


@frozen
class Decision(Generic[T]):
    """A value with the reasons for it.

    Attributes:
        value: what was decided.
        reasons: why, in the order of thought.
        events: facts that follow from it.
        rule: name and version of the rule, such as `listing.price/1`.
        inputs: the arguments, kept only while recording.
    """

    value: T
    reasons: tuple[Reason, ...] = ()
    events: tuple[Event, ...] = ()
    rule: str = ""
    inputs: Mapping[str, Any] | None = None

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = ((reason.code, reason.text, dict(reason.facts)) for reason in self.reasons)
        return html_table(("reason", "text", "facts"), rows, caption=f"{self.rule}: {self.value}")

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)


@contextmanager
def recording() -> Iterator[None]:
    """Keep the inputs of every decision made inside, so that it can be replayed."""
    token = _recording.set(True)
    try:
        yield
    finally:
        _recording.reset(token)


def decides(
    rule: str, version: int
) -> Callable[[Callable[P, Decision[T]]], Callable[P, Decision[T]]]:
    """Register a stage function under `rule/version`; raise the version when its result changes."""
    name = f"{rule}/{version}"

    def register(function: Callable[P, Decision[T]]) -> Callable[P, Decision[T]]:
        signature = inspect.signature(function)
        numbers = {
            key for key, given in signature.parameters.items() if given.annotation is Decimal
        }

        @wraps(function)
        def decide(*args: P.args, **kwargs: P.kwargs) -> Decision[T]:
            for key, value in kwargs.items():
                if isinstance(value, datetime):
                    kwargs[key] = aware(value, key, function.__name__)
                elif key in numbers:
                    kwargs[key] = decimal(value)
            if any(isinstance(value, datetime) for value in args):
                # What a ParamSpec stands for cannot be put together again in types.
                args = tuple(  # type: ignore[assignment]
                    aware(value, key, function.__name__) if isinstance(value, datetime) else value
                    for key, value in zip(signature.parameters, args, strict=False)
                )
            # What a caller set for its own decimals must not change what is decided.
            with localcontext(_DECIMALS):
                decision = function(*args, **kwargs)
            inputs = None
            if _recording.get():
                bound = signature.bind(*args, **kwargs)
                bound.apply_defaults()
                inputs = dict(bound.arguments)
            return evolve(decision, rule=name, inputs=inputs)

        RULES[name] = decide
        return decide

    return register
