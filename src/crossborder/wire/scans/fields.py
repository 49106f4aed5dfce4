"""Where a value stands in an object: by name, by path, or by the first of several.

A spec is a name (`"code"`), a path with dots (`"status.code"`, through a list its first item), a
tuple of these (the first that is not empty), or a function of the object.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import methodcaller
from types import NoneType
from typing import Any

from crossborder.errors import Unreadable
from crossborder.wire.payload import Payload

__all__ = ["Getter", "Spec", "as_text", "entries", "getter", "many", "names", "one"]

Getter = Callable[[Any], Any]
Spec = str | tuple[str, ...] | Callable[[Mapping[str, Any]], Any]

_PLAIN = (str, NoneType)


def getter(spec: Spec) -> Getter:
    """The function that fetches what a spec names; None where nothing stands.

    >>> getter(("code", "status.code"))({"status": {"code": "DL"}})
    'DL'
    """
    if isinstance(spec, tuple):
        return _first([getter(name) for name in spec])
    if not isinstance(spec, str):
        return spec
    if "." not in spec:
        return methodcaller("get", spec)
    return _along(spec.split("."))


def _along(path: list[str]) -> Getter:
    def get(entry: Any) -> Any:
        for name in path:
            if type(entry) is list and entry:
                entry = entry[0]
            if not isinstance(entry, dict):
                return None
            entry = entry.get(name)
        return entry

    return get


def _first(getters: list[Getter]) -> Getter:
    def get(entry: Any) -> Any:
        for one_of in getters:
            value = one_of(entry)
            if value is not None and value != "":
                return value
        return None

    return get


def names(spec: Spec | None) -> frozenset[str]:
    """The keys of the object that a spec reads whole: plain names, no paths."""
    if isinstance(spec, str):
        return frozenset() if "." in spec else frozenset({spec})
    return frozenset().union(*map(names, spec)) if isinstance(spec, tuple) else frozenset()


def as_text(value: Any, field: str, source: str) -> str:
    """A text without blanks around it; empty for None; a number as its text.

    Raises:
        Unreadable: an object, a list, true or false.
    """
    if type(value) is str:
        return value.strip()
    if value is None:
        return ""
    if type(value) in (int, Decimal):
        return str(value)
    if type(value) is dict and value and all(name[0] in "@#" for name in value if name):
        text = value.get("#text", "")  # an element of XML with attributes
        return text if isinstance(text, str) else ""
    raise Unreadable("is not a text", field=field, value=value, source=source)


Found = list[tuple[str, list[Any], bool]]


def entries(item: Payload, *path: str) -> Found:
    """The lists at the end of a path: where each stands, its items, and whether it is one.

    A lone value is a list of one. On the way every item of a list is gone through; what stands in
    the way and is no object is answered too, for whoever reads it to refuse.
    """
    head, *rest = path
    found = _listed(item.path(head), item.raw(head))
    for name in rest:
        inside: Found = []
        for at, values, many_of in found:
            for place, value in enumerate(values):
                here = f"{at}.{place}" if many_of else at
                if type(value) is dict:
                    inside += _listed(f"{here}.{name}", value.get(name))
                else:
                    inside.append((here, [value], False))
        found = inside
    return found


def _listed(at: str, value: Any) -> Found:
    if type(value) is list:
        return [(at, value, True)]
    return [] if value is None or value == "" else [(at, [value], False)]


def many(item: Payload, *path: str) -> tuple[Payload, ...]:
    """The objects at the end of a path; a lone object counts as a list of one.

    Answers that were XML once have a list only where there are two.

    >>> answer = Payload({"a": {"b": [{"c": {"n": 1}}, {"c": [{"n": 2}, {"n": 3}]}]}}, source="x")
    >>> [(part.at, part.text("n")) for part in many(answer, "a", "b", "c")]
    [('a.b.0.c', '1'), ('a.b.1.c.0', '2'), ('a.b.1.c.1', '3')]

    Raises:
        Unreadable: what stands there is no object.
    """
    source = item.source
    return tuple(
        [
            Payload(value, source=source, at=f"{at}.{place}" if many_of else at)
            for at, values, many_of in entries(item, *path)
            for place, value in enumerate(values)
        ]
    )


def one(item: Payload, *path: str) -> Payload:
    """The first object at the end of a path; an empty one where nothing stands."""
    found = many(item, *path)
    return found[0] if found else Payload({}, source=item.source, at=item.path(".".join(path)))
