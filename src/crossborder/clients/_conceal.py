"""What a call must not tell: the secrets it carried, wherever a far end repeats them."""

from collections.abc import Iterator
from json import JSONDecodeError, loads
from typing import Any
from urllib.parse import parse_qsl

import attrs

from crossborder.conversation import Request
from crossborder.errors import VendorError
from crossborder.secret import MASK, Secret, is_sensitive

__all__ = ["carried", "conceal", "concealed"]

# Shorter values stand in too many innocent words.
_LEAST = 4


def carried(plain: Request, signed: Request, *owners: object) -> tuple[str, ...]:
    """The secret values of a request, longest first.

    They are what signing added, the members of the body named like secrets, and every `Secret`
    that the credentials and the token hold.
    """
    found = set(_added(plain.headers, signed.headers))
    found.update(_added(plain.query, signed.query))
    found.update(_added(_members(plain.content), _members(signed.content)))
    found.update(value for name, value in _members(plain.content) if is_sensitive(name))
    for owner in owners:
        found.update(_held(owner, 2))
    parts = {part for value in found for part in (value, *value.split())}
    return tuple(sorted((part for part in parts if len(part) >= _LEAST), key=len, reverse=True))


def concealed(text: str, values: tuple[str, ...]) -> str:
    """The text without these values."""
    for value in values:
        text = text.replace(value, MASK)
    return text


def conceal(error: VendorError, values: tuple[str, ...]) -> None:
    """Take the values out of everything an error says."""
    error.text = concealed(error.text, values)
    error.args = (error.text,)
    if error.raw is not None:
        error.raw = concealed(error.raw, values)
    error.problems = tuple(
        attrs.evolve(
            problem, text=concealed(problem.text, values), raw=concealed(problem.raw, values)
        )
        for problem in error.problems
    )


def _added(
    plain: tuple[tuple[str, str], ...], signed: tuple[tuple[str, str], ...]
) -> Iterator[str]:
    before = set(plain)
    return (value for name, value in signed if (name, value) not in before)


def _members(content: bytes) -> tuple[tuple[str, str], ...]:
    """The texts of a form, or of a JSON object's top."""
    text = content.decode("utf-8", "replace")
    if text.startswith("{"):
        try:
            data: Any = loads(text)
        except JSONDecodeError:
            return ()
        return tuple((name, value) for name, value in data.items() if isinstance(value, str))
    return tuple(parse_qsl(text, keep_blank_values=True))


def _held(owner: object, depth: int) -> Iterator[str]:
    if isinstance(owner, Secret):
        yield owner.reveal()
        return
    kind: Any = type(owner)
    if depth and attrs.has(kind):
        for field in attrs.fields(kind):
            yield from _held(getattr(owner, field.name, None), depth - 1)
