"""FedEx: answers of `POST /track/v1/trackingnumbers` (Track API).

Source: developer.fedex.com, Track API, "Tracking Status Codes" and its OpenAPI document; of the
exception codes only 15 stands there. One list of codes serves scans (`eventType`) and parcels. A
number that was used twice has several results; an error stands beside the result it is about.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, one, states

__all__ = ["Reader"]

VENDOR = "fedex"

STATES = states(
    {
        **dict.fromkeys("AP DR DS EP OC PD RD RG RP SH".split(), Stage.REGISTERED),
        **dict.fromkeys("CA LP".split(), Stage.CANCELLED),
        **dict.fromkeys("PU PX OF".split(), Stage.ACCEPTED),
        **dict.fromkeys("EA EO".split(), Stage.EXPORT),
        **dict.fromkeys("AA AF AO AR DP IT IX LO OW Ow PF PL PM SF TR".split(), Stage.LINE_HAUL),
        **dict.fromkeys("BR CC CP CU".split(), Stage.IMPORT_CUSTOMS),
        "CD": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        **dict.fromkeys("AC AX OX TP".split(), Stage.HANDOVER),
        "FD": Stage.LAST_MILE,
        "DE": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        **dict.fromkeys("AD ED OD".split(), Stage.OUT_FOR_DELIVERY),
        **dict.fromkeys("HL HP".split(), Stage.COLLECT),
        **dict.fromkeys("DD DY".split(), (Stage.UNKNOWN, Health.OK, "carrier_delay")),
        "SE": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        "RS": (Stage.RETURNING, Health.FAILED, "unknown"),
        "DL": Stage.DELIVERED,
    }
)
"""Event and status codes. EA and CA have two meanings in the list: export and cancelled are read.
What only tells of a wish or of another place (CH, RC, RM, RR, SP) says nothing of the way."""

REASONS = {
    "03": "consignee_incorrect_address",
    "07": "consignee_refused",
    **dict.fromkeys(("08", "15"), "consignee_not_available"),
    "WEATHER": "weather_delay",
    "CLEARANCE": "customs_delay",
}
"""Exception codes of a scan, and the types of a delay."""


def _meaning(entry: Mapping[str, object], code: str, derived: str, cause: object) -> ParcelState:
    """What a code means, or its derived code where nobody knows it, with the cause beside it."""
    state = STATES.get(str(entry.get(code)), STATES.get(str(entry.get(derived)), ParcelState()))
    delay = entry.get("delayDetail")
    late = delay.get("type") if isinstance(delay, dict) and delay.get("status") == "DELAYED" else ""
    reason = REASONS.get(str(cause)) or REASONS.get(str(late)) or state.reason
    if reason == state.reason or state.stage is Stage.DELIVERED:
        return state
    return ParcelState(state.stage, state.health, reason)


_AT = "scanLocation."
SCAN = ScanShape(
    VENDOR,
    When("date"),
    code=("eventType", "derivedStatusCode"),
    text="eventDescription",
    where=Where(_AT + "countryCode", _AT + "stateOrProvinceCode", _AT + "city", _AT + "postalCode"),
    state=lambda e: _meaning(e, "eventType", "derivedStatusCode", e.get("exceptionCode")),
)
DATED, BEGINS, ENDS = When("dateTime"), When("begins"), When("ends")


@frozen
class Reader(TrackingReader):
    """Reads what FedEx answers about packages."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a result that has a status or scans; errors are problems, with their number.

        Raises:
            Unreadable: the bytes are no answer of FedEx.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("output", "errors")
        sheet.refusals(sheet.top, "errors")
        output = one(sheet.top, "output")
        for asked in sheet.each(output, "completeTrackResults"):
            number = asked.maybe_text("trackingNumber") or ""
            for item in sheet.each(asked, "trackResults"):
                sheet.refusals(item, "error", number=number)
                if item.has("scanEvents") or item.has("latestStatusDetail"):
                    with sheet.parcel(item, number) as parcel:
                        parcel.add(SCAN, item, "scanEvents")
                        parcel.around.append(output)
                        latest = one(item, "latestStatusDetail")
                        cause = one(latest, "ancillaryDetails").raw("reason")
                        parcel.state = _meaning(latest.peek(), "code", "derivedCode", cause)
                        parcel.line = one(item, "serviceDetail").maybe_text("type") or ""
                        own = one(item, "trackingNumberInfo").maybe_text("trackingNumber") or number
                        parcel.legs.append(Leg(VENDOR, number=own))
                        for dated in sheet.each(item, "dateAndTimes"):
                            if dated.raw("type") == "ESTIMATED_DELIVERY":
                                parcel.expects(dated, DATED)
                            elif dated.raw("type") == "ACTUAL_PICKUP":
                                parcel.ship_date, _ = DATED.read(dated.peek(), VENDOR)
                        window = one(item, "estimatedDeliveryTimeWindow", "window")
                        parcel.expects(window, BEGINS, ENDS)
        if not (sheet.parcels or sheet.problems):  # beside results they only inform
            told = output.raw("alerts")
            some = told if isinstance(told, list) else [told]
            some = [it for it in some if "VIRTUAL.RESPONSE" not in str(it)]  # the sandbox's own
            sheet.refusals(Payload({"alerts": some}, source=VENDOR), "alerts")
        sheet.nothing_known()
        return Reading(*sheet.found())
