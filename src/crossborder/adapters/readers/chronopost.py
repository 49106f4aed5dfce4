"""Chronopost: answers of `trackSkybillV2` and `trackSkybill` (SOAP, `TrackingServiceWS`).

Source: Chronopost web service guide, "Suivi des colis", and the codes seen in its answers. Times
carry their offset. A code of one or two letters decides; labels come in the language of the call.
"""

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, Wording, one, states

__all__ = ["Reader"]

VENDOR = "chronopost"

STATES = states(
    {
        "DC": Stage.REGISTERED,
        "EA": Stage.REGISTERED,
        "DB": Stage.ACCEPTED,
        "DY": Stage.ACCEPTED,
        "PC": Stage.ACCEPTED,
        "EC": Stage.LINE_HAUL,
        "SC": Stage.LINE_HAUL,
        "EI": Stage.LINE_HAUL,
        "O": Stage.LINE_HAUL,
        "T": Stage.LINE_HAUL,
        "TP": Stage.LINE_HAUL,
        "TS": Stage.LINE_HAUL,
        "RO": (Stage.LINE_HAUL, Health.OK, "retailer_packaging_issue"),
        "I": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        "AT": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        "SJ": Stage.IMPORT_CUSTOMS,
        "TT": Stage.HANDOVER,
        "SD": Stage.LAST_MILE,
        "A2": (Stage.LAST_MILE, Health.OK, "carrier_delay"),
        "IA": (Stage.LAST_MILE, Health.OK, "carrier_delay"),
        "IS": Stage.LAST_MILE,
        "SK": (Stage.LAST_MILE, Health.ACTION_REQUIRED, "unknown"),
        "P": (Stage.LAST_MILE, Health.FAILED, "consignee_not_home"),
        "TA": Stage.OUT_FOR_DELIVERY,
        "RB": Stage.LAST_MILE,
        "AB": Stage.COLLECT,
        "D": Stage.DELIVERED,
        "RI": Stage.DELIVERED,
        "R": (Stage.RETURNING, Health.FAILED),
    }
)
"""Event codes; TT is given to a forwarder or a driver, RB is the round to a pickup point, RI is
handed out there. Notices to the recipient (SM) and wishes of his (CL) are no scans."""

DRIVERS = Wording({"Colis remis par le relais Pickup au chauffeur": Stage.LINE_HAUL})
"""Whole sentences, by public client code, under which a TT is no handover: the relay where a parcel
was posted gives it to a driver."""


def _at_the_relay(entry: Mapping[str, object]) -> ParcelState | None:
    said = DRIVERS(str(entry.get("eventLabel"))) if entry.get("code") == "TT" else None
    return said if said is not None and said.stage is not Stage.UNKNOWN else None


_CALLS = ("trackSkybillV2Response", "trackSkybillResponse")
_LISTS = ("listEventInfoComp", "listEvents")

SCAN = ScanShape(
    VENDOR,
    When("eventDate"),
    code="code",
    text="eventLabel",
    where=Where(postal_code="zipCode", facility="officeLabel"),
    states=STATES,
    state=_at_the_relay,
)


@frozen
class Reader(TrackingReader):
    """Reads what Chronopost answers about parcels."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a `skybillNumber`; error codes, faults and an empty list are problems.

        Raises:
            Unreadable: the bytes are no answer of Chronopost.
        """
        sheet = Sheet.xml(body, source=VENDOR, received_at=received_at, charset=charset)
        answer = one(sheet.top, "Envelope", "Body")
        if not any(answer.has(name) for name in ("Fault", *_CALLS)):
            raise answer.refuse(_CALLS[0], None, "is missing")
        sheet.refusals(answer, "Fault", code="faultcode", text="faultstring")
        for found in (part for call in _CALLS for part in sheet.each(answer, call, "return")):
            code = found.maybe_text("errorCode") or "0"
            if code != "0":
                sheet.refused(code, found.maybe_text("errorMessage") or "")
            for item in (part for name in _LISTS for part in sheet.each(found, name)):
                with sheet.parcel(item, item.maybe_text("skybillNumber")) as parcel:
                    parcel.add(SCAN, item, "events")
        sheet.nothing_known()
        return Reading(*sheet.found())
