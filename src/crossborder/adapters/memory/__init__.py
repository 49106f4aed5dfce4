"""A complete pretend vendor: every protocol, with state, in one process.

It is for tests, notebooks and trying ideas: a market, a shop, a gateway, a carrier, an inbox
and a fulfilment centre behind the same conversations as a real vendor.

>>> from crossborder import Client
>>> memory = Memory.demo()
>>> with Client(http=memory.server) as client:
...     client.run(memory.listing("T-SHIRT")) is None
True
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from attrs import evolve, field, frozen

from crossborder.adapters.memory import calls, shapes
from crossborder.adapters.memory.asking import outcome
from crossborder.adapters.memory.buying import Buying
from crossborder.adapters.memory.holding import Holding
from crossborder.adapters.memory.moving import Moving
from crossborder.adapters.memory.paying import Paying
from crossborder.adapters.memory.rules import POLICIES, VENDOR, read
from crossborder.adapters.memory.selling import Selling
from crossborder.adapters.memory.server import MemoryServer
from crossborder.adapters.memory.sign import MemoryCredentials, proven, signature
from crossborder.adapters.memory.storage import (
    AsyncMemoryJournal,
    AsyncMemoryStockLedger,
    AsyncMemoryTokenStore,
    MemoryJournal,
    MemoryStockLedger,
    MemoryTokenStore,
)
from crossborder.conversation import Desk, Page, Steps, flow, segment
from crossborder.model.outcome import Outcome
from crossborder.model.ticket import Message, Ticket
from crossborder.protocols import Inbox, WebhookReader
from crossborder.protocols.webhooks import WebhookEvent
from crossborder.secret import Secret

__all__ = [
    "AsyncMemoryJournal",
    "AsyncMemoryStockLedger",
    "AsyncMemoryTokenStore",
    "Memory",
    "MemoryJournal",
    "MemoryServer",
    "MemoryStockLedger",
    "MemoryTokenStore",
    "signature",
]

_START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


@frozen
class Memory(Buying, Selling, Paying, Moving, Holding, Inbox, WebhookReader):
    """The pretend vendor's near end.

    Attributes:
        desk: where its calls are made.
        server: its far end, to hand to a client as `http`.
    """

    desk: Desk
    server: MemoryServer = field(eq=False)

    @classmethod
    def connect(
        cls, server: MemoryServer, *, secret: Secret | str | None = None, account: str = "demo"
    ) -> "Memory":
        """An account at a server; with a secret, calls carry a token that is renewed."""
        desk = Desk(VENDOR, "https://memory.test", account, POLICIES, read=read)
        if secret is not None:
            credentials = MemoryCredentials(Secret(secret), desk)
            desk = evolve(desk, credentials=credentials)
        return cls(desk, server)

    @classmethod
    def demo(cls, now: Callable[[], datetime] = lambda: _START) -> "Memory":
        """An account at a fresh, empty server whose clock is `now`."""
        return cls.connect(MemoryServer(now))

    @flow
    def tickets(self, *, since: datetime, cursor: str | None = None) -> Steps[Page[Ticket]]:
        """See `Inbox.tickets`."""
        query = calls.page(since, cursor)
        reply = yield from self.desk.get("tickets.list", "/tickets", query=query)
        return shapes.page(reply, Ticket, lambda at: self.tickets(since=since, cursor=at))

    @flow
    def reply(self, ticket: Ticket, message: Message) -> Steps[Outcome[Message]]:
        """See `Inbox.reply`."""
        path = f"/tickets/{segment(ticket.ref.value if ticket.ref else ticket.id)}/messages"
        asked = self.desk.post(
            "tickets.reply",
            path,
            json=calls.body(message),
            step="reply",
            repeatable=True,  # a message's id is taken once
        )
        return (yield from outcome(asked, Message))

    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """See `WebhookReader.webhook`."""
        return proven(body, headers, secrets=secrets, now=now)
