"""What a vendor said beyond our nouns: kept, frozen, and written back unchanged."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import NoneType
from typing import Any, NoReturn

from crossborder.errors import InvalidValue

__all__ = ["Extra", "freeze", "frozen_late", "kept"]


class Extra(dict[str, Any]):
    """A frozen mapping of JSON values (texts, ints, Decimals, bools, None, tuples, Extras).

    >>> kept = Extra({"giftNote": "for you"})
    >>> kept["giftNote"]
    'for you'
    >>> kept["giftNote"] = "x"
    Traceback (most recent call last):
    ...
    TypeError: an Extra is frozen
    """

    __slots__ = ()

    def __init__(self, values: Mapping[str, Any] | None = None) -> None:
        super().__init__(
            {_name(key): freeze(value, key) for key, value in values.items()} if values else {}
        )

    def _frozen(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused: an Extra never changes."""
        raise TypeError("an Extra is frozen")

    __setitem__ = __delitem__ = __ior__ = _frozen
    clear = pop = popitem = setdefault = update = _frozen

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __repr__(self) -> str:
        return f"Extra({dict.__repr__(self)})" if self else "Extra()"

    def __reduce__(self) -> tuple[Any, ...]:
        return Extra, (dict(self),)

    def __iter__(self) -> Iterator[str]:
        return dict.__iter__(self)


def _name(key: object) -> str:
    if not isinstance(key, str):
        raise InvalidValue("must be a text", field="key", value=key, source="Extra")
    return key


def freeze(value: Any, field: str = "value") -> Any:
    """The same JSON value, frozen: dicts become `Extra`, lists become tuples.

    Floats are refused, as they are nowhere exact here: read JSON with Decimals.
    """
    if type(value) in _FROZEN or isinstance(value, str | int | Decimal | Extra):
        return value
    if isinstance(value, Mapping):
        return Extra(value)
    if isinstance(value, list | tuple):
        return tuple(freeze(item, field) for item in value)
    raise InvalidValue("is not a JSON value", field=field, value=value, source="Extra")


_FROZEN = frozenset({str, int, bool, NoneType, Decimal, Extra})


def kept(values: dict[str, Any]) -> Extra:
    """What `Extra(values)` is, made faster, of an object that was read from JSON: keys are texts.

    >>> kept({"id": 7, "tags": ["new"]})
    Extra({'id': 7, 'tags': ('new',)})
    """
    extra = _new(Extra)
    _update(extra, values)
    for name, value in values.items():
        if type(value) not in _FROZEN:
            _put(extra, name, kept(value) if type(value) is dict else _kept(value, name))
    return extra


_new = Extra.__new__
_update = dict.update
_put = dict.__setitem__


def _kept(value: Any, name: str) -> Any:
    if type(value) is dict:
        return kept(value)
    if type(value) is list:
        return tuple([item if type(item) in _FROZEN else _kept(item, name) for item in value])
    if type(value) is tuple and all(type(item) in _FROZEN for item in value):
        return value
    return freeze(value, name)


class _Late:
    """The slot of a field that may hold an object of JSON until somebody looks at it."""

    def __init__(self, slot: Any) -> None:
        self.slot = slot
        self.__doc__ = slot.__doc__

    def __get__(self, noun: Any, kind: type | None = None) -> Any:
        if noun is None:
            return self
        value = self.slot.__get__(noun, kind)
        if type(value) is dict:
            value = kept(value)
            self.slot.__set__(noun, value)
        return value

    def __set__(self, noun: Any, value: Any) -> None:
        self.slot.__set__(noun, value)


def frozen_late(cls: type, name: str) -> None:
    """Let a field of a slotted noun take an object of JSON as it was parsed, frozen when asked for.

    Most of what vendors say beyond our nouns is never looked at, and to freeze it costs more than
    to parse it. Nothing is seen of it: whoever reads the field gets an `Extra`. Whoever sets it
    past the checks (`slots`, `unchecked`) must not hold or change the object any more.
    """
    setattr(cls, name, _Late(getattr(cls, name)))
