"""The suite of readers of tracking answers."""

import re
from abc import ABC, abstractmethod
from codecs import BOM_UTF8
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crossborder.errors import NaiveTime, Unreadable
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, Stage, TrackingEvent
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.serial import from_json, to_json
from crossborder.testing.payloads import (
    CHANGES,
    Chance,
    Change,
    added,
    backwards,
    changed,
    repeated,
    shuffled,
    truncated,
)

__all__ = ["TrackingReaderContract"]
_RECEIVED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class TrackingReaderContract(ABC):
    """`TrackingReader`: give a body with events, and how many parcels and events it holds.

    Every failure says what was read and what was stated.
    """

    @abstractmethod
    def reader(self) -> TrackingReader:
        """The reader."""

    @abstractmethod
    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        """Bodies with the number of parcels and of all events in them."""

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        """Bodies with the number of problems in them: refused numbers, scans nobody can read."""
        return ()

    def newest(self) -> tuple[tuple[str, Stage, str], ...]:
        """Of each parcel of the bodies its number, stage and newest time, as the answer has it.

        The time is the event's `at` in ISO 8601, else its `local`; empty for one without events.
        """
        return ()

    def test_there_is_something_to_read(self) -> None:
        assert self.bodies(), "bodies() gives no body"
        for name, rows, kinds in (
            ("bodies", self.bodies(), _BODY),
            ("problems", self.problems(), _REFUSAL),
            ("newest", self.newest(), _NEWEST),
        ):
            needed = ", ".join(kind.__name__ for kind in kinds)
            for place, row in enumerate(rows):
                assert _fits(row, kinds), f"{name}()[{place}] must be {needed}: {_misfit(row)}"
        events = [events for _, _, events in self.bodies()]
        assert any(events), f"no body of bodies() has an event: {events} are stated"

    def test_what_the_vendor_refused_is_not_lost(self) -> None:
        for body, problems in self._refusals():
            reading = self._read(body)
            found = f"{len(reading.problems)} were read: {_told_of(reading)}"
            assert len(reading.problems) == problems, f"{problems} problems are stated, {found}"

    def test_every_parcel_and_every_event_is_read(self) -> None:
        for body, parcels, events in self._bodies():
            reading = self._read(body)
            read = {parcel.number: len(parcel.events) for parcel in reading.parcels}
            beside = f"events by parcel: {read}; problems: {_told_of(reading)}"
            count = len(reading.parcels)
            assert count == parcels, f"{parcels} parcels are stated, {count} were read; {beside}"
            all_of = sum(len(parcel.events) for parcel in reading.parcels)
            assert all_of == events, f"{events} events are stated, {all_of} were read; {beside}"

    def test_number_stage_and_newest_time_are_those_of_the_answer(self) -> None:
        read: dict[str, list[tuple[str, str]]] = {}
        for parcel in self._parcels():
            newest = _time(parcel.events[-1]) if parcel.events else ""
            read.setdefault(parcel.number, []).append((parcel.state.stage.value, newest))
        for number, stage, time in self._newest():
            assert number in read, f"{number} is stated, and only {sorted(read)} were read"
            stated = (stage.value, time)
            assert stated in read[number], f"{number}: {stated} is stated, {read[number]} was read"

    def test_a_parcel_is_where_its_known_events_say(self) -> None:
        for parcel in self._parcels():
            known = [event.stage.value for event in parcel.events if event.stage is not _UNKNOWN]
            lost = f"{parcel.number}: no stage was read, although its events say {known}"
            assert not known or parcel.state.stage is not _UNKNOWN, lost

    def test_each_event_says_whose_it_is_and_a_local_time_is_iso(self) -> None:
        for parcel in self._parcels():
            for event in parcel.events:
                assert event.number, f"{parcel.number}: an event without a number: {event}"
                assert event.source, f"{parcel.number}: an event without a source: {event}"
                written = f"{parcel.number}: {event.local!r} is no ISO 8601: {event}"
                assert event.at is not None or _ISO.fullmatch(event.local or ""), written

    def test_no_trap_in_the_words_ends_a_parcel(self) -> None:
        for body, _, _ in self._bodies():
            told = {event.text for parcel in self._read(body).parcels for event in parcel.events}
            for trap, progress in _TRAPS.items():
                again = changed(body, _instead(told - {""}, trap), _middling)
                for event in _without_code(self._read(again)):
                    wrong = f"{trap!r} was read as {event.stage.value}, {event.health.value}"
                    assert event.stage not in _ENDINGS, wrong
                    assert event.stage is not progress or event.health is not Health.OK, wrong

    def test_a_sentence_that_goes_on_to_say_no_says_nothing_good(self) -> None:
        for body, _, _ in self._bodies():
            read = _without_code(self._read(body))
            for text in {event.text for event in read if event.stage is not _UNKNOWN} - {""}:
                for turn in _TURNS:
                    turned = f"{text} {turn}"
                    again = changed(body, _instead({text}, turned), _middling)
                    for event in _without_code(self._read(again)):
                        good = event.stage is not _UNKNOWN and event.health is Health.OK
                        wrong = f"{turned!r} was read as {event.stage.value}"
                        assert event.text != turned or not good, wrong

    def test_reading_twice_gives_the_same(self) -> None:
        for body, _, _ in self._bodies():
            first, second = self._read(body), self._read(body)
            assert first == second, f"first {_short(first)}, then {_short(second)}"

    def test_each_event_keeps_its_raw_word_and_a_time(self) -> None:
        for parcel in self._parcels():
            for event in parcel.events:
                assert event.code or event.text, f"{parcel.number}: neither code nor text: {event}"
                timed = event.at is not None or event.local
                assert timed, f"{parcel.number}: neither a moment nor a local time: {event}"
                came = f"{parcel.number}: received at {event.received_at}, stated {_RECEIVED}"
                assert event.received_at == _RECEIVED, came

    def test_delivered_is_only_what_an_event_or_the_carriers_word_says(self) -> None:
        stated = {number for number, stage, _ in self._newest() if stage is Stage.DELIVERED}
        for parcel in self._parcels():
            if parcel.state.stage is Stage.DELIVERED and parcel.number not in stated:
                stages = [event.stage.value for event in parcel.events]
                said = f"{parcel.number} is delivered, and its events only say {stages}"
                rule = "where the carrier says so of the whole parcel, state it in newest()"
                assert Stage.DELIVERED.value in stages, f"{said}: {rule}"

    def test_a_local_time_is_never_given_a_zone(self) -> None:
        for parcel in self._parcels():
            for event in parcel.events:
                both = f"{parcel.number}: both {event.at} and {event.local!r}"
                assert event.at is None or event.local is None, both

    def test_the_events_stand_in_the_order_of_their_times(self) -> None:
        for parcel in self._parcels():
            moments = [event.at for event in parcel.events if event.at is not None]
            ordered = moments == sorted(moments) or len(moments) < len(parcel.events)
            assert ordered, f"{parcel.number}: {[moment.isoformat() for moment in moments]}"

    def test_a_truncated_body_is_unreadable_and_nothing_else(self) -> None:
        bodies = [body.rstrip() for body, _, _ in self._bodies()]

        @given(st.sampled_from(bodies), st.sampled_from((0.0, 0.001, 1.0)) | st.floats(0, 1))
        def holds(body: bytes, share: float) -> None:
            with pytest.raises(Unreadable):
                self._read(truncated(body, lambda: share))

        if bodies:
            holds()

    def test_the_order_of_scans_and_their_repeats_change_nothing(self) -> None:
        told = {body: _told(self._read(body)) for body, _, _ in self._bodies()}

        @given(st.sampled_from(list(told)), st.sampled_from(_ORDERS), _CHANCES)
        def holds(body: bytes, change: Change, chance: Any) -> None:
            again = _told(self._read(changed(body, change, chance.random)))
            differs = f"{change.__name__}: read {again - told[body]} for {told[body] - again}"
            assert again == told[body], differs

        if told:
            holds()

    def test_an_answer_with_anything_changed_in_it_is_read_or_refused(self) -> None:
        bodies = [body for body, *_ in (*self._bodies(), *self._refusals())]

        @settings(max_examples=5 * settings().max_examples)
        @given(st.sampled_from(bodies), st.sampled_from(CHANGES), _CHANCES)
        def holds(body: bytes, change: Change, chance: Any) -> None:
            again = changed(body, change, chance.random)
            with suppress(Unreadable):
                for parcel in self._read(again).parcels:
                    kept = from_json(to_json(parcel), Shipment)
                    assert kept == parcel, f"kept as {_short(kept)}, read as {_short(parcel)}"

        if bodies:
            holds()

    def test_a_field_that_nobody_knows_changes_no_event_and_is_kept(self) -> None:
        for body, parcels, events in self._bodies():
            reading = self._read(changed(body, added, lambda: 0.19))
            read = {parcel.number: len(parcel.events) for parcel in reading.parcels}
            stated = f"{parcels} parcels and {events} events are stated, with new fields"
            all_of = (len(reading.parcels), sum(len(it.events) for it in reading.parcels))
            assert all_of == (parcels, events), f"{stated} {all_of} were read: {read}"
            for parcel in reading.parcels:
                for event in parcel.events:
                    held = repr((event.extra, parcel.extra))
                    lost = f"{parcel.number}: an unknown field of a scan is kept nowhere: {held}"
                    assert "New'" in held, lost

    def test_a_code_that_nobody_knows_is_kept_and_means_nothing(self) -> None:
        for body, _, _ in self._bodies():
            read = self._read(body)
            codes = {event.code for parcel in read.parcels for event in parcel.events} - {""}
            again = changed(body, _instead(codes, _NO_CODE), _middling)
            for parcel in self._read(again).parcels:
                for event in parcel.events:
                    wrong = f"{_NO_CODE} was read as {event.stage.value}: {event}"
                    assert event.code != _NO_CODE or event.stage is _UNKNOWN, wrong

    def test_a_byte_order_mark_changes_nothing(self) -> None:
        for body, _, _ in self._bodies():
            plain = changed(body, lambda value, _: value, _middling)
            first, marked = self._read(plain), self._read(BOM_UTF8 + plain)
            assert marked == first, f"read {_short(marked)}, without the mark {_short(first)}"

    def test_a_stated_charset_is_read_and_a_wrong_one_never_crashes(self) -> None:
        for body, _, _ in self._bodies():
            plain = changed(body, lambda value, _: value, _middling)
            first, wide = self._read(plain), plain.decode().encode("gb18030")
            again = self._read(wide, "GBK")
            assert again == first, f"as GBK {_short(again)}, as UTF-8 {_short(first)}"
            for wrong in ("latin-1", "utf-16", "no-such-charset"):
                with suppress(Unreadable):
                    self._read(wide, wrong)

    def test_a_document_type_is_refused_with_all_its_entities(self) -> None:
        bomb = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
        with pytest.raises(Unreadable):
            self._read(bomb)

    def test_a_time_of_receipt_without_a_zone_is_refused(self) -> None:
        for body, _, _ in self._bodies():
            with pytest.raises(NaiveTime):
                self.reader().read(body, received_at=_RECEIVED.replace(tzinfo=None))

    def test_what_is_no_answer_of_the_vendor_is_unreadable(self) -> None:
        for body in (b"", b" ", b"null", b"7", b'"x"', b"[7]", b"{}", b"<a/>", b"<html></html>"):
            try:
                reading = self._read(body)
            except Unreadable:
                continue
            pytest.fail(f"{body!r} was read as an answer: {_short(reading)}")

    def _read(self, body: bytes, charset: str | None = None) -> Reading:
        return self.reader().read(body, received_at=_RECEIVED, charset=charset)

    def _parcels(self) -> list[Shipment]:
        return [parcel for body, _, _ in self._bodies() for parcel in self._read(body).parcels]

    # Of a row that is none `test_there_is_something_to_read` tells, once for all tests.
    def _bodies(self) -> list[tuple[bytes, int, int]]:
        return [row for row in self.bodies() if _fits(row, _BODY)]

    def _refusals(self) -> list[tuple[bytes, int]]:
        return [row for row in self.problems() if _fits(row, _REFUSAL)]

    def _newest(self) -> list[tuple[str, Stage, str]]:
        whole = len(self._bodies()) == len(self.bodies())
        return [row for row in self.newest() if whole and _fits(row, _NEWEST)]


_CHANCES = st.randoms(use_true_random=False)
_ORDERS = (backwards, shuffled, repeated)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?")
_UNKNOWN = Stage.UNKNOWN
_ENDINGS = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.DESTROYED})
_TRAPS = {
    **dict.fromkeys(
        (
            *("Not delivered", "Could not be returned", "Delivered to local carrier"),
            *("Undelivered", "Will be returned to sender", "Loading into delivery vehicle"),
            *(
                "未妥投",
                "未签收",
                "Nicht zugestellt",
                "Non livré",
                "No entregado",
                "Non consegnato",
            ),
            *("Não entregue", "Niet bezorgd", "Nie doręczono", "Konnte nicht zugestellt werden"),
        ),
        None,
    ),
    "In Zustellung nicht möglich": Stage.OUT_FOR_DELIVERY,
    "Ankunft im Paketzentrum fehlgeschlagen": Stage.LINE_HAUL,
    "Abholbereit, nicht abgeholt, Rücksendung": Stage.COLLECT,
    "En livraison impossible, échec": Stage.OUT_FOR_DELIVERY,
    "En reparto fallido": Stage.OUT_FOR_DELIVERY,
    "In consegna non riuscita": Stage.OUT_FOR_DELIVERY,
    "Em entrega não realizada": Stage.OUT_FOR_DELIVERY,
    "In bezorging mislukt": Stage.OUT_FOR_DELIVERY,
    "W doręczeniu, nie zastano": Stage.OUT_FOR_DELIVERY,
}
"""Sentences that end no parcel, and the stage that their first words alone would say."""

_TURNS = (
    *("failed", "was not possible", "nicht möglich", "impossible, échec", "no realizado"),
    *("non riuscito", "não realizado", "niet gelukt", "nie udane", "失败"),
)
_NO_CODE = "ZZ-NO-SUCH-CODE"
_SHOWN = 400
_BODY, _REFUSAL, _NEWEST = (bytes, int, int), (bytes, int), (str, Stage, str)


def _middling() -> float:
    """A chance that is never taken by luck."""
    return 0.1


def _told(reading: Reading) -> set[tuple[str, frozenset[TrackingEvent]]]:
    """What is told of each parcel, in no order."""
    return {(parcel.number, frozenset(parcel.events)) for parcel in reading.parcels}


def _fits(row: object, kinds: tuple[type, ...]) -> bool:
    """Whether a row of an author's is what was asked for."""
    if not isinstance(row, tuple) or len(row) != len(kinds):
        return False
    return all(map(isinstance, row, kinds))


def _misfit(row: object) -> str:
    if not isinstance(row, tuple):
        return f"it is no tuple: {_short(row)}"
    said = ", ".join(type(part).__name__ for part in row)
    hint = ", encode the text" if row and type(row[0]) is str and len(row) < 4 else ""
    return f"it is {said}{hint}: {_short(row)}"


def _told_of(reading: Reading) -> list[str]:
    """The problems of a reading, each in a line."""
    return [f"{said.code} {said.field} {said.text}".strip() for said in reading.problems]


def _without_code(reading: Reading) -> list[TrackingEvent]:
    """The events that only their words explain."""
    return [event for parcel in reading.parcels for event in parcel.events if not event.code]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _time(event: TrackingEvent) -> str:
    return event.at.isoformat() if event.at is not None else event.local or ""


def _instead(told: set[str], other: str) -> Change:
    """Every value that is one of those told becomes another one."""

    def change(value: Any, chance: Chance) -> Any:
        if isinstance(value, dict):
            return {name: change(item, chance) for name, item in value.items()}
        if isinstance(value, list):
            return [change(item, chance) for item in value]
        return other if isinstance(value, str | int) and str(value).strip() in told else value

    return change
