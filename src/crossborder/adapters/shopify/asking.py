"""How the documents are sent: reads, writes, and lists of more than one page."""

from collections.abc import Callable
from typing import Any

from crossborder.adapters.shopify.documents import ALL
from crossborder.adapters.shopify.rules import COSTS, SOURCE
from crossborder.adapters.shopify.shapes.base import cursor_after
from crossborder.conversation import Desk, Request, Steps
from crossborder.errors import NotFound, Unreadable
from crossborder.wire.payload import Payload

__all__ = ["ask", "found", "more", "pages", "write"]

_PATH = "/graphql.json"


def _body(operation: str, variables: dict[str, Any]) -> dict[str, Any]:
    return {"query": ALL[operation], "variables": variables}


def ask(
    desk: Desk, operation: str, variables: dict[str, Any], *, after: float = 0.0
) -> Steps[Payload]:
    """Read something; the result is `data`."""
    # A GraphQL query goes out by POST and changes nothing, so it may be sent twice.
    reply = yield from desk.post(
        operation,
        _PATH,
        json=_body(operation, variables),
        repeatable=True,
        after=after,
        cost=COSTS[operation],
    )
    return Payload(reply.json(source=SOURCE), source=SOURCE).one("data")


def write(
    desk: Desk,
    operation: str,
    variables: dict[str, Any],
    *,
    step: str,
    repeatable: bool | None = None,
    keyed: Callable[[Request, str], Request] | None = None,
    more_cost: int = 0,
) -> Steps[Payload]:
    """Change something; the result is `data`, with the mutation's `userErrors` still to read."""
    reply = yield from desk.post(
        operation,
        _PATH,
        json=_body(operation, variables),
        step=step,
        repeatable=repeatable,
        keyed=keyed,
        cost=COSTS[operation] + more_cost,
    )
    return Payload(reply.json(source=SOURCE), source=SOURCE).one("data")


def more(
    desk: Desk, operation: str, gid: str, owner: str, name: str
) -> Callable[[str], Steps[Payload]]:
    """How the next page of a connection inside one object is read."""

    def read(cursor: str) -> Steps[Payload]:
        data = yield from ask(desk, operation, {"id": gid, "after": cursor})
        return data.one(owner).one(name)

    return read


def pages(first: Payload, following: Callable[[str], Steps[Payload]]) -> Steps[tuple[Payload, ...]]:
    """All items of a connection whose first page is at hand."""
    items, cursor = list(first.each("nodes")), cursor_after(first)
    seen: set[str] = set()
    while cursor is not None:
        if cursor in seen:
            raise Unreadable(
                "leads back to a page already read",
                field=first.path("pageInfo.endCursor"),
                value=cursor,
                source=SOURCE,
            )
        seen.add(cursor)
        connection = yield from following(cursor)
        items += connection.each("nodes")
        cursor = cursor_after(connection)
    return tuple(items)


def found(desk: Desk, operation: str, data: Payload, name: str, gid: str) -> Payload:
    """The object asked for by its id; `NotFound` where the vendor answers null."""
    thing = data.maybe_one(name)
    if thing is None:
        raise NotFound(
            f"there is no {gid}", vendor=desk.vendor, account=desk.account, operation=operation
        )
    return thing
