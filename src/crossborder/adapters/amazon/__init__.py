"""Amazon, by its Selling Partner API: what its fulfilment centres (FBA) hold of a seller.

>>> amazon = Amazon.connect(
...     refresh_token="Atzr|r", client_id="id", client_secret="s", marketplace_id="ATVPDKIKX0DER"
... )
>>> amazon.desk.base_url
'https://sellingpartnerapi-na.amazon.com'
"""

from datetime import datetime
from typing import Self

from attrs import frozen

from crossborder.adapters.amazon import calls, rules, shapes
from crossborder.adapters.amazon.shapes import fba_notification
from crossborder.adapters.amazon.sign import Application
from crossborder.conversation import Desk, Page, Steps, Token, flow
from crossborder.model.check import refuse
from crossborder.protocols.inventory import HeldStock, WarehouseFeed
from crossborder.secret import Secret

__all__ = ["Amazon", "fba_notification"]


@frozen
class Amazon(WarehouseFeed):
    """One seller in one marketplace.

    Attributes:
        desk: where the calls are made.
        marketplace_id: Amazon's id of the marketplace, such as `ATVPDKIKX0DER` for the USA.
    """

    desk: Desk
    marketplace_id: str

    @classmethod
    def connect(
        cls,
        *,
        refresh_token: Secret | str,
        client_id: str,
        client_secret: Secret | str,
        marketplace_id: str,
        region: str = "na",
        token: Token | None = None,
        account: str = "",
        sandbox: bool = False,
    ) -> Self:
        """A seller by the consent that they gave an application.

        Args:
            refresh_token: from the seller's consent.
            client_id: of the application, at Login with Amazon.
            client_secret: of the application.
            marketplace_id: where the seller sells.
            region: the marketplace's: `na`, `eu` or `fe`.
            token: an access token that is known already.
            account: our own name of the seller, for pacing and errors; the limits are for each
                seller and application.
            sandbox: ask where no shop stands behind.

        Raises:
            InvalidValue: an unknown region, or no marketplace.
        """
        hosts = rules.SANDBOXES if sandbox else rules.HOSTS
        if region not in hosts:
            raise refuse("Amazon", "region", region, f"must be one of {', '.join(hosts)}")
        if not marketplace_id.strip():
            raise refuse("Amazon", "marketplace_id", marketplace_id, "must not be blank")
        own = account or client_id
        application = Application(
            client_id, Secret(client_secret), Secret(refresh_token), own, token
        )
        desk = Desk(rules.VENDOR, hosts[region], own, rules.POLICIES, application, rules.read)
        return cls(desk, marketplace_id)

    @flow
    def held(
        self, *, since: datetime | None = None, cursor: str | None = None
    ) -> Steps[Page[HeldStock]]:
        """What Amazon's centres hold for the marketplace, page by page.

        Amazon does not notice changes of the inbound buckets for `since`, and takes none that is
        more than 18 months ago: ask for everything from time to time. A cursor is good for 30
        seconds; with an older one Amazon refuses, and the list is begun again.
        """
        reply = yield from self.desk.get(
            "inventory.list",
            "/fba/inventory/v1/summaries",
            query=calls.summaries(self.marketplace_id, since, cursor),
        )
        items, following = shapes.summaries(reply.json(source=rules.VENDOR))
        if following is None:
            return Page(items)
        return Page(items, following, self.held(since=since, cursor=following))
