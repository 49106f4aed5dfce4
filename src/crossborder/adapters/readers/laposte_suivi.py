"""La Poste: answers of `GET /suivi/v2/idships` (Suivi v2), letters, Colissimo and Chronopost alike.

Source: developer.laposte.fr, "Suivi v2", tables of event codes and holders. One number is answered
with an object, several with a list, in which each has its own `returnCode`.
"""

from datetime import datetime

from attrs import frozen

from crossborder.adapters.readers.suivi_events import STATES
from crossborder.model.shipment import Leg
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ParcelDraft, ScanShape, Sheet, When, Where
from crossborder.wire.scans.fields import as_text, getter

__all__ = ["Reader"]

VENDOR = "laposte_suivi"

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
        for answer in sheet.answers():
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
        sheet.nothing_known()
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
        name = as_text(PARTNER(data), "partner", VENDOR).casefold() or "unknown"
        parcel.legs.append(Leg(name, number=other, destination=ends[1]))
