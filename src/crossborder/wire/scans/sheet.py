"""A tracking answer taken apart: parcel by parcel, with what could not be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from operator import attrgetter, gt, lt
from typing import Any

from attrs import field, frozen

from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.check import aware, refuse, unchecked
from crossborder.model.extra import Extra, kept
from crossborder.model.ids import Ref
from crossborder.model.outcome import Problem
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
from crossborder.wire.text import read_json
from crossborder.wire.xml import read_xml

__all__ = ["ParcelDraft", "Sheet"]

_MOMENT = attrgetter("at")
_ONCE = attrgetter(*("at", "local", "code", "text", "stage", "health", "reason", "place", "number"))
_PROGRESS = {stage: place for place, stage in enumerate(Stage)}
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
        read = shape.read
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
                if local is not None and event.at is None and not local[:4].isdigit():
                    said = "is no time in a known spelling: it is kept as text"
                    held = kept({"number": number, "time": local})
                    here = f"{at}.{place}" if many_of else at
                    self._sheet.warn("time_unreadable", said, here, held)
        if len(path) > 1:
            left = without(item.peek().get(path[0]), path[1:])
            if left:
                self.extra[path[0]] = left

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
    return local if local[:4].isdigit() else ""  # what is no time stands before everything


@frozen
class Sheet:
    """An answer that is being read.

    Attributes:
        source: the vendor's name.
        received_at: when it came.
        top: the answer; one that is a list stands under `all`.

    >>> from datetime import UTC
    >>> body = b'{"parcels": [{"no": "A1", "note": "x", "scans": [{"t": "2026-11-02 08:00"}]}]}'
    >>> sheet = Sheet.json(body, source="acme", received_at=datetime(2026, 11, 3, tzinfo=UTC))
    >>> shape = ScanShape("acme", When("t"))
    >>> for item in sheet.top.each("parcels"):
    ...     with sheet.parcel(item, item.text("no")) as parcel:
    ...         parcel.add(shape, item, "scans")
    >>> parcels, problems = sheet.found()
    >>> parcels[0].number, parcels[0].events[0].local, parcels[0].extra
    ('A1', '2026-11-02 08:00:00', Extra({'note': 'x'}))
    """

    source: str
    received_at: datetime
    top: Payload
    parcels: list[Shipment] = field(factory=list, init=False)
    problems: list[Problem] = field(factory=list, init=False)
    _open: list[str] = field(factory=list, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        aware(self.received_at, "received_at", self.source)

    @classmethod
    def json(
        cls, body: bytes, *, source: str, received_at: datetime, charset: str | None = None
    ) -> "Sheet":
        """An answer in JSON.

        Raises:
            Unreadable: it is not JSON, or neither an object nor a list.
        """
        value = read_json(body, source=source, charset=charset)
        found = {"all": value} if isinstance(value, list) else value
        return cls(source, received_at, Payload(found, source=source))

    @classmethod
    def xml(
        cls, body: bytes, *, source: str, received_at: datetime, charset: str | None = None
    ) -> "Sheet":
        """An answer in XML, as `wire.xml` reads it.

        Raises:
            Unreadable: it is not XML, or has a document type.
        """
        value = read_xml(body, source=source, charset=charset)
        return cls(source, received_at, Payload(value, source=source))

    def expect(self, *names: str) -> None:
        """Refuse an answer that has none of these names: it is none of this vendor's.

        Of an answer that is a list one of its items must have one; an empty list is an answer.

        Raises:
            Unreadable: none of them is there.
        """
        held = self.top.peek()
        items = held.get("all")
        tops = [held, *(item for item in items if isinstance(item, dict))] if items else [held]
        if items != [] and not any(name in top for top in tops for name in names):
            text = f"has none of {', '.join(names)}"
            raise Unreadable(text, field="body", value=sorted(held)[:5], source=self.source)

    @contextmanager
    def parcel(self, item: Payload, number: object, *, carrier: str = "") -> Iterator[ParcelDraft]:
        """One parcel; what nobody read of `item` is kept in its `extra`.

        What goes wrong inside becomes a problem, which keeps all of `item`; the parcel stands with
        what was read of it until then. One without a number is a problem alone.
        """
        plain = isinstance(number, str | int) and not isinstance(number, bool)
        known = str(number).strip() if plain else ""
        draft = ParcelDraft(self, known, carrier or self.source)
        self._open.append(known)
        try:
            yield draft
        except InvalidValue as error:
            self.unreadable(error, known, item.peek(), item.at)
        finally:
            self._open.pop()
        try:
            if not known:
                raise item.refuse("number", number, "is missing")
            left: dict[str, Any] = {}
            for part in (*draft.around, item):
                left |= part.left()
            self.parcels.append(draft.shipment(left))
        except InvalidValue as error:
            self.unreadable(error, known, item.peek(), item.at)

    def each(self, item: Payload, *path: str) -> tuple[Payload, ...]:
        """The objects at the end of a path, as `many`; what is none becomes a problem."""
        found: list[Payload] = []
        for at, values, many_of in entries(item, *path):
            for place, value in enumerate(values):
                here = f"{at}.{place}" if many_of else at
                if type(value) is dict:
                    found.append(Payload(value, source=self.source, at=here))
                elif value is not None:
                    said = Unreadable("is no object", field=here, value=value, source=self.source)
                    self.unreadable(said, "", value)
        if self._open and len(path) == 1:  # what is found outside of a parcel is no part of one
            item.watch(path[0], found)
        return tuple(found)

    def refused(
        self, code: object, text: object = "", *, number: object = "", **extra: Any
    ) -> None:
        """What the vendor refuses: its own code and words, and the number it is about.

        Values may be given as they stand in the answer; what is no text counts as none.
        """
        code, text, number = (
            str(value).strip() if isinstance(value, str | int) else ""
            for value in (code, text, number)
        )
        held = {"number": number, **extra} if number else extra
        self.problems.append(Problem(code or "refused", text, raw=code, extra=kept(held)))

    def warn(self, code: str, text: str, field_name: str, extra: Extra) -> None:
        """Something that was read with less than it might have said."""
        self.problems.append(Problem(code, text, field=field_name, severity="warning", extra=extra))

    def unreadable(self, error: InvalidValue, number: str, entry: Any, at: str = "") -> None:
        """What could not be read, kept whole beside the reason."""
        field_name = f"{at}.{error.field}" if at and at not in error.field else error.field
        held = kept({"number": number, "raw": entry})
        self.problems.append(Problem("unreadable", str(error), field=field_name, extra=held))

    def found(self) -> tuple[tuple[Shipment, ...], tuple[Problem, ...]]:
        """The parcels and the problems, in the order of the answer: the parts of a `Reading`."""
        return tuple(self.parcels), tuple(self.problems)
