"""XML as plain values, read safely.

An element becomes a text, or a dict of its children and attributes; one that is repeated becomes a
list. Prefixes of namespaces are dropped.

| XML | value |
|---|---|
| `<a>x</a>` | `{"a": "x"}` |
| `<a><b>x</b><b>y</b></a>` | `{"a": {"b": ["x", "y"]}}` |
| `<a id="1"><b>x</b></a>` | `{"a": {"@id": "1", "b": "x"}}` |
| `<a unit="kg">x</a>` | `{"a": "x", "a@unit": "kg"}` |
| `<a/>`, `<a nil="true"/>` | `{"a": ""}`, `{"a": None}` |

>>> read_xml(b"<t:ok xmlns:t='urn:x'><n at='2'>7</n></t:ok>", source="shop")
{'ok': {'n': '7', 'n@at': '2'}}
"""

import re
from functools import lru_cache
from typing import Any, NoReturn
from xml.parsers.expat import ExpatError, ParserCreate

from crossborder.errors import Unreadable
from crossborder.wire.text import LIMIT, NESTING, decode

__all__ = ["read_xml"]

_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_CUT = 60


@lru_cache(maxsize=4096)
def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Tree:
    """Elements as they open and close: a stack of the values that are being built."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.root: dict[str, Any] = {}
        self.stack: list[tuple[dict[str, Any], list[str], dict[str, str]]] = [(self.root, [], {})]

    def open(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.stack) > NESTING:
            raise _unreadable(f"is nested deeper than {NESTING}", name, self.source)
        self.stack.append(({}, [], attributes))

    def text(self, data: str) -> None:
        self.stack[-1][1].append(data)

    def close(self, name: str) -> None:
        children, texts, attributes = self.stack.pop()
        around = self.stack[-1][0]
        key = _local(name)
        text = "".join(texts).strip()
        beside: dict[str, str] = {}
        value: Any = text
        if attributes:
            kept = {
                _local(said): what
                for said, what in attributes.items()
                if not said.startswith("xmlns")
            }
            if kept.get("nil") == "true" and not text and not children:
                value = None
            elif text and not children:
                beside = {f"{key}@{said}": what for said, what in kept.items()}
            else:
                children = {f"@{said}": what for said, what in kept.items()} | children
        if children:
            value = children | ({"#text": text} if text else {})
        _put(around, key, value)
        for said, what in beside.items():
            _put(around, said, what)


def _put(around: dict[str, Any], key: str, value: Any) -> None:
    if key not in around:
        around[key] = value
    elif type(around[key]) is list:
        around[key].append(value)
    else:
        around[key] = [around[key], value]


def read_xml(
    content: bytes, *, source: str, charset: str | None = None, limit: int = LIMIT
) -> dict[str, Any]:
    """The document as a dict of one name: that of its root.

    A byte order mark decides the charset, else `charset`, else the declaration, else UTF-8.
    A document type is refused, and so every entity that is not XML's own: nothing is expanded,
    nothing is fetched.

    Raises:
        Unreadable: not well-formed, cut off, a document type, nested deeper than `NESTING`, or
            larger than `limit`.
    """
    declared = _DECLARED.match(content[:256])
    stated = charset or (declared[1].decode("ascii") if declared else None)
    text = decode(content, charset=stated, source=source, limit=limit).lstrip()
    if not text:
        raise _unreadable("is empty", "", source)
    tree = _Tree(source)
    parser = ParserCreate("utf-8")
    parser.buffer_text = True

    def doctype(*said: Any) -> NoReturn:
        raise _unreadable("has a document type, which is never read", said[0], source)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = tree.open
    parser.EndElementHandler = tree.close
    parser.CharacterDataHandler = tree.text
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except ExpatError as error:
        place = f"line {error.lineno}, column {error.offset}"
        shown = text[:_CUT] if text else ""
        raise _unreadable(f"is not XML at {place}", shown, source) from None
    return tree.root


def _unreadable(text: str, value: object, source: str) -> Unreadable:
    return Unreadable(text, field="body", value=value, source=source)
