"""Parsers of the scalars that a GraphQL introspection only names: each returns or refuses.

A schema knows that `Money` is a scalar, not that an object is none: without a parser any value
passes.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

__all__ = ["PARSERS"]

_DECIMAL = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_WHOLE = re.compile(r"\d+", re.ASCII)


def _decimal(value: Any) -> str:
    text = str(value) if isinstance(value, Decimal) else value
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise ValueError(f"{value!r} is not a decimal text")
    return text


def _whole(value: Any) -> str:
    if not isinstance(value, str) or not _WHOLE.fullmatch(value):
        raise ValueError(f"{value!r} is not a text of digits")
    return value


def _moment(value: Any) -> str:
    if not isinstance(value, str) or "T" not in value or not datetime.fromisoformat(value).tzinfo:
        raise ValueError(f"{value!r} is not a time with a zone")
    return value


def _day(value: Any) -> str:
    if not isinstance(value, str) or date.fromisoformat(value).isoformat() != value:
        raise ValueError(f"{value!r} is not a date")
    return value


def _url(value: Any) -> str:
    if not isinstance(value, str) or not urlsplit(value).scheme or " " in value:
        raise ValueError(f"{value!r} is not an address")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a text")
    return value


PARSERS: Mapping[str, Callable[[Any], Any]] = {
    "Date": _day,
    "DateTime": _moment,
    "Decimal": _decimal,
    "FormattedString": _text,
    "HTML": _text,
    "Money": _decimal,
    "URL": _url,
    "UnsignedInt64": _whole,
}
"""By scalar: decimal texts, times with a zone, dates, addresses, texts."""
