"""Where a value stands in an object: by name, by path, or by the first of several.

A spec is a name (`"code"`), a path with dots (`"status.code"`, through a list its first item), a
tuple of these (the first that is not empty), or a function of the object.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from decimal import Decimal
from operator import methodcaller
from types import NoneType
from typing import Any

from crossborder.errors import Unreadable
from crossborder.wire.payload import Payload

__all__ = [
    "Getter",
    "Spec",
    "as_text",
    "entries",
    "getter",
    "grouped",
    "many",
    "names",
    "one",
    "unread",
    "without",
]

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
    """The keys of the object that a spec reads whole: plain names, no paths.

    Of several names the first: where another one counted, it is kept among the rest as well.
    """
    if isinstance(spec, tuple):
        spec = spec[0] if spec else None
    return frozenset({spec}) if isinstance(spec, str) and "." not in spec else frozenset()


def as_text(value: Any, field: str, source: str) -> str:
    """A text without blanks around it; empty for None; a number as its text.

    An element of XML that has attributes or other elements beside its text is that text.

    Raises:
        Unreadable: an object, a list, true or false.
    """
    if type(value) is str:
        return value.strip()
    if value is None:
        return ""
    if type(value) in (int, Decimal):
        return str(value)
    if type(value) in (dict, list) and not value:
        return ""
    if type(value) is dict and ("#text" in value or all(name[:1] in "@#" for name in value)):
        text = value.get("#text", "")
        return text if isinstance(text, str) else ""
    raise Unreadable("is not a text", field=field, value=value, source=source)


Found = list[tuple[str, list[Any], bool]]


def entries(item: Payload, *path: str) -> Found:
    """The lists at the end of a path: where each stands, its items, and whether it is one.

    A lone value is a list of one, nothing in a list is passed over. On the way every item of a list
    is gone through; what stands in the way and is no object is answered too, for whoever reads it
    to refuse.
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
                elif value is not None:
                    inside.append((here, [value], False))
        found = inside
    return found


def grouped(item: Payload, path: Sequence[str], inherit: Sequence[str]) -> Found:
    """As `entries`; each entry takes the named fields of the groups around it.

    The name `*` in a path goes through every field of an object, such as days by their date; that
    field's name is what an entry takes as `*`.

    >>> days = Payload({"days": {"2026-11-02": [{"h": "08:00"}]}}, source="x")
    >>> grouped(days, ("days", "*"), ("*",))
    [('days.2026-11-02', [{'*': '2026-11-02', 'h': '08:00'}], True)]
    """
    level: list[tuple[str, Any, dict[str, Any], bool]]
    level = [(item.path(path[0]), item.raw(path[0]), {}, False)]
    for name in (*path[1:], None):
        inside: list[tuple[str, Any, dict[str, Any], bool]] = []
        for at, value, around, _ in level:
            many_of = type(value) is list
            for place, one_of in enumerate(value if many_of else [value]):
                here = f"{at}.{place}" if many_of else at
                if name is None or type(one_of) is not dict:
                    if one_of is not None and one_of != "":
                        inside.append((here, one_of, around, many_of))
                    continue
                told = {key: one_of[key] for key in inherit if key in one_of} | around
                if name == "*":
                    inside += [
                        (f"{here}.{key}", inner, told | {"*": key}, False)
                        for key, inner in one_of.items()
                    ]
                else:
                    inside.append((f"{here}.{name}", one_of.get(name), told, False))
        level = inside
    lists: dict[str, tuple[list[Any], bool]] = {}
    for at, value, around, many_of in level:
        stem = at.rpartition(".")[0] if many_of else at
        entry = around | value if type(value) is dict else value
        lists.setdefault(stem, ([], many_of))[0].append(entry)
    return [(at, values, many_of) for at, (values, many_of) in lists.items()]


def unread(entry: Mapping[str, Any], read: Container[str]) -> dict[str, Any]:
    """What is said in an object beside the names that were read, as it came; nothing that is blank.

    >>> unread({"code": "DL", "by": "ann", "note": "", "tries": 0}, {"code"})
    {'by': 'ann', 'tries': 0}
    """
    return {
        name: value
        for name, value in entry.items()
        if name not in read and (value or value is False or value == 0)
    }


def without(value: Any, path: Sequence[str]) -> Any:
    """What is left of a value when all at the end of a path is taken out; None when nothing is."""
    if not path:
        return None
    if type(value) is list:
        left = [inner for inner in (without(item, path) for item in value) if inner]
        return left or None
    if type(value) is not dict:
        return None
    if path[0] == "*":
        return None
    kept_of = {name: item for name, item in value.items() if name != path[0]}
    inner = without(value.get(path[0]), path[1:])
    if inner:
        kept_of[path[0]] = inner
    return {name: item for name, item in kept_of.items() if item not in (None, "")} or None


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
    found = [
        Payload(value, source=source, at=f"{at}.{place}" if many_of else at)
        for at, values, many_of in entries(item, path[0])
        for place, value in enumerate(values)
        if value is not None
    ]
    item.watch(path[0], found)
    if len(path) == 1:
        return tuple(found)
    return tuple([inner for part in found for inner in many(part, *path[1:])])


def one(item: Payload, *path: str) -> Payload:
    """The first object at the end of a path; an empty one where nothing stands."""
    found = many(item, *path)
    return found[0] if found else Payload({}, source=item.source, at=item.path(".".join(path)))
