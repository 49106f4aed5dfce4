"""Our nouns as JSON and back, without loss: the one place that knows how.

```text
Decimal          "12.50"                   datetime   "2026-11-02T12:00:00+08:00"
Money, Price     {"amount", "currency"}    timedelta  "PT86400S"
Enum             its value                 frozenset  a sorted list
Mapping          an object; a list of pairs when the keys are no texts
Extra            as it is, with {"$decimal": "1.2"}; a key beginning with $ gets another $
Any, A | B       the same, with {"$noun": "Order", "$value": …}, {"$time": …}, {"$duration": …}
```

A value stands in an envelope with its type and the version of this format. A field that this
version does not know is kept in `extra["$unknown"]` and written out again in its place, where the
noun has an `extra`; elsewhere it is refused. There are no JSON fractions: they are texts.

A noun of the model is found by its name; for other classes, and for containers, the kind is stated.

>>> from crossborder.model.money import Money
>>> to_json(Money("12.50", "USD"))
'{"type":"Money","schema":1,"value":{"amount":"12.50","currency":"USD"}}'
>>> from_json(to_json(Money("12.50", "USD")))
Money('12.50', 'USD')
>>> text = to_json({"p1": Money("12.50", "USD")}, Mapping[str, Money])
>>> from_json(text, Mapping[str, Money])
{'p1': Money('12.50', 'USD')}
"""

import json
from collections.abc import Mapping
from typing import Any, NoReturn, TypeVar, overload

import attrs

from crossborder.errors import InvalidValue, Unreadable
from crossborder.serial.converter import converter
from crossborder.serial.nouns import nouns
from crossborder.serial.open import dumped
from crossborder.serial.paths import named, titled

__all__ = ["SCHEMA", "from_json", "parsed", "structure", "to_json", "unstructure"]

SCHEMA = 1
"""The version of the format; raised when an older reader would misread what is written."""

T = TypeVar("T")

_CUT = 40


def to_json(value: object, kind: Any = None) -> str:
    """The value, in its envelope, as JSON.

    Args:
        value: a frozen value; or a container, or anything that `kind` can hold.
        kind: what it is written as, such as `Mapping[ShipmentId, Watched]`; its own class when
            left out.

    Raises:
        InvalidValue: it is no frozen value and no kind is stated, or it holds what cannot be kept:
            a secret, a time without a zone, a conversation, an object that goes on changing; the
            field is its path.
    """
    asked = type(value) if kind is None else kind
    if kind is None and not attrs.has(asked):
        live = hasattr(asked, "state")
        hint = "keep its state instead" if live else "state its kind, to_json(value, kind)"
        said = f"is not a noun: {hint}"
        raise InvalidValue(said, field="value", value=value, source=titled(asked))
    return dumped({"type": titled(asked), "schema": SCHEMA, "value": unstructure(value, asked)})


@overload
def from_json(text: str) -> Any: ...
@overload
def from_json(text: str, kind: type[T]) -> T: ...
@overload
def from_json(text: str, kind: Any) -> Any: ...
def from_json(text: str, kind: Any = None) -> Any:
    """The value that `to_json` wrote.

    Args:
        text: the JSON.
        kind: what it must be; needed for values that are no nouns of the model, and the same that
            was stated when it was written.

    Raises:
        Unreadable: cut off, or not JSON.
        InvalidValue: of another type, of a newer format, or a field is wrong; the field is its
            path and the source the type.
    """
    envelope = parsed(text, source="JSON" if kind is None else titled(kind))
    if not isinstance(envelope, dict):
        raise Unreadable("is not an object", field="body", value=envelope, source="JSON")
    name, schema = envelope.get("type"), envelope.get("schema")
    wanted = kind
    if kind is None and isinstance(name, str):
        wanted = nouns().get(name)
    if wanted is None or name != titled(wanted):
        raise InvalidValue(_mistyped(name, kind), field="type", value=name, source="JSON")
    if type(schema) is not int or not 1 <= schema <= SCHEMA:
        said = f"is not a version known here (the newest is {SCHEMA})"
        raise InvalidValue(said, field="schema", value=schema, source=titled(wanted))
    if "value" not in envelope:
        raise InvalidValue("is missing", field="value", value=None, source=titled(wanted))
    return structure(envelope["value"], wanted)


def _mistyped(name: object, kind: Any) -> str:
    """What to say of an envelope with another type, or one that cannot be found by its name."""
    if kind is not None:
        return f"must be {titled(kind)}"
    said = "is not the name of a noun"
    if not isinstance(name, str) or not name or len(name) > _CUT * 2:
        return said
    return f"{said}: its class must be given, from_json(text, {name})"


def parsed(text: str, *, source: str) -> Any:
    """JSON without fractions: what `to_json` and `replay.to_record` come to.

    Raises:
        Unreadable: cut off, not JSON, nested too deeply, or a fraction, which must be a text.
    """

    def fraction(number: str) -> NoReturn:
        said = "holds a fraction that is not a text"
        raise Unreadable(said, field="body", value=number, source=source)

    try:
        return json.loads(text, parse_float=fraction, parse_constant=fraction)
    except json.JSONDecodeError as error:
        said = f"is not JSON at character {error.pos}: {error.msg}"
        cut = text[max(0, error.pos - _CUT) : error.pos + _CUT]
        raise Unreadable(said, field="body", value=cut, source=source) from None
    except RecursionError:
        said = "is nested too deeply"
        raise Unreadable(said, field="body", value=text[:_CUT], source=source) from None


def unstructure(value: object, kind: Any = None) -> Any:
    """The value as texts, ints, bools, None, lists and dicts, written as `kind` (else its own).

    Raises:
        InvalidValue: it holds what cannot be kept, such as an object that goes on changing and is
            no value; the field is its path.
    """
    asked = type(value) if kind is None else kind
    try:
        return converter().get_unstructure_hook(asked)(value)
    except InvalidValue as error:
        raise named(error, asked) from None


@overload
def structure(data: object, kind: type[T]) -> T: ...
@overload
def structure(data: object, kind: Any) -> Any: ...
def structure(data: object, kind: Any) -> Any:
    """The value of this kind that `unstructure` took apart.

    What was written with no kind stated carries tags, and is read as well where the kind fits.
    But a key of an inner mapping that begins with `$` comes back only if both sides state the kind.

    >>> from crossborder.model.money import Money
    >>> structure(unstructure({"p1": Money("12.50", "USD")}), Mapping[str, Money])
    {'p1': Money('12.50', 'USD')}

    Raises:
        InvalidValue: a field is wrong; the field is its path and the source the type.
    """
    try:
        if isinstance(data, Mapping) and type(data) is not dict:
            data = dict(data)
        return converter().get_structure_hook(kind)(data, kind)
    except InvalidValue as error:
        raise named(error, kind) from None
    except RecursionError:
        said = "is nested too deeply"
        raise Unreadable(said, field="value", value=type(data), source=str(kind)) from None
