"""Whose number is it? Every carrier whose numbers look so, the surest first."""

from enum import StrEnum
from itertools import pairwise

from attrs import evolve, field, frozen

from crossborder.model.check import checked
from crossborder.model.decision import Reason
from crossborder.model.extra import Extra
from crossborder.stages.logistics.numbers.posts import SERVICES
from crossborder.stages.logistics.numbers.reading import Reading, readings
from crossborder.stages.logistics.numbers.rules import FORMATS

__all__ = ["Candidate", "Certainty", "identify", "valid"]


class Certainty(StrEnum):
    """What a candidate rests on."""

    CHECK_DIGIT = "check_digit"
    PATTERN = "pattern"


@frozen(field_transformer=checked)
class Candidate:
    """One carrier that a number may belong to.

    Attributes:
        carrier: by our adapters' names, such as `ups`; a post by its own, or `post_` and its code.
        format: which of the carrier's formats it is.
        number: as the carrier writes it, without blanks.
        certainty: a check digit that is exact, or only how it looks.
        parts: what the number consists of, such as `serial`, `shipper`, `zip`, `service`.
        meanings: what codes among the parts mean, where we know it, by the part's name.
        source: where the format's rules are written.
        reasons: what it rests on, and why it stands before the next candidate.
    """

    carrier: str
    format: str
    number: str
    certainty: Certainty
    parts: Extra = field(factory=Extra)
    meanings: Extra = field(factory=Extra)
    source: str = ""
    reasons: tuple[Reason, ...] = ()

    @property
    def service(self) -> str:
        """What the service code means, or nothing; for a postal item a `PostalService`."""
        return str(self.meanings.get("service", ""))

    @property
    def tracked(self) -> bool | None:
        """Whether scans are to be expected, where the number says so: a postal item's does."""
        if self.format != "s10":
            return None
        return SERVICES[self.parts["service"]].tracked

    @property
    def origin(self) -> str | None:
        """ISO 3166-1 alpha-2 code of the post that issued it, or None where it does not say."""
        return self.parts.get("issuer")

    @property
    def destination(self) -> str | None:
        """ISO 3166-1 alpha-2 code of the country it goes to, or None where it does not say."""
        return self.meanings.get("country")


_NOTHING = Extra()
_PATTERN = (Reason("pattern", "it looks like one; the format has no check digit"),)
_CHECKED = {
    kind.name: (
        Reason(
            "check_digit",
            "its check digit is the one the other characters ask for",
            Extra({"rule": kind.rule}),
        ),
    )
    for kind in FORMATS
    if kind.check is not None
}


def _before(one: Reading, other: Reading) -> Reason:
    """Why `one` ranks before `other`."""
    first, second = one.rank, other.rank
    named = {"other": other.format.name}
    if first[0] != second[0]:
        return Reason("surer", f"{other.format.name} has no check digit", Extra(named))
    if first[1] != second[1]:
        facts = Extra({**named, "numbers": first[1], "others": second[1]})
        text = f"fewer numbers look so than like {other.format.name}"
        return Reason("rarer", text, facts)
    return Reason(
        "more_used", f"as rare as {other.format.name}, and more widely used", Extra(named)
    )


def _candidate(reading: Reading) -> Candidate:
    kind, parts = reading.format, reading.parts
    meanings = {
        name: codes[parts[name]]
        for name, codes in kind.meanings.items()
        if parts.get(name) in codes
    }
    return Candidate(
        reading.carrier,
        kind.name,
        reading.number,
        Certainty.CHECK_DIGIT if reading.expected else Certainty.PATTERN,
        Extra(parts),
        Extra(meanings) if meanings else _NOTHING,
        kind.source,
        _CHECKED[kind.name] if reading.expected else _PATTERN,
    )


def identify(number: str) -> tuple[Candidate, ...]:
    """Every carrier the number may belong to, the surest first; nothing for a bad number.

    A check digit goes before a mere pattern; then the format goes first of which fewer numbers
    exist, since it is the less likely to be met by chance; then the more widely used one. Each
    candidate's reasons say which of these put it before the next. Blanks, hyphens, small letters
    and full-width characters make no difference. `diagnose` says what is wrong with a bad number.

    A number is never a key: it comes back after a year, and other carriers have the same one.

    >>> [(one.carrier, one.certainty.value) for one in identify("1Z5R 8939 0357 5671 27")]
    [('ups', 'check_digit')]
    >>> [one.format for one in identify("320595463938")]
    ['purolator_12']
    >>> parcel = identify("LX123456785CN")[0]
    >>> parcel.carrier, parcel.service, parcel.tracked, parcel.origin
    ('china_post', 'tracked', True, 'CN')
    >>> identify("RR123456786CN")
    ()

    Raises:
        InvalidValue: not a text.
    """
    found: dict[str, Reading] = {}
    for reading in readings(number):
        if reading.exact:
            found.setdefault(reading.format.name, reading)
    if not found:
        return ()
    if len(found) == 1:
        return tuple(_candidate(reading) for reading in found.values())
    ranked = sorted(found.values(), key=lambda reading: reading.rank)
    candidates = [_candidate(reading) for reading in ranked]
    for place, (one, other) in enumerate(pairwise(ranked)):
        reasons = (*candidates[place].reasons, _before(one, other))
        candidates[place] = evolve(candidates[place], reasons=reasons)
    return tuple(candidates)


def valid(number: str) -> bool:
    """Whether any carrier has such a number.

    >>> valid("rr 123456785 cn"), valid("RR123456786CN")
    (True, False)

    Raises:
        InvalidValue: not a text.
    """
    return any(reading.exact for reading in readings(number))
