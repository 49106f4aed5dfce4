"""The platforms' status words, as tables: what each word says about the five parts.

A part that a word does not speak of is None. No two words of one table say the same, so a word can
be found again from the parts.

Sources:
    Shopify: `OrderDisplayFinancialStatus` and `OrderDisplayFulfillmentStatus`,
    https://shopify.dev/docs/api/admin-graphql/latest/enums/OrderDisplayFinancialStatus and
    https://shopify.dev/docs/api/admin-graphql/latest/enums/OrderDisplayFulfillmentStatus
    (OPEN, RESTOCKED and PENDING_FULFILLMENT are marked there as replaced).
    Amazon: `OrderStatus` of Orders v0 and `fulfillmentStatus` of Orders 2026-01-01,
    https://developer-docs.amazon.com/sp-api/docs/orders-api ; package status of the same;
    `transactionStatus` of Finances 2024-06-19.
    AliExpress: https://developer.alibaba.com document 108126 lists 13 of the words;
    FUND_PROCESSING, WAIT_GROUP_SUCCESS, IN_PRESELL_PROMOTION and BUYER_NO_SHOW come from public
    client code.
    1688: `alibaba.trade.get.buyerView`, https://open.1688.com ; Taobao: trade status of
    `taobao.trade.fullinfo.get`, https://open.taobao.com
"""

from types import MappingProxyType

from crossborder.model.ledger import PaymentState as P
from crossborder.model.purchase import PurchaseStatus
from crossborder.model.status import FulfilmentState as F
from crossborder.model.status import OrderState as O
from crossborder.model.status import OrderStatus
from crossborder.model.status import SettlementState as S
from crossborder.model.tracking import Health, ParcelState, Stage

__all__ = [
    "ALIBABA1688_PURCHASE",
    "ALIEXPRESS_FLAGS",
    "ALIEXPRESS_FUND",
    "ALIEXPRESS_LOGISTICS",
    "ALIEXPRESS_ORDER",
    "ALIEXPRESS_STARRED",
    "AMAZON_2026",
    "AMAZON_PACKAGE",
    "AMAZON_SETTLEMENT",
    "AMAZON_V0",
    "SHOPIFY_FINANCIAL",
    "SHOPIFY_FULFILMENT",
    "SHOPIFY_REST",
    "TAOBAO_PURCHASE",
]


def _says(
    order: O | None = None,
    payment: P | None = None,
    fulfilment: F | None = None,
    settlement: S | None = None,
    *flags: str,
) -> OrderStatus:
    return OrderStatus(order, payment, fulfilment, settlement, frozenset(flags))


SHOPIFY_FINANCIAL = MappingProxyType(
    {
        "PENDING": _says(payment=P.PENDING),
        "AUTHORIZED": _says(payment=P.AUTHORIZED),
        "PARTIALLY_PAID": _says(payment=P.PARTIALLY_PAID),
        "PAID": _says(payment=P.PAID),
        "PARTIALLY_REFUNDED": _says(payment=P.PARTIALLY_REFUNDED),
        "REFUNDED": _says(payment=P.REFUNDED),
        "VOIDED": _says(payment=P.VOIDED),
        "EXPIRED": _says(payment=P.EXPIRED),
    }
)
SHOPIFY_FULFILMENT = MappingProxyType(
    {
        "UNFULFILLED": _says(None, None, F.UNFULFILLED),
        "PARTIALLY_FULFILLED": _says(None, None, F.PARTIALLY_SHIPPED),
        "FULFILLED": _says(None, None, F.SHIPPED),
        "IN_PROGRESS": _says(None, None, F.IN_PROGRESS),
        "ON_HOLD": _says(None, None, F.ON_HOLD),
        "SCHEDULED": _says(None, None, F.SCHEDULED),
        "REQUEST_DECLINED": _says(None, None, F.UNFULFILLED, None, "provider_declined"),
        "FULFILLMENT_NOT_REQUIRED": _says(None, None, F.NOT_REQUIRED),
        "OPEN": _says(None, None, F.UNFULFILLED, None, "legacy:open"),
        "RESTOCKED": _says(None, None, F.UNFULFILLED, None, "legacy:restocked"),
        "PENDING_FULFILLMENT": _says(None, None, F.IN_PROGRESS, None, "legacy:request_pending"),
    }
)
SHOPIFY_REST = MappingProxyType({"PARTIAL": "PARTIALLY_FULFILLED"})
"""Words of REST payloads and webhooks that GraphQL spells otherwise."""

_AMAZON = (
    ("PendingAvailability", "PENDING_AVAILABILITY", _says(O.PENDING, P.PENDING, F.SCHEDULED)),
    ("Pending", "PENDING", _says(O.PENDING, P.PENDING, F.UNFULFILLED)),
    ("Unshipped", "UNSHIPPED", _says(O.OPEN, P.PAID, F.UNFULFILLED)),
    ("PartiallyShipped", "PARTIALLY_SHIPPED", _says(O.OPEN, P.PAID, F.PARTIALLY_SHIPPED)),
    ("Shipped", "SHIPPED", _says(O.OPEN, P.PAID, F.SHIPPED)),
    ("InvoiceUnconfirmed", "", _says(O.OPEN, P.PAID, F.SHIPPED, None, "hold:invoice")),
    ("Unfulfillable", "UNFULFILLABLE", _says(O.OPEN, P.PAID, F.UNFULFILLABLE)),
    ("Canceled", "CANCELLED", _says(O.CANCELLED, P.VOIDED, F.CANCELLED)),
)
AMAZON_V0 = MappingProxyType({old: parts for old, _, parts in _AMAZON})
AMAZON_2026 = MappingProxyType({new: parts for _, new, parts in _AMAZON if new})
AMAZON_SETTLEMENT = MappingProxyType(
    {"DEFERRED": S.HELD, "RELEASED": S.RELEASED, "DEFERRED_RELEASED": S.RELEASED}
)
AMAZON_PACKAGE = MappingProxyType(
    {
        "PENDING": ParcelState(Stage.REGISTERED),
        "SHIPPED": ParcelState(Stage.ACCEPTED),
        "IN_TRANSIT": ParcelState(Stage.LINE_HAUL),
        "DELIVERED": ParcelState(Stage.DELIVERED),
        "UNDELIVERABLE": ParcelState(Stage.RETURNING, Health.FAILED),
        "CANCELLED": ParcelState(Stage.CANCELLED),
    }
)

ALIEXPRESS_ORDER = MappingProxyType(
    {
        "PLACE_ORDER_SUCCESS": _says(O.PENDING, P.PENDING, F.UNFULFILLED),
        "PAYMENT_PROCESSING": _says(O.PENDING, P.PROCESSING, F.UNFULFILLED),
        "RISK_CONTROL": _says(O.PENDING, P.PAID, F.ON_HOLD, S.HELD, "hold:risk"),
        "RISK_CONTROL_HOLD": _says(O.PENDING, P.PAID, F.ON_HOLD, S.HELD, "hold:risk", "appeal"),
        "WAIT_SELLER_EXAMINE_MONEY": _says(
            O.PENDING, P.PARTIALLY_PAID, F.ON_HOLD, S.HELD, "hold:amount_check"
        ),
        "WAIT_GROUP_SUCCESS": _says(O.PENDING, P.PAID, F.ON_HOLD, S.HELD, "hold:group_buy"),
        "IN_PRESELL_PROMOTION": _says(O.PENDING, P.PARTIALLY_PAID, F.SCHEDULED, S.HELD, "presale"),
        "WAIT_SELLER_SEND_GOODS": _says(O.OPEN, P.PAID, F.UNFULFILLED, S.HELD),
        "SELLER_PART_SEND_GOODS": _says(O.OPEN, P.PAID, F.PARTIALLY_SHIPPED, S.HELD),
        "WAIT_BUYER_ACCEPT_GOODS": _says(O.OPEN, P.PAID, F.SHIPPED, S.HELD),
        "BUYER_NO_SHOW": _says(O.OPEN, P.PAID, F.SHIPPED, S.HELD, "pickup_no_show"),
        "IN_CANCEL": _says(O.OPEN, P.PAID, F.UNFULFILLED, S.HELD, "cancel_requested"),
        "FUND_PROCESSING": _says(O.OPEN, P.PAID, None, S.RELEASING),
        "FINISH": _says(O.CLOSED, P.PAID, F.DELIVERED, S.RELEASED),
        "ARCHIVE": _says(O.CLOSED, P.PAID, F.DELIVERED, S.RELEASED, "archived"),
        "IN_ISSUE": _says(O.OPEN, P.PAID, None, S.HELD, "hold:dispute"),
        "IN_FROZEN": _says(O.OPEN, P.PAID, None, S.HELD, "hold:frozen"),
    }
)
ALIEXPRESS_STARRED = MappingProxyType(
    {
        "FUND_PROCESSING": frozenset({"payment", "fulfilment"}),
        "FINISH": frozenset({"payment", "fulfilment"}),
        "ARCHIVE": frozenset({"payment", "fulfilment"}),
        "IN_ISSUE": frozenset({"fulfilment"}),
        "IN_FROZEN": frozenset({"fulfilment"}),
    }
)
"""The parts that a word cannot settle alone: fund_status and logistics_status say them.

FUND_PROCESSING and FINISH also end trades that were refunded or cancelled.
"""
ALIEXPRESS_LOGISTICS: MappingProxyType[str, F | None] = MappingProxyType(
    {
        "WAIT_SELLER_SEND_GOODS": F.UNFULFILLED,
        "SELLER_SEND_PART_GOODS": F.PARTIALLY_SHIPPED,
        "SELLER_SEND_GOODS": F.SHIPPED,
        "BUYER_ACCEPT_GOODS": F.DELIVERED,
        "NO_LOGISTICS": None,
    }
)
ALIEXPRESS_FUND = MappingProxyType(
    {"NOT_PAY": P.PENDING, "PAY_SUCCESS": P.PAID, "WAIT_SELLER_CHECK": P.PARTIALLY_PAID}
)
ALIEXPRESS_FLAGS: MappingProxyType[str, MappingProxyType[str, str]] = MappingProxyType(
    {
        "issue_status": MappingProxyType(
            {"NO_ISSUE": "", "IN_ISSUE": "hold:dispute", "END_ISSUE": ""}
        ),
        "frozen_status": MappingProxyType({"NO_FROZEN": "", "IN_FROZEN": "hold:frozen"}),
    }
)
"""The flag each word of the companion fields sets; empty for none."""


def _purchase(status: PurchaseStatus, *flags: str) -> tuple[PurchaseStatus, frozenset[str]]:
    return status, frozenset(flags)


ALIBABA1688_PURCHASE = MappingProxyType(
    {
        "waitbuyerpay": _purchase(PurchaseStatus.PLACED),
        "waitselleract": _purchase(PurchaseStatus.PLACED, "seller_action"),
        "waitsellersend": _purchase(PurchaseStatus.PAID),
        "waitlogisticstakein": _purchase(PurchaseStatus.PAID, "label_created"),
        "waitbuyerreceive": _purchase(PurchaseStatus.SHIPPED),
        "waitbuyersign": _purchase(PurchaseStatus.SHIPPED, "at_door"),
        "signinsuccess": _purchase(PurchaseStatus.RECEIVED, "unconfirmed"),
        "confirm_goods": _purchase(PurchaseStatus.RECEIVED),
        "success": _purchase(PurchaseStatus.CLOSED),
        "cancel": _purchase(PurchaseStatus.CANCELLED),
        "terminated": _purchase(PurchaseStatus.CANCELLED, "after_payment"),
    }
)
TAOBAO_PURCHASE = MappingProxyType(
    {
        "TRADE_NO_CREATE_PAY": _purchase(PurchaseStatus.PLACED, "no_pay_doc"),
        "WAIT_BUYER_PAY": _purchase(PurchaseStatus.PLACED),
        "PAY_PENDING": _purchase(PurchaseStatus.PLACED, "processing"),
        "WAIT_PRE_AUTH_CONFIRM": _purchase(PurchaseStatus.PLACED, "preauth"),
        "WAIT_SELLER_SEND_GOODS": _purchase(PurchaseStatus.PAID),
        "SELLER_CONSIGNED_PART": _purchase(PurchaseStatus.PARTIALLY_SHIPPED),
        "WAIT_BUYER_CONFIRM_GOODS": _purchase(PurchaseStatus.SHIPPED),
        "TRADE_BUYER_SIGNED": _purchase(PurchaseStatus.RECEIVED, "unconfirmed"),
        "TRADE_FINISHED": _purchase(PurchaseStatus.CLOSED),
        "TRADE_CLOSED_BY_TAOBAO": _purchase(PurchaseStatus.CANCELLED),
        "TRADE_CLOSED": _purchase(PurchaseStatus.CANCELLED, "after_payment"),
    }
)
