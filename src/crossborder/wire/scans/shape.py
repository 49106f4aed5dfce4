"""Where the parts of one scan stand in a vendor's object."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from attrs import field, frozen

from crossborder.errors import Unreadable
from crossborder.model.check import refuse
from crossborder.model.extra import Extra
from crossborder.model.tracking import ParcelState, TrackingEvent, scan
from crossborder.wire.scans.fields import Getter, Spec, as_text, getter, names
from crossborder.wire.scans.states import UNKNOWN, States, Wording, states
from crossborder.wire.scans.when import When
from crossborder.wire.scans.where import Where

__all__ = ["ScanShape"]

_KEPT = 1_024
_LONGEST = 1_000
"""Characters of a scan that is one text: more is no sentence."""
_NOTHING = Extra()


def _none(entry: Any) -> None:
    return None


@frozen
class ScanShape:
    """One scan of a vendor: where its code, text, time and place stand, and what they mean.

    `states` is asked about the code. A scan without a code, or of a vendor that has none, is read
    by `wording` from its text; `state` may look at the whole entry instead. What nobody knows is
    unknown, and keeps its code and its text.

    Attributes:
        source: the vendor's name.
        when: the time.
        code: the raw code, or None where the vendor has none.
        text: the sentence.
        where: the place.
        states: code → meaning.
        wording: sentence → meaning, for scans without a code.
        state: entry → `ParcelState`, for a vendor whose meaning lies in several fields; None from
            it means: ask the tables.
        number: the number a scan was reported under, where it is not the parcel's.
        patterns: of scans that are one text: the first that matches it whole takes it apart, and
            its groups are the fields of the entry.

    >>> from datetime import UTC
    >>> from crossborder.model.tracking import Stage
    >>> from crossborder.wire.scans import states
    >>> shape = ScanShape("acme", When("at"), code="c", states=states({"D": Stage.DELIVERED}))
    >>> entry = {"at": "2026-11-22T08:30:00+08:00", "c": "D", "by": "ann"}
    >>> event = shape.read(entry, "AC1", datetime(2026, 11, 23, tzinfo=UTC))
    >>> event.stage.value, event.number, event.extra
    ('delivered', 'AC1', Extra({'by': 'ann'}))
    """

    source: str
    when: When
    code: Spec | None = None
    text: Spec | None = None
    where: Where | None = None
    states: States = field(factory=dict, converter=states)
    wording: Wording | None = None
    state: Callable[[Mapping[str, Any]], ParcelState | None] | None = None
    number: Spec | None = None
    patterns: tuple[str, ...] = ()
    _code: Getter = field(init=False, eq=False, repr=False)
    _text: Getter = field(init=False, eq=False, repr=False)
    _number: Getter | None = field(init=False, eq=False, repr=False)
    _read: frozenset[str] = field(init=False, eq=False, repr=False)
    _parts: tuple[re.Pattern[str], ...] = field(init=False, eq=False, repr=False)
    _left: dict[tuple[str, ...], tuple[str, ...]] = field(
        factory=dict, init=False, eq=False, repr=False
    )

    def __attrs_post_init__(self) -> None:
        def put(name: str, value: object) -> None:
            object.__setattr__(self, name, value)

        if self.wording is not None and not isinstance(self.wording, Wording):
            raise refuse(self, "wording", self.wording, "must be a Wording")
        if isinstance(self.patterns, str):
            raise refuse(self, "patterns", self.patterns, "must be a tuple of patterns")
        try:
            put("_parts", tuple(map(re.compile, self.patterns)))
        except re.error as error:
            raise refuse(self, "patterns", self.patterns, f"has none: {error}") from None
        put("_code", _none if self.code is None else getter(self.code))
        put("_text", _none if self.text is None else getter(self.text))
        put("_number", None if self.number is None else getter(self.number))
        read = self.when.names | names(self.code) | names(self.text) | names(self.number)
        put("_read", read | (self.where.names if self.where is not None else frozenset()))

    def read(self, entry: Any, number: str, received_at: datetime) -> TrackingEvent:
        """The event of one entry.

        Raises:
            Unreadable: it is no object, a part of it is no text, or it has no time at all.
        """
        source = self.source
        if type(entry) is not dict:
            entry = self._taken_apart(entry)
        code, text = self._code(entry), self._text(entry)
        if type(code) is not str:
            code = as_text(code, "code", source)
        if type(text) is not str:
            text = as_text(text, "text", source)
        state = None if self.state is None else self.state(entry)
        if state is not None and type(state) is not ParcelState:
            raise refuse(self, "state", state, "must answer a ParcelState or None")
        if state is None:
            state = self.states.get(code)
            if state is None:
                state = UNKNOWN if code or self.wording is None else self.wording(text)
        at, local = self.when.read(entry, source)
        if at is None and not local:
            raise Unreadable("has no time", field="scan", value=_short(entry), source=source)
        place = None if self.where is None else self.where.place(entry, source)
        if self._number is not None:
            number = as_text(self._number(entry), "number", source) or number
        names = tuple(entry)
        unread = self._left.get(names)
        if unread is None:
            unread = self._unread(names)
        extra: dict[str, Any] = _NOTHING
        if unread:
            extra = {
                name: value
                for name in unread
                if (value := entry[name]) or value is False or value == 0
            }
        return scan(source, code, text, state, at, local, place, number, received_at, extra)

    def strange_zone(self, entry: Any) -> str:
        """The word for a zone that nobody knows, which left the time of an entry local; or ""."""
        told = entry if type(entry) is dict else self._taken_apart(entry)
        return self.when.strange_zone(told, self.source)

    def _taken_apart(self, entry: Any) -> dict[str, Any]:
        """The fields of a scan that is one text."""
        if isinstance(entry, str) and self._parts and len(entry) <= _LONGEST:
            text = " ".join(entry.split())
            for pattern in self._parts:
                match = pattern.fullmatch(text)
                if match is not None:
                    return {name: part for name, part in match.groupdict().items() if part}
            raise Unreadable("is no known sentence", field="scan", value=entry, source=self.source)
        raise Unreadable("is not an object", field="scan", value=entry, source=self.source)

    def _unread(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Which of an entry's names nobody reads; most entries of a vendor have the same names."""
        if len(self._left) >= _KEPT:
            self._left.clear()
        found = tuple(name for name in names if name not in self._read)
        self._left[names] = found
        return found


def _short(entry: Mapping[str, Any]) -> str:
    return ", ".join(sorted(map(str, entry)))[:80]
