"""What shops tell shopping sites and search engines, as the texts those read."""

from collections.abc import Iterable

from crossborder.model.extra import Extra
from crossborder.stages import promotion
from crossborder.wire.html import json_ld_script
from crossborder.wire.table import write_table

__all__ = ["merchant_feed", "page_data"]


def merchant_feed(items: Iterable[promotion.FeedItem]) -> str:
    """A Google Merchant feed: tab-separated text, one line an item, cells neutralised.

    Columns that no item fills are left out; the rest stand in the order of the first item that
    has them. Source: support.google.com/merchants, "Product data specification".

    >>> merchant_feed([])
    ''
    """
    rows = [dict(promotion.columns(item)) for item in items]
    heads = list(dict.fromkeys(name for row in rows for name in row))
    return (
        write_table(heads, [[row.get(name, "") for name in heads] for row in rows]) if rows else ""
    )


def page_data(data: Iterable[Extra]) -> str:
    """The schema.org data of a product page: one script element an item, safe inside HTML."""
    return "\n".join(json_ld_script(item) for item in data)
