"""The decision: which bucket each piece is in, what is quarantined, and what does not add up."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import combinations
from typing import TypeVar

from attrs import field, frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.stages.inventory.fba.buckets import (
    BUCKETS,
    OVERLAPS,
    PREFIXES,
    TOTALS,
    WHOLE,
    FbaBucket,
    FbaUse,
)

__all__ = ["FbaCounts", "FbaPieces", "FbaResidue", "FbaStock", "fba_stock"]

K = TypeVar("K", FbaBucket, str)


@frozen(field_transformer=checked)
class FbaCounts:
    """What Amazon states of one SKU, in its own words.

    Attributes:
        sku: the seller's SKU.
        counts: Amazon's name of each count, dotted where nested, and its pieces.
        updated_at: when a count changed last, or None.
    """

    sku: str
    counts: Extra = field(factory=Extra)
    updated_at: datetime | None = None


@frozen(field_transformer=checked)
class FbaPieces:
    """The pieces of one bucket."""

    bucket: FbaBucket
    quantity: int


@frozen(field_transformer=checked)
class FbaResidue:
    """A total that Amazon states, beside what its buckets come to.

    Attributes:
        group: reserved, researching, unfulfillable, or `total` for all.
        stated: pieces by Amazon's total.
        found: pieces in the buckets of the group, quarantined ones with them.
        outside: the groups or quarantined names that the total seems to leave out: empty when
            nothing is missing, when nothing fits, and when more than one guess would.
    """

    group: str
    stated: int
    found: int
    outside: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Such as `residue:total`."""
        return f"residue:{self.group}"

    @property
    def quantity(self) -> int:
        """Pieces that the total has beyond its buckets; below zero where it has fewer."""
        return self.stated - self.found


@frozen(field_transformer=checked)
class FbaStock:
    """One SKU in Amazon's centres: each piece in exactly one place.

    Of each total the pieces in buckets, the quarantined ones and the residue add up to it.

    Attributes:
        sku: the seller's SKU.
        pieces: the buckets that were stated, in the order of `FbaBucket`.
        residues: one for each total that was stated.
        quarantined: pieces under names that nobody knows yet; in no bucket, and not sold.
        overlapping: pieces of the inbound buckets told once more, for what buyers may order early.
        updated_at: when a count changed last, or None.
    """

    sku: str
    pieces: tuple[FbaPieces, ...] = ()
    residues: tuple[FbaResidue, ...] = ()
    quarantined: Extra = field(factory=Extra)
    overlapping: Extra = field(factory=Extra)
    updated_at: datetime | None = None

    def of(self, bucket: FbaBucket) -> int:
        """The pieces of a bucket; 0 for one that was not stated."""
        return next((one.quantity for one in self.pieces if one.bucket is bucket), 0)

    def total(self, use: FbaUse) -> int:
        """The pieces of all buckets with that use."""
        return sum(one.quantity for one in self.pieces if one.bucket.use is use)

    def residue(self, group: str = WHOLE) -> int:
        """What the total of a group has beyond its buckets; 0 where no total was stated."""
        return next((one.quantity for one in self.residues if one.group == group), 0)


@decides("inventory.fba", 1)
def fba_stock(counts: FbaCounts, *, now: datetime) -> Decision[FbaStock]:
    """The buckets of what Amazon states, with the residue of each total.

    A name that is neither bucket nor total nor a known overlap is quarantined, wherever it stands:
    its pieces are counted against the totals they belong to, and sold from by nobody. Buckets that
    were not stated are not made up; where a stated total leaves no room for them they are empty.

    Facts: `inventory.fba_residue` for each total that does not add up, and
    `inventory.fba_bucket_quarantined` for each unknown name.

    Raises:
        InvalidValue: a count that is no whole number, or is below zero, or a bucket or a total
            that is stated under two names.
    """
    for name, pieces in counts.counts.items():
        if type(pieces) is not int:
            raise _refused(counts, name, pieces, "must be a whole number")
        if pieces < 0:
            raise _refused(counts, name, pieces, "must not be negative")
    stated = _named(counts, BUCKETS)
    totals = _named(counts, TOTALS)
    known = BUCKETS.keys() | TOTALS.keys() | OVERLAPS
    strange = {name: n for name, n in sorted(counts.counts.items()) if name not in known}
    residues = tuple(_residue(group, totals, stated, strange) for group in sorted(totals))
    for residue in residues:
        if not residue.quantity and residue.group != WHOLE:
            stated |= {one: 0 for one in FbaBucket if one.group == residue.group} | stated
    found = FbaStock(
        counts.sku,
        tuple(FbaPieces(one, stated[one]) for one in FbaBucket if one in stated),
        residues,
        Extra(strange),
        Extra({name: counts.counts[name] for name in sorted(OVERLAPS & counts.counts.keys())}),
        counts.updated_at,
    )
    return Decision(found, tuple(_reasons(found)), tuple(_events(found, now)))


def _refused(counts: FbaCounts, name: str, pieces: object, text: str) -> InvalidValue:
    return InvalidValue(text, field=name, value=pieces, source=f"FBA stock of {counts.sku}")


def _named(counts: FbaCounts, table: Mapping[str, K]) -> dict[K, int]:
    """What is stated under the names of a table, by our name."""
    found: dict[K, int] = {}
    for name, ours in table.items():
        if name not in counts.counts:
            continue
        if ours in found:
            raise _refused(counts, name, counts.counts[name], f"states {ours} a second time")
        found[ours] = counts.counts[name]
    return found


def _residue(
    group: str,
    totals: Mapping[str, int],
    stated: Mapping[FbaBucket, int],
    strange: Mapping[str, int],
) -> FbaResidue:
    parts: dict[str, int] = {}
    for bucket, pieces in stated.items():
        if group in (WHOLE, bucket.group):
            part = bucket.group if group == WHOLE else bucket.value
            parts[part] = parts.get(part, 0) + pieces
    for name, pieces in strange.items():
        if group in (WHOLE, PREFIXES.get(name.partition(".")[0])):
            parts[name] = parts.get(name, 0) + pieces
    found = sum(parts.values())
    return FbaResidue(group, totals[group], found, _outside(parts, found - totals[group]))


def _outside(parts: Mapping[str, int], excess: int) -> tuple[str, ...]:
    """The parts that would explain an excess: one or two of them, and no others as well."""
    some = sorted(name for name, pieces in parts.items() if pieces)
    for size in (1, 2) if excess > 0 else ():
        fits = [
            names for names in combinations(some, size) if sum(parts[n] for n in names) == excess
        ]
        if fits:
            return fits[0] if len(fits) == 1 else ()
    return ()


def _reasons(stock: FbaStock) -> Iterator[Reason]:
    uses = {use.value: stock.total(use) for use in FbaUse}
    yield Reason("buckets", "pieces by what they are to us", Extra(uses))
    for residue in stock.residues:
        if residue.quantity:
            yield Reason(residue.name, "the total is not what its buckets come to", _facts(residue))
    if stock.quarantined:
        yield Reason("quarantined", "names that nobody knows yet", stock.quarantined)
    if any(stock.overlapping.values()):
        said = "pieces of the inbound buckets, told once more"
        yield Reason("overlapping", said, stock.overlapping)


def _facts(residue: FbaResidue) -> Extra:
    return Extra(
        {
            "group": residue.group,
            "stated": residue.stated,
            "found": residue.found,
            "residue": residue.quantity,
            "outside": residue.outside,
        }
    )


def _events(stock: FbaStock, now: datetime) -> Iterator[Event]:
    for residue in stock.residues:
        if residue.quantity:
            yield Event("inventory.fba_residue", stock.sku, now, _facts(residue))
    for name, pieces in stock.quarantined.items():
        facts = Extra({"bucket": name, "pieces": pieces})
        yield Event("inventory.fba_bucket_quarantined", stock.sku, now, facts)
