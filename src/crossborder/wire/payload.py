"""One JSON object of a vendor, read field by field.

A `Payload` knows its path, so that whatever is wrong is named in full, and remembers which keys
were read, so that the rest can be kept in `extra`.

>>> order = Payload({"id": 12, "lines": [{"price": "1.50"}], "note": "gift"}, source="shop")
>>> order.text("id"), order.each("lines")[0].decimal("price"), order.unread()
('12', Decimal('1.50'), Extra({'note': 'gift'}))
>>> order.each("lines")[0].text("sku")
Traceback (most recent call last):
...
crossborder.errors.Unreadable: shop.lines.0.sku is missing (got None)
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crossborder.errors import Unreadable
from crossborder.model.extra import Extra, kept
from crossborder.secret import MASK, is_sensitive

__all__ = ["Payload"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_DIGITS = 60
# In a payload `code` is a status word and `key` the name of something: both must be seen.
_SHOWN = frozenset({"code", "key"})


def _nothing(value: object) -> bool:
    """Whether this is one of the ways vendors write that a thing is not there."""
    return value is None or value == "" or (isinstance(value, Mapping | list) and not value)


class Payload:
    """A tolerant reader over one JSON object.

    Every method takes one name or several; of several the first that is present and not null
    counts, and all of them count as read. A method without `maybe_` refuses a missing field; its
    twin answers None. Names are keys of this object: they are not split at dots.

    Attributes:
        source: who sent it, for errors.
        at: the path of this object, empty at the top.
    """

    __slots__ = ("_data", "_inside_of", "_read", "at", "source")

    def __init__(self, data: Mapping[str, Any], *, source: str, at: str = "") -> None:
        given: object = data
        self.source, self.at = source, at
        if type(given) is not dict and not isinstance(given, Mapping):
            raise Unreadable("is not an object", field=at or "body", value=given, source=source)
        self._data: Mapping[str, Any] = given
        self._read: set[str] = set()
        self._inside_of: dict[str, Sequence[Payload]] = {}

    def __repr__(self) -> str:
        return f"<Payload {self.source}.{self.at or 'body'}: {len(self._data)} keys>"

    def path(self, name: str) -> str:
        """The full path of a field, such as `result.lines.0.price`."""
        return f"{self.at}.{name}" if self.at else name

    def refuse(self, name: str, value: object, text: str) -> Unreadable:
        """The error to raise about a field; a field that may hold a secret is not shown."""
        hidden = is_sensitive(name) and name.casefold() not in _SHOWN
        shown = MASK if hidden and value is not None else value
        return Unreadable(text, field=self.path(name), value=shown, source=self.source)

    def peek(self) -> Mapping[str, Any]:
        """The object as it stands; looking is not reading."""
        return self._data

    def has(self, name: str) -> bool:
        """Whether the field is present and not null; asking is not reading."""
        return self._data.get(name) is not None

    def raw(self, *names: str) -> Any:
        """The value as it stands, or None."""
        return self._find(names)[1]

    def _find(self, names: tuple[str, ...]) -> tuple[str, Any]:
        self._read.update(names)
        for name in names:
            value = self._data.get(name)
            if value is not None:
                return name, value
        return names[0], None

    def _wanted(self, names: tuple[str, ...]) -> tuple[str, Any]:
        name, value = self._find(names)
        if value is None:
            raise self.refuse(name, None, "is missing")
        return name, value

    def unread(self) -> Extra:
        """The keys of this object that nobody read, frozen: what belongs into `extra`.

        Objects inside it answer for themselves, unless they are watched.
        """
        left = self.left()
        return kept(left) if type(self._data) is dict else Extra(left)

    def left(self) -> dict[str, Any]:
        """What `unread` answers, not frozen yet: only the outermost object is a new one."""
        read = self._read
        left = {key: value for key, value in self._data.items() if key not in read}
        for key, parts in self._inside_of.items():
            inner = [found for part in parts if (found := part.left())]
            if inner:
                left[key] = inner[0] if len(parts) == 1 else inner
        return left

    def watch(self, name: str, parts: "Sequence[Payload]") -> None:
        """Let what nobody reads of these parts, found under a name, count as unread here too."""
        if parts:
            self._inside_of[name] = (*self._inside_of.get(name, ()), *parts)

    def text(self, *names: str) -> str:
        """A text; a number becomes its text exactly, an empty text stays empty."""
        return self._text(*self._wanted(names))

    def maybe_text(self, *names: str) -> str | None:
        """A text, or None where it is missing or null."""
        name, value = self._find(names)
        return None if value is None else self._text(name, value)

    def _text(self, name: str, value: object) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            return str(value)
        raise self.refuse(name, value, "is not a text")

    def decimal(self, *names: str) -> Decimal:
        """An exact number, from a number or a text without separators."""
        return self._decimal(*self._wanted(names))

    def maybe_decimal(self, *names: str) -> Decimal | None:
        """An exact number, or None where it is missing, null or an empty text."""
        name, value = self._find(names)
        return None if value is None or value == "" else self._decimal(name, value)

    def _decimal(self, name: str, value: object) -> Decimal:
        number: Decimal | None = None
        if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
            number = Decimal(value.strip())
        elif isinstance(value, int | Decimal) and not isinstance(value, bool):
            number = Decimal(value)
        if number is None or not number.is_finite():
            raise self.refuse(name, value, "is not an exact number")
        return number

    def integer(self, *names: str) -> int:
        """A whole number, from 12, "12" or 12.0; a bool is refused."""
        return self._integer(*self._wanted(names))

    def maybe_integer(self, *names: str) -> int | None:
        """A whole number, or None where it is missing, null or an empty text."""
        name, value = self._find(names)
        return None if value is None or value == "" else self._integer(name, value)

    def _integer(self, name: str, value: object) -> int:
        number = self._decimal(name, value)
        if number.adjusted() < _DIGITS and number == number.to_integral_value():
            return int(number)
        raise self.refuse(name, value, "is not a whole number")

    def flag(self, *names: str, default: bool = False) -> bool:
        """True or false, also as a text or as 1 and 0; `default` where nothing stands."""
        said = self.maybe_flag(*names)
        return default if said is None else said

    def maybe_flag(self, *names: str) -> bool | None:
        """True or false, or None where it is missing, null or an empty text."""
        name, value = self._find(names)
        if value is None or value == "":
            return None
        if isinstance(value, str | int):
            said = _FLAGS.get(str(value).strip().casefold())
            if said is not None:
                return said
        raise self.refuse(name, value, "is neither true nor false")

    def one(self, *names: str) -> "Payload":
        """The object inside."""
        name, value = self._wanted(names)
        return self._inside(name, value)

    def maybe_one(self, *names: str) -> "Payload | None":
        """The object inside, or None where nothing stands: missing, null, `{}`, `[]` or ""."""
        name, value = self._find(names)
        return None if _nothing(value) else self._inside(name, value)

    def _inside(self, name: str, value: Any) -> "Payload":
        if not isinstance(value, Mapping):
            raise self.refuse(name, value, "is not an object")
        return Payload(value, source=self.source, at=self.path(name))

    def each(self, *names: str) -> "tuple[Payload, ...]":
        """The objects of a list; empty where nothing stands: missing, null, `{}` or ""."""
        name, items = self._list(names)
        return tuple(self._inside(f"{name}.{place}", item) for place, item in enumerate(items))

    def texts(self, *names: str) -> tuple[str, ...]:
        """The texts of a list, numbers as texts; empty where nothing stands."""
        name, items = self._list(names)
        return tuple(self._text(f"{name}.{place}", item) for place, item in enumerate(items))

    def wrapped(self, name: str, inner: str) -> "tuple[Payload, ...]":
        """The objects of a list that stands in an object of its own.

        >>> page = Payload({"skus": {"sku": [{"id": 1}]}}, source="shop")
        >>> [sku.text("id") for sku in page.wrapped("skus", "sku")]
        ['1']
        """
        around = self.maybe_one(name)
        return () if around is None else around.each(inner)

    def _list(self, names: tuple[str, ...]) -> tuple[str, list[Any]]:
        name, value = self._find(names)
        if _nothing(value):
            return name, []
        if not isinstance(value, list | tuple):
            raise self.refuse(name, value, "is not a list")
        return name, list(value)
