"""Shopify: the shop's own channel, over the Admin GraphQL API 2026-10.

```python
shop = Shopify.connect("demo.myshopify.com", token=token)
with Client() as client:
    outcome = client.run(shop.publish(draft), key=f"publish/{draft.sku}/{draft.digest}")
```
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from attrs import frozen

from crossborder.adapters.shopify import calls, publishing
from crossborder.adapters.shopify import orders as selling
from crossborder.adapters.shopify.asking import ask
from crossborder.adapters.shopify.rules import (
    API_VERSION,
    POLICIES,
    RULES,
    SOURCE,
    read,
    version_drift,
)
from crossborder.adapters.shopify.shapes.base import cursor_after
from crossborder.adapters.shopify.sign import AccessToken, read_webhook
from crossborder.adapters.shopify.stock import set_levels
from crossborder.conversation import Desk, Flow, Page, Steps, flow
from crossborder.errors import InvalidValue
from crossborder.model.ids import Ref
from crossborder.model.listing import Listing, ListingDraft
from crossborder.model.money import Price
from crossborder.model.order import Fulfilment, Order
from crossborder.model.outcome import Outcome
from crossborder.model.payment import Refund
from crossborder.protocols.inventory import StockLevel, StockPublisher
from crossborder.protocols.listing import ListingChannel
from crossborder.protocols.orders import DispatchReporter, OrderFeed, OrderRefunder
from crossborder.protocols.webhooks import WebhookEvent, WebhookReader
from crossborder.secret import Secret

__all__ = ["API_VERSION", "POLICIES", "RULES", "Shopify", "version_drift"]

_SHOP = re.compile(r"([a-z0-9][a-z0-9-]*)(\.myshopify\.com)?", re.IGNORECASE)
_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}|unstable")
# Orders on one page of the feed; each is then read whole, as one nested query of several orders
# with their lines would cost more points than Shopify allows.
_ORDERS = 25


@frozen
class Shopify(
    ListingChannel, StockPublisher, OrderFeed, DispatchReporter, OrderRefunder, WebhookReader
):
    """One shop, as one app sees it.

    Attributes:
        desk: where the calls are made.
        api_version: asked for in every call.
        location: the id of the place whose stock is set, or None for the shop's primary one.
        publication: the id of the publication that live listings are put on, or None.
        notify: whether Shopify writes to the buyer when a fulfilment is reported.
        tolerance: how old a webhook may be, or None for any age.
    """

    desk: Desk
    api_version: str = API_VERSION
    location: str | None = None
    publication: str | None = None
    notify: bool = False
    tolerance: timedelta | None = None

    @classmethod
    def connect(
        cls,
        shop: str,
        *,
        token: Secret | str,
        api_version: str = API_VERSION,
        location: str | None = None,
        publication: str | None = None,
        account: str | None = None,
        notify: bool = False,
        tolerance: timedelta | None = None,
    ) -> "Shopify":
        """A shop by its name or its `.myshopify.com` address.

        Raises:
            InvalidValue: not such an address (the token must go nowhere else), or no version.

        >>> Shopify.connect("demo", token="shpat_x").desk.base_url
        'https://demo.myshopify.com/admin/api/2026-10'
        """
        named = _SHOP.fullmatch(shop)
        if named is None:
            said = "is not the name of a shop, such as demo.myshopify.com"
            raise InvalidValue(said, field="shop", value=shop, source="Shopify")
        if not _VERSION.fullmatch(api_version):
            said = "is not an API version, such as 2026-10"
            raise InvalidValue(said, field="api_version", value=api_version, source="Shopify")
        host = f"{named[1].casefold()}.myshopify.com"
        desk = Desk(
            SOURCE,
            f"https://{host}/admin/api/{api_version}",
            account or host,
            POLICIES,
            AccessToken(Secret(token)),
            read,
        )
        return cls(desk, api_version, location, publication, notify, tolerance)

    @flow
    def publish(self, draft: ListingDraft) -> Steps[Outcome[Listing]]:
        """Make the product show exactly the draft; its handle is made of the draft's `sku`.

        Refused are a price in another currency than the shop's (Shopify would take the bare
        number) and a product of that handle which is not ours. The draft's digest is noted last:
        a publish that broke off leaves the old one, so that a comparison finds the difference.
        """
        return (
            yield from publishing.publish(
                self.desk, draft, location=self.location, publication=self.publication
            )
        )

    @flow
    def listing(self, sku: str) -> Steps[Listing | None]:
        """What stands under our key, with the digest of the draft last published in full."""
        return (yield from publishing.standing(self.desk, sku))

    @flow
    def delist(self, listing: Listing) -> Steps[Outcome[Listing]]:
        """Make the product a draft: buyers no longer see it, everything in it stays."""
        return (yield from publishing.delist(self.desk, listing))

    @flow
    def set_stock(
        self, listing: Listing, levels: tuple[StockLevel, ...]
    ) -> Steps[tuple[Outcome[StockLevel], ...]]:
        """Set the available quantities at the shop's location, each compared with its `was`."""
        location = self.location
        if location is None:
            data = yield from ask(self.desk, "locations.primary", {})
            location = data.one("location").text("id")
        return (yield from set_levels(self.desk, listing, levels, location=location))

    @flow
    def orders(self, *, since: datetime, cursor: str | None = None) -> Steps[Page[Order]]:
        """Orders changed since then; without the scope `read_all_orders`, of 60 days at most."""
        asked = {"first": _ORDERS, "after": cursor, "query": calls.since(since)}
        data = yield from ask(self.desk, "orders.list", asked)
        connection = data.one("orders")
        items: tuple[Order, ...] = ()
        for head in connection.each("nodes"):
            items = (*items, (yield from self._whole(head.text("id"))))
        after = cursor_after(connection)
        following: Flow[Page[Order]] | None = None
        if after is not None:
            following = self.orders(since=since, cursor=after)
        return Page(items, after, following)

    @flow
    def order(self, ref: Ref) -> Steps[Order]:
        """One order, with all its lines, transactions and fulfilments."""
        return (yield from self._whole(ref.value))

    def _whole(self, gid: str) -> Steps[Order]:
        return selling.whole_order(self.desk, gid, api_version=self.api_version)

    @flow
    def dispatch(self, order: Order, fulfilment: Fulfilment) -> Steps[Outcome[Fulfilment]]:
        """Report a dispatch once: what stands there already is found and not made again.

        Refused with `not_open` are pieces that may not leave now: sent before, held, or not all
        in one place, as Shopify's fulfilments leave from one location.
        """
        return (yield from selling.dispatch(self.desk, order, fulfilment, notify=self.notify))

    @flow
    def refund_order(
        self, order: Order, money: Price, *, now: datetime, reason: str = ""
    ) -> Steps[Outcome[Refund]]:
        """Give money back, in the currency the buyer paid in, out of the order's payments.

        Run it again with the same order value: the payments are chosen from that alone, so the
        request stays the one that Shopify knows by its idempotency key.
        """
        return (yield from selling.give_back(self.desk, order, money, reason=reason))

    def webhook(
        self,
        body: bytes,
        headers: Mapping[str, str],
        *,
        secrets: Sequence[Secret],
        now: datetime,
    ) -> WebhookEvent:
        """The event, when one of the app's client secrets signed these very bytes."""
        return read_webhook(
            body,
            headers,
            secrets=secrets,
            now=now,
            account=self.desk.account,
            tolerance=self.tolerance,
        )
