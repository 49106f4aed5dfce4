"""A tracking answer taken apart: parcel by parcel, with what could not be read."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from attrs import field, frozen

from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.check import aware
from crossborder.model.extra import Extra, kept
from crossborder.model.outcome import Problem
from crossborder.model.shipment import Shipment
from crossborder.wire.payload import Payload
from crossborder.wire.scans.draft import ParcelDraft
from crossborder.wire.scans.fields import Spec, entries, getter
from crossborder.wire.scans.refusals import at_the_gate, plain, said
from crossborder.wire.text import read_json
from crossborder.wire.xml import read_xml

__all__ = ["Sheet"]


@frozen
class Sheet:
    """An answer that is being read.

    Attributes:
        source: the vendor's name.
        received_at: when it came.
        top: the answer; one that is a list stands under `all`.

    >>> from datetime import UTC
    >>> from crossborder.wire.scans import ScanShape, When
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
    _turned_away: list[str] = field(factory=list, init=False, repr=False)

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

        Of an answer that is a list one of its items must have one; an empty list is an answer. One
        of the gateway before the vendor, which turned the call away, becomes a problem.

        Raises:
            Unreadable: none of them is there.
        """
        held = self.top.peek()
        items = held.get("all")
        tops = [held, *(item for item in items if isinstance(item, dict))] if items else [held]
        if items == [] or any(name in top for top in tops for name in names):
            return
        told = at_the_gate(held)
        if told is None:
            text = f"has none of {', '.join(names)}"
            raise Unreadable(text, field="body", value=sorted(held)[:5], source=self.source)
        code, text, left = told
        self._turned_away.append(code)
        self._refuse(code, text, "", left)

    def answers(self) -> tuple[Payload, ...]:
        """What answers for one number each: the items of a list, else the whole answer.

        None of an answer in which a gateway turned the call away.
        """
        if self.top.has("all"):
            return self.each(self.top, "all")
        return () if self._turned_away else (self.top,)

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
                at = item.at or "body"
                raise Unreadable("has no number", field=at, value=number, source=self.source)
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

    def grouped(self, item: Payload, *path: str, number: Spec) -> tuple[tuple[str, Payload], ...]:
        """Rows of scans without parcels around them, by their number: an object each, with `rows`.

        Args:
            item: where the path begins.
            path: the names to the rows.
            number: where a row says whose it is; rows that do not say stand under "".
        """
        get = getter(number)
        found: dict[str, list[Any]] = {}
        for _, rows, _ in entries(item, *path):
            for row in rows:
                known = plain(get(row)) if isinstance(row, dict) else ""
                found.setdefault(known, []).append(row)
        at = item.path(".".join(path))
        return tuple(
            (known, Payload({"rows": rows}, source=self.source, at=at))
            for known, rows in found.items()
        )

    def refusals(
        self,
        item: Payload,
        *path: str,
        code: Spec = "code",
        text: Spec = "message",
        number: object = "",
    ) -> bool:
        """Every refusal at the end of a path, as `refused`; whether there was one.

        An object says its code and its words by name, and what else it holds is kept; one that
        holds nothing is none. A lone text is the code when it is one word, else the words.

        Args:
            item: where the path begins.
            path: the names to the errors.
            code: where an error says its code.
            text: where it says its words.
            number: the number they are about.
        """
        head, *rest = path
        stated = item.raw(head)
        if not stated:
            return False
        many_of = isinstance(stated, list)
        inside: list[Payload] = []
        known = len(self.problems)
        for place, error in enumerate(stated if many_of else [stated]):
            at = item.path(f"{head}.{place}" if many_of else head)
            if rest and isinstance(error, dict):
                part = Payload(error, source=self.source, at=at)
                self.refusals(part, *rest, code=code, text=text, number=number)
                inside.append(part)
            elif (told := said(error, code, text)) is not None:
                self._refuse(*told[:2], number, told[2])
        item.watch(head, inside)
        return len(self.problems) > known

    def refused(
        self, code: object, text: object = "", *, number: object = "", **extra: Any
    ) -> None:
        """What the vendor refuses: its own code and words, and the number it is about.

        Values may be given as they stand in the answer; what is no text counts as none.
        """
        self._refuse(plain(code), plain(text), number, extra)

    def _refuse(self, code: str, text: str, number: object, extra: dict[str, Any]) -> None:
        known = plain(number)
        held = extra | {"number": known} if known else extra
        self.problems.append(Problem(code or "refused", text, raw=code, extra=kept(held)))

    def nothing_known(self, **extra: Any) -> None:
        """Say so where neither a parcel nor a problem was found; `extra` goes with it."""
        if not (self.parcels or self.problems):
            text = "nothing is said of where a parcel is"
            self.problems.append(Problem("no_tracking", text, extra=kept(extra)))

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
