"""Text and JSON from bytes, exactly and within limits, and JSON back to text.

>>> read_json(b'{"price": 12.50, "id": 7}', source="shop")
{'price': Decimal('12.50'), 'id': 7}
"""

import json
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from crossborder.errors import InvalidValue, Unreadable
from crossborder.secret import MASK, is_sensitive

__all__ = ["LIMIT", "NESTING", "decode", "read_json", "write_json"]

LIMIT = 20_000_000
"""Bytes (or characters) that are read at most, unless the caller says otherwise."""

NESTING = 100
"""Arrays and objects inside each other that are read at most."""

_BOMS = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))

# What calls itself GB2312 or GBK often holds characters that only GB18030, which includes both,
# can read; the WHATWG Encoding Standard reads all three names with one decoder.
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030"}

_HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
_ESCAPES = re.compile(
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    r"|\\."
)
_CUT = 40
_PLAIN_DIGITS = 30


def decode(content: bytes, *, charset: str | None = None, source: str, limit: int = LIMIT) -> str:
    """The text of some bytes: a byte order mark decides, else `charset`, else UTF-8.

    Raises:
        Unreadable: the bytes are more than `limit`, the charset is unknown, or a byte does not
            belong to it; the text says where.

    >>> decode("库存".encode("gb18030"), charset="GB2312", source="shop")
    '库存'
    """
    if len(content) > limit:
        raise _unreadable(f"is larger than {limit} bytes", len(content), source)
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], name, source, skipped=len(mark))
    asked = (charset or "utf-8").strip().strip("\"'").casefold()
    return _decoded(content, _WIDER.get(asked, asked), source, skipped=0)


def _decoded(content: bytes, charset: str, source: str, *, skipped: int) -> str:
    try:
        return content.decode(charset)
    except UnicodeDecodeError as error:
        place = error.start + skipped
        cut = content[error.start : error.start + 8]
        raise _unreadable(f"is not {charset} at byte {place}", cut, source) from None
    except (LookupError, ValueError):
        raise _unreadable("has a charset that is not known", charset, source) from None


def read_json(
    content: bytes | str, *, source: str, charset: str | None = None, limit: int = LIMIT
) -> Any:
    """One JSON value with exact numbers: a fraction is a `Decimal`, never a float.

    Of two equal keys the last one counts. Half of a surrogate pair, as cut titles have it,
    becomes U+FFFD.

    Raises:
        Unreadable: empty, cut off, not JSON, NaN or Infinity, nested deeper than `NESTING`, or
            larger than `limit`.
    """
    if isinstance(content, bytes):
        text = decode(content, charset=charset, source=source, limit=limit)
    else:
        if len(content) > limit:
            raise _unreadable(f"is larger than {limit} characters", len(content), source)
        text = content.removeprefix("\ufeff")
    if not text or text.isspace():
        raise _unreadable("is empty", "", source)
    if "\\u" in text and _HALF_PAIR.search(text):
        text = _ESCAPES.sub(_whole, text)

    try:
        value = _DECODER.decode(text)
    except _NotFinite as error:
        said = "holds a number that is not finite"
        raise _unreadable(said, error.args[0], source) from None
    except json.JSONDecodeError as error:
        said = f"is not JSON at character {error.pos}: {error.msg}"
        raise _unreadable(said, _near(text, error.pos), source) from None
    except RecursionError:
        raise _too_deep(text, source) from None
    except (InvalidOperation, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise _unreadable("holds a number that is too long", text[:_CUT], source) from None
    if text.count("[") + text.count("{") > NESTING and not _flat(text) and _deeper(value, NESTING):
        raise _too_deep(text, source)
    return value


class _NotFinite(Exception):
    """NaN or Infinity, which JSON does not have."""


def _constant(name: str) -> NoReturn:
    raise _NotFinite(name)


_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_constant)
"""One for all: to make it costs more than to read a short answer."""


def _unreadable(text: str, value: object, source: str) -> Unreadable:
    return Unreadable(text, field="body", value=value, source=source)


def _too_deep(text: str, source: str) -> Unreadable:
    return _unreadable(f"is nested deeper than {NESTING}", text[:_CUT], source)


def _near(text: str, place: int) -> str:
    """A few characters around a place; hidden when a secret could be among them."""
    if is_sensitive(text[max(0, place - 4 * _CUT) : place + _CUT]):
        return MASK
    return text[max(0, place - _CUT // 2) : place + _CUT // 2]


def _whole(match: re.Match[str]) -> str:
    return "\\ufffd" if match["half"] else match[0]


_HOLDERS = frozenset({dict, list})
_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _flat(text: str) -> bool:
    """Whether the brackets close within `NESTING`; False also where texts hold odd ones.

    Pairs with nothing between them are taken out, round by round, at the speed of C.
    """
    left = text.encode("utf-8", "replace").translate(None, _BUT_BRACKETS)
    for _ in range(NESTING):
        before = len(left)
        left = left.replace(b"{}", b"").replace(b"[]", b"")
        if not left or len(left) == before:
            break
    return not left


def _deeper(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        below: list[Any] = []
        for item in level:
            inside = item.values() if type(item) is dict else item
            below += [child for child in inside if type(child) in _HOLDERS]
        if not below:
            return False
        level = below
    return True


def write_json(value: Any) -> str:
    """The value as JSON: no spaces, keys in their order, Decimals as exact numbers.

    Raises:
        InvalidValue: a float, a number that is not finite, a key that is no text, or anything
            else that JSON does not have; the field is its path.

    >>> write_json({"price": Decimal("12.50"), "name": "茶", "tags": ()})
    '{"price":12.50,"name":"茶","tags":[]}'
    """
    return "".join(_written(value, ""))


def _written(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str):
        yield _quoted(value)
    elif value is None:
        yield "null"
    elif isinstance(value, bool):
        yield "true" if value else "false"
    elif isinstance(value, int):
        yield str(int(value))
    elif isinstance(value, Decimal) and value.is_finite():
        yield f"{value:f}" if _short(value) else str(value)
    elif isinstance(value, Mapping):
        yield from _object(value, path)
    elif isinstance(value, list | tuple):
        yield "["
        for place, item in enumerate(value):
            yield "," if place else ""
            yield from _written(item, f"{path}.{place}")
        yield "]"
    else:
        said = "is not a JSON value (a float is not exact: give a Decimal)"
        raise InvalidValue(said, field=path.lstrip(".") or "value", value=value, source="JSON")


def _object(value: Mapping[Any, Any], path: str) -> Iterator[str]:
    yield "{"
    for place, (key, item) in enumerate(value.items()):
        if not isinstance(key, str):
            said = "has a key that is no text"
            raise InvalidValue(said, field=path.lstrip(".") or "value", value=key, source="JSON")
        yield "," if place else ""
        yield f"{_quoted(key)}:"
        yield from _written(item, f"{path}.{key}")
    yield "}"


def _quoted(text: str) -> str:
    quoted = json.dumps(str(text), ensure_ascii=False)
    # Half of a surrogate pair cannot be encoded as UTF-8; its escape can.
    return quoted if quoted.isascii() or _encodable(quoted) else json.dumps(str(text))


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _short(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and -_PLAIN_DIGITS <= exponent <= _PLAIN_DIGITS
