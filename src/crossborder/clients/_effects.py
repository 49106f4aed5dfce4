"""What delivering a call needs done by somebody who can wait."""

from collections.abc import Generator
from datetime import datetime
from typing import Any, TypeVar

from attrs import frozen

from crossborder.conversation import Reply, Request, Token, Work

__all__ = [
    "Alone",
    "Begin",
    "Effect",
    "Effects",
    "Exchange",
    "Finish",
    "Forget",
    "LoadToken",
    "SwapToken",
    "Together",
    "Wait",
]

T = TypeVar("T")


@frozen
class Wait:
    """Wait this many seconds."""

    seconds: float


@frozen
class Exchange:
    """Send a signed request; answer its reply, or raise NotSent, Lost or BodyTooLarge."""

    request: Request
    connect: float
    read: float


@frozen
class Begin:
    """Ask the journal to begin a write."""

    key: str
    digest: str
    now: datetime


@frozen
class Finish:
    """Tell the journal the answer."""

    key: str
    reply: Reply


@frozen
class Forget:
    """Tell the journal that nothing happened."""

    key: str


@frozen
class LoadToken:
    """Ask the token store."""

    vendor: str
    account: str


@frozen
class SwapToken:
    """Keep a new token; answer the one that is kept afterwards."""

    vendor: str
    account: str
    old: Token | None
    new: Token


@frozen
class Alone:
    """Run these effects while nobody else runs effects under the same key."""

    key: tuple[str, str]
    effects: "Effects[Any]"


@frozen
class Together:
    """Run both; answer the pair."""

    left: "Effects[Any]"
    right: "Effects[Any]"


Effect = Wait | Exchange | Begin | Finish | Forget | LoadToken | SwapToken | Alone | Together | Work
Effects = Generator[Effect, Any, T]
