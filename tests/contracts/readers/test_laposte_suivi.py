"""La Poste's answers, checked against the payloads themselves."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crossborder.adapters.readers.laposte_suivi import Reader
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.testing.contracts import TrackingReaderContract
from where import contracts_root

NOW = datetime(2026, 11, 3, tzinfo=UTC)


def published(name: str = "tracking_response") -> bytes:
    return (contracts_root() / "carriers" / "laposte_suivi" / f"{name}.json").read_bytes()


def read(answer: Any) -> Reading:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return Reader().read(body, received_at=NOW)


def answer(*events: tuple[str, str], number: str = "EW1", **more: Any) -> dict[str, Any]:
    scans = [{"code": code, "label": "Votre colis est livré.", "date": at} for code, at in events]
    return {"returnCode": 200, "shipment": {"idShip": number, "event": scans, **more}}


def refusal(number: str) -> dict[str, Any]:
    return {"returnCode": 404, "returnMessage": "Numéro inconnu", "idShip": number}


@pytest.mark.contracts
class TestReader(TrackingReaderContract):
    def reader(self) -> TrackingReader:
        return Reader()

    def bodies(self) -> tuple[tuple[bytes, int, int], ...]:
        return ((published(), 1, 9),)

    def problems(self) -> tuple[tuple[bytes, int], ...]:
        return ((published("error_response"), 1),)


@pytest.mark.contracts
def test_the_parcel_is_what_the_payload_says() -> None:
    stated = json.loads(published())[0]["shipment"]
    (parcel,) = read(published()).parcels
    assert (parcel.number, parcel.line) == (stated["idShip"], stated["product"])
    assert parcel.carrier == "colissimo"
    assert (parcel.state.stage, parcel.state.health) == (Stage.DELIVERED, Health.OK)
    newest = max(stated["event"], key=lambda entry: datetime.fromisoformat(entry["date"]))
    assert (parcel.events[-1].code, parcel.events[-1].text) == (newest["code"], newest["label"])
    assert parcel.events[-1].at == datetime.fromisoformat(newest["date"])
    assert parcel.events[-1].at.utcoffset() == timedelta(hours=1)
    codes = [entry["code"] for entry in sorted(stated["event"], key=lambda one: str(one["date"]))]
    assert [entry.code for entry in parcel.events] == codes
    assert parcel.ship_date == datetime.fromisoformat(stated["entryDate"])
    assert parcel.expected is not None
    assert parcel.expected.likely == datetime.fromisoformat(stated["estimDate"])
    (leg,) = parcel.legs
    assert leg.origin is not None
    assert leg.destination is not None
    assert (leg.origin.country, leg.destination.country) == ("FR", "BR")
    assert parcel.extra["isFinal"] is True
    assert len(parcel.extra["timeline"]) == len(stated["timeline"])


@pytest.mark.contracts
def test_a_refusal_keeps_its_code_its_sentence_and_the_number() -> None:
    stated = json.loads(published("error_response"))
    (problem,) = read(published("error_response")).problems
    assert (problem.raw, problem.text) == ("400", stated["returnMessage"])
    assert problem.extra["number"] == stated["idShip"]


def test_a_delivery_to_the_sender_is_no_delivery() -> None:
    back = ("RE1", "2026-03-08T09:00:00+01:00"), ("DI2", "2026-03-09T09:00:00+01:00")
    (parcel,) = read(answer(*back)).parcels
    assert [entry.stage for entry in parcel.events] == [Stage.RETURNING, Stage.RETURNED]
    assert (parcel.state.stage, parcel.state.health) == (Stage.RETURNED, Health.FAILED)


def test_what_the_customs_hold_wants_somebody_to_act() -> None:
    (parcel,) = read(answer(("DO3", "2026-03-08T09:00:00+01:00"))).parcels
    assert parcel.state.stage is Stage.IMPORT_CUSTOMS
    assert (parcel.state.health, parcel.state.reason) == (Health.ACTION_REQUIRED, "customs_delay")


def test_a_code_that_is_not_known_says_nothing_whatever_its_text() -> None:
    (parcel,) = read(answer(("XX9", "2026-03-08T09:00:00+01:00"))).parcels
    assert (parcel.events[0].code, parcel.events[0].stage) == ("XX9", Stage.UNKNOWN)
    assert parcel.state.stage is Stage.UNKNOWN


def test_a_refused_number_stands_beside_the_parcels() -> None:
    first = answer(("PC1", "2026-03-08T09:00:00+01:00"), number="A1")
    reading = read([first, refusal("A2"), answer(number="A3")])
    assert [parcel.number for parcel in reading.parcels] == ["A1", "A3"]
    assert [problem.extra["number"] for problem in reading.problems] == ["A2"]


def test_times_without_a_zone_stay_local_and_estimate_nothing() -> None:
    more = {"estimDate": "2026-03-09T09:38:00", "entryDate": "2026-03-01"}
    (parcel,) = read(answer(("PC1", "2026-03-08T09:00:00"), **more)).parcels
    assert (parcel.events[0].at, parcel.events[0].local) == (None, "2026-03-08 09:00:00")
    assert (parcel.expected, parcel.ship_date) == (None, None)
    assert parcel.extra["estimDate"] == "2026-03-09T09:38:00"


def test_one_wrong_event_stands_beside_the_good_ones() -> None:
    told = answer(("PC1", "2026-03-08T09:00:00+01:00"))
    told["shipment"]["event"].append({"code": "ET1"})
    reading = read(told)
    assert [entry.code for entry in reading.parcels[0].events] == ["PC1"]
    assert [problem.code for problem in reading.problems] == ["unreadable"]


def test_the_partner_abroad_is_a_leg_with_its_own_number() -> None:
    about = {"arrivalCountry": "US", "partner": {"name": "USPS", "reference": "LX1US"}}
    (parcel,) = read(answer(contextData=about)).parcels
    assert [(leg.carrier, leg.number) for leg in parcel.legs[1:]] == [("usps", "LX1US")]


def test_a_partner_without_a_name_is_a_leg_of_an_unknown_one() -> None:
    given = {"partner": {"reference": "0034"}}
    reading = read(answer(("DI1", "2026-01-05T11:00:00+01:00"), contextData=given))
    assert reading.problems == ()
    legs = [(leg.carrier, leg.number) for leg in reading.parcels[0].legs]
    assert legs == [("unknown", "0034")]


@pytest.mark.parametrize(
    ("refused", "code", "text"),
    [
        (
            {"fault": {"faultstring": "No", "detail": {"errorcode": "oauth.v2.Bad"}}},
            *("oauth.v2.Bad", "No"),
        ),
        ({"fault": {"code": 900804, "message": "Throttled"}}, "900804", "Throttled"),
        ({"error": "invalid_client", "error_description": "No"}, "invalid_client", "No"),
    ],
)
def test_a_refusal_of_the_gateway_is_a_problem_with_its_code(
    refused: Any, code: str, text: str
) -> None:
    reading = read(refused)
    assert [(said.raw, said.text) for said in reading.problems] == [(code, text)]


@pytest.mark.parametrize("told", [{"parcels": []}, [{"ConsignmentNo": "1"}], [7]])
def test_an_answer_of_another_vendor_is_unreadable(told: Any) -> None:
    with pytest.raises(Unreadable):
        read(told)


def test_the_holder_says_whose_parcel_it_is() -> None:
    for holder, carrier in ((1, "laposte"), (3, "chronopost"), (4, "colissimo"), (9, "laposte")):
        assert read(answer(holder=holder)).parcels[0].carrier == carrier
