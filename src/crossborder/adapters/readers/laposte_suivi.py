"""La Poste: answers of `GET /suivi/v2/idships` (Suivi v2), letters, Colissimo and Chronopost alike.

Source: developer.laposte.fr, "Suivi v2", tables of event codes and holders. One number is answered
with an object, several with a list, in which each has its own `returnCode`.
"""

from datetime import datetime

from attrs import frozen

from crossborder.model.shipment import Leg
from crossborder.model.tracking import Health, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ParcelDraft, ScanShape, Sheet, When, Where, states
from crossborder.wire.scans.fields import as_text, getter

__all__ = ["Reader"]

VENDOR = "laposte_suivi"

STATES = states(
    {
        "DR1": Stage.REGISTERED,
        "DR2": (Stage.REGISTERED, Health.ACTION_REQUIRED, "retailer_not_ready"),
        "PC1": Stage.ACCEPTED,
        "PC2": Stage.ACCEPTED,
        "ET1": Stage.LINE_HAUL,
        "ET2": Stage.EXPORT,
        "ET3": Stage.LINE_HAUL,
        "ET4": Stage.LINE_HAUL,
        "EP1": Stage.LAST_MILE,
        "DO1": Stage.IMPORT_CUSTOMS,
        "DO2": Stage.IMPORT_CUSTOMS,
        "DO3": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        "ID0": Stage.IMPORT_CUSTOMS,
        "PB1": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "unknown"),
        "PB2": Stage.LINE_HAUL,
        "MD2": Stage.OUT_FOR_DELIVERY,
        "ND1": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "AG1": Stage.COLLECT,
        "RE1": (Stage.RETURNING, Health.FAILED),
        "DI0": Stage.DELIVERED,
        "DI1": Stage.DELIVERED,
        "DI2": (Stage.RETURNED, Health.FAILED),
        "DI3": (Stage.UNKNOWN, Health.OK, "carrier_delay"),
    }
)
"""The published event codes; the letters name the step and the digit the case.

ET only says "moving" (ET2 in the country it came from); PB2, a problem that was solved, says that
it moves again. DI2 is a delivery to the sender: the end of the way back that RE1 begins.
"""

HOLDERS = {"1": "laposte", "2": "laposte", "3": "chronopost", "4": "colissimo"}
"""Whose parcel it is: letters at home and abroad, Chronopost, Colissimo."""

NAMES = ("returnCode", "shipment", "code")
SCAN = ScanShape(VENDOR, When("date"), code="code", text="label", states=STATES)
ENTERED, ESTIMATE = When("entryDate"), When("estimDate")
ORIGIN = Where(country="contextData.originCountry")
DESTINATION = Where(country="contextData.arrivalCountry")
PARTNER = getter(("contextData.partner.name", "contextData.partner.network"))
PARTNER_NUMBER = getter("contextData.partner.reference")


@frozen
class Reader(TrackingReader):
    """Reads what La Poste answers about one number or several."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a number; a number that was refused is a problem beside the others.

        Raises:
            Unreadable: the bytes are no answer of La Poste.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        sheet.expect(*NAMES)
        answers = sheet.each(sheet.top, "all") if sheet.top.has("all") else (sheet.top,)
        for answer in answers:
            item = answer.maybe_one("shipment")
            if item is not None:
                number = item.maybe_text("idShip") or answer.maybe_text("idShip")
                carrier = HOLDERS.get(item.maybe_text("holder") or "", "laposte")
                with sheet.parcel(item, number, carrier=carrier) as parcel:
                    _read(parcel, item)
                    parcel.around.append(answer)
            else:
                code = (answer.maybe_text("returnCode", "code") or "").strip()
                text = answer.maybe_text("returnMessage", "message") or ""
                sheet.refused(code, text, number=answer.maybe_text("idShip") or "")
        return Reading(*sheet.found())


def _read(parcel: ParcelDraft, item: Payload) -> None:
    """The scans, the estimate, the way, and the partner that goes on under its own number."""
    parcel.add(SCAN, item, "event")
    parcel.line = item.maybe_text("product") or ""
    parcel.expects(item, ESTIMATE)
    data = item.peek()
    parcel.ship_date = ENTERED.read(data, VENDOR)[0]
    ends = ORIGIN.place(data, VENDOR), DESTINATION.place(data, VENDOR)
    if any(ends):
        parcel.legs.append(Leg(parcel.carrier, "post", parcel.number, parcel.line, *ends))
    other = as_text(PARTNER_NUMBER(data), "reference", VENDOR)
    if other and other != parcel.number:
        name = as_text(PARTNER(data), "partner", VENDOR).casefold()
        parcel.legs.append(Leg(name, number=other, destination=ends[1]))
