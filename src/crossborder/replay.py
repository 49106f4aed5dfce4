"""A decision made again from its record: found by its registered rule, never by an import name.

>>> from crossborder.model.decision import Decision, decides, recording
>>> @decides("doctest.halve", 1)
... def halve(pieces: int) -> Decision[int]:
...     return Decision(pieces // 2)
>>> with recording():
...     first = halve(9)
>>> to_record(first)
{'rule': 'doctest.halve/1', 'inputs': {'pieces': 9}, 'value': 4}
>>> replay(to_record(first)).value
4
"""

import inspect
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, get_args, get_type_hints

from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.decision import RULES, Decision
from crossborder.serial import parsed, structure, unstructure

__all__ = ["STAGES", "replay", "to_record"]

STAGES = (
    *("sourcing", "inventory", "platforms", "listing", "payment"),
    *("promotion", "operations", "orders", "logistics", "service"),
)
"""The ten stages, in the order of the chain; their rules register when they are imported."""


def _rule(name: object) -> Callable[..., Decision[Any]]:
    if isinstance(name, str) and name not in RULES:
        for stage in STAGES:
            module = import_module(f"crossborder.stages.{stage}")
            # A stage may load its rooms when they are first asked for.
            for public in module.__all__:
                getattr(module, public)
    if not isinstance(name, str) or name not in RULES:
        said = "is not a rule known here, or not in this version"
        raise InvalidValue(said, field="rule", value=name, source="record")
    return RULES[name]


def _hints(rule: Callable[..., Any]) -> dict[str, Any]:
    return get_type_hints(inspect.unwrap(rule))


def to_record(decision: Decision[Any]) -> dict[str, Any]:
    """The decision's rule, inputs and value as JSON-able data.

    The value is kept for people and for comparing; `replay` makes it anew.

    Raises:
        InvalidValue: the inputs were not kept, the rule is unknown, or an input cannot be written.
    """
    if decision.inputs is None:
        said = "were not kept: record inside recording()"
        raise InvalidValue(said, field="inputs", value=None, source=decision.rule or "Decision")
    hints = _hints(_rule(decision.rule))
    inputs = {
        name: _moved(unstructure, value, hints.get(name, Any), f"inputs.{name}", decision.rule)
        for name, value in decision.inputs.items()
    }
    value_hint = next(iter(get_args(hints.get("return"))), Any)
    value = _moved(unstructure, decision.value, value_hint, "value", decision.rule)
    return {"rule": decision.rule, "inputs": inputs, "value": value}


def replay(record: Mapping[str, Any] | str) -> Decision[Any]:
    """The decision made again from a record (or its JSON text).

    An input that the record lacks, as older ones may, takes the rule's default.

    Raises:
        InvalidValue: the rule is unknown, or an input is missing, unknown or wrong.
        Unreadable: the text is no JSON object.
    """
    data = parsed(record, source="record") if isinstance(record, str) else record
    if not isinstance(data, Mapping):
        raise Unreadable("is not an object", field="body", value=data, source="record")
    name, given = data.get("rule"), data.get("inputs")
    rule = _rule(name)
    if not isinstance(given, Mapping):
        raise InvalidValue("must be an object", field="inputs", value=given, source=str(name))
    signature, hints = inspect.signature(rule), _hints(rule)
    for unknown in given.keys() - signature.parameters.keys():
        said = "is not an input of the rule"
        raise InvalidValue(said, field=f"inputs.{unknown}", value=given[unknown], source=str(name))
    bound = signature.bind_partial()
    for key, parameter in signature.parameters.items():
        if key in given:
            hint = hints.get(key, Any)
            bound.arguments[key] = _moved(structure, given[key], hint, f"inputs.{key}", str(name))
        elif parameter.default is inspect.Parameter.empty:
            raise InvalidValue("is missing", field=f"inputs.{key}", value=None, source=str(name))
    return rule(*bound.args, **bound.kwargs)


def _moved(
    move: Callable[[Any, Any], Any], value: object, hint: Any, place: str, source: str
) -> Any:
    """What `move` gives; its error then names the place in the record and the rule."""
    try:
        return move(value, hint)
    except InvalidValue as error:
        inner = "" if error.field == "value" else f".{error.field}"
        raise type(error)(
            error.text, field=place + inner, value=error.value, source=source
        ) from None
