"""What both clients are made of, apart from how they wait."""

import uuid
from collections.abc import Callable
from threading import Lock

from attrs import field, frozen

from crossborder.clients._clock import Clock
from crossborder.clients._events import ClientEvent
from crossborder.clients._run import Run
from crossborder.clients.pace import Pacer
from crossborder.conversation import Token
from crossborder.model.check import refuse
from crossborder.protocols.storage import TokenStore

__all__ = ["Setup", "Tokens"]


@frozen
class Setup:
    """A client's settings; `run` makes the frame of one run out of them."""

    clock: Clock
    on_event: Callable[[ClientEvent], None] | None
    deadline: float
    journaled: bool
    chance: Callable[[], float]
    pacer: Pacer = field(factory=Pacer)

    def run(self, key: str | None, deadline: float | None, retry: bool) -> Run:
        """The frame of one run; without a key, one of chance, good for this run only.

        Raises:
            InvalidValue: the key is blank, so that it would stand for every run.
        """
        if key is not None and not key.strip():
            raise refuse("run", "key", key, "must not be blank")
        seconds = self.deadline if deadline is None else deadline
        return Run(
            key=key if key is not None else uuid.uuid4().hex,
            ends_at=self.clock.monotonic() + seconds,
            retry=retry,
            journaled=self.journaled,
            clock=self.clock,
            pacer=self.pacer,
            chance=self.chance,
            on_event=self.on_event,
            written={},
        )


class Tokens(TokenStore):
    """Tokens for the life of a client, when the application keeps none."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[str, str], Token] = {}

    def load(self, vendor: str, account: str) -> Token | None:
        """The token kept, or None."""
        return self._kept.get((vendor, account))

    def swap(self, vendor: str, account: str, old: Token | None, new: Token) -> Token:
        """Keep the new token if the old one still stands; answer what stands."""
        with self._lock:
            if self._kept.get((vendor, account)) == old:
                self._kept[vendor, account] = new
            return self._kept[vendor, account]
