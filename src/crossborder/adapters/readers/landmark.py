"""Landmark Global: answers of the tracking API (`TrackResponse`), of parcels over a border.

Source: Landmark Global API, "Track" and its list of event codes, as far as it is known from
answers. Each package has two numbers, Landmark's own and that of the carrier who delivers it; each
is a leg. Times are local and have no zone; codes are numbers that grow along the way.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, Wording, many, one, states

__all__ = ["Reader"]

VENDOR = "landmark"

STATES = states(
    {
        "50": Stage.REGISTERED,
        "60": Stage.REGISTERED,
        "75": Stage.ACCEPTED,
        "80": Stage.ACCEPTED,
        "90": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "customs_duties_unpaid"),
        "100": Stage.REGISTERED,
        "125": Stage.IMPORT_CUSTOMS,
        "135": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        "150": Stage.LINE_HAUL,
        "155": Stage.LINE_HAUL,
        "200": Stage.LINE_HAUL,
        "225": Stage.LINE_HAUL,
        "250": Stage.IMPORT_CUSTOMS,
        "275": Stage.LAST_MILE,
        "300": Stage.OUT_FOR_DELIVERY,
        "400": (Stage.LAST_MILE, Health.FAILED, "consignee_not_available"),
        "410": Stage.COLLECT,
        "450": Stage.LAST_MILE,
        "500": Stage.DELIVERED,
        "510": Stage.DELIVERED,
        "900": (Stage.LAST_MILE, Health.FAILED, "unknown"),
    }
)
"""`EventCode`: 100 hands the carrier the data, not the parcel; 200 and 225 only say "moving"; 275 is
the delivering carrier's own way; 90 waits for a payment."""

CROSSDOCK = Wording({"Scanned at Landmark crossdock facility": Stage.LINE_HAUL})
"""What else is told under 250, customs clearance, by an answer in public client code."""


def _at_the_crossdock(entry: Mapping[str, object]) -> ParcelState | None:
    said = CROSSDOCK(str(entry.get("Status"))) if entry.get("EventCode") == "250" else None
    return said if said is not None and said.stage is not Stage.UNKNOWN else None


SCAN = ScanShape(
    VENDOR,
    When("DateTime", layouts=("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p")),
    code="EventCode",
    text="Status",
    where=Where(text="Location"),
    states=STATES,
    state=_at_the_crossdock,
)


def _legs(item: Payload, carrier: str) -> list[Leg]:
    """Landmark's leg and the last one; a carrier that is not yet chosen is unknown."""
    own, other = item.maybe_text("LandmarkTrackingNumber"), item.maybe_text("TrackingNumber")
    known = "" if carrier.casefold() == "to be routed" else carrier
    legs = [Leg(VENDOR, number=own)] if own else []
    if known or (other and other != own):
        legs.append(Leg(known or "unknown", number=other or ""))
    return legs


@frozen
class Reader(TrackingReader):
    """Reads what Landmark Global answers about packages."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a package, under Landmark's number; refused calls are problems.

        Raises:
            Unreadable: the bytes are no answer of Landmark Global.
        """
        sheet = Sheet.xml(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("TrackResponse")
        answer = sheet.top.one("TrackResponse")
        if not (answer.has("Result") or answer.has("Errors")):
            raise answer.refuse("Result", None, "is missing")
        results = many(answer, "Result")
        names = {"code": "ErrorCode", "text": "ErrorMessage"}
        refused = [sheet.refusals(part, "Errors", "Error", **names) for part in (answer, *results)]
        for result in results:
            if not any(refused) and result.maybe_text("Success") == "false":
                sheet.refused("", result.maybe_text("ResultMessage") or "")
            details = one(result, "ShipmentDetails")
            carrier = details.maybe_text("EndDeliveryCarrier") or ""
            for item in sheet.each(result, "Packages", "Package"):
                own = item.maybe_text("LandmarkTrackingNumber")
                with sheet.parcel(item, own or item.maybe_text("TrackingNumber")) as parcel:
                    parcel.add(SCAN, item, "Events", "Event")
                    parcel.legs += _legs(item, carrier)
                    parcel.refer(item.maybe_text("PackageReference"))
                    parcel.extra |= details.peek()
        return Reading(*sheet.found())
