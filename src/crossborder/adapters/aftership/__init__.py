"""AfterShip: parcels of some thousand carriers, by its Tracking API.

>>> from crossborder.secret import Secret
>>> tracker = AfterShip.connect(Secret("asat_1"))
>>> tracker.desk.base_url
'https://api.aftership.com/tracking/2026-07'
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Self

from attrs import field, frozen

from crossborder.adapters.aftership import calls, shapes
from crossborder.adapters.aftership.reader import Reader
from crossborder.adapters.aftership.rules import POLICIES, URL, VENDOR, read
from crossborder.adapters.aftership.sign import TOLERANCE, Key, proven
from crossborder.conversation import Desk, Page, Steps, flow, settled
from crossborder.errors import BadRequest, Unauthorized
from crossborder.model.extra import Extra
from crossborder.model.outcome import Outcome, Problem
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import Reading, Tracker
from crossborder.protocols.webhooks import WebhookEvent, WebhookReader
from crossborder.secret import Secret
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.sign import sha256_hex, timely
from crossborder.wire.text import read_json

__all__ = ["AfterShip", "Reader"]


@frozen
class AfterShip(Tracker, WebhookReader):
    """An account at AfterShip: registers numbers, reads them, proves webhooks.

    Attributes:
        desk: where the calls are made.
        carriers: our name of a carrier → AfterShip's slug, for those whose slug is not our name
            with hyphens; `unknown` leaves it to AfterShip to find the carrier.
    """

    desk: Desk
    carriers: Mapping[str, str] = field(factory=Extra, hash=False)

    @classmethod
    def connect(
        cls,
        key: Secret | str,
        *,
        account: str = "default",
        carriers: Mapping[str, str] | None = None,
        url: str = URL,
    ) -> Self:
        """An account by its API key."""
        desk = Desk(VENDOR, url, account, POLICIES, Key(Secret(key)), read)
        return cls(desk, Extra(carriers or {}))

    @property
    def reader(self) -> Reader:
        """Reads answers and webhooks without a client."""
        return Reader(self.carriers)

    @flow
    def register(self, shipments: tuple[Shipment, ...]) -> Steps[tuple[Outcome[Shipment], ...]]:
        """Ask to be told of these parcels: one call a parcel, counted against the plan.

        A number that is registered already at its carrier is `Done`, with a warning. Nothing is
        known yet when it is taken: the carrier is asked later.
        """
        found: list[Outcome[Shipment]] = []
        for shipment in shipments:
            send = partial(self._create, shipment)
            found.append((yield from settled(send, _unseen, step=calls.step(shipment))))
        return tuple(found)

    @flow
    def track(self, shipments: tuple[Shipment, ...], *, now: datetime) -> Steps[Reading]:
        """What is known of these parcels, 50 numbers a call; ours keep what is ours.

        One that was never registered, or longer ago than AfterShip remembers, is a problem.
        """
        read: list[Shipment] = []
        problems: list[Problem] = []
        for numbers in calls.batches(shipments):
            cursor, more = "", True
            while more:
                query = calls.sought(numbers, now, cursor)
                reply = yield from self.desk.get("trackings.list", "/trackings", query=query)
                reading = self.reader.read(reply.content, received_at=now)
                read += reading.parcels
                problems += reading.problems
                cursor = shapes.cursor(reply.json(source=VENDOR))
                more = bool(cursor)
        parcels, missing = shapes.ours(shipments, read, self.carriers)
        return Reading(parcels, (*problems, *missing))

    @flow
    def known(self, *, now: datetime, cursor: str = "") -> Steps[Page[Shipment]]:
        """The registered parcels with their events, 200 a page, of the last 30 days."""
        query = calls.page(cursor)
        reply = yield from self.desk.get("trackings.list", "/trackings", query=query)
        reading = self.reader.read(reply.content, received_at=now)
        after = shapes.cursor(reply.json(source=VENDOR))
        if not after:
            return Page(reading.parcels)
        return Page(reading.parcels, after, self.known(now=now, cursor=after))

    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """The event, when one of the webhook secrets signed these very bytes.

        Its id is AfterShip's, else the digest of the body. The time in it is that of what
        happened: a message older than AfterShip keeps trying is refused. Its parcel is read by
        `reader.read(body, …)`.
        """
        if not proven(body, headers, secrets):
            raise self._refuse("no secret fits the signature")
        value = read_json(body, source=VENDOR)
        message = Payload(value, source=VENDOR)
        topic, stamp = message.text("event"), message.raw("ts")
        at = None if stamp is None else instant(stamp, field="ts", source=VENDOR)
        if at is not None and not timely(at, now=now, tolerance=TOLERANCE):
            raise self._refuse("the message is too far from now")
        told = message.maybe_text("event_id") or sha256_hex(body)
        return WebhookEvent(VENDOR, told, topic, at=at, body=Extra(value))

    def _create(self, shipment: Shipment, step: str) -> Steps[Outcome[Shipment]]:
        asked = calls.registration(shipment, self.carriers)
        try:
            reply = yield from self.desk.post(
                "trackings.create", "/trackings", json=asked, step=step
            )
        except BadRequest as said:
            return shapes.refused(said.problems, said.text, shipment)
        return shapes.registered(reply.json(source=VENDOR), shipment)

    def _refuse(self, text: str) -> Unauthorized:
        return Unauthorized(text, vendor=VENDOR, account=self.desk.account, operation="webhook")


def _unseen() -> Steps[Outcome[Shipment] | None]:
    """Nothing is looked up after a lost answer: the second call is told what is so already."""
    yield from ()
    return None
