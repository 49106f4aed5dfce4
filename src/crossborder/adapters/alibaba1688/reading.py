"""What every answer of 1688 has in common: envelopes, prices, ids, and what is kept."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from crossborder.adapters.alibaba1688.rules import VENDOR
from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.extra import Extra
from crossborder.model.money import Money, Price, total
from crossborder.wire.dates import BEIJING, instant
from crossborder.wire.payload import Payload

__all__ = ["CNY", "address", "kept", "moment", "opened", "price", "readable", "summed"]

CNY = "CNY"
"""What every price of 1688 is in."""


@contextmanager
def readable() -> Iterator[None]:
    """What a noun refuses inside is what the vendor sent: it becomes `Unreadable`."""
    try:
        yield
    except Unreadable:
        raise
    except InvalidValue as error:
        where = f"{error.source}.{error.field}"
        raise Unreadable(error.text, field=where, value=error.value, source=VENDOR) from error


def opened(answer: Any, *marks: str) -> Payload:
    """The object that holds one of the marks, out of the `result` envelopes around it.

    One family of APIs wraps its answers twice, one once and one not at all.

    >>> opened({"result": {"success": True, "result": {"offerId": 7}}}, "offerId").at
    'result.result'
    """
    found = Payload(answer, source=VENDOR)
    while not any(found.has(mark) for mark in marks):
        if not isinstance(found.raw("result"), Mapping):
            break
        found = found.one("result")
    return found


def price(payload: Payload, *names: str) -> Price | None:
    """A price in yuan; None where none stands, and for zero, which 1688 does not sell at."""
    number = payload.maybe_decimal(*names)
    if not number:
        return None
    if number < 0:
        raise payload.refuse(names[0], number, "is negative")
    return Price(number, CNY)


def moment(payload: Payload, name: str) -> datetime | None:
    """A moment in any of the vendor's spellings; one without a zone is Beijing time."""
    stated = payload.maybe_text(name)
    if not stated or not stated.strip():
        return None
    return instant(stated, zone=BEIJING, field=payload.path(name), source=payload.source)


def summed(amounts: Iterable[Money | None]) -> Money | None:
    """The sum of what is stated; None where nothing is."""
    stated = [amount for amount in amounts if amount is not None]
    return total(stated, CNY) if stated else None


def address(url: str | None) -> str | None:
    """The address of a picture with its scheme: the vendor leaves it out at times."""
    if not url or not url.strip():
        return None
    return f"https:{url.strip()}" if url.strip().startswith("//") else url.strip()


def kept(payload: Payload, **inside: Mapping[str, Any]) -> Extra:
    """What nobody read, without nulls, and what is left of the objects inside, by their names."""
    rest = {name: value for name, value in payload.unread().items() if value is not None}
    rest.update((name, left) for name, left in inside.items() if left)
    return Extra(rest)
