"""Kill a run between any two of its steps, and see that the next one goes on.

A `KillSwitch` counts the moments at which a process can die: before and after each exchange,
and before and after each note in the journal. At the chosen one it raises `Killed`, which no
code catches.

>>> from crossborder.adapters.memory import Memory, MemoryJournal
>>> from crossborder.clients import Client
>>> memory, journal = Memory.demo(), MemoryJournal()
>>> switch = KillSwitch(at=1)
>>> client = Client(http=switch.transport(memory.server), journal=switch.journal(journal))
>>> try:
...     client.run(memory.listing("SKU-1"))
... except Killed as killed:
...     print(killed)
killed at moment 1, after GET /listings/SKU-1
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from attrs import define

from crossborder.conversation import Reply, Request, Transport
from crossborder.protocols.storage import Begun, Journal, New, Recorded

__all__ = ["KillSwitch", "Killed"]


class Killed(BaseException):
    """The process has died here; not an `Exception`, so that nothing survives it by accident."""


@define
class KillSwitch:
    """Counts moments, and kills at one of them.

    Attributes:
        at: the moment to kill at, from 0; None never kills, and only counts.
        moments: what has been counted so far.
    """

    at: int | None = None
    moments: int = 0

    def moment(self, name: str) -> None:
        """One moment: it passes, or it is the last."""
        number, self.moments = self.moments, self.moments + 1
        if number == self.at:
            raise Killed(f"killed at moment {number}, {name}")

    def transport(self, inner: Transport) -> Transport:
        """The transport with a moment before and after each exchange."""
        return _Transport(self, inner)

    def journal(self, inner: Journal) -> Journal:
        """The journal with a moment before and after each note."""
        return _Journal(self, inner)


class _Transport(Transport):
    def __init__(self, switch: KillSwitch, inner: Transport) -> None:
        self._switch, self._inner = switch, inner

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        name = f"{request.method} {urlsplit(request.url).path}"
        self._switch.moment(f"before {name}")
        reply = self._inner.exchange(request, connect=connect, read=read)
        self._switch.moment(f"after {name}")
        return reply


class _Journal(Journal):
    def __init__(self, switch: KillSwitch, inner: Journal) -> None:
        self._switch, self._inner = switch, inner

    def begin(self, key: str, digest: str, now: datetime) -> New | Begun | Recorded:
        self._switch.moment(f"before begin {key}")
        known = self._inner.begin(key, digest, now)
        self._switch.moment(f"after begin {key}")
        return known

    def finish(self, key: str, reply: Reply) -> None:
        self._switch.moment(f"before finish {key}")
        self._inner.finish(key, reply)
        self._switch.moment(f"after finish {key}")

    def forget(self, key: str) -> None:
        self._switch.moment(f"before forget {key}")
        self._inner.forget(key)
        self._switch.moment(f"after forget {key}")

    def unfinished(self) -> Sequence[str]:
        return self._inner.unfinished()
