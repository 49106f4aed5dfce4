"""Purolator: answers of `TrackPackagesByPin` and `TrackPackagesByReference` (SOAP, version 1).

Source: Purolator E-Ship Web Services, "Tracking Service", and the scan descriptions of its help
pages. `ScanType` has five values, of which two are coarse: "Undeliverable" is every kind of stop,
"Other" everything else; there the vendor's sentence tells more. Times are local, without a zone.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, Wording, one, states

__all__ = ["Reader"]

VENDOR = "purolator"

STATES = states(
    {
        "ProofOfPickUp": Stage.ACCEPTED,
        "OnDelivery": Stage.OUT_FOR_DELIVERY,
        "Delivery": Stage.DELIVERED,
        "Undeliverable": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "Other": Stage.UNKNOWN,
    }
)
"""`ScanType`: an "Other" whose sentence is not known says nothing."""

_BACK = (Stage.RETURNING, Health.FAILED)

WORDING = Wording(
    {
        "Shipment undeliverable - Returned to sender": _BACK,
        "Unable to deliver - item returned to sender": _BACK,
        "Unable to deliver - item returned to shipper": _BACK,
        "Returned to sender. Shipment no longer available for pickup": _BACK,
    },
    {
        "Shipper created a label": Stage.REGISTERED,
        "Shipment created": Stage.REGISTERED,
        "Label information electronically submitted": Stage.REGISTERED,
        "Picked up by Purolator": Stage.ACCEPTED,
        "Received by Purolator": Stage.ACCEPTED,
        "New tracking number assigned": Stage.LINE_HAUL,
        "Arrived at": Stage.LINE_HAUL,
        "Departed": Stage.LINE_HAUL,
        "Shipment in transit": Stage.LINE_HAUL,
        "Shipment redirected": Stage.LINE_HAUL,
        "Resolution complete - shipment redirected": Stage.LINE_HAUL,
        "Corrective action taken - In transit": Stage.LINE_HAUL,
        "Shipment delayed": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        "Weather delay": (Stage.LINE_HAUL, Health.OK, "weather_delay"),
        "Sorting error": (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error"),
        "Mechanical delay": (Stage.LINE_HAUL, Health.OK, "carrier_mechanical_delay"),
        "On vehicle for delivery": Stage.OUT_FOR_DELIVERY,
        "Transferring to Shipping Centre": Stage.LAST_MILE,
        "Attempted delivery - customer closed": (
            *(Stage.LAST_MILE, Health.FAILED, "consignee_business_closed"),
        ),
        "Attempted delivery - refused": (Stage.LAST_MILE, Health.FAILED, "consignee_refused"),
        "Attempted delivery": (Stage.LAST_MILE, Health.FAILED, "consignee_not_available"),
        "Address correction required": (
            *(Stage.LAST_MILE, Health.ACTION_REQUIRED, "consignee_incorrect_address"),
        ),
        "Shipment unclaimed": (Stage.LAST_MILE, Health.FAILED, "consignee_not_available"),
        "Available for pickup": Stage.COLLECT,
        "Item Held for Pickup at Locker": Stage.COLLECT,
        "Item available for receiver to pick up": Stage.COLLECT,
        "Receiver advised they will pick up": Stage.COLLECT,
        "Shipment available for pickup": Stage.COLLECT,
        "Receiver contacted": Stage.COLLECT,
        "Shipper contacted. Shipment available for pickup": Stage.COLLECT,
        "Reçu par Purolator": Stage.ACCEPTED,
        "Nouveau numéro de repérage attribué": Stage.LINE_HAUL,
        "Arrivé à": Stage.LINE_HAUL,
        "Quitté": Stage.LINE_HAUL,
        "Envoi en transit": Stage.LINE_HAUL,
        "Mesure corrective - En transit": Stage.LINE_HAUL,
        "Se trouve dans un véhicule de Purolator": Stage.OUT_FOR_DELIVERY,
        "Tentative de livraison - Établissement du client fermé": (
            *(Stage.LAST_MILE, Health.FAILED, "consignee_business_closed"),
        ),
        "Tentative de livraison - Colis refusé": (
            *(Stage.LAST_MILE, Health.FAILED, "consignee_refused"),
        ),
        "Tentative de livraison": (Stage.LAST_MILE, Health.FAILED, "consignee_not_available"),
        "Correction d'adresse requise": (
            *(Stage.LAST_MILE, Health.ACTION_REQUIRED, "consignee_incorrect_address"),
        ),
    },
)
"""Descriptions of scans, English and French; a delivery is only what `ScanType` calls one."""

_FINER = {"Other", "Undeliverable"}
_NO_DELIVERY = {Stage.LAST_MILE, Stage.COLLECT, Stage.RETURNING}
_NEW_NUMBER = re.compile(r"new tracking number assigned\s*-\s*([a-z0-9]{4,40})\b", re.IGNORECASE)


def _finer(entry: Mapping[str, Any]) -> ParcelState | None:
    """What the sentence adds to a scan type that is coarse, or takes from one that goes too far."""
    kind, text = entry.get("ScanType"), entry.get("Description")
    if not isinstance(text, str):
        return None
    said = WORDING(text)
    if kind in _FINER and said.stage is not Stage.UNKNOWN:
        return said
    return said if kind == "Delivery" and said.stage in _NO_DELIVERY else None


SCAN = ScanShape(
    VENDOR,
    When(("ScanDate", "ScanTime"), layouts=("%Y-%m-%d %H%M%S",)),
    code="ScanType",
    text="Description",
    where=Where(facility="Depot.Name"),
    state=_finer,
    states=STATES,
    number="PIN.Value",
)

_CALLS = ("TrackPackagesByPinResponse", "TrackPackagesByReferenceResponse")


def _refused(sheet: Sheet, item: Payload, number: str) -> bool:
    path, text = (
        ("ResponseInformation", "Errors", "Error"),
        ("Description", "AdditionalInformation"),
    )
    return sheet.refusals(item, *path, code="Code", text=text, number=number)


@frozen
class Reader(TrackingReader):
    """Reads what Purolator answers about packages."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a PIN; errors of the call, of a PIN, and faults are problems.

        Raises:
            Unreadable: the bytes are no answer of Purolator.
        """
        sheet = Sheet.xml(body, source=VENDOR, received_at=received_at, charset=charset)
        envelope = one(sheet.top, "Envelope", "Body")
        if not any(envelope.has(name) for name in ("Fault", *_CALLS)):
            raise envelope.refuse(_CALLS[0], None, "is missing")
        sheet.refusals(envelope, "Fault", code="faultcode", text="faultstring")
        for answer in (part for call in _CALLS for part in sheet.each(envelope, call)):
            _refused(sheet, answer, "")
            for item in sheet.each(answer, "TrackingInformationList", "TrackingInformation"):
                number = one(item, "PIN").maybe_text("Value")
                if _refused(sheet, item, number or "") and not item.peek().get("Scans"):
                    continue
                with sheet.parcel(item, number) as parcel:
                    parcel.add(SCAN, item, "Scans", "Scan")
                    new = [_NEW_NUMBER.search(scan.text) for scan in parcel.scans]
                    numbers = dict.fromkeys(match[1] for match in new if match)
                    parcel.legs += [Leg(VENDOR, number=other) for other in numbers]
        return Reading(*sheet.found())
