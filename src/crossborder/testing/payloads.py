"""Answers as they come on bad days: a real one, with something changed in it.

A payload in JSON or XML is taken apart, changed at random places and written again. `chance` gives
numbers from 0 up to 1, such as `random.Random(7).random`: the same chance, the same answer.

>>> changed(b'{"scans": [{"code": "A"}, {"code": "B"}]}', backwards, lambda: 0.0)
b'{"scans":[{"code":"B"},{"code":"A"}]}'
"""

from collections.abc import Callable, Iterator, Mapping
from html import escape
from typing import Any

from crossborder.wire.text import read_json, write_json
from crossborder.wire.xml import read_xml

__all__ = [
    "CHANGES",
    "Chance",
    "Change",
    "added",
    "backwards",
    "changed",
    "dropped",
    "is_xml",
    "repeated",
    "replaced",
    "shuffled",
    "truncated",
]

Chance = Callable[[], float]
Change = Callable[[Any, Chance], Any]

_STRANGE: tuple[Any, ...] = (None, "", " ", "\u2603", "ZZ-99", 7, -1, True, [], {}, ["x"], {"x": 1})


def is_xml(body: bytes) -> bool:
    """Whether a body is XML, by its first character."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def changed(body: bytes, change: Change, chance: Chance) -> bytes:
    """The body with a change made in it, in the same format, in UTF-8."""
    if is_xml(body):
        return _xml(change(read_xml(body, source="payload"), chance)).encode()
    return write_json(change(read_json(body, source="payload"), chance)).encode()


def truncated(body: bytes, chance: Chance) -> bytes:
    """The body, cut off somewhere before its last character."""
    whole = body.rstrip()
    return whole[: int(chance() * (len(whole) - 1))]


def _objects(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 1 and all(isinstance(x, dict) for x in value)


def _lists(value: Any, of: Callable[[list[Any]], list[Any]]) -> Any:
    """The value with every list of objects made anew."""
    if isinstance(value, Mapping):
        return {name: _lists(item, of) for name, item in value.items()}
    if isinstance(value, list):
        inside = [_lists(item, of) for item in value]
        return of(inside) if _objects(inside) else inside
    return value


def backwards(value: Any, chance: Chance) -> Any:
    """Every list of objects the other way round."""
    return _lists(value, lambda items: items[::-1])


def shuffled(value: Any, chance: Chance) -> Any:
    """Every list of objects in another order."""
    return _lists(value, lambda items: sorted(items, key=lambda _: chance()))


def repeated(value: Any, chance: Chance) -> Any:
    """About a third of the objects in lists told twice."""
    return _lists(
        value, lambda items: [x for item in items for x in [item] * (2 if chance() < 0.3 else 1)]
    )


def _leaves(value: Any, of: Callable[[str, Any], Iterator[tuple[str, Any]]]) -> Any:
    if isinstance(value, Mapping):
        return {
            new: _leaves(what, of) for name, item in value.items() for new, what in of(name, item)
        }
    return [_leaves(item, of) for item in value] if isinstance(value, list) else value


def dropped(value: Any, chance: Chance) -> Any:
    """One field in twelve left out, whatever it holds."""

    def of(name: str, item: Any) -> Iterator[tuple[str, Any]]:
        if chance() >= 1 / 12:
            yield name, item

    return _leaves(value, of)


def added(value: Any, chance: Chance) -> Any:
    """Fields that nobody knows, beside one field in five."""

    def of(name: str, item: Any) -> Iterator[tuple[str, Any]]:
        yield name, item
        if chance() < 0.2:
            yield f"{name}New", _STRANGE[int(chance() * len(_STRANGE))]

    return _leaves(value, of)


def replaced(value: Any, chance: Chance) -> Any:
    """One field in ten with a value of another kind."""

    def of(name: str, item: Any) -> Iterator[tuple[str, Any]]:
        yield name, _STRANGE[int(chance() * len(_STRANGE))] if chance() < 0.1 else item

    return _leaves(value, of)


CHANGES: tuple[Change, ...] = (shuffled, repeated, dropped, added, replaced, backwards)
"""Every change there is."""


def _xml(tree: Any) -> str:
    """A tree of `wire.xml` written again; namespaces are gone, as its readers do not look at them."""
    return "".join(_elements(tree if isinstance(tree, Mapping) else {"empty": tree}, top=True))


def _elements(tree: Mapping[str, Any], *, top: bool = False) -> Iterator[str]:
    for name, value in list(tree.items())[: 1 if top else None]:
        if name.startswith("@") or name == "#text" or "@" in name:
            continue
        for item in value if isinstance(value, list) and not top else [value]:
            beside = {
                key.partition("@")[2]: said
                for key, said in tree.items()
                if key.startswith(f"{name}@") and isinstance(said, str)
            }
            yield _element(name, item, beside)


def _element(name: str, value: Any, beside: Mapping[str, Any]) -> str:
    inside, said = "", dict(beside)
    if isinstance(value, Mapping):
        said |= {key[1:]: text for key, text in value.items() if key.startswith("@")}
        inside = escape(str(value.get("#text", ""))) + "".join(_elements(value))
    elif isinstance(value, list):
        inside = escape(" ".join(map(str, value)))
    elif value is not None:
        inside = escape(str(value))
    marks = "".join(f' {key}="{escape(str(text))}"' for key, text in said.items() if key)
    return f"<{name}{marks}>{inside}</{name}>"
