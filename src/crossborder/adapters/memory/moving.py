"""The carrier side: parcels quoted, booked, labelled and followed."""

from datetime import datetime

from crossborder.adapters.memory import calls, shapes
from crossborder.conversation import Desk, Steps, flow, segment
from crossborder.errors import BadRequest, OutcomeUnknown
from crossborder.model.carriage import Label, Quote, ShipmentRequest
from crossborder.model.outcome import Done, Outcome
from crossborder.model.shipment import Shipment
from crossborder.protocols import Carrier, Tracker
from crossborder.protocols.logistics import Reading

__all__ = ["Moving"]


class Moving(Carrier, Tracker):
    """The carrier side: parcels quoted, booked, labelled and followed."""

    desk: Desk

    @flow
    def quote(self, request: ShipmentRequest) -> Steps[tuple[Quote, ...]]:
        """See `Carrier.quote`."""
        body = calls.body(request)
        # A quote books nothing, so it may be asked twice.
        reply = yield from self.desk.post("quotes", "/quotes", json=body, repeatable=True)
        return shapes.items(reply, Quote)

    @flow
    def ship(self, request: ShipmentRequest, *, now: datetime) -> Steps[Outcome[Shipment]]:
        """See `Carrier.ship`; the carrier takes our number once, so a repeat is looked up."""
        try:
            reply = yield from self.desk.post(
                "shipments.book", "/shipments", json=calls.body(request), step="ship"
            )
        except OutcomeUnknown:
            found = yield from self._booked(request)
            if found is not None:
                return Done(found)
            try:
                reply = yield from self.desk.post(
                    "shipments.book",
                    "/shipments",
                    json=calls.body(request),
                    step="ship/2",
                    repeatable=True,  # our number is taken once: a second booking is refused
                )
            except BadRequest as error:
                return (yield from self._booked_or(request, error))
        except BadRequest as error:
            return (yield from self._booked_or(request, error))
        return Done(shapes.noun(reply, Shipment))

    def _booked(self, request: ShipmentRequest) -> Steps[Shipment | None]:
        query = {"reference": request.id}
        reply = yield from self.desk.get("shipments.find", "/shipments", query=query)
        found = shapes.items(reply, Shipment)
        return found[0] if found else None

    def _booked_or(self, request: ShipmentRequest, error: BadRequest) -> Steps[Outcome[Shipment]]:
        refused = shapes.refusal(error)
        if "duplicate" in refused.codes:
            found = yield from self._booked(request)
            if found is not None:
                return Done(found)
        return refused

    @flow
    def label(self, shipment: Shipment) -> Steps[Label]:
        """See `Carrier.label`."""
        path = f"/shipments/{segment(shipment.number)}/label"
        reply = yield from self.desk.get("shipments.label", path)
        return shapes.noun(reply, Label)

    @flow
    def register(self, shipments: tuple[Shipment, ...]) -> Steps[tuple[Outcome[Shipment], ...]]:
        """See `Tracker.register`."""
        reply = yield from self.desk.post(
            "tracking.register",
            "/tracking/register",
            json=calls.numbers(shipments),
            step="register",
            repeatable=True,  # following what is followed changes nothing
        )
        return shapes.outcomes(reply, shipments)

    @flow
    def track(self, shipments: tuple[Shipment, ...], *, now: datetime) -> Steps[Reading]:
        """See `Tracker.track`."""
        reply = yield from self.desk.post(
            "tracking.query",
            "/tracking/query",
            json=calls.numbers(shipments),
            repeatable=True,  # it only reads
        )
        return shapes.reading(reply)
