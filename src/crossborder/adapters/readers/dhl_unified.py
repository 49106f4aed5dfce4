"""DHL: answers of `GET /track/shipments` (Shipment Tracking, Unified API 1.5) for all divisions.

Source: developer.dhl.com, "Shipment Tracking - Unified", and DHL's list of status codes by service.
The five words of `statusCode` decide; a division's own code in `status` makes them finer, and never
makes a delivery that they do not name. Times have a zone only where one is written.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crossborder.adapters.readers.dhl_divisions import DIVISIONS
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, States, When, Where, one, states

__all__ = ["Reader"]

VENDOR = "dhl"

STATES = states(
    {
        "pre-transit": Stage.REGISTERED,
        "transit": Stage.LINE_HAUL,
        "delivered": Stage.DELIVERED,
        "failure": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        "unknown": Stage.UNKNOWN,
    }
)
"""The words of `statusCode`; transit only says that it moves."""

_FINER = frozenset({Stage.COLLECT, Stage.RETURNED, Stage.DELIVERED})
_NOTHING: States = {}


def _meaning(entry: Mapping[str, object], division: States) -> ParcelState | None:
    """What both codes say together: a delivery only where `statusCode` agrees or is missing."""
    whole = STATES.get(str(entry.get("statusCode")))
    finer = division.get(str(entry.get("status")))
    if whole is None or finer is None:
        return whole or (None if entry.get("statusCode") else finer)
    if whole.stage is Stage.DELIVERED:
        return finer if finer.stage in _FINER else whole
    return whole if finer.stage is Stage.DELIVERED else finer


def _shape(division: States) -> ScanShape:
    at = "location.address."
    return ScanShape(
        VENDOR,
        When("timestamp"),
        code=("statusCode", "status"),
        text=("description", "status", "remark"),
        where=Where(
            country=at + "countryCode",
            city=at + "addressLocality",
            postal_code=at + "postalCode",
            facility="location.servicePoint.label",
        ),
        state=lambda entry: _meaning(entry, division),
    )


SCANS = {division: _shape(table) for division, table in DIVISIONS.items()}
SCAN = _shape(_NOTHING)
ESTIMATE = When("estimatedTimeOfDelivery")
FRAME = (When("estimatedFrom"), When("estimatedThrough"))


@frozen
class Reader(TrackingReader):
    """Reads what DHL answers about shipments of any of its divisions."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a shipment: a number may be known to several divisions, or to none.

        Raises:
            Unreadable: the bytes are no answer of DHL.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect("shipments", "detail", "title")
        top = sheet.top
        if top.has("detail") or top.has("title"):
            text = top.maybe_text("detail") or top.maybe_text("title") or ""
            sheet.refused(top.maybe_text("status") or "", text)
        for item in sheet.each(top, "shipments"):
            with sheet.parcel(item, item.maybe_text("id")) as parcel:
                service = item.maybe_text("service") or ""
                parcel.add(SCANS.get(service, SCAN), item, "events")
                parcel.extra["service"] = service
                division = DIVISIONS.get(service, _NOTHING)
                parcel.state = _meaning(one(item, "status").peek(), division)
                details = one(item, "details")
                product = one(details, "product")
                parcel.line = product.maybe_text("productCode", "productName") or service
                pieces = details.raw("pieceIds")
                parcel.refer(*(pieces if isinstance(pieces, list) else ()))
                parcel.expects(item, ESTIMATE)
                parcel.expects(one(item, "estimatedDeliveryTimeFrame"), *FRAME)
        others = top.raw("possibleAdditionalShipmentsUrl")  # where else one may ask
        sheet.nothing_known(**({"possibleAdditionalShipmentsUrl": others} if others else {}))
        return Reading(*sheet.found())
