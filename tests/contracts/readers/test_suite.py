"""The suite for readers tells its author what was read and what was stated."""

import json
from datetime import datetime
from typing import Any

import pytest
from attrs import frozen

from crossborder.model.tracking import ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from crossborder.wire.scans import ScanShape, Sheet, When, Wording, states

SAID = Wording({"Ausgeliefert": Stage.DELIVERED}, {"In Zustellung": Stage.OUT_FOR_DELIVERY})
WORDS = states({"DA": Stage.DELIVERED, "WEG": Stage.LINE_HAUL})
STRICT = ScanShape("acme", When("t"), text="w", wording=SAID)


def _loosely(entry: Any) -> ParcelState:
    if "geliefert" in entry["w"].casefold():
        return ParcelState(Stage.DELIVERED)
    return ParcelState(Stage.OUT_FOR_DELIVERY if "Zustellung" in entry["w"] else Stage.UNKNOWN)


LOOSE = ScanShape("acme", When("t"), text="w", state=_loosely)


@frozen
class Small(TrackingReader):
    shape: ScanShape = STRICT

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        sheet = Sheet.json(body, source="acme", received_at=received_at, charset=charset)
        sheet.expect("parcels")
        for item in sheet.each(sheet.top, "parcels"):
            with sheet.parcel(item, item.raw("no")) as parcel:
                parcel.add(self.shape, item, "scans")
                parcel.reports(WORDS, item, "phase")
        return Reading(*sheet.found())


def body(phase: str = "", *words: str) -> bytes:
    scans = [{"t": f"2026-11-0{day} 08:00", "w": word} for day, word in enumerate(words, 1)]
    return json.dumps({"parcels": [{"no": "A1", "phase": phase, "scans": scans}]}).encode()


GOOD = body("", "In Zustellung", "Ausgeliefert")
DONE = ("A1", Stage.DELIVERED, "2026-11-02 08:00:00")


def failures(bodies: Any, newest: Any = (), shape: ScanShape = STRICT) -> dict[str, str]:
    class Suite(TrackingReaderContract):
        def reader(self) -> TrackingReader:
            return Small(shape)

        def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
            found: tuple[tuple[bytes, int, int], ...] = bodies
            return found

        def newest(self) -> tuple[tuple[str, Stage, str], ...]:
            stated: tuple[tuple[str, Stage, str], ...] = newest
            return stated

    found: dict[str, str] = {}
    for name in dir(Suite):
        if name.startswith("test_"):
            try:
                getattr(Suite(), name)()
            except (Exception, pytest.fail.Exception) as error:
                found[name] = str(error)
    return found


def test_a_good_reader_passes() -> None:
    assert failures(((GOOD, 1, 2),), (DONE,)) == {}


@pytest.mark.parametrize("row", [(GOOD.decode(), 1, 2), (GOOD, 1), GOOD, (GOOD, "1", 2)])
def test_a_row_that_is_none_is_one_clear_failure(row: Any) -> None:
    (said,) = failures((row, (GOOD, 1, 2)), (DONE,)).items()
    assert said[0] == "test_there_is_something_to_read"
    assert "bodies()[0] must be bytes, int, int" in said[1]
    assert ("encode the text" in said[1]) is (type(row[0]) is str)


def test_wrong_numbers_are_told_with_those_that_were_read() -> None:
    found = failures(((GOOD, 2, 3),))
    assert "2 parcels are stated, 1 were read" in found["test_every_parcel_and_every_event_is_read"]
    found = failures(((GOOD, 1, 3),), (("A1", Stage.LOST, "x"), ("B2", Stage.LOST, "x")))
    assert "3 events are stated, 2 were read" in found["test_every_parcel_and_every_event_is_read"]
    newest = found["test_number_stage_and_newest_time_are_those_of_the_answer"]
    assert "('lost', 'x') is stated" in newest
    assert "('delivered', '2026-11-02 08:00:00')" in newest
    found = failures(((GOOD, 1, 2),), (("B2", Stage.LOST, "x"),))
    newest = found["test_number_stage_and_newest_time_are_those_of_the_answer"]
    assert newest.startswith("B2 is stated, and only ['A1'] were read")


def test_delivered_is_what_an_event_says_or_the_author_states() -> None:
    reported = body("DA", "In Zustellung")
    name = "test_delivered_is_only_what_an_event_or_the_carriers_word_says"
    assert "state it in newest()" in failures(((reported, 1, 1),))[name]
    stated = ("A1", Stage.DELIVERED, "2026-11-01 08:00:00")
    assert failures(((reported, 1, 1),), (stated,)) == {}
    bare = body("DA")
    assert failures(((bare, 1, 0), (GOOD, 1, 2)), (("A1", Stage.DELIVERED, ""), DONE)) == {}


def test_a_reader_that_looks_for_parts_of_sentences_is_caught_in_its_language() -> None:
    found = failures(((GOOD, 1, 2),), (DONE,), LOOSE)
    trap = found["test_no_trap_in_the_words_ends_a_parcel"]
    assert "'In Zustellung nicht möglich' was read as out_for_delivery" in trap
    assert "was read as" in found["test_a_sentence_that_goes_on_to_say_no_says_nothing_good"]
