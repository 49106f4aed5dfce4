"""ShipEngine: answers of `GET /v1/tracking` and of a label's `track`, and its tracking webhooks.

Source: ShipEngine OpenAPI 1.1, `tracking_information` and `track_event`. Parcel and scan have a
`status_code` and, in newer answers, a finer `status_detail_code`. The carrier's own codes beside
them decide nothing: DE is a failed delivery at FedEx and a delivery here.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve, frozen

from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, states
from crossborder.wire.scans.states import UNKNOWN

__all__ = ["Reader"]

VENDOR = "shipengine"

MEANINGS = """
unknown: UN NY
registered: SHIPMENT_CREATED AWAITING_PICKUP_DROP_OFF NOT_YET_RECEIVED_BY_CARRIER PICKUP_FAILED
registered: ELEC_ADVICE_RECD_BY_CARRIER
cancelled: CANCELLED
accepted: AC DROPPED_OFF PICKED_UP RECEIVED_BY_CARRIER RECD_BY_CARRIER_NO_ELEC_ADVICE
line_haul: IT IN_TRANSIT HUB_SCAN_OUT HUB_SCAN_IN HUB_PROCESSING INCORRECT_DECLARATION PARCEL_REPACKED
line_haul ok carrier_sorting_error: MISROUTED
import_customs: CUSTOMS_CLEARED CUSTOMS_PROCESSING
import_customs action_required customs_documentation: HELD_BY_CARRIER_FOR_CLEARANCE_PRE_PROCESSING
import_customs action_required customs_delay: HELD_BY_CUSTOMS
import_customs action_required customs_duties_unpaid: DUTY_NOT_PAID
handover: SUB_CONTRACTOR_RECEIVED SUB_CONTRACTOR_EVENT
last_mile: RECEIVED_LOCAL_DELIVERY_DEPOT DELIVERY_SCHEDULED DELIVERY_RESCHEDULED
last_mile: DELIVERY_ARRANGED_WITH_RECIPIENT PARCEL_REDIRECTED_BY_CARRIER PARCEL_REDIRECTED
last_mile failed unknown: AT ATTEMPTED_DELIVERY ATTEMPTED_DELIVERY_FINAL COD_AMOUNT_NOT_PAID
last_mile failed consignee_not_home: CUSTOMER_CARDED
last_mile failed consignee_verification_failed: CUSTOMER_IDENTIFICATION_FAILED
last_mile failed consignee_access_restricted: NO_ACCESS_TO_RECIPIENTS_ADDRESS
out_for_delivery: OUT_FOR_DELIVERY
collect: SP AWAITING_COLLECTION_FROM_PICKUP_POINT COLLECT_AT_LOCAL_PO DELIVERED_TO_PICKUP_POINT
collect: CUSTOMER_TO_COLLECT_FROM_CARRIER DELIVERED_TO_ALTERNATIVE_DELIVERY_LOCATION
delivered: DE DELIVERED DELIVERED_TO_RECEPTION DELIVERED_IN_PART DELIVERED_SPECIFIED_SAFE_PLACE
delivered: DELIVERED_TO_NEIGHBOUR DELIVERED_TO_PO_BOX PARCEL_COLLECTED_FROM_PICKUP_POINT PROOF_OF_DELIVERY
delivered failed carrier_damaged_parcel: DELIVERED_DAMAGED
returning failed unknown: RETURN_TO_SENDER NOT_DELIVERED
returning failed consignee_incorrect_address: CUSTOMER_MOVED
unknown failed consignee_not_available: NOT_DELIVERED_ADDRESSEE_DECEASED
returning failed consignee_not_available: NOT_COLLECTED_FROM_PICKUP_POINT
returning failed consignee_refused: REFUSED_BY_CUSTOMER
returned failed unknown: UNDELIVERABLE_RETURNED_TO_SENDER
lost failed carrier_parcel_lost: PARCEL_LOST
destroyed failed unknown: PARCEL_DISPOSED
unknown failed unknown: EX UNSPECIFIED_EXCEPTION PARCEL_OUTSIDE_OF_SERVICE_CAPABILITY
unknown failed carrier_damaged_parcel: PARCEL_DAMAGED
unknown failed customs_prohibited: HAZARDOUS_PROHIBITED
unknown action_required consignee_incorrect_address: ADDRESS_QUERY
unknown action_required carrier_parcel_held: HELD_BY_CARRIER
unknown ok carrier_delay: CARRIER_DELAYS DELAYED_NOT_CARRIER
"""
"""A line a meaning (stage, health, reason), then its codes. What only informs (INFORMATION,
COD_AMOUNT_PAID, TRACKING_EXPIRED, ...) is left to `status_code`."""

STATES = states(
    {
        code: (Stage(stage), Health(health), reason) if reason else (Stage(stage), Health(health))
        for meaning, _, codes in (line.partition(": ") for line in MEANINGS.strip().split("\n"))
        for stage, health, reason in ((*meaning.split(), "ok", "")[:3],)
        for code in codes.split()
    }
)


def _status(entry: Mapping[str, object]) -> str:
    """The finest status that is in the table, else the one that stands there."""
    detail, status = entry.get("status_detail_code"), entry.get("status_code")
    return str(detail if str(detail) in STATES else status or detail or "")


SCAN = ScanShape(
    VENDOR,
    When((("occurred_at", "carrier_occurred_at"),)),
    code=lambda entry: _status(entry) or entry.get("event_code"),
    text=("description", "carrier_status_description", "status_description"),
    where=Where("country_code", "state_province", "city_locality", "postal_code", "company_name"),
    state=lambda entry: STATES.get(_status(entry), UNKNOWN),
)
DATES = ("ship_date", "estimated_delivery_date", "actual_delivery_date")
SHIPPED, ESTIMATE, ARRIVED = map(When, DATES)


@frozen
class Reader(TrackingReader):
    """Reads what ShipEngine answers about one tracking number."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel, under the carrier that the answer names; refused calls are problems.

        Raises:
            Unreadable: the bytes are no answer of ShipEngine.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("tracking_number", "data", "errors")
        sheet.refusals(sheet.top, "errors", code="error_code")
        whole = (sheet.top,) if sheet.top.has("tracking_number") else ()
        for item in sheet.each(sheet.top, "data") or whole:
            carrier = item.maybe_text("carrier_code") or VENDOR
            with sheet.parcel(item, item.maybe_text("tracking_number"), carrier=carrier) as parcel:
                parcel.add(SCAN, item, "events")
                parcel.state = STATES.get(_status(item.peek()))
                parcel.expects(item, ESTIMATE)
                parcel.ship_date, _ = SHIPPED.read(item.peek(), VENDOR)
                at, _ = ARRIVED.read(item.peek(), VENDOR)
                if parcel.state == STATES["DE"] and at is not None:  # old answers: scans by time
                    for place, scan in enumerate(parcel.scans):
                        if scan.at == at and "status_code" not in scan.extra:
                            parcel.scans[place] = evolve(scan, code="DE", stage=Stage.DELIVERED)
        return Reading(*sheet.found())
