"""Our questions as Amazon's queries."""

from datetime import UTC, datetime

__all__ = ["summaries"]


def summaries(marketplace_id: str, since: datetime | None, cursor: str | None) -> dict[str, str]:
    """The query for stock summaries of one marketplace, every bucket of it.

    A page's token goes with everything that was asked for its first page, `startDateTime` too.

    >>> from datetime import timedelta, timezone
    >>> summaries("A1", datetime(2026, 7, 1, 8, tzinfo=timezone(timedelta(hours=8))), "t")[
    ...     "startDateTime"
    ... ]
    '2026-07-01T00:00:00Z'
    """
    query = {
        "details": "true",
        "granularityType": "Marketplace",
        "granularityId": marketplace_id,
        "marketplaceIds": marketplace_id,
    }
    if since is not None:
        # Whole seconds, rounded down: what changed in the cut part is told again, never missed.
        moment = since.astimezone(UTC).replace(microsecond=0, tzinfo=None)
        query["startDateTime"] = f"{moment.isoformat()}Z"
    return {**query, "nextToken": cursor} if cursor is not None else query
