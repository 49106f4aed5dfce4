"""17TRACK: parcels of some thousand carriers behind one door.

>>> from crossborder.secret import Secret
>>> tracker = Track17.connect(Secret("123456ABCDEF"))
>>> tracker.desk.base_url
'https://api.17track.net/track/v2.4'
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self

from attrs import field, frozen

from crossborder.adapters.track17 import calls, shapes
from crossborder.adapters.track17.reader import Reader
from crossborder.adapters.track17.rules import CARRIERS, POLICIES, URL, VENDOR, read
from crossborder.adapters.track17.shapes import Quota
from crossborder.adapters.track17.sign import Key, proven
from crossborder.conversation import Desk, Page, Reply, Steps, flow, settled
from crossborder.errors import Unauthorized
from crossborder.model.extra import Extra
from crossborder.model.ids import digest
from crossborder.model.outcome import Outcome, Problem
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import Reading, Tracker
from crossborder.protocols.webhooks import WebhookEvent, WebhookReader
from crossborder.secret import Secret
from crossborder.wire.payload import Payload
from crossborder.wire.sign import sha256_hex
from crossborder.wire.text import read_json

__all__ = ["Quota", "Reader", "Track17"]

Outcomes = tuple[Outcome[Shipment], ...]


@frozen
class Track17(Tracker, WebhookReader):
    """An account at 17TRACK: registers numbers, reads them, proves webhooks.

    Attributes:
        desk: where the calls are made.
        carriers: our name of a carrier → 17TRACK's number; a carrier that is not among them is
            left for 17TRACK to find.
    """

    desk: Desk
    carriers: Mapping[str, int] = field(default=CARRIERS, hash=False)

    @classmethod
    def connect(
        cls,
        key: Secret | str,
        *,
        account: str = "default",
        carriers: Mapping[str, int] | None = None,
        url: str = URL,
    ) -> Self:
        """An account by its security key; `carriers` are added to the known ones."""
        desk = Desk(VENDOR, url, account, POLICIES, Key(Secret(key)), read)
        return cls(desk, Extra({**CARRIERS, **(carriers or {})}))

    @property
    def reader(self) -> Reader:
        """Reads answers and webhooks without a client."""
        return Reader(self.carriers)

    @flow
    def register(self, shipments: tuple[Shipment, ...]) -> Steps[Outcomes]:
        """Ask to be told of these parcels, under their first numbers; a credit for each new one.

        17TRACK finds the number of the last mile itself. A number that is registered already is
        `Done`, with a warning. Events come by webhook or by `track`, never from here.
        """
        return (
            yield from self._each("numbers.register", "/register", shipments, calls.registration)
        )

    @flow
    def stop(self, shipments: tuple[Shipment, ...]) -> Steps[Outcomes]:
        """Ask to be told no more; a parcel that is stopped already is `Done`, with a warning."""
        return (yield from self._each("numbers.stop", "/stoptrack", shipments, calls.subject))

    @flow
    def retrack(self, shipments: tuple[Shipment, ...]) -> Steps[Outcomes]:
        """Start again with stopped parcels, which 17TRACK allows once for each number."""
        return (yield from self._each("numbers.retrack", "/retrack", shipments, calls.subject))

    @flow
    def track(self, shipments: tuple[Shipment, ...], *, now: datetime) -> Steps[Reading]:
        """What is known of these parcels, which must be registered; ours keep what is ours."""
        parcels: list[Shipment] = []
        problems: list[Problem] = []
        for batch in calls.batches(shipments):
            asked = [calls.subject(shipment, self.carriers) for shipment in batch]
            reply = yield from self._asked("numbers.info", "/gettrackinfo", asked)
            reading = self.reader.read(reply.content, received_at=now)
            parcels += shapes.ours(batch, reading, self._codes(batch))
            problems += reading.problems
        return Reading(tuple(parcels), tuple(problems))

    @flow
    def known(self, *, cursor: str = "1", numbers: tuple[str, ...] = ()) -> Steps[Page[Shipment]]:
        """The registered parcels, 40 a page, as 17TRACK lists them: without events."""
        place = int(cursor)
        asked = calls.page(place, numbers)
        reply = yield from self._asked("numbers.list", "/gettracklist", asked)
        parcels, pages = shapes.known(reply.json(source=VENDOR), self.carriers)
        if place >= pages:
            return Page(parcels)
        after = str(place + 1)
        return Page(parcels, after, self.known(cursor=after, numbers=numbers))

    @flow
    def quota(self) -> Steps[Quota]:
        """The credits that are left."""
        reply = yield from self._asked("quota.get", "/getquota", [])
        return shapes.quota(reply.json(source=VENDOR))

    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """The event, when one of the keys signed these very bytes.

        17TRACK states neither an id nor a time of sending: the id is the digest of the body, so
        that the same message pushed again is known as a repeat. Its parcel is read by
        `reader.read(body, …)`.
        """
        if not proven(body, headers, secrets):
            raise Unauthorized(
                "no key fits the signature",
                vendor=VENDOR,
                account=self.desk.account,
                operation="webhook",
            )
        value = read_json(body, source=VENDOR)
        message = Payload(value, source=VENDOR)
        topic = message.text("event")
        message.one("data").text("number")
        return WebhookEvent(VENDOR, sha256_hex(body), topic, body=Extra(value))

    def _asked(self, operation: str, path: str, asked: Any) -> Steps[Reply]:
        """What is known there already."""
        # A read changes nothing; it is a POST here as every call is (v2.4 document).
        return self.desk.post(operation, path, json=asked, repeatable=True)

    def _each(
        self,
        operation: str,
        path: str,
        shipments: tuple[Shipment, ...],
        build: Callable[[Shipment, Mapping[str, int]], dict[str, Any]],
    ) -> Steps[Outcomes]:
        """One write for each batch, named by what is in it; one outcome for each parcel."""
        found: list[Outcome[Shipment]] = []
        for batch in calls.batches(shipments):
            name = f"{path[1:]}/{digest(*(shipment.number for shipment in batch))}"
            send = partial(self._send, operation, path, batch, build)
            found += yield from settled(send, _unseen, step=name)
        return tuple(found)

    def _send(
        self,
        operation: str,
        path: str,
        batch: tuple[Shipment, ...],
        build: Callable[[Shipment, Mapping[str, int]], dict[str, Any]],
        step: str,
    ) -> Steps[Outcomes]:
        asked = [build(shipment, self.carriers) for shipment in batch]
        reply = yield from self.desk.post(operation, path, json=asked, step=step)
        answer = reply.json(source=VENDOR)
        return shapes.outcomes(answer, batch, operation=operation, codes=self._codes(batch))

    def _codes(self, batch: tuple[Shipment, ...]) -> dict[str, int]:
        codes = {ship.carrier: calls.carrier_code(ship.carrier, self.carriers) for ship in batch}
        return {carrier: code for carrier, code in codes.items() if code is not None}


def _unseen() -> Steps[Outcomes | None]:
    """Nothing is looked up after a lost answer: the second call is told what is so already."""
    yield from ()
    return None
