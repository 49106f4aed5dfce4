"""What is wrong with a number that no carrier has."""

import re
from collections.abc import Iterator

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked
from crossborder.stages.logistics.numbers.format import Format
from crossborder.stages.logistics.numbers.layout import Layout
from crossborder.stages.logistics.numbers.reading import Reading, readings
from crossborder.stages.logistics.numbers.rules import FORMATS
from crossborder.stages.logistics.numbers.text import LONGEST, normalised

__all__ = ["Flaw", "diagnose"]

_POSTAL_END = re.compile(r"[A-Z]{2}[0-9]{7,11}[A-Z]{2}")
_STRANGE = re.compile(r"[^0-9A-Z]")
_TELLING = 2
"""So many fixed characters at the beginning say whose number it was meant to be."""


@frozen(field_transformer=checked)
class Flaw:
    """One thing that keeps a text from being a number of one format.

    Attributes:
        code: `check_digit`, `unknown`, `issuer` (another post's than was asked for), `hyphen`,
            `length`, `content`, `character`, `too_long`, `empty` or `no_format`.
        text: for people.
        field: the part of the number it is about, or `number`.
        value: what stands there.
        expected: what should stand there, where that is one thing.
        carrier: whose format it nearly is, or empty.
        format: which one, or empty.
        source: where the rule is written, or empty.
    """

    code: str
    text: str
    field: str
    value: str = ""
    expected: str = ""
    carrier: str = ""
    format: str = ""
    source: str = ""

    @property
    def error(self) -> InvalidValue:
        """The same to raise; its source is the format."""
        source = self.format or "tracking"
        return InvalidValue(self.text, field=self.field, value=self.value, source=source)


def _flaw(
    code: str, text: str, field: str, value: str, *, expected: str = "", format: Format
) -> Flaw:
    named = {"carrier": format.carrier, "format": format.name, "source": format.source}
    return Flaw(code, text, field, value, expected, **named)


def _misfits(reading: Reading, number: str, carrier: str) -> Iterator[Flaw]:
    """What is wrong with a number that is laid out right, and is to be the carrier's."""
    kind = reading.format
    if reading.check != reading.expected:
        text = f"must be {reading.expected}, the check digit by {kind.rule}"
        expected = reading.expected
        yield _flaw("check_digit", text, "check", reading.check, expected=expected, format=kind)
    wanted = kind.issuers(carrier)
    for name in reading.unknown:
        if name != "issuer" or not wanted:
            yield _flaw("unknown", "is none we know", name, reading.parts[name], format=kind)
    if wanted and reading.parts["issuer"] not in wanted:
        expected = " or ".join(wanted)
        said, issuer = f"must be {expected}, under which {carrier} issues", reading.parts["issuer"]
        yield _flaw("issuer", said, "issuer", issuer, expected=expected, format=kind)
    if reading.hyphen:
        text = "must have a hyphen before its last character"
        yield _flaw("hyphen", text, "number", number, format=kind)


def _near(text: str, format: Format, layout: Layout) -> Flaw | None:
    """What is wrong with a text that begins like the format's numbers and is laid out otherwise."""
    telling = len(layout.lead) >= _TELLING and text.startswith(layout.lead)
    if not telling and not (format.name == "s10" and _POSTAL_END.fullmatch(text)):
        return None
    if layout.shortest <= len(text) <= layout.longest:
        return _flaw("content", f"must look like {layout.picture}", "number", text, format=format)
    least, most = str(layout.shortest), str(layout.longest)
    wanted = least if least == most else f"{least} to {most}"
    said = f"must have {wanted} characters, not {len(text)}"
    return _flaw("length", said, "number", text, expected=wanted, format=format)


def _unread(number: str, text: str) -> Flaw | None:
    """Why a text cannot be a number at all."""
    if len(number) > LONGEST:
        said = f"has {len(number)} characters; more than {LONGEST} are not read"
        return Flaw("too_long", said, "number", number[:LONGEST])
    if not text:
        return Flaw("empty", "has no characters", "number")
    strange = _STRANGE.search(text)
    if strange is not None:
        said = f"has the character {strange[0]!r}, which no number has"
        return Flaw("character", said, "number", strange[0])
    return None


def _meant(format: Format, carrier: str) -> bool:
    """Whether the carrier has numbers of this format."""
    return not carrier or carrier == format.carrier or bool(format.issuers(carrier))


def diagnose(number: str, carrier: str = "") -> tuple[Flaw, ...]:
    """Why no carrier has such a number, the nearest miss first; nothing where one has.

    Args:
        number: as it was sent.
        carrier: ask only why it is no number of this carrier, by a name that `identify` gives; or
            of any post, by `post`.

    >>> [(flaw.format, flaw.field, flaw.value, flaw.expected) for flaw in diagnose("RR123456786CN")]
    [('s10', 'check', '6', '5')]
    >>> raise diagnose("YT22295212721644")[0].error
    Traceback (most recent call last):
    ...
    crossborder.errors.InvalidValue: yunexpress.number must have 18 characters, not 16 \
(got 'YT22295212721644')

    Raises:
        InvalidValue: not a text.
    """
    asked = [reading for reading in readings(number) if _meant(reading.format, carrier)]
    if any(
        reading.exact and carrier in ("", reading.format.carrier, reading.carrier)
        for reading in asked
    ):
        return ()
    text = normalised(number[:LONGEST])
    unread = _unread(number, text)
    if unread is not None:
        return (unread,)
    asked.sort(key=lambda reading: reading.rank)
    flaws = [flaw for reading in asked for flaw in _misfits(reading, text, carrier)]
    if not flaws:
        near = (
            _near(text, kind, layout)
            for kind in FORMATS
            if _meant(kind, carrier)
            for layout in kind.layouts
        )
        flaws = [flaw for flaw in near if flaw is not None]
    if not flaws:
        whose = f"number of {carrier}" if carrier else "carrier's number we know"
        said = f"looks like no {whose}: {len(text)} characters that begin with {text[:2]}"
        flaws.append(Flaw("no_format", said, "number", text))
    return tuple(flaws)
