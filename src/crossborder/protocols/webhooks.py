"""What vendors push: proven first, taken once, read last."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

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


_Key = tuple[str, str]
_NEVER = datetime.max.replace(tzinfo=UTC)
_FEW = 200
"""So many messages are as quickly copied as kept apart."""


class _Remembered(Mapping[_Key, datetime]):
    """Many old messages, shared by all guards that come after, and the few newest.

    So a guard that takes one message copies a few, and all of them but once in a long while.
    """

    __slots__ = ("_new", "_old")

    def __init__(self, old: Mapping[_Key, datetime], new: Mapping[_Key, datetime]) -> None:
        self._old, self._new = old, new

    def __getitem__(self, key: _Key) -> datetime:
        found = self._new.get(key)
        return self._old[key] if found is None else found

    def __iter__(self) -> Iterator[_Key]:
        yield from self._old
        yield from (key for key in self._new if key not in self._old)

    def __len__(self) -> int:
        return len(self._old) + sum(key not in self._old for key in self._new)

    def __repr__(self) -> str:
        return repr(dict(self))

    def having(self, taken: Mapping[_Key, datetime], now: datetime) -> "_Remembered":
        """These and the taken ones; what may be forgotten is left behind when all are copied."""
        new = {**self._new, **taken}
        if len(self._old) > _FEW and len(new) ** 2 <= len(self._old):
            return _Remembered(self._old, new)
        all_ = {**self._old, **new}
        return _Remembered({key: end for key, end in all_.items() if end >= now}, {})


def _remembered(given: object) -> object:
    if isinstance(given, Mapping) and not isinstance(given, _Remembered):
        return _Remembered(dict(given), {})
    return given


@frozen(field_transformer=checked)
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
        until: vendor and id of a message → when it may be forgotten; of many some stand here for a
            while after that.

    >>> from datetime import UTC
    >>> now = datetime(2026, 11, 2, tzinfo=UTC)
    >>> message = WebhookEvent("easypost", "evt_1", "tracker.updated")
    >>> heard, guard = ReplayGuard().take([message, message], now=now)
    >>> [str(one) for one in heard], [str(one) for one in guard.take([message], now=now)[0]]
    (['new', 'repeat'], ['repeat'])
    """

    window: timedelta = timedelta(days=14)
    until: Mapping[_Key, datetime] = field(factory=dict, converter=_remembered, hash=False)

    def __attrs_post_init__(self) -> None:
        if self.window <= timedelta(0):
            raise refuse(self, "window", self.window, "must be above zero")

    def take(
        self, events: Iterable[WebhookEvent], *, now: datetime
    ) -> "tuple[tuple[Heard, ...], ReplayGuard]":
        """What each message is, in their order, and the guard that has taken the new ones.

        Raises:
            NaiveTime: `now` has no zone.
        """
        now = aware(now, "now", "ReplayGuard")
        kept = self.until
        assert isinstance(kept, _Remembered)
        taken: dict[_Key, datetime] = {}
        heard = []
        for event in events:
            key = (event.vendor, event.id)
            end = taken.get(key) or kept.get(key)
            if event.at is not None and now - event.at > self.window:
                heard.append(Heard.STALE)
            elif end is not None and end >= now:
                heard.append(Heard.REPEAT)
            else:
                heard.append(Heard.NEW)
                taken[key] = self._end(max(now, event.at or now))
        return tuple(heard), ReplayGuard(self.window, kept.having(taken, now))

    def _end(self, moment: datetime) -> datetime:
        """The end of a window that begins then; of the calendar, where it ends before."""
        try:
            return moment + self.window
        except OverflowError:
            return _NEVER
