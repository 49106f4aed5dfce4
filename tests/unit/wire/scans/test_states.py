"""What codes and sentences mean; no part of a sentence ends a parcel."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.wire.scans import Wording, states

SAID = Wording(
    {
        "Delivered": Stage.DELIVERED,
        "Returned to sender": (Stage.RETURNED, Health.FAILED),
        "已签收": Stage.DELIVERED,
    },
    {"Arrived at": Stage.LINE_HAUL, "Arrived at customs": Stage.IMPORT_CUSTOMS},
)
TRAPS = (
    "Could not be returned",
    "Delivered to local carrier",
    "Not delivered",
    "Will be returned to sender",
    "Loading into delivery vehicle",
    "Undelivered",
    "Delivered?",
    "delivered, then returned to sender",
    "未签收",
)


@pytest.mark.parametrize("text", TRAPS)
def test_a_trap_in_the_words_makes_no_delivery_and_no_return(text: str) -> None:
    assert SAID(text).stage is Stage.UNKNOWN


@given(st.text(), st.sampled_from(["Delivered", "Returned to sender", "已签收"]), st.text())
def test_a_sentence_inside_another_ends_nothing(before: str, sentence: str, after: str) -> None:
    told = SAID(f"{before}{sentence}{after}").stage
    whole = f"{before}{sentence}{after}".casefold().split()
    if whole != sentence.casefold().split() and any(map(str.isalnum, before + after)):
        assert told not in (Stage.DELIVERED, Stage.RETURNED)


@pytest.mark.parametrize("text", ["DELIVERED", " delivered. ", "Delivered !", "已签收。"])
def test_case_blanks_and_the_last_stop_do_not_count(text: str) -> None:
    assert SAID(text).stage is Stage.DELIVERED


def test_the_longest_beginning_counts() -> None:
    assert SAID("Arrived at customs, Liege").stage is Stage.IMPORT_CUSTOMS
    assert SAID("Arrived at Liege").stage is Stage.LINE_HAUL


@pytest.mark.parametrize(
    "stage", [Stage.DELIVERED, Stage.RETURNING, Stage.RETURNED, Stage.LOST, Stage.DESTROYED]
)
def test_a_beginning_that_would_end_a_parcel_is_refused(stage: Stage) -> None:
    with pytest.raises(InvalidValue, match="whole sentence"):
        Wording({}, {"Delivered": stage})


def test_a_table_has_stages_healths_and_reasons_and_no_default() -> None:
    table = states({"A": Stage.ACCEPTED, "B": (Stage.LOST, Health.FAILED, "carrier_parcel_lost")})
    assert table["A"] == ParcelState(Stage.ACCEPTED)
    assert table["B"] == ParcelState(Stage.LOST, Health.FAILED, "carrier_parcel_lost")
    assert table.get("C") is None
    with pytest.raises(TypeError):
        table["C"] = ParcelState()  # type: ignore[index]


def test_a_text_is_read_the_same_however_many_were_read_between() -> None:
    said = Wording({"Delivered": Stage.DELIVERED})
    for number in range(9_000):
        said(f"text {number}")
    assert said("Delivered").stage is Stage.DELIVERED
    assert len(said._seen) <= 8_192


def test_a_beginning_is_of_whole_words_and_says_nothing_of_what_failed_later() -> None:
    said = Wording({}, {"Out for delivery": Stage.OUT_FOR_DELIVERY, "Held": Stage.COLLECT})
    assert said("Out for delivery in Lille").stage is Stage.OUT_FOR_DELIVERY
    for text in ("Out for delivery failed, returned to sender", "Heldover", "Held: could not open"):
        assert said(text).stage is Stage.UNKNOWN


def test_a_table_with_an_empty_or_a_double_row_is_refused() -> None:
    with pytest.raises(InvalidValue, match="every text begins so"):
        Wording({}, {"": Stage.LINE_HAUL})
    with pytest.raises(InvalidValue, match="one sentence twice"):
        Wording({"Delivered": Stage.DELIVERED, "delivered.": Stage.COLLECT})


def test_codes_that_are_numbers_are_known_as_text() -> None:
    assert states({1: Stage.DELIVERED})["1"].stage is Stage.DELIVERED
