"""One parcel while it is read: its scans in order, its state, and all else an answer tells of it."""

from datetime import datetime
from operator import attrgetter, gt, lt
from typing import TYPE_CHECKING, Any

from crossborder.errors import InvalidValue
from crossborder.model.check import refuse, unchecked
from crossborder.model.extra import kept
from crossborder.model.ids import Ref
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import (
    Expected,
    ParcelState,
    Stage,
    TrackingEvent,
    added_up,
    together,
)
from crossborder.wire.payload import Payload
from crossborder.wire.scans.fields import as_text, entries, getter, grouped, without
from crossborder.wire.scans.shape import ScanShape
from crossborder.wire.scans.states import UNKNOWN, States
from crossborder.wire.scans.when import When

if TYPE_CHECKING:
    from crossborder.wire.scans.sheet import Sheet

__all__ = ["ParcelDraft"]

_MOMENT = attrgetter("at")
_ONCE = attrgetter(*("at", "local", "code", "text", "stage", "health", "reason", "place", "number"))
_PROGRESS = {stage: place for place, stage in enumerate(Stage)}
_CLOCK = datetime.fromisoformat
_shipment, _ref = unchecked(Shipment), unchecked(Ref)
_expected, _window = unchecked(Expected), unchecked(Window)


class ParcelDraft:
    """One parcel while it is read; `Sheet.parcel` makes it and keeps what became of it.

    Attributes:
        number: its tracking number.
        carrier: who carries it.
        id: our id when the answer tells it, else the number.
        line: the product it was booked as.
        state: what the vendor reports of the whole parcel, or None where it does not.
        expected: the carrier's own estimate, or None.
        ship_date: when it was handed over, or None.
        legs: who carries it from where to where, where the answer says so.
        refs: further ids of it, by whose they are.
        extra: what else is to be kept.
        around: objects around the parcel of which what nobody reads belongs to it as well.
        scans: its events so far.
    """

    def __init__(self, sheet: "Sheet", number: str, carrier: str) -> None:
        self.number, self.carrier = number, carrier
        self.id, self.line = number, ""
        self.state: ParcelState | None = None
        self.expected: Expected | None = None
        self.ship_date: datetime | None = None
        self.legs: list[Leg] = []
        self.refs: list[Ref] = []
        self.extra: dict[str, Any] = {}
        self.around: list[Payload] = []
        self.scans: list[TrackingEvent] = []
        self._sheet = sheet

    def add(
        self, shape: ScanShape, item: Payload, *path: str, inherit: tuple[str, ...] = ()
    ) -> None:
        """Every scan at the end of a path; one that cannot be read becomes a problem.

        A path goes through lists and lone objects, and with `*` through every field of an object.
        What else the objects on the way hold is kept in `extra`.

        Args:
            shape: of one scan.
            item: where the path begins.
            path: the names to the scans.
            inherit: fields of the groups around a scan that it takes as its own, such as the day
                of a group; `*` is the name of the field that `*` went through.
        """
        number, received, put = self.number, self._sheet.received_at, self.scans.append
        read, zoned = shape.read, shape.when.zoned
        strange: list[str] = []
        plain = not inherit and "*" not in path
        for at, found, many_of in entries(item, *path) if plain else grouped(item, path, inherit):
            for place, entry in enumerate(found):
                if entry is None:
                    continue
                try:
                    event = read(entry, number, received)
                except InvalidValue as error:
                    here = f"{at}.{place}" if many_of else at
                    self._sheet.unreadable(error, number, entry, here)
                    continue
                put(event)
                local = event.local
                if local is None:
                    continue
                try:  # of what is no time "10.15" alone might pass for a part of an hour
                    known = _CLOCK(local) is not None and local[13:14] != "."
                except ValueError:
                    known = False
                if known and not zoned:
                    continue
                word = shape.strange_zone(entry) if known else local
                if word and word not in strange:
                    here = f"{at}.{place}" if many_of else at
                    self._warn_of(word, here, "zone" if known else "time")
                    if known:
                        strange.append(word)
        if len(path) > 1:
            left = without(item.peek().get(path[0]), path[1:])
            if left:
                self.extra[path[0]] = left

    def _warn_of(self, word: str, at: str, part: str) -> None:
        """A time or a zone in no known spelling; a zone only once, as many scans have the same."""
        said = "is no time in a known spelling: it is kept as text"
        if part == "zone":
            said = "is no zone in a known spelling: the time stays local"
        held = kept({"number": self.number, part: word})
        self._sheet.warn(f"{part}_unreadable", said, at, held)

    def reports(self, table: States, item: Payload, name: str) -> None:
        """What the vendor says of the whole parcel: a field, or a path, and the table of its words.

        The word itself is kept in `extra`. A word that is not in the table says nothing.
        """
        word = as_text(getter(name)(item.peek()), name, self._sheet.source)
        if word:
            if "." not in name:
                item.raw(name)
                self.extra[name] = word
            self.state = table.get(word, UNKNOWN)

    def refer(self, *values: object) -> None:
        """Further ids of the parcel, as the vendor writes them, each once.

        Its own number, blanks and what is no text are passed over.
        """
        source = self._sheet.source
        known = {self.number, *(ref.value.strip() for ref in self.refs if ref.vendor == source)}
        for value in values:
            if isinstance(value, str) and (plain := value.strip()) and plain not in known:
                known.add(plain)
                self.refs.append(_ref(source, value))

    def expects(self, item: Payload, earliest: When, latest: When | None = None) -> None:
        """The carrier's estimate, as one moment or two; one without a zone is left in `extra`.

        A half or a turned window is left there too: nothing is made up.
        """
        data = dict(item.peek())
        first, _ = earliest.read(data, self._sheet.source)
        last, _ = (latest or earliest).read(data, self._sheet.source)
        if first is not None and last is not None and first <= last:
            middle = first + (last - first) / 2
            received = self._sheet.received_at
            self.expected = _expected(_window(first, last), middle, "carrier", 0, received, None)

    def shipment(self, left: dict[str, Any]) -> Shipment:
        """The parcel, with every scan once, the oldest first, and what was left of its object."""
        events = _ordered(self.scans)
        for name, value, kind in (
            ("id", self.id, str),
            ("carrier", self.carrier, str),
            ("line", self.line, str),
            ("ship_date", self.ship_date, datetime | None),
        ):
            if not isinstance(value, kind):
                raise refuse("ParcelDraft", name, value, "is of another kind")
        if self.ship_date is not None and self.ship_date.tzinfo is None:
            raise refuse("ParcelDraft", "ship_date", self.ship_date, "has no zone")
        return _shipment(
            self.id.strip() or self.number,
            self.carrier.strip() or self._sheet.source,
            self.number,
            self.ship_date,
            None,  # the order is ours to know
            tuple(self.legs),
            (),
            events,
            together(self.state, added_up(events)),
            None,  # and so is the promise
            self.expected,
            self.line,
            None,
            tuple(self.refs),
            left | kept(self.extra),
        )


def _ordered(scans: list[TrackingEvent]) -> tuple[TrackingEvent, ...]:
    """Every scan once, oldest first; of one time the further stage last, as `merge` has it.

    Scans of one time and stage stay in the answer's order. Answers run either way: the order of
    the first and the last scan says which.
    """
    if not scans:
        return ()
    times = list(map(_MOMENT, scans))
    if None not in times:
        # Most answers are in order and tell each time once: then nothing has to be sorted.
        if all(map(gt, times, times[1:])):
            return tuple(reversed(scans))
        if all(map(lt, times, times[1:])):
            return tuple(scans)
    moments = set(times)
    found = scans
    if len(moments) < len(scans):  # two scans of one time may be one scan, told twice
        found = list({_ONCE(event): event for event in scans}.values())
    if len(found) == 1:
        return tuple(found)
    key: Any = _wall if None in moments else _MOMENT
    if key(found[0]) > key(found[-1]):
        found = found[::-1]
    if len(moments) < len(scans) or key is _wall:
        found = sorted(found, key=lambda event: _PROGRESS[event.stage])
    return tuple(sorted(found, key=key))


def _wall(event: TrackingEvent) -> str:
    """What the clocks showed there: the order of scans of which some have no zone."""
    if event.at is not None:
        return f"{event.at:%Y-%m-%d %H:%M:%S}"
    local = event.local or ""
    return local if local[4:5] == "-" else ""  # what is no time stands before everything
