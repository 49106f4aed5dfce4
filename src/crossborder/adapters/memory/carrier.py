"""The carrier: lines with prices, parcels under our number, and scans."""

from datetime import datetime
from typing import Any

from attrs import evolve

from crossborder.adapters.memory.effects import Answer, Effects, load_as, refused, show
from crossborder.errors import InvalidValue
from crossborder.model.carriage import Label, Line, Quote, ShipmentRequest
from crossborder.model.ids import Ref, ShipmentId
from crossborder.model.money import Price
from crossborder.model.shipment import Leg, Shipment
from crossborder.model.tracking import Health, ParcelState, Stage, TrackingEvent

__all__ = ["CarrierState"]


class CarrierState(Effects):
    """Lines by id; parcels by number."""

    def __init__(self) -> None:
        self.lines: dict[str, Line] = {}
        self.shipments: dict[str, Shipment] = {}
        self.booked: dict[str, str] = {}
        self.registered: set[str] = set()

    def add_line(self, line: Line) -> None:
        """Offer a line."""
        self.lines[line.id] = line

    def scan(self, number: str, events: tuple[TrackingEvent, ...], *, last_mile: str = "") -> None:
        """Let a parcel be scanned; a last-mile number may come with it.

        Raises:
            InvalidValue: no parcel was booked under the number.
        """
        parcel = self.shipments.get(number)
        if parcel is None:
            raise InvalidValue("was not booked here", field="number", value=number, source="memory")
        legs = parcel.legs
        if last_mile:
            legs = (*legs, Leg("last-mile", "road", last_mile))
        self.shipments[number] = evolve(parcel, events=(*parcel.events, *events), legs=legs)

    def _bookable(self, request: ShipmentRequest) -> list[Line]:
        return [
            line
            for line in self.lines.values()
            if request.line in ("any", line.id)
            and (not line.countries or request.ship_to.country in line.countries)
            and (line.max_weight is None or request.parcel.weight <= line.max_weight)
            and request.parcel.cargo in line.accepts
        ]

    def quote(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """What each line that takes the parcel would cost."""
        lines = self._bookable(load_as(body, ShipmentRequest))
        quotes = [
            Quote(line.id, line.name, line.cost, line.transit, line.carrier) for line in lines
        ]
        return Answer(200, {"items": [show(item) for item in quotes]})

    def book_shipment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Book a parcel; our number is taken once."""
        request: ShipmentRequest = load_as(body, ShipmentRequest)
        if request.id in self.booked:
            return refused("duplicate", request.id, status=409, field="id")
        lines = self._bookable(request)
        if request.line == "any" or not lines:
            return refused("line_unfit", request.line, field="line")
        number = f"MEM{len(self.shipments) + 1:09d}XB"
        cost: Price = lines[0].cost
        self.shipments[number] = Shipment(
            ShipmentId(request.id),
            "memory",
            number,
            now,
            request.order_id,
            legs=(Leg("memory", "air", number, request.line),),
            events=(
                TrackingEvent(
                    "memory", "REG", "shipment registered", Stage.REGISTERED, now, number=number
                ),
            ),
            state=ParcelState(Stage.REGISTERED, Health.OK),
            line=request.line,
            cost=cost,
            refs=(Ref("memory", number),),
        )
        self.booked[request.id] = number
        self.happened("parcel", number)
        return Answer(201, show(self.shipments[number]))

    def find_shipment(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """The parcel booked under our number."""
        number = self.booked.get(given["reference"])
        found = [show(self.shipments[number])] if number is not None else []
        return Answer(200, {"items": found})

    def show_label(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """A label to print."""
        number = given["number"]
        if number not in self.shipments:
            return refused("no_such_parcel", number, status=404)
        label = Label(number, "application/pdf", url=f"https://memory.test/labels/{number}.pdf")
        return Answer(200, show(label))

    def register_tracking(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """Follow these numbers; each is accepted or refused."""
        items: list[Any] = []
        for number in body["numbers"]:
            if number in self.shipments:
                self.registered.add(number)
                items.append({"done": number})
            else:
                items.append({"problems": [{"code": "unknown_number", "text": number}]})
        return Answer(200, {"items": items})

    def query_tracking(self, given: dict[str, str], body: Any, now: datetime) -> Answer:
        """What is known of these numbers; only of those that are followed."""
        parcels, problems = [], []
        for number in body["numbers"]:
            if number in self.registered:
                parcels.append(show(self.shipments[number]))
            else:
                problems.append({"code": "not_registered", "text": number, "field": number})
        return Answer(200, {"parcels": parcels, "problems": problems})
