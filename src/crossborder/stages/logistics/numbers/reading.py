"""Which formats a number fits, before and after its check digit is looked at."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from crossborder.stages.logistics.numbers.format import Format
from crossborder.stages.logistics.numbers.layout import COVERED, Layout
from crossborder.stages.logistics.numbers.rules import FORMATS
from crossborder.stages.logistics.numbers.text import LONGEST, hyphenated, spelled

__all__ = ["Reading", "readings"]

_MOST = max(layout.longest for kind in FORMATS for layout in kind.layouts)


class Reading(NamedTuple):
    """A number laid out by one format.

    Attributes:
        number: as the carrier writes it, without blanks.
        format: the format.
        layout: the one of its layouts that fits.
        parts: the contents of the named pieces, in order.
        check: the check digit that stands there; empty where the format has none.
        expected: the one that should stand there.
        unknown: names of pieces with contents that the format does not have.
        hyphen: whether a hyphen is missing.
        rank: what is surer stands first: a check digit, then fewer numbers, then wider use.
    """

    number: str
    format: Format
    layout: Layout
    parts: dict[str, str]
    check: str
    expected: str
    unknown: tuple[str, ...]
    hyphen: bool
    rank: tuple[bool, int, int]

    @property
    def carrier(self) -> str:
        """Whose number it is: the post that issued it, where the number names that."""
        kind = self.format
        return kind.issued_by(self.parts["issuer"]) if kind.carriers else kind.carrier

    @property
    def exact(self) -> bool:
        """Whether nothing is wrong."""
        return self.check == self.expected and not self.unknown and not self.hyphen


def _text(number: str) -> str:
    """The number in one spelling, or nothing where no format can have such a text.

    Raises:
        InvalidValue: not a text.
    """
    if isinstance(number, str) and len(number) > LONGEST:
        return ""
    text = spelled(number).replace("-", "")
    return text if len(text) <= _MOST and text.isascii() and text.isalnum() else ""


@cache
def _fitting(length: int, first: str) -> tuple[tuple[Format, Layout, tuple[bool, int, int]], ...]:
    """The layouts of that length and first character; there are at most 41 times 36 questions."""
    return tuple(
        (kind, layout, (kind.check is None, kind.count(layout), place))
        for place, kind in enumerate(FORMATS)
        for layout in kind.layouts
        if layout.shortest <= length <= layout.longest and first in layout.firsts
    )


def readings(number: str) -> Iterator[Reading]:
    """Every way in which a number can be laid out, the wrong ones too, in the formats' order.

    Raises:
        InvalidValue: not a text.
    """
    text = _text(number)
    if not text:
        return
    for kind, layout, rank in _fitting(len(text), text[0]):
        parts = layout.matched(text)
        if parts is None:
            continue
        check, expected = "", ""
        if kind.check is not None:
            expected = kind.expected(parts.pop(COVERED))
            check = parts["check"]
        unknown: tuple[str, ...] = ()
        if kind.known:
            unknown = tuple(name for name, known in kind.known.items() if parts[name] not in known)
        hyphen, written = False, text
        if layout.hyphen:
            hyphen, written = not hyphenated(number), f"{text[:-1]}-{text[-1]}"
        yield Reading(written, kind, layout, parts, check, expected, unknown, hyphen, rank)
