"""What a client tells while it works: to a callback, and to the logger `crossborder`."""

import logging
from collections.abc import Callable

from attrs import frozen

from crossborder.conversation import Call

__all__ = ["ClientEvent", "Tell", "teller"]

logger = logging.getLogger("crossborder")
logger.addHandler(logging.NullHandler())


@frozen
class ClientEvent:
    """One thing a client did; it never holds a body, a header or a secret.

    Attributes:
        kind: sent, answered, paced, retried, renewed, recalled (an answer came out of the
            journal), begun (an earlier run had begun it), lost, refused (the vendor said no, or
            that there is none) or failed.
        vendor: the adapter's name.
        account: which account there.
        operation: of the call.
        key: the operation key of a write, or None.
        attempt: from 1.
        seconds: how long it waited or is going to wait.
        status: the HTTP status, where there was one.
        request_id: the vendor's id of the exchange, where it gave one.
        text: in words.
    """

    kind: str
    vendor: str
    account: str
    operation: str
    key: str | None = None
    attempt: int = 1
    seconds: float = 0.0
    status: int | None = None
    request_id: str | None = None
    text: str = ""


Tell = Callable[..., None]


def teller(call: Call, on_event: Callable[[ClientEvent], None] | None, key: str | None) -> Tell:
    """A function that tells of this call; a callback that raises is logged, never in the way."""

    def tell(kind: str, **more: object) -> None:
        event = ClientEvent(kind, call.vendor, call.account, call.operation, key, **more)  # type: ignore[arg-type]
        logger.debug("%s %s %s", kind, call.vendor, call.operation, extra={"crossborder": event})
        if on_event is not None:
            try:
                on_event(event)
            except Exception:
                # A write may be on its way: a broken observer must not change what happens.
                logger.exception("on_event failed for %s", event)

    return tell
