"""What vendors push: proven first, taken once, read last."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import evolve, field, frozen

from crossborder.model.check import aware, checked, refuse
from crossborder.model.extra import Extra
from crossborder.secret import Secret

__all__ = ["Heard", "ReplayGuard", "WebhookEvent", "WebhookReader"]


@frozen(field_transformer=checked)
class WebhookEvent:
    """One message of a vendor whose signature held.

    Attributes:
        vendor: the adapter's name.
        id: the vendor's id of the message: a second one of the same id is a repeat.
        topic: what it is about, in the vendor's words.
        api_version: of the body, or empty.
        at: when it was sent, or None when the vendor does not say.
        body: the message.
    """

    vendor: str
    id: str
    topic: str
    api_version: str = ""
    at: datetime | None = None
    body: Extra = field(factory=Extra)


class WebhookReader(Protocol):
    """Proves and reads what a vendor pushes: pure, no client needed."""

    @abstractmethod
    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """The event, when one of the secrets signed these very bytes in time.

        Raises:
            Unauthorized: no secret fits, or the message is too old.
            Unreadable: it is proven, but not what the vendor promises.
        """
        ...


class Heard(StrEnum):
    """What a message is to one who remembers the others."""

    NEW = "new"
    REPEAT = "repeat"
    STALE = "stale"


@frozen
class ReplayGuard:
    """Which messages were taken lately: each is taken once.

    Vendors push a message again until it is answered, and whoever caught one may push it too. A
    message whose time of sending is signed can never be taken twice: it is remembered until it
    is stale. One without a time is forgotten after the window; then only a merge that bears
    repeats protects.

    Keep the new guard when the messages are worked off, not before: then one whose work failed
    is new again when it is pushed again.

    Attributes:
        window: how long is remembered, and how old a message may be. Longer than the vendor
            keeps trying: AfterShip doubles 30 seconds 14 times, eleven days in all.
        until: vendor and id of a message → when it may be forgotten.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 2, tzinfo=UTC)
    >>> message = WebhookEvent("easypost", "evt_1", "tracker.updated")
    >>> heard, guard = ReplayGuard().take([message, message], now=now)
    >>> [str(one) for one in heard], [str(one) for one in guard.take([message], now=now)[0]]
    (['new', 'repeat'], ['repeat'])
    """

    window: timedelta = timedelta(days=14)
    until: Mapping[tuple[str, str], datetime] = field(factory=dict, hash=False)

    def __attrs_post_init__(self) -> None:
        if self.window <= timedelta(0):
            raise refuse(self, "window", self.window, "must be above zero")

    def take(
        self, events: Iterable[WebhookEvent], *, now: datetime
    ) -> "tuple[tuple[Heard, ...], ReplayGuard]":
        """What each message is, in their order, and the guard that has taken the new ones.

        The guard is copied once for all of them; what may be forgotten is left behind.

        Raises:
            NaiveTime: `now` has no zone.
        """
        aware(now, "now", "ReplayGuard")
        kept = {key: end for key, end in self.until.items() if end >= now}
        heard = []
        for event in events:
            key = (event.vendor, event.id)
            if event.at is not None and now - event.at > self.window:
                heard.append(Heard.STALE)
            elif key in kept:
                heard.append(Heard.REPEAT)
            else:
                heard.append(Heard.NEW)
                kept[key] = max(now, event.at or now) + self.window
        return tuple(heard), evolve(self, until=kept)
