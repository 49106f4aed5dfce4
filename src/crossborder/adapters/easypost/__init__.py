"""EasyPost: parcels of some hundred carriers, by its trackers.

>>> from crossborder.secret import Secret
>>> tracker = EasyPost.connect(Secret("EZAK1"))
>>> tracker.desk.base_url
'https://api.easypost.com/v2'
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Self

from attrs import evolve, field, frozen

from crossborder.adapters.easypost import calls, shapes
from crossborder.adapters.easypost.reader import Reader
from crossborder.adapters.easypost.rules import CARRIERS, POLICIES, URL, VENDOR, read
from crossborder.adapters.easypost.sign import Key, proven
from crossborder.conversation import Desk, Page, Reply, Steps, flow, segment, settled
from crossborder.errors import BadRequest, NotFound, Unauthorized
from crossborder.model.extra import Extra
from crossborder.model.outcome import Outcome, Problem, Refused
from crossborder.model.shipment import Shipment
from crossborder.protocols.logistics import Reading, Tracker
from crossborder.protocols.webhooks import WebhookEvent, WebhookReader
from crossborder.secret import Secret
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload
from crossborder.wire.text import read_json

__all__ = ["EasyPost", "Reader"]


@frozen
class EasyPost(Tracker, WebhookReader):
    """An account at EasyPost: creates trackers, reads them, proves webhooks.

    Attributes:
        desk: where the calls are made.
        carriers: our name of a carrier → EasyPost's; a carrier that is not among them is left for
            EasyPost to find.
    """

    desk: Desk
    carriers: Mapping[str, str] = field(default=CARRIERS, hash=False)

    @classmethod
    def connect(
        cls,
        key: Secret | str,
        *,
        account: str = "default",
        carriers: Mapping[str, str] | None = None,
        url: str = URL,
    ) -> Self:
        """An account by its API key; `carriers` are added to the known ones."""
        desk = Desk(VENDOR, url, account, POLICIES, Key(Secret(key)), read)
        return cls(desk, Extra({**CARRIERS, **(carriers or {})}))

    @property
    def reader(self) -> Reader:
        """Reads answers and webhooks without a client."""
        return Reader(self.carriers)

    @flow
    def register(self, shipments: tuple[Shipment, ...]) -> Steps[tuple[Outcome[Shipment], ...]]:
        """Ask to be told of these parcels: one tracker a parcel, each paid for once.

        Within three months EasyPost answers a second tracker of the same number and carrier with
        the first; in test mode it makes another. So after a lost answer the tracker is looked up,
        among those of the last month, before another is asked for.
        """
        found: list[Outcome[Shipment]] = []
        for shipment in shipments:
            send, look = partial(self._create, shipment), partial(self._standing, shipment)
            found.append((yield from settled(send, look, step=calls.step(shipment))))
        return tuple(found)

    @flow
    def track(self, shipments: tuple[Shipment, ...], *, now: datetime) -> Steps[Reading]:
        """What is known of these parcels, one call a parcel; ours keep what is ours.

        A parcel with EasyPost's id is read by it, which is limited less than a search by number.
        Reading costs nothing. One that was never registered is a problem.
        """
        parcels: list[Shipment] = []
        problems: list[Problem] = []
        for shipment in shipments:
            about = Extra({"number": shipment.number})
            try:
                reply = yield from self._asked(shipment, now)
            except (BadRequest, NotFound) as said:
                stated = said.problems or (Problem("not_registered", said.text),)
                problems += (evolve(problem, extra=about) for problem in stated)
                continue
            reading = self.reader.read(reply.content, received_at=now)
            problems += reading.problems
            read_ = shapes.newest(shipment, reading.parcels, self.carriers)
            if read_ is not None:
                parcels.append(shapes.ours(shipment, read_))
            elif not reading.problems:
                problems.append(Problem("not_registered", "nothing is known of it", extra=about))
        return Reading(tuple(parcels), tuple(problems))

    @flow
    def known(self, *, now: datetime, cursor: str = "") -> Steps[Page[Shipment]]:
        """The trackers of the last month with their events, the newest first, 100 a page."""
        query = calls.page(cursor)
        reply = yield from self.desk.get("trackers.list", "/trackers", query=query)
        reading = self.reader.read(reply.content, received_at=now)
        after = shapes.after(reply.json(source=VENDOR))
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

        EasyPost pushes until it is answered in time, so the same id comes more than once. Its
        parcel is read by `reader.read(body, …)`.
        """
        if not proven(body, headers, secrets):
            raise Unauthorized(
                "no secret fits the signature",
                vendor=VENDOR,
                account=self.desk.account,
                operation="webhook",
            )
        value = read_json(body, source=VENDOR)
        message = Payload(value, source=VENDOR)
        topic, made = message.text("description"), message.maybe_text("created_at")
        at = instant(made, field="created_at", source=VENDOR) if made else None
        return WebhookEvent(VENDOR, message.text("id"), topic, at=at, body=Extra(value))

    def _create(self, shipment: Shipment, step: str) -> Steps[Outcome[Shipment]]:
        asked = calls.registration(shipment, self.carriers)
        try:
            reply = yield from self.desk.post("trackers.create", "/trackers", json=asked, step=step)
        except BadRequest as said:
            return Refused(said.problems or (Problem("refused", said.text),))
        return shapes.registered(reply.json(source=VENDOR), shipment)

    def _standing(self, shipment: Shipment) -> Steps[Outcome[Shipment] | None]:
        """The tracker that a lost answer may have left."""
        query = calls.looked_up(shipment, self.carriers)
        reply = yield from self.desk.get("trackers.list", "/trackers", query=query)
        return shapes.standing(reply.json(source=VENDOR), shipment, self.carriers)

    def _asked(self, shipment: Shipment, now: datetime) -> Steps[Reply]:
        ref = shapes.ref_of(shipment)
        if ref:
            return self.desk.get("trackers.get", f"/trackers/{segment(ref)}")
        query = calls.sought(shipment, self.carriers, now)
        return self.desk.get("trackers.list", "/trackers", query=query)
