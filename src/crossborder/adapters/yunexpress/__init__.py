"""YunExpress (云途): a carrier of parcels from China, by its open platform.

>>> from crossborder.secret import Secret
>>> carrier = YunExpress.connect("app", Secret("secret"), sandbox=True)
>>> carrier.desk.base_url
'https://openapi-sbx.yunexpress.cn'
"""

from datetime import datetime
from functools import partial
from typing import Self

from attrs import evolve, frozen

from crossborder.adapters.yunexpress import calls, rules, shapes
from crossborder.adapters.yunexpress.reader import Reader
from crossborder.adapters.yunexpress.rules import POLICIES, SANDBOX, URL, VENDOR
from crossborder.adapters.yunexpress.sign import App
from crossborder.conversation import Desk, Steps, Token, flow, settled
from crossborder.errors import BadRequest, NotFound
from crossborder.model.carriage import Label, Quote, ShipmentRequest
from crossborder.model.extra import Extra
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import Carrier, Reading
from crossborder.secret import Secret

__all__ = ["Reader", "YunExpress"]

_ANY = "any"


@frozen
class YunExpress(Carrier):
    """An account at YunExpress: prices, orders, labels, tracking.

    It is no `Tracker`: the vendor's subscription changes what is shown of a parcel, and parcels
    are tracked without one.

    Attributes:
        desk: where the calls are made.
    """

    desk: Desk

    @classmethod
    def connect(
        cls,
        app: str,
        secret: Secret | str,
        *,
        source: Secret | str | None = None,
        token: Token | None = None,
        account: str = "",
        sandbox: bool = False,
        url: str = "",
    ) -> Self:
        """An account by its application's id and secret; `source` is the user's source key."""
        address = url or (SANDBOX if sandbox else URL)
        desk = Desk(VENDOR, address, account or app, POLICIES, read=rules.read)
        key = None if source is None else Secret(source)
        return cls(evolve(desk, credentials=App(app, Secret(secret), desk, key, token)))

    @property
    def reader(self) -> Reader:
        """Reads tracking answers without a client."""
        return Reader()

    @flow
    def quote(self, request: ShipmentRequest) -> Steps[tuple[Quote, ...]]:
        """What the parcel would cost, line by line; `request.line` may be `any`."""
        path = "/v1/price-trial/get"
        reply = yield from self.desk.get("prices.get", path, query=calls.trial(request))
        quotes = shapes.quotes(reply.json(source=VENDOR))
        return tuple(quote for quote in quotes if request.line in (_ANY, quote.line))

    @flow
    def ship(self, request: ShipmentRequest, *, now: datetime) -> Steps[Outcome[Shipment]]:
        """Book the parcel once: the vendor refuses a second order of `request.id`.

        After a lost answer, and after that very refusal, the order is looked up by `request.id`.
        What cannot be carried is `Refused` before anything is sent. The number of the last mile
        may be empty and come later.
        """
        problems = calls.problems(request)
        if problems:
            return Refused(problems)
        attempt, look = partial(self._book, request), partial(self._standing, request)
        return (yield from settled(attempt, look, step="ship"))

    @flow
    def label(self, shipment: Shipment) -> Steps[Label]:
        """The label, by its address or its content."""
        query = {"order_number": shipment.number}
        reply = yield from self.desk.get("labels.get", "/v1/order/label/get", query=query)
        return shapes.label(reply.json(source=VENDOR), shipment.number)

    @flow
    def track(self, shipments: tuple[Shipment, ...], *, now: datetime) -> Steps[Reading]:
        """What is known of these parcels: one call a parcel, ours keep what is ours.

        A number the vendor refuses or does not know is a problem; the others are still asked for.
        """
        parcels: list[Shipment] = []
        problems: list[Problem] = []
        for shipment in shipments:
            about = Extra({"number": shipment.number})
            query = {"order_number": shipment.number}
            try:
                reply = yield from self.desk.get(
                    "tracks.get", "/v1/track-service/info/get", query=query
                )
            except (BadRequest, NotFound) as refused:
                stated = refused.problems or (Problem("refused", refused.text),)
                problems += (evolve(problem, extra=about) for problem in stated)
                continue
            reading = self.reader.read(reply.content, received_at=now)
            problems += reading.problems
            read = shapes.asked(shipment, reading.parcels)
            if read is not None:
                parcels.append(shapes.ours(shipment, read))
            elif not reading.problems:
                problems.append(Problem("not_found", "nothing is known of it", extra=about))
        return Reading(tuple(parcels), tuple(problems))

    def _book(self, request: ShipmentRequest, step: str) -> Steps[Outcome[Shipment]]:
        try:
            reply = yield from self.desk.post(
                "orders.create", "/v1/order/package/create", json=calls.package(request), step=step
            )
        except BadRequest as refused:
            standing = None
            if any(problem.code == rules.DUPLICATE for problem in refused.problems):
                standing = yield from self._standing(request)
            stated = refused.problems or (Problem("refused", refused.text),)
            return standing or Refused(stated)
        return Done(shapes.booked(reply.json(source=VENDOR), request))

    def _standing(self, request: ShipmentRequest) -> Steps[Outcome[Shipment] | None]:
        """The order that stands under our number, unless it was cancelled.

        A refused look-up counts as none there: if it is wrong, the second order is refused as a
        duplicate, so a parcel is never booked twice.
        """
        query = {"order_number": request.id}
        try:
            reply = yield from self.desk.get("orders.get", "/v1/order/info/get", query=query)
        except (BadRequest, NotFound):
            return None
        standing = shapes.found(reply.json(source=VENDOR), request)
        return None if standing is None or shapes.cancelled(standing) else Done(standing)
