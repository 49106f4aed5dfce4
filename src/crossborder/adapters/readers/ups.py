"""UPS: answers of `GET /api/track/v1/details/{number}` (Tracking API).

Source: the fields by UPS's OpenAPI document of the Tracking API; the codes as answers and public
client code show them, since the appendix that lists them could not be read. The `type` of a scan
decides; its `code` and its `statusCode` of three digits make that finer where they do not speak
against it. Times are those of the place, in newer answers with `gmtOffset`.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, one, states

__all__ = ["Reader"]

VENDOR = "ups"
_NOT_HOME = (Stage.LAST_MILE, Health.FAILED, "consignee_not_home")

STATES = states(
    {
        **dict.fromkeys(("M", "003"), Stage.REGISTERED),
        **dict.fromkeys(("MV", "007", "043"), Stage.CANCELLED),
        **dict.fromkeys("P|DO|I OR|I XD|I PU|038|044|045|160".split("|"), Stage.ACCEPTED),
        **dict.fromkeys(("I", "W", "005", "010", "039", "057"), Stage.LINE_HAUL),
        **dict.fromkeys(("X SR", "012", "014", "092"), Stage.IMPORT_CUSTOMS),
        "058": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_info_required"),
        "025": Stage.HANDOVER,
        **dict.fromkeys("DD|I DS|016|018|019|020|055".split("|"), Stage.LAST_MILE),
        **dict.fromkeys(("O", "I OF", "I OT", "006", "021"), Stage.OUT_FOR_DELIVERY),
        **dict.fromkeys(("017", "040"), Stage.COLLECT),
        **dict.fromkeys(("022", "023", "024", "060", "062", "066"), _NOT_HOME),
        "061": (Stage.LAST_MILE, Health.FAILED, "consignee_verification_failed"),
        "064": (Stage.LAST_MILE, Health.FAILED, "consignee_refused"),
        "069": (Stage.COLLECT, Health.FAILED, "consignee_not_available"),
        **dict.fromkeys(("X", "013", "030", "065"), (Stage.UNKNOWN, Health.FAILED, "unknown")),
        **dict.fromkeys(("029", "049"), (Stage.UNKNOWN, Health.ACTION_REQUIRED, "unknown")),
        "050": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "consignee_incorrect_address"),
        **dict.fromkeys(("046", "047", "048"), (Stage.UNKNOWN, Health.OK, "carrier_delay")),
        **dict.fromkeys(("032", "051", "052", "053"), (Stage.UNKNOWN, Health.OK, "weather_delay")),
        "059": (Stage.UNKNOWN, Health.FAILED, "carrier_damaged_parcel"),
        "068": (Stage.LOST, Health.FAILED, "carrier_parcel_lost"),
        **dict.fromkeys(("033", "035", "036", "037"), (Stage.RETURNING, Health.FAILED, "unknown")),
        **dict.fromkeys(("RS", "034", "067"), (Stage.RETURNED, Health.FAILED, "unknown")),
        **dict.fromkeys(("D", "011", "026"), Stage.DELIVERED),
    }
)
"""The types, types with a code that say more, and the package status codes (those that only speak
of a change of plan are left out). 092 is customs clearance in progress, by an answer in public
client code. I and W (warehouse) only say that it moves; DO and DD are freight
that reached the first or the last station, which is no delivery."""

_WAY = {Stage.UNKNOWN, Stage.IMPORT_CUSTOMS, Stage.HANDOVER, Stage.LAST_MILE, Stage.RETURNING}
_WAY |= {Stage.OUT_FOR_DELIVERY, Stage.COLLECT}
_BACK = {Stage.RETURNED, Stage.RETURNING}
_OPEN = {Stage.LINE_HAUL: _WAY, Stage.UNKNOWN: _WAY | _BACK | {Stage.LOST}}
_OPEN[Stage.DELIVERED] = _BACK | {Stage.COLLECT}


def _meaning(status: object) -> ParcelState | None:
    """What the three codes of a status say together; None where they are in no table."""
    if not isinstance(status, Mapping):
        return None
    kind, code, step = (str(status.get(name) or "") for name in ("type", "code", "statusCode"))
    said = STATES.get(f"{kind} {code}", STATES.get(kind))
    finer = next((STATES.get(word) for word in (step, code) if word.isdigit()), None)
    if said is None or finer is None:
        return said or finer
    return finer if finer.stage in _OPEN.get(said.stage, ()) else said


_AT = "location.address."
SCAN = ScanShape(
    VENDOR,
    When(("date", "time"), offset="gmtOffset", layouts=("%Y%m%d %H%M%S",)),
    code=("status.code", "status.statusCode", "status.type"),
    text="status.description",
    where=Where(_AT + "countryCode", _AT + "stateProvince", _AT + "city", _AT + "postalCode"),
    state=lambda entry: _meaning(entry.get("status")),
)


@frozen
class Reader(TrackingReader):
    """Reads what UPS answers about packages."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a package; warnings and refused calls are problems.

        Raises:
            Unreadable: the bytes are no answer of UPS.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("trackResponse", "response")
        sheet.refusals(sheet.top, "response", "errors")
        for shipment in sheet.each(sheet.top, "trackResponse", "shipment"):
            asked = shipment.maybe_text("inquiryNumber") or ""
            sheet.refusals(shipment, "warnings", number=asked)
            for item in sheet.each(shipment, "package"):
                with sheet.parcel(item, item.maybe_text("trackingNumber") or asked) as parcel:
                    parcel.add(SCAN, item, "activity")
                    parcel.state = _meaning(item.raw("currentStatus"))
                    parcel.line = one(item, "service").maybe_text("code") or ""
                    for other in sheet.each(item, "alternateTrackingNumber"):
                        carrier = "usps" if other.maybe_text("type") == "USPS_PIC" else VENDOR
                        if known := (other.maybe_text("number") or "").strip():
                            parcel.legs.append(Leg(carrier, number=known))
                    parcel.refer(asked)
                    parcel.around.append(shipment)
                    parcel.extra["currentStatus"] = item.raw("currentStatus")
        return Reading(*sheet.found())
