"""Reading the platforms' status words, and finding the word again from the parts."""

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from crossborder.errors import InvalidValue
from crossborder.model.check import refuse
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.events import Event
from crossborder.model.extra import Extra
from crossborder.model.ledger import PaymentState
from crossborder.model.purchase import PurchaseStatus
from crossborder.model.status import FulfilmentState, Native, OrderState, OrderStatus
from crossborder.stages.orders import maps

__all__ = ["native_word", "purchase_status", "purchase_word", "read_status"]

_QUARANTINE = "quarantine:unknown_status"
_MAIN = {"shopify": "financial", "amazon": "OrderStatus", "aliexpress": "order_status"}
_PURCHASES: dict[str, Mapping[str, tuple[PurchaseStatus, frozenset[str]]]] = {
    "alibaba1688": maps.ALIBABA1688_PURCHASE,
    "taobao": maps.TAOBAO_PURCHASE,
}
_CASH_ON_DELIVERY = frozenset({"COD", "CASH_ON_DELIVERY", "CASHONDELIVERY"})


class _Unknown(Exception):
    """A word that stands in no table."""

    def __init__(self, name: str, word: str) -> None:
        super().__init__(name, word)
        self.name, self.word = name, word


def _upper(values: Mapping[str, str], name: str) -> str:
    return values.get(name, "").strip().upper()


def _shopify(values: Mapping[str, str], api_version: str) -> OrderStatus:
    del api_version
    financial, fulfilment = _upper(values, "financial"), _upper(values, "fulfillment")
    fulfilment = maps.SHOPIFY_REST.get(fulfilment, fulfilment)
    if financial and financial not in maps.SHOPIFY_FINANCIAL:
        raise _Unknown("financial", values["financial"])
    if fulfilment and fulfilment not in maps.SHOPIFY_FULFILMENT:
        raise _Unknown("fulfillment", values["fulfillment"])
    payment = maps.SHOPIFY_FINANCIAL[financial].payment if financial else None
    goods = maps.SHOPIFY_FULFILMENT[fulfilment] if fulfilment else OrderStatus()
    if values.get("cancelledAt", ""):
        order = OrderState.CANCELLED
    elif values.get("closedAt", ""):
        order = OrderState.CLOSED
    else:
        order = OrderState.PENDING if payment is PaymentState.PENDING else OrderState.OPEN
    return evolve(goods, order=order, payment=payment)


def _amazon(values: Mapping[str, str], api_version: str) -> OrderStatus:
    word = values.get("OrderStatus", "").strip()
    if not word:
        raise refuse("amazon", "OrderStatus", dict(values), "must be given")
    known: dict[str, OrderStatus] = {}
    if not api_version.startswith("20"):
        known |= maps.AMAZON_V0
    if not api_version.startswith("v0"):
        known |= maps.AMAZON_2026
    if word not in known:
        raise _Unknown("OrderStatus", word)
    status = known[word]
    settled = _upper(values, "transactionStatus")
    if settled:
        if settled not in maps.AMAZON_SETTLEMENT:
            raise _Unknown("transactionStatus", values["transactionStatus"])
        status = evolve(status, settlement=maps.AMAZON_SETTLEMENT[settled])
    cash = _upper(values, "PaymentMethod") in _CASH_ON_DELIVERY
    if cash and word in ("Unshipped", "UNSHIPPED"):
        status = evolve(status, payment=PaymentState.PENDING)
    return status


def _aliexpress(values: Mapping[str, str], api_version: str) -> OrderStatus:
    del api_version
    word = _upper(values, "order_status")
    if not word:
        raise refuse("aliexpress", "order_status", dict(values), "must be given")
    for name, table in (
        ("order_status", maps.ALIEXPRESS_ORDER),
        ("logistics_status", maps.ALIEXPRESS_LOGISTICS),
        ("fund_status", maps.ALIEXPRESS_FUND),
        *maps.ALIEXPRESS_FLAGS.items(),
    ):
        if _upper(values, name) not in {"", *table}:
            raise _Unknown(name, values[name])
    status = maps.ALIEXPRESS_ORDER[word]
    starred = maps.ALIEXPRESS_STARRED.get(word, frozenset())
    flags = set(status.flags)
    for name, flag_of in maps.ALIEXPRESS_FLAGS.items():
        flags |= {flag for flag in [flag_of.get(_upper(values, name), "")] if flag}
    fulfilment = status.fulfilment
    if "fulfilment" in starred:
        said: FulfilmentState | None = maps.ALIEXPRESS_LOGISTICS.get(
            _upper(values, "logistics_status")
        )
        fulfilment = said or fulfilment
        if said is None:
            flags.add("unconfirmed:fulfilment")
    payment = status.payment
    paid = maps.ALIEXPRESS_FUND.get(_upper(values, "fund_status"))
    if "payment" in starred:
        payment = paid or payment
        if paid is None:
            flags.add("unconfirmed:payment")
    elif paid is not None and payment is PaymentState.PAID and paid is not payment:
        flags.add("conflict:payment")
    return evolve(status, payment=payment, fulfilment=fulfilment, flags=frozenset(flags))


_READERS = {"shopify": _shopify, "amazon": _amazon, "aliexpress": _aliexpress}
_OWN_WORDS = {
    "shopify": [maps.SHOPIFY_FULFILMENT],
    "amazon": [maps.AMAZON_V0, maps.AMAZON_2026],
    "aliexpress": [maps.ALIEXPRESS_ORDER],
}


def _ours(platform: str, previous: OrderStatus | None) -> frozenset[str]:
    """The holds that we set ourselves: no word of the platform says or ends them."""
    if previous is None:
        return frozenset()
    theirs = {
        flag for table in _OWN_WORDS[platform] for parts in table.values() for flag in parts.flags
    }
    held = {flag for flag in previous.flags if flag.startswith("hold:")}
    return frozenset(held - theirs)


@decides("orders.read_status", 1)
def read_status(
    platform: str,
    values: Mapping[str, str],
    *,
    observed_at: datetime | None = None,
    api_version: str = "",
    previous: OrderStatus | None = None,
    order_id: str = "",
) -> Decision[OrderStatus]:
    """The five parts from the platform's own words, which are always kept as `native`.

    A word that is in no table changes no part: the previous ones stay (or none), and the flag
    `quarantine:unknown_status` stops all work until a person has looked. Holds that we set
    ourselves outlive a new reading.

    Args:
        platform: shopify, amazon or aliexpress.
        values: the words by field name: `financial`, `fulfillment`, `cancelledAt`, `closedAt`;
            `OrderStatus`, `PaymentMethod`, `transactionStatus`; `order_status`,
            `logistics_status`, `fund_status`, `issue_status`, `frozen_status`.
        observed_at: when they were read, or None.
        api_version: of the payload, or empty; for Amazon it chooses between the two spellings.
        previous: the status before, or None.
        order_id: for the event.

    Raises:
        InvalidValue: an unknown platform, or its one necessary field is missing.

    >>> status = read_status("shopify", {"financial": "paid", "fulfillment": "unfulfilled"}).value
    >>> status.order, status.payment, status.workable
    (<OrderState.OPEN: 'open'>, <PaymentState.PAID: 'paid'>, True)
    """
    if platform not in _READERS:
        raise _no_platform(platform, _READERS)
    native = tuple(
        Native(platform, name, word, api_version, observed_at)
        for name, word in sorted(values.items())
        if word.strip()
    )
    own = _ours(platform, previous)
    try:
        status = _READERS[platform](values, api_version)
    except _Unknown as unknown:
        before = previous if previous is not None else OrderStatus()
        kept = evolve(before, flags=before.flags | {_QUARANTINE}, native=native)
        reason, event = _quarantined(platform, unknown.name, unknown.word, order_id, observed_at)
        return Decision(kept, (reason,), (event,))
    status = evolve(status, flags=status.flags | own, native=native)
    reasons = [Reason("read", f"{item.field} is {item.value}") for item in native]
    reasons += [Reason(flag) for flag in sorted(status.flags)]
    return Decision(status, tuple(reasons))


def _no_platform(platform: str, known: Mapping[str, object]) -> InvalidValue:
    return refuse("status", "platform", platform, f"must be one of {', '.join(sorted(known))}")


def _quarantined(
    platform: str, name: str, word: str, subject: str, at: datetime | None
) -> tuple[Reason, Event]:
    facts = Extra({"platform": platform, "field": name, "value": word})
    reason = Reason("unknown_status", "the word is in no table", facts)
    return reason, Event("orders.status_quarantined", subject or platform, at, facts)


@decides("orders.purchase_status", 1)
def purchase_status(
    platform: str, value: str
) -> Decision[tuple[PurchaseStatus | None, frozenset[str]]]:
    """Where a purchase stands by the platform's word, with flags; None for a word in no table.

    1688 itself has the word `other`, which says nothing and is quarantined too.

    Raises:
        InvalidValue: an unknown platform.

    >>> purchase_status("alibaba1688", "waitlogisticstakein").value
    (<PurchaseStatus.PAID: 'paid'>, frozenset({'label_created'}))
    """
    if platform not in _PURCHASES:
        raise _no_platform(platform, _PURCHASES)
    found = _PURCHASES[platform].get(value.strip())
    if found is None:
        reason, event = _quarantined(platform, "status", value, "", None)
        return Decision((None, frozenset({_QUARANTINE})), (reason,), (event,))
    return Decision(found, (Reason("read", f"status is {value.strip()}"),))


def purchase_word(platform: str, status: PurchaseStatus, flags: frozenset[str]) -> str | None:
    """The platform's word for that status and flags, or None when it has none.

    >>> purchase_word("taobao", PurchaseStatus.PAID, frozenset())
    'WAIT_SELLER_SEND_GOODS'
    """
    if platform not in _PURCHASES:
        raise _no_platform(platform, _PURCHASES)
    words = (word for word, said in _PURCHASES[platform].items() if said == (status, flags))
    return next(words, None)


def native_word(
    platform: str, status: OrderStatus, *, field: str = "", api_version: str = ""
) -> str | None:
    """The platform's word for those parts, or None when it has none.

    Args:
        platform: shopify, amazon or aliexpress.
        status: the parts; `native` is not looked at.
        field: for Shopify `financial` (the default) or `fulfillment`.
        api_version: for Amazon the spelling; without it, that of v0.

    >>> native_word("amazon", read_status("amazon", {"OrderStatus": "UNSHIPPED"}).value)
    'Unshipped'
    """
    if platform not in _READERS:
        raise _no_platform(platform, _READERS)
    name = field or _MAIN[platform]
    parts = ("order", "payment", "fulfilment", "settlement")
    compared: frozenset[str] = frozenset(parts)
    table: Mapping[str, OrderStatus]
    if platform == "shopify":
        if name == "financial":
            table, compared = maps.SHOPIFY_FINANCIAL, frozenset({"payment"})
        else:
            table, compared = maps.SHOPIFY_FULFILMENT, frozenset({"fulfilment"})
    elif platform == "amazon":
        table = maps.AMAZON_2026 if api_version.startswith("20") else maps.AMAZON_V0
        compared -= {"settlement"}
        if status.fulfilment is FulfilmentState.UNFULFILLED and status.order is OrderState.OPEN:
            compared -= {"payment"}
    else:
        table = maps.ALIEXPRESS_ORDER
    known = {flag for said in table.values() for flag in said.flags}
    flags = status.flags & known if name != "financial" else frozenset()
    for word, said in table.items():
        loose = maps.ALIEXPRESS_STARRED.get(word, frozenset()) if platform == "aliexpress" else ()
        if said.flags == flags and all(
            getattr(said, part) == getattr(status, part) for part in compared - set(loose)
        ):
            return word
    return None
