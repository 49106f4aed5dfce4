"""Suites for carriers, trackers and readers of tracking answers."""

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
from crossborder.model.carriage import ShipmentRequest
from crossborder.model.outcome import Done, Refused
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Stage, TrackingEvent
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.serial import from_json, to_json
from crossborder.testing.contracts.once import Deed, Far, OnceContract
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

__all__ = ["CarrierContract", "TrackerContract", "TrackingReaderContract"]

_RECEIVED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class CarrierContract(OnceContract):
    """`Carrier`: give a request that is accepted and one that is refused.

    The far end counts a booked parcel as the effect `parcel`.
    """

    @abstractmethod
    def request(self) -> ShipmentRequest:
        """A parcel the carrier takes."""

    @abstractmethod
    def refused_request(self) -> ShipmentRequest:
        """A parcel the carrier does not take."""

    def deeds(self) -> tuple[Deed, ...]:
        """A parcel must be booked once."""
        return (Deed("ship", lambda far: far.adapter.ship(self.request(), now=far.now), "parcel"),)

    def _booked(self, far: Far, key: str = "ship") -> Shipment:
        outcome = self.run(far, far.adapter.ship(self.request(), now=far.now), key=key)
        assert isinstance(outcome, Done), outcome
        shipment: Shipment = outcome.value
        return shipment

    def test_a_quote_names_its_line_and_a_cost(self) -> None:
        far = self.far()
        quotes = self.run(far, far.adapter.quote(self.request()))
        assert quotes
        for quote in quotes:
            assert quote.line
            assert quote.cost.amount > 0
            assert quote.transit is None or quote.transit[0] <= quote.transit[1]

    def test_a_booked_parcel_has_a_number_and_our_id(self) -> None:
        shipment = self._booked(self.far())
        assert shipment.number
        assert shipment.id == self.request().id

    def test_our_number_is_taken_once_even_without_a_journal(self) -> None:
        far = self.far()
        first, second = self._booked(far, "one"), self._booked(far, "two")
        assert first.number == second.number
        assert far.effects()["parcel"] == 1

    def test_a_parcel_that_is_not_taken_is_a_refusal(self) -> None:
        far = self.far()
        outcome = self.run(far, far.adapter.ship(self.refused_request(), now=far.now))
        assert isinstance(outcome, Refused), outcome
        assert outcome.problems
        assert far.effects().get("parcel", 0) == 0

    def test_a_label_is_for_the_parcels_number(self) -> None:
        far = self.far()
        shipment = self._booked(far)
        label = self.run(far, far.adapter.label(shipment))
        assert label.number in shipment.numbers
        assert label.url or label.content


class TrackerContract(OnceContract):
    """`Tracker`: give a parcel the vendor knows and one it refuses.

    Registering only sets a state, so what counts is what is known afterwards.
    """

    def deeds(self) -> tuple[Deed, ...]:
        """Registering must come through whatever is lost on the way."""
        register = Deed(
            "register", lambda far: far.adapter.register((self.known(far),)), effect="", count=0
        )
        return (register,)

    def many(self, far: Far) -> tuple[Shipment, ...]:
        """Parcels the vendor knows: more than go into one call, where calls have a limit."""
        return (self.known(far),)

    @abstractmethod
    def known(self, far: Far) -> Shipment:
        """A parcel whose number the vendor accepts."""

    @abstractmethod
    def refused(self, far: Far) -> Shipment:
        """A parcel whose number the vendor refuses."""

    def test_each_parcel_gets_its_own_outcome_in_order(self) -> None:
        far = self.far()
        parcels = (self.refused(far), self.known(far))
        outcomes = self.run(far, far.adapter.register(parcels))
        assert [isinstance(outcome, Done) for outcome in outcomes] == [False, True]

    def test_registering_twice_is_no_refusal(self) -> None:
        far = self.far()
        parcel = self.known(far)
        self.run(far, far.adapter.register((parcel,)), key="one")
        (again,) = self.run(far, far.adapter.register((parcel,)), key="two")
        assert isinstance(again, Done), again

    def test_a_registered_parcel_is_known_with_its_events(self) -> None:
        far = self.far()
        parcel = self.known(far)
        self.run(far, far.adapter.register((parcel,)))
        reading = self.run(far, far.adapter.track((parcel,), now=far.now), key="track")
        assert [found.number for found in reading.parcels] == [parcel.number]
        assert reading.parcels[0].events

    def test_each_of_many_parcels_is_answered_once(self) -> None:
        far = self.far()
        parcels = self.many(far)
        outcomes = self.run(far, far.adapter.register(parcels), key="many")
        assert len(outcomes) == len(parcels)
        reading = self.run(far, far.adapter.track(parcels, now=far.now), key="track")
        found = sorted(parcel.number for parcel in reading.parcels)
        assert found == sorted(parcel.number for parcel in parcels)

    def test_a_parcel_that_is_not_registered_is_a_problem_not_an_error(self) -> None:
        far = self.far()
        reading = self.run(far, far.adapter.track((self.refused(far),), now=far.now))
        assert reading.parcels == ()
        assert reading.problems


class TrackingReaderContract(ABC):
    """`TrackingReader`: give a body with events, and how many parcels and events it holds."""

    @abstractmethod
    def reader(self) -> TrackingReader:
        """The reader."""

    @abstractmethod
    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        """Bodies with the number of parcels and of all events in them."""

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        """Bodies with the number of problems in them: refused numbers, scans nobody can read."""
        return ()

    def test_what_the_vendor_refused_is_not_lost(self) -> None:
        for body, problems in self.problems():
            assert len(self.reader().read(body, received_at=_RECEIVED).problems) == problems

    def newest(self) -> tuple[tuple[str, Stage, str], ...]:
        """Of each parcel of the bodies its number, stage and newest time, as the answer has it.

        The time is the event's `at` in ISO 8601, else its `local`.
        """
        return ()

    def test_there_is_something_to_read(self) -> None:
        assert self.bodies(), "bodies() gives no body"
        assert any(events for _, _, events in self.bodies()), "no body of bodies() has an event"

    def test_every_parcel_and_every_event_is_read(self) -> None:
        for body, parcels, events in self.bodies():
            reading = self.reader().read(body, received_at=_RECEIVED)
            assert len(reading.parcels) == parcels
            assert sum(len(parcel.events) for parcel in reading.parcels) == events

    def test_number_stage_and_newest_time_are_those_of_the_answer(self) -> None:
        read = {
            parcel.number: (parcel.state.stage, _time(parcel.events[-1]))
            for body, _, _ in self.bodies()
            for parcel in self.reader().read(body, received_at=_RECEIVED).parcels
            if parcel.events
        }
        for number, stage, time in self.newest():
            assert read[number] == (stage, time), number

    def test_a_parcel_is_where_its_known_events_say(self) -> None:
        for body, _, _ in self.bodies():
            for parcel in self.reader().read(body, received_at=_RECEIVED).parcels:
                if any(event.stage is not Stage.UNKNOWN for event in parcel.events):
                    assert parcel.state.stage is not Stage.UNKNOWN, parcel.number

    def test_each_event_says_whose_it_is_and_a_local_time_is_iso(self) -> None:
        for body, _, _ in self.bodies():
            for parcel in self.reader().read(body, received_at=_RECEIVED).parcels:
                for event in parcel.events:
                    assert event.number
                    assert event.source
                    if event.at is None:
                        assert event.local is not None
                        assert _ISO.match(event.local), f"{event.local!r} is no ISO 8601"

    def test_no_trap_in_the_words_ends_a_parcel(self) -> None:
        for body, _, _ in self.bodies():
            reading = self.reader().read(body, received_at=_RECEIVED)
            told = {event.text for parcel in reading.parcels for event in parcel.events} - {""}
            for trap in _TRAPS:
                again = changed(body, _instead(told, trap), _middling)
                for parcel in self.reader().read(again, received_at=_RECEIVED).parcels:
                    for event in parcel.events:
                        if not event.code:
                            assert event.stage not in _ENDINGS, f"{trap!r} was read as an end"

    def test_reading_twice_gives_the_same(self) -> None:
        for body, _, _ in self.bodies():
            first = self.reader().read(body, received_at=_RECEIVED)
            assert self.reader().read(body, received_at=_RECEIVED) == first

    def test_each_event_keeps_its_raw_word_and_a_time(self) -> None:
        for body, _, _ in self.bodies():
            for parcel in self.reader().read(body, received_at=_RECEIVED).parcels:
                for event in parcel.events:
                    assert event.code or event.text
                    assert event.at is not None or event.local
                    assert event.received_at == _RECEIVED

    def test_delivered_is_only_what_an_event_says(self) -> None:
        for body, _, _ in self.bodies():
            for parcel in self.reader().read(body, received_at=_RECEIVED).parcels:
                if parcel.state.stage is Stage.DELIVERED:
                    assert any(event.stage is Stage.DELIVERED for event in parcel.events)

    def test_a_local_time_is_never_given_a_zone(self) -> None:
        for body, _, _ in self.bodies():
            for parcel in self.reader().read(body, received_at=_RECEIVED).parcels:
                for event in parcel.events:
                    assert event.at is None or event.local is None

    def test_the_events_stand_in_the_order_of_their_times(self) -> None:
        for body, _, _ in self.bodies():
            for parcel in self.reader().read(body, received_at=_RECEIVED).parcels:
                moments = [event.at for event in parcel.events if event.at is not None]
                assert moments == sorted(moments) or len(moments) < len(parcel.events)

    def test_a_truncated_body_is_unreadable_and_nothing_else(self) -> None:
        reader, bodies = self.reader(), [body.rstrip() for body, _, _ in self.bodies()]

        @given(st.sampled_from(bodies), st.sampled_from((0.0, 0.001, 1.0)) | st.floats(0, 1))
        def holds(body: bytes, share: float) -> None:
            with pytest.raises(Unreadable):
                reader.read(truncated(body, lambda: share), received_at=_RECEIVED)

        holds()

    def test_the_order_of_scans_and_their_repeats_change_nothing(self) -> None:
        reader, bodies = self.reader(), [body for body, _, _ in self.bodies()]
        told = {body: _told(reader.read(body, received_at=_RECEIVED)) for body in bodies}

        @given(st.sampled_from(bodies), st.sampled_from(_ORDERS), _CHANCES)
        def holds(body: bytes, change: Change, chance: Any) -> None:
            again = changed(body, change, chance.random)
            assert _told(reader.read(again, received_at=_RECEIVED)) == told[body]

        holds()

    def test_an_answer_with_anything_changed_in_it_is_read_or_refused(self) -> None:
        reader, bodies = self.reader(), self._answers()

        @settings(max_examples=5 * settings().max_examples)
        @given(st.sampled_from(bodies), st.sampled_from(CHANGES), _CHANCES)
        def holds(body: bytes, change: Change, chance: Any) -> None:
            again = changed(body, change, chance.random)
            with suppress(Unreadable):
                for parcel in reader.read(again, received_at=_RECEIVED).parcels:
                    assert from_json(to_json(parcel), Shipment) == parcel

        holds()

    def test_a_field_that_nobody_knows_changes_no_event_and_is_kept(self) -> None:
        for body, parcels, events in self.bodies():
            again = changed(body, added, lambda: 0.19)
            reading = self.reader().read(again, received_at=_RECEIVED)
            assert len(reading.parcels) == parcels
            assert sum(len(parcel.events) for parcel in reading.parcels) == events
            for parcel in reading.parcels:
                for event in parcel.events:
                    held = repr((event.extra, parcel.extra))
                    assert "New'" in held, "an unknown field of a scan is kept nowhere"

    def test_a_code_that_nobody_knows_is_kept_and_means_nothing(self) -> None:
        for body, _, _ in self.bodies():
            reading = self.reader().read(body, received_at=_RECEIVED)
            codes = {event.code for parcel in reading.parcels for event in parcel.events} - {""}
            again = changed(body, _instead(codes, _NO_CODE), _middling)
            for parcel in self.reader().read(again, received_at=_RECEIVED).parcels:
                for event in parcel.events:
                    if event.code == _NO_CODE:
                        assert event.stage is Stage.UNKNOWN, event

    def test_a_byte_order_mark_changes_nothing(self) -> None:
        for body, _, _ in self.bodies():
            plain = changed(body, lambda value, _: value, _middling)
            first = self.reader().read(plain, received_at=_RECEIVED)
            assert self.reader().read(BOM_UTF8 + plain, received_at=_RECEIVED) == first

    def test_a_stated_charset_is_read_and_a_wrong_one_never_crashes(self) -> None:
        for body, _, _ in self.bodies():
            plain = changed(body, lambda value, _: value, _middling)
            first = self.reader().read(plain, received_at=_RECEIVED)
            wide = plain.decode().encode("gb18030")
            assert self.reader().read(wide, received_at=_RECEIVED, charset="GBK") == first
            for wrong in ("latin-1", "utf-16", "no-such-charset"):
                with suppress(Unreadable):
                    self.reader().read(wide, received_at=_RECEIVED, charset=wrong)

    def test_a_document_type_is_refused_with_all_its_entities(self) -> None:
        bomb = b'<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'
        with pytest.raises(Unreadable):
            self.reader().read(bomb, received_at=_RECEIVED)

    def test_a_time_of_receipt_without_a_zone_is_refused(self) -> None:
        for body, _, _ in self.bodies():
            with pytest.raises(NaiveTime):
                self.reader().read(body, received_at=_RECEIVED.replace(tzinfo=None))

    def test_what_is_no_answer_of_the_vendor_is_unreadable(self) -> None:
        for body in (b"", b" ", b"null", b"7", b'"x"', b"[7]", b"{}", b"<a/>", b"<html></html>"):
            with pytest.raises(Unreadable):
                self.reader().read(body, received_at=_RECEIVED)

    def _answers(self) -> tuple[bytes, ...]:
        return (*(body for body, _, _ in self.bodies()), *(body for body, _ in self.problems()))


_CHANCES = st.randoms(use_true_random=False)
_ORDERS = (backwards, shuffled, repeated)
_ISO = re.compile(
    r"[0-9]{4}[-/]?[0-9]{2}[-/]?[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?)?$"
)
_ENDINGS = frozenset({Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.DESTROYED})
_TRAPS = (
    *("Not delivered", "Could not be returned", "Delivered to local carrier", "Undelivered"),
    *("Will be returned to sender", "Loading into delivery vehicle", "未妥投", "未签收"),
)
_NO_CODE = "ZZ-NO-SUCH-CODE"


def _middling() -> float:
    """A chance that is never taken by luck."""
    return 0.1


def _told(reading: Reading) -> set[tuple[str, frozenset[TrackingEvent]]]:
    """What is told of each parcel, in no order."""
    return {(parcel.number, frozenset(parcel.events)) for parcel in reading.parcels}


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
