"""What all payloads share: money bags, connections, moments and refusals."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from crossborder.adapters.shopify.rules import SOURCE
from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.money import Price
from crossborder.model.outcome import Problem
from crossborder.wire.dates import instant
from crossborder.wire.payload import Payload

__all__ = ["cursor_after", "maybe_moment", "moment", "money", "problems", "readable"]

# Our words for refusals that a caller acts on; every other code stays the vendor's.
_CODES = {"CHANGE_FROM_QUANTITY_STALE": "stale", "COMPARE_QUANTITY_STALE": "stale"}


@contextmanager
def readable(field: str) -> Iterator[None]:
    """Turn a value that a noun refuses into `Unreadable`: the payload was at fault."""
    try:
        yield
    except Unreadable:
        raise
    except InvalidValue as error:
        raise Unreadable(
            error.text, field=f"{field}.{error.field}", value=error.value, source=SOURCE
        ) from error


def money(payload: Payload, name: str, *, side: str = "shopMoney") -> Price:
    """One side of a money bag: what the shop books, or with `presentmentMoney` what was paid.

    >>> bag = {"shopMoney": {"amount": "12.50", "currencyCode": "USD"}}
    >>> money(Payload({"totalPriceSet": bag}, source="shopify"), "totalPriceSet")
    Price('12.50', 'USD')
    """
    said = payload.one(name).one(side)
    with readable(said.at):
        return Price(said.decimal("amount"), said.text("currencyCode"))


def moment(payload: Payload, name: str) -> datetime:
    """A moment that must be there."""
    return instant(payload.text(name), field=payload.path(name), source=SOURCE)


def maybe_moment(payload: Payload, name: str) -> datetime | None:
    """A moment, or None where it is null."""
    stated = payload.maybe_text(name)
    return None if not stated else instant(stated, field=payload.path(name), source=SOURCE)


def cursor_after(connection: Payload) -> str | None:
    """Where the next page of a connection begins, or None at the end."""
    page = connection.maybe_one("pageInfo")
    return page.text("endCursor") if page is not None and page.flag("hasNextPage") else None


def problems(payload: Payload) -> tuple[Problem, ...]:
    """The `userErrors` of a mutation, with the path of the input field."""
    return tuple(_problem(error) for error in payload.each("userErrors"))


def _problem(error: Payload) -> Problem:
    code = error.maybe_text("code") or ""
    field = ".".join(error.texts("field"))
    return Problem(
        _CODES.get(code, code) or "refused", error.maybe_text("message") or "", field, raw=code
    )
