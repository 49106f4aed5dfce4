"""Whether a value is of the same kind as a printed one."""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from crossborder.errors import Unreadable
from crossborder.wire.text import read_json

__all__ = ["MARKERS", "Shape", "kind", "marked"]

MARKERS = ("xxx", "***", "your_", "yourapp", "<", "…")
"""What placeholders in printed samples contain, in lower case."""

_WHOLE = re.compile(r"-?\d+", re.ASCII)
_DECIMAL = re.compile(r"-?\d+\.\d+", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?.*", re.ASCII)
# What else is good where the sample shows such a value: 12 is a decimal, and any text is a text.
_ALSO: Mapping[str, frozenset[str]] = {
    "decimal": frozenset({"whole number"}),
    "text": frozenset({"whole number", "decimal", "boolean", "time", "JSON"}),
}


def kind(text: str) -> str:
    """What a text parameter holds.

    >>> [kind(text) for text in ("12", "1.50", "true", "2026-01-02T03:04", '{"a":1}', "T-1")]
    ['whole number', 'decimal', 'boolean', 'time', 'JSON', 'text']
    """
    if _WHOLE.fullmatch(text):
        return "whole number"
    if _DECIMAL.fullmatch(text):
        return "decimal"
    if text in ("true", "false"):
        return "boolean"
    if _MOMENT.fullmatch(text):
        return "time"
    return "text" if _json(text) is None else "JSON"


def _json(text: str) -> Any:
    if not text.startswith(("{", "[")):
        return None
    try:
        return read_json(text, source="sample")
    except Unreadable:
        return None


def marked(value: Any, markers: Iterable[str], where: str = "") -> tuple[str, ...]:
    """The paths of the texts in a value that contain a marker."""
    return tuple(_marked(value, tuple(markers), where))


def _marked(value: Any, markers: tuple[str, ...], where: str) -> Iterator[str]:
    if isinstance(value, str) and any(marker in value.casefold() for marker in markers):
        yield where
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _marked(item, markers, f"{where}.{name}" if where else name)
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value):
            yield from _marked(item, markers, f"{where}.{place}" if where else str(place))


@frozen
class Shape:
    """Compares values with a sample: names and kinds must agree.

    Attributes:
        required: dotted names that must be there, or None for all of the sample.
        optional: dotted names that may be missing, or may be there though the sample lacks them.
        free: names whose values are not compared.
        markers: what placeholders contain.
    """

    required: frozenset[str] | None
    optional: frozenset[str]
    free: frozenset[str]
    markers: tuple[str, ...]

    def compare(self, given: Any, sample: Any, where: str = "") -> None:
        """Raises ValueError for the first difference; the text says where."""
        if sample is None or (isinstance(sample, str) and marked(sample, self.markers, "it")):
            return
        if isinstance(sample, Mapping):
            self._object(given, sample, where)
        elif isinstance(sample, list | tuple):
            if not isinstance(given, list):
                raise ValueError(f"{where}: is no list")
            for item in given if sample else ():
                self.compare(item, sample[0], where)
        elif isinstance(sample, str):
            self._text(given, sample, where)
        elif not _same(given, sample):
            raise ValueError(f"{where}: {given!r} is not of the kind of {sample!r}")

    def _object(self, given: Any, sample: Mapping[str, Any], where: str) -> None:
        if not isinstance(given, Mapping):
            raise ValueError(f"{where or 'the body'}: is no object")
        paths = {name: f"{where}.{name}" if where else name for name in (*sample, *given)}
        for name, value in given.items():
            path = paths[name]
            if name not in sample and path not in self.optional | self.free:
                raise ValueError(f"{path!r} is not in the sample")
            if name in sample and path not in self.free:
                self.compare(value, sample[name], path)
        for name in sample:
            path = paths[name]
            if name not in given and path not in self.free and self._needed(path):
                raise ValueError(f"{path!r} is missing")

    def _needed(self, path: str) -> bool:
        return path not in self.optional if self.required is None else path in self.required

    def _text(self, given: Any, sample: str, where: str) -> None:
        if not isinstance(given, str):
            raise ValueError(f"{where}: {given!r} is not a text")
        wanted, found = kind(sample), kind(given)
        if found != wanted and found not in _ALSO.get(wanted, frozenset()):
            raise ValueError(f"{where}: is a {found}, the sample shows a {wanted}")
        if wanted == "JSON":
            self.compare(_json(given), _json(sample), where)


def _same(given: Any, sample: Any) -> bool:
    if isinstance(sample, bool) or isinstance(given, bool):
        return isinstance(given, bool) and isinstance(sample, bool)
    if isinstance(sample, int):
        return isinstance(given, int)
    return isinstance(given, int | float | Decimal) and isinstance(sample, float | Decimal)
