"""A kind of tracking number: whose it is, how it is laid out, and what it must fulfil."""

from collections.abc import Callable, Mapping

from attrs import field, frozen

from crossborder.stages.logistics.numbers.layout import Layout

__all__ = ["COLLECTION", "Format"]

COLLECTION = "tracking_number_data b79ce4b"
"""The source of layouts that no carrier publishes: the collection of that name by Jeff Keen and
others (MIT licence), https://github.com/jkeen/tracking_number_data, as it was on 2026-08-17."""


Check = Callable[[str], str]


def _layouts(pictures: tuple[str, ...]) -> tuple[Layout, ...]:
    return tuple(map(Layout, pictures))


@frozen(eq=False)
class Format:
    """One kind of number of one carrier.

    Attributes:
        carrier: by our adapters' names.
        name: of the format; unique.
        layouts: the first one that fits, with its check digit, is the reading.
        source: where the rule is written.
        check: covered characters to check digit, or None where there is none.
        rule: the name of the check.
        lead: covered characters that do not begin with it are checked as if they did.
        known: contents that a piece must have, by its name.
        meanings: what codes of a piece mean, by its name.
        carriers: carrier by the content of the piece `issuer`, where that names it.
    """

    carrier: str
    name: str
    layouts: tuple[Layout, ...] = field(converter=_layouts)
    source: str
    check: Check | None = None
    rule: str = ""
    lead: str = ""
    known: Mapping[str, frozenset[str]] = field(factory=dict)
    meanings: Mapping[str, Mapping[str, str]] = field(factory=dict)
    carriers: Mapping[str, str] = field(factory=dict)

    def issued_by(self, issuer: str) -> str:
        """The carrier that issues under a content of the piece `issuer`."""
        return self.carriers.get(issuer, f"{self.carrier}_{issuer.lower()}")

    def issuers(self, carrier: str) -> tuple[str, ...]:
        """What the piece `issuer` holds in a carrier's numbers; nothing where it does not say."""
        known = self.known["issuer"] if carrier and self.carriers else ()
        return tuple(sorted(one for one in known if self.issued_by(one) == carrier))

    def expected(self, covered: str) -> str:
        """The check digit that the covered characters ask for."""
        assert self.check is not None
        if self.lead and not covered.startswith(self.lead):
            covered = self.lead + covered
        return self.check(covered)

    def count(self, layout: Layout) -> int:
        """How many numbers of this format have the layout."""
        count = layout.count
        for name, contents in self.known.items():
            count = count // layout.counts[name] * len(contents)
        return count
