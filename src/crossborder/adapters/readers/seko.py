"""SEKO Omni-Channel (OmniParcel): answers about the status of consignments.

Source: API of OmniParcel, "Shipment Status" and its list of OmniCodes. Beside the `OmniCode` stands
`Code`, the one of the courier who scanned. Times are local to where it happened, by the vendor's
word, and tell no zone. A consignment has one part or more.
"""

from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.model.tracking import Health, ParcelState, Stage, TrackingEvent, added_up
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, states
from crossborder.wire.scans.states import UNKNOWN

__all__ = ["Reader"]

VENDOR = "seko"

_TABLE = (
    (Stage.REGISTERED, "1 8 9 12"),
    (Stage.ACCEPTED, "10 11 14 33 82 89"),
    (Stage.EXPORT, "3 81"),
    ((Stage.EXPORT, Health.ACTION_REQUIRED, "carrier_parcel_held"), "2"),
    ((Stage.EXPORT, Health.ACTION_REQUIRED, "customs_duties_unpaid"), "87 88"),
    (Stage.LINE_HAUL, "4 18 20 39 47 78 79 80"),
    (Stage.IMPORT_CUSTOMS, "5"),
    ((Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_inspection"), "6"),
    (Stage.HANDOVER, "7 22 56"),
    (Stage.LAST_MILE, "36 44 48 50 51 52 53 54 71"),
    (Stage.OUT_FOR_DELIVERY, "21"),
    (Stage.COLLECT, "19 25 42 76"),
    (Stage.DELIVERED, "72 73 74 75 77"),
    ((Stage.LAST_MILE, Health.FAILED, "consignee_not_home"), "24"),
    ((Stage.LAST_MILE, Health.FAILED, "consignee_not_available"), "84"),
    ((Stage.LAST_MILE, Health.FAILED, "consignee_incorrect_address"), "23 27"),
    ((Stage.LAST_MILE, Health.FAILED, "consignee_refused"), "28"),
    ((Stage.LAST_MILE, Health.FAILED, "consignee_access_restricted"), "37"),
    ((Stage.LAST_MILE, Health.FAILED, "consignee_verification_failed"), "38"),
    ((Stage.LAST_MILE, Health.FAILED, "unknown"), "30 43 45 83 86"),
    ((Stage.UNKNOWN, Health.ACTION_REQUIRED, "carrier_parcel_held"), "26 49 70 91"),
    ((Stage.UNKNOWN, Health.ACTION_REQUIRED, "retailer_incorrect_data"), "41"),
    ((Stage.UNKNOWN, Health.OK, "parcel_being_researched"), "46"),
    ((Stage.UNKNOWN, Health.OK, "carrier_delay"), "16"),
    ((Stage.UNKNOWN, Health.OK, "carrier_sorting_error"), "13 35"),
    ((Stage.UNKNOWN, Health.FAILED, "carrier_damaged_parcel"), "17"),
    ((Stage.LOST, Health.FAILED, "carrier_parcel_lost"), "15"),
    ((Stage.DESTROYED, Health.FAILED), "40 92"),
    (Stage.CANCELLED, "34"),
    ((Stage.RETURNING, Health.FAILED), "29 55 57 60 62 63 66 68 85 94"),
    ((Stage.RETURNING, Health.FAILED, "retailer_cancelled"), "58 67"),
    ((Stage.RETURNING, Health.FAILED, "consignee_not_available"), "59 65"),
    ((Stage.RETURNING, Health.FAILED, "consignee_incorrect_address"), "61"),
    ((Stage.RETURNING, Health.FAILED, "consignee_refused"), "64"),
    ((Stage.RETURNING, Health.FAILED, "carrier_damaged_parcel"), "69"),
    ((Stage.RETURNED, Health.FAILED), "90"),
)

STATES = states({f"OP-{code}": meaning for meaning, codes in _TABLE for code in codes.split()})
"""The list of OmniCodes, 1 to 94; the vendor's "information" (31, 32) says no stage.

18, 20, 47, 79 and 80 only say "moving" and are line haul. "Delivered in part" (71) is not
delivered; in a locker or at a collection point (76) a parcel waits for its receiver. A return that
was received (57 to 69) is in SEKO's hands and still on its way: only a processed one (90) is back.
"""

STATUSES = states({"DELIVERED": Stage.DELIVERED})
"""The one word of a consignment's `Status` that is known; others are left to the events."""

NAMES = ("ConsignmentNo", "Events", "Errors", "Message")

WHEN, WHERE = When("EventDT"), Where(text="Location")
SCAN = ScanShape(VENDOR, WHEN, code="OmniCode", text="Description", where=WHERE, states=STATES)


@frozen
class Reader(TrackingReader):
    """Reads what SEKO answers about consignments."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a consignment; refused fields and calls are problems.

        Raises:
            Unreadable: the bytes are no answer of SEKO.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect(*NAMES)
        for item in sheet.answers():
            number = item.maybe_text("ConsignmentNo")
            sheet.refusals(item, "Errors", code="Key", text="Message", number=number)
            if item.has("Events") or not (item.has("Errors") or item.has("Message")):
                with sheet.parcel(item, number) as parcel:
                    parcel.add(SCAN, item, "Events")
                    parcel.reports(STATUSES, item, "Status")
                    if parcel.state is None or parcel.state == UNKNOWN:
                        parcel.state = _behind(parcel.scans)
            elif said := item.maybe_text("Message"):
                sheet.refused("", said)
        sheet.nothing_known()
        return Reading(*sheet.found())


def _behind(scans: list[TrackingEvent]) -> ParcelState | None:
    """The state of a part that is not at its end; None of one part, and where none is behind."""
    parts: dict[Any, list[TrackingEvent]] = {}
    for event in sorted(scans, key=lambda event: event.local or str(event.at)):
        parts.setdefault(event.extra.get("Part"), []).append(event)
    found = map(added_up, parts.values()) if len(parts) > 1 else ()
    return next((state for state in found if not state.stage.ended), None)
