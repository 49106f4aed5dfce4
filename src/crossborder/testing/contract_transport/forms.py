"""Names and values as an object: `a[b]=1`, `a[0]=x` and `a[]=x` undone."""

import re
from collections.abc import Iterable
from typing import Any

__all__ = ["nested"]

_NAME = re.compile(r"(?P<head>[^\[\]]+)(?P<rest>(\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The object that a form says; every value is a text, a list (`a[]`, or a repeated name) or
    an object (also for `a[0]`: only a schema can tell a list from an object with such names).

    Raises:
        ValueError: a name is a text in one place and an object in another.

    >>> nested([("amount", "5"), ("metadata[sku]", "T-1"), ("expand[]", "charge")])
    {'amount': '5', 'metadata': {'sku': 'T-1'}, 'expand': ['charge']}
    """
    tree: dict[str, Any] = {}
    for name, value in pairs:
        parts = _parts(name)
        at = tree
        many = len(parts) > 1 and parts[-1] == ""
        if many:
            parts = parts[:-1]
        for part in parts[:-1]:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise ValueError(f"{name!r} says that {part!r} is an object, another name does not")
        _put(at, parts[-1], value, name, many)
    return tree


def _parts(name: str) -> list[str]:
    match = _NAME.fullmatch(name)
    return [match["head"], *_PART.findall(match["rest"])] if match else [name]


def _put(at: dict[str, Any], last: str, value: str, name: str, many: bool) -> None:
    held = at.get(last)
    if isinstance(held, dict):
        raise ValueError(f"{name!r} is a text, and another name says that it is an object")
    if held is None:
        at[last] = [value] if many else value
    elif isinstance(held, list):
        held.append(value)
    else:
        at[last] = [held, value]
