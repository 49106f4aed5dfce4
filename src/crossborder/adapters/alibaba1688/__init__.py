"""1688: where offers are found and bought, on demand and after the sale.

>>> from crossborder.conversation import Token
>>> from crossborder.secret import Secret
>>> shop = Alibaba1688.connect("1000000", app_secret="s", token=Token(Secret("t")), account="main")
>>> shop.desk.vendor, shop.order_flow
('alibaba1688', 'general')
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Self

from attrs import evolve, frozen

from crossborder.adapters.alibaba1688 import calls, shapes
from crossborder.adapters.alibaba1688.calls import Batch
from crossborder.adapters.alibaba1688.rules import GATEWAY, POLICIES, SETTLES_AFTER, VENDOR, read
from crossborder.adapters.alibaba1688.shapes_cart import Placed
from crossborder.adapters.alibaba1688.shapes_order import Seen
from crossborder.adapters.alibaba1688.sign import Param2
from crossborder.conversation import Desk, Page, Steps, Token, flow, settled
from crossborder.errors import BadRequest, InvalidValue, NotFound, Unreadable, VendorError
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.outcome import Done, Outcome, Pending, Problem, Refused
from crossborder.model.place import Address
from crossborder.model.purchase import Purchase, PurchaseStatus
from crossborder.model.tracking import TrackingEvent
from crossborder.policy import Policies
from crossborder.protocols.sourcing import (
    Found,
    OfferSource,
    Preview,
    PurchaseTracer,
    Purchasing,
    Sourced,
)
from crossborder.secret import Secret

__all__ = ["Alibaba1688"]

_UNPAID = frozenset({PurchaseStatus.PLANNED, PurchaseStatus.PLACED})


@frozen
class Alibaba1688(OfferSource, Purchasing, PurchaseTracer):
    """One buyer's account at 1688.

    Attributes:
        desk: makes the calls.
        app_key: of the app.
        order_flow: `general` for wholesale prices with MOQ and mix rules, `fenxiao` for
            distribution; it changes the price and the protection of the buyer.
        trade_type: one of the preview's `trade_types`, or None to leave it to the platform.
        auto_debit: pay by the account's debit agreement where it has one.
    """

    desk: Desk
    app_key: str
    order_flow: str = "general"
    trade_type: str | None = None
    auto_debit: bool = False

    @classmethod
    def connect(
        cls,
        app_key: str,
        *,
        app_secret: Secret | str,
        token: Token,
        account: str,
        order_flow: str = "general",
        trade_type: str | None = None,
        auto_debit: bool = False,
        policies: Policies = POLICIES,
        base_url: str = GATEWAY,
    ) -> Self:
        """The account that `token` speaks for; `account` names it in errors and stores."""
        credentials = Param2(app_key, Secret(app_secret), token, account, base_url)
        desk = Desk(VENDOR, base_url, account, policies, credentials, read)
        return cls(desk, app_key, order_flow, trade_type, auto_debit)

    @flow
    def offer(self, ref: Ref, *, language: str, now: datetime) -> Steps[Sourced]:
        """One offer whole; the title also in `language`, where 1688 translates it."""
        answer = yield from self._post("offers.get", calls.detail(ref, language))
        if shapes.gone(answer):
            said = f"there is no offer {ref.value}"
            raise NotFound(said, vendor=VENDOR, account=self.desk.account, operation="offers.get")
        return shapes.sourced(answer, language=language, now=now)

    @flow
    def search(
        self, keyword: str, *, language: str, cursor: str | None = None
    ) -> Steps[Page[Found]]:
        """Offers for a keyword in Chinese or in `language`; the cursor is the page's number."""
        page = calls.page_of(cursor)
        answer = yield from self._post("offers.search", calls.search(keyword, language, page))
        hits, more = shapes.found(answer)
        if not more:
            return Page(hits)
        following = str(page + 1)
        return Page(hits, following, self.search(keyword, language=language, cursor=following))

    @flow
    def preview(self, purchase: Purchase, *, ship_to: Address) -> Steps[Outcome[Preview]]:
        """What the purchase would cost now, freight to the warehouse included."""
        answers: list[Mapping[str, Any]] = []
        try:
            for batch in calls.batches(purchase):
                form = calls.cart(batch, ship_to, self.order_flow)
                answers.append((yield from self._post("orders.preview", form)))
        except (BadRequest, NotFound) as error:
            return Refused(_problems(error))
        found = shapes.preview(answers)
        return Done(found, found.problems)

    @flow
    def place(self, purchase: Purchase, *, ship_to: Address) -> Steps[Outcome[Purchase]]:
        """Place the purchase once.

        Creation cannot be repeated: after a lost answer the orders are looked up by the outside
        order id. More than 50 SKUs become several orders; where only some could be made, the
        result is `Done` with the flag `partial`, and the problems say what is missing.
        """
        if purchase.refs:
            raise _refused("is placed already", purchase)
        batches = calls.batches(purchase)
        made: list[Placed] = []
        problems: list[Problem] = []
        for batch, step in zip(batches, _steps("create", batches), strict=True):
            create, find = partial(self._create, batch, ship_to), partial(self._found, batch)
            try:
                placed = yield from settled(create, find, step=step)
            except (BadRequest, NotFound) as error:
                problems.extend(_problems(error))
            else:
                made.append(placed)
                problems.extend(placed.problems)
        if not made:
            return Refused(tuple(problems))
        bought = shapes.joined(purchase, made)
        if not all(placed.sure for placed in made):
            # A creation that calls itself a failure: the orders tell what became of it.
            seen = shapes.standing(bought, (yield from self._orders(bought)))
            bought = evolve(bought, status=seen.status, total=seen.total, freight=seen.freight)
        if any(problem.severity == "error" for problem in problems):
            bought = evolve(bought, flags=bought.flags | {"partial"})
        return Done(bought, tuple(problems))

    def _create(self, batch: Batch, ship_to: Address, step: str) -> Steps[Placed]:
        form = calls.cart(batch, ship_to, self.order_flow)
        if self.trade_type is not None:
            form["tradeType"] = self.trade_type
        answer = yield from self._post("orders.create", form, step=step)
        placed = shapes.placed(answer)
        if placed.refs:
            return placed
        found = yield from self._found(batch)
        if found is None:
            said = "is missing, and no order has our number"
            raise Unreadable(said, field="orderId", value=None, source=VENDOR)
        return found

    def _found(self, batch: Batch) -> Steps[Placed | None]:
        form = calls.orders(batch.number)
        answer = yield from self._post("orders.list", form, after=SETTLES_AFTER)
        return shapes.matching(shapes.seen_list(answer), batch)

    @flow
    def pay_purchase(self, purchase: Purchase) -> Steps[Outcome[Purchase]]:
        """Pay by automatic debit where it is on and wanted, else leave a `pay_url`."""
        if not purchase.refs:
            raise _refused("is not placed yet", purchase)
        if purchase.status is PurchaseStatus.CANCELLED:
            return _cancelled(purchase)
        if purchase.status not in _UNPAID:
            return Done(purchase)
        if self.auto_debit:
            answer = yield from self._post("payments.agreements", calls.agreements())
            if shapes.signed_up(answer):
                return (yield from self._debited(purchase))
        try:
            answer = yield from self._post("payments.url", calls.pay_url(purchase.refs))
        except (BadRequest, NotFound) as error:
            return Refused(_problems(error))
        url, left_out = shapes.pay_url(answer)
        more = {"payFailureOrderList": left_out} if left_out else {}
        asked = evolve(purchase, pay_url=url, extra=Extra({**purchase.extra, **more}))
        return Pending(asked, self._asked(asked))

    @flow
    def _asked(self, purchase: Purchase) -> Steps[Outcome[Purchase]]:
        """Whether a person has paid at the `pay_url`."""
        seen: Purchase = yield from self.purchase(purchase)
        if seen.status is PurchaseStatus.CANCELLED:
            return _cancelled(seen)
        if seen.status in _UNPAID:
            return Pending(seen, self._asked(seen))
        return Done(evolve(seen, pay_url=None))

    def _debited(self, purchase: Purchase) -> Steps[Outcome[Purchase]]:
        problems: list[Problem] = []
        for ref, step in zip(purchase.refs, _steps("pay", purchase.refs), strict=True):
            debit, look = partial(self._debit, ref), partial(self._paid, ref)
            problems.extend((yield from settled(debit, look, step=step)))
        if problems:
            return Refused(tuple(problems))
        return Done(purchase.moved(PurchaseStatus.PAID))

    def _debit(self, ref: Ref, step: str) -> Steps[tuple[Problem, ...]]:
        """No problems when the order is paid; "false" may still have been debited: look."""
        try:
            answer = yield from self._post("payments.debit", calls.debit(ref), step=step)
            if shapes.debited(answer):
                return ()
            problems: tuple[Problem, ...] = (
                Problem("declined", "the debit did not go through", ref.value),
            )
        except (BadRequest, NotFound) as error:
            problems = _problems(error)
        paid = yield from self._paid(ref)
        return problems if paid is None else paid

    def _paid(self, ref: Ref) -> Steps[tuple[Problem, ...] | None]:
        seen = yield from self._order(ref, after=SETTLES_AFTER)
        unpaid = seen.status is None or seen.status in _UNPAID
        return None if unpaid or seen.status is PurchaseStatus.CANCELLED else ()

    @flow
    def purchase(self, purchase: Purchase) -> Steps[Purchase]:
        """The purchase as its orders stand now, with waybills and what it costs, in yuan."""
        if not purchase.refs:
            raise _refused("is not placed yet", purchase)
        return shapes.standing(purchase, (yield from self._orders(purchase)))

    def _orders(self, purchase: Purchase) -> Steps[tuple[Seen, ...]]:
        orders: tuple[Seen, ...] = ()
        for ref in purchase.refs:
            orders = (*orders, (yield from self._order(ref)))
        return orders

    def _order(self, ref: Ref, *, after: float = 0.0) -> Steps[Seen]:
        return shapes.seen((yield from self._post("orders.get", calls.order(ref), after=after)))

    @flow
    def trace(self, purchase: Purchase) -> Steps[tuple[TrackingEvent, ...]]:
        """The couriers' scans, oldest first; none where nothing was sent or it is a year ago."""
        found: list[TrackingEvent] = []
        for ref in purchase.refs:
            try:
                answer = yield from self._post("orders.trace", calls.order(ref))
            except NotFound:
                continue
            found.extend(shapes.events(answer))
        return tuple(sorted(dict.fromkeys(found), key=_when))

    def _post(
        self,
        operation: str,
        form: Mapping[str, str],
        *,
        step: str | None = None,
        after: float = 0.0,
    ) -> Steps[Any]:
        path = calls.path(operation, self.app_key)
        # Every API is a POST of a form. Without a step it only reads: the gateway takes the same
        # calls by GET, and a pay link or a preview changes nothing however often it is asked for.
        again = True if step is None else None
        reply = yield from self.desk.post(
            operation, path, form=form, step=step, repeatable=again, after=after
        )
        return reply.json(source=VENDOR)


def _steps(name: str, parts: Sequence[object]) -> tuple[str, ...]:
    """A name for the write of each part; a single one has no number."""
    if len(parts) == 1:
        return (name,)
    return tuple(f"{name}-{number}" for number, _ in enumerate(parts, 1))


def _problems(error: VendorError) -> tuple[Problem, ...]:
    """The refusals in an error of the platform; an error of the gateway has none and is raised."""
    if not error.problems:
        raise error
    return error.problems


def _refused(text: str, purchase: Purchase) -> InvalidValue:
    return InvalidValue(text, field="refs", value=purchase.refs, source="Purchase")


def _cancelled(purchase: Purchase) -> Refused:
    return Refused((Problem("cancelled", "the order was closed", raw=purchase.native),))


def _when(event: TrackingEvent) -> float:
    return event.at.timestamp() if event.at is not None else 0.0
