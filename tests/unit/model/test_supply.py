from datetime import UTC, datetime
from itertools import product

import pytest
from attrs import evolve
from hypothesis import given

from crossborder.errors import CurrencyMismatch, IllegalMove, InvalidValue
from crossborder.model.cost import CostPart, LandedCost
from crossborder.model.ids import OfferId, ProductId, PurchaseId, Ref, SkuId, SupplierId
from crossborder.model.money import Money, Price, total
from crossborder.model.purchase import Purchase, PurchaseLine, PurchaseStatus
from crossborder.model.supply import MixRule, OfferLine, PriceTier, Supplier, SupplierOffer
from crossborder.testing.strategies import landed_costs, offers, purchases

AT = datetime(2026, 11, 2, tzinfo=UTC)
YUAN, EUROS = Price("10", "CNY"), Price("10", "EUR")
LINE = OfferLine(SkuId("s"))
BOUGHT = PurchaseLine(SkuId("s"), 2, YUAN)


def _offer(**changed: object) -> SupplierOffer:
    given: dict[str, object] = {
        "id": OfferId("o"),
        "supplier": Supplier(SupplierId("f")),
        "product_id": ProductId("p"),
        "lines": (LINE,),
        "currency": "CNY",
        "observed_at": AT,
    }
    return SupplierOffer(**(given | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"lines": ()}, "lines", "must hold at least one SKU"),
        ({"moq": 0}, "moq", "must be at least 1"),
        ({"multiple": 0}, "multiple", "must be at least 1"),
        ({"currency": "RMB"}, "currency", "is not an ISO 4217 currency code"),
        ({"tiers": (PriceTier(5, YUAN), PriceTier(1, YUAN))}, "tiers", "must rise"),
        ({"tiers": (PriceTier(5, YUAN), PriceTier(5, YUAN))}, "tiers", "must rise"),
        ({"tiers": (PriceTier(1, EUROS),)}, "tiers", "is not in CNY"),
        ({"tiers": (PriceTier(1, YUAN, EUROS),)}, "tiers", "is not in CNY"),
        ({"lines": (evolve(LINE, unit_price=EUROS),)}, "lines", "is not in CNY"),
        ({"lines": (evolve(LINE, one_piece_price=EUROS),)}, "lines", "is not in CNY"),
        ({"lines": (evolve(LINE, channel_price=EUROS),)}, "lines", "is not in CNY"),
    ],
)
def test_an_offer_that_cannot_be_is_refused(
    changed: dict[str, object], field: str, said: str
) -> None:
    with pytest.raises(InvalidValue) as caught:
        _offer(**changed)
    assert (caught.value.field, caught.value.source) == (field, "SupplierOffer")
    assert said in caught.value.text


@given(offers())
def test_an_offers_line_is_found_by_its_sku(offer: SupplierOffer) -> None:
    for line in offer.lines:
        assert offer.line(line.sku_id) is line
    with pytest.raises(InvalidValue, match="has no such SKU"):
        offer.line(SkuId("no such sku"))
    assert offer._repr_html_().count("<td>") == 2 * len(offer.tiers)


def test_a_tier_begins_at_one_piece_or_more() -> None:
    with pytest.raises(InvalidValue, match="must be at least 1") as caught:
        PriceTier(0, YUAN)
    assert caught.value.field == "min_quantity"


@pytest.mark.parametrize(
    ("rule", "amount", "pieces", "met"),
    [
        (MixRule(), "999", 999, False),
        (MixRule(Price("100", "CNY")), "100", 1, True),
        (MixRule(Price("100", "CNY")), "99.99", 99, False),
        (MixRule(min_pieces=5), "1", 5, True),
        (MixRule(min_pieces=5), "999", 4, False),
        (MixRule(Price("100", "CNY"), 5), "1", 5, True),
        (MixRule(Price("100", "CNY"), 5), "100", 1, True),
        (MixRule(Price("100", "CNY"), 5), "99", 4, False),
    ],
)
def test_either_sum_of_a_mix_rule_is_enough(
    rule: MixRule, amount: str, pieces: int, met: bool
) -> None:
    assert rule.met(Money(amount, "CNY"), pieces) is met


@given(landed_costs())
def test_the_parts_of_a_cost_add_up_to_it(cost: LandedCost) -> None:
    assert cost.total == total((part.money for part in cost.parts), cost.parts[0].money.currency)


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ((), "must hold at least one part"),
        ((CostPart("goods", YUAN), CostPart("duty", EUROS)), "must be of one currency"),
    ],
)
def test_a_cost_without_parts_or_of_two_currencies_is_refused(
    parts: tuple[CostPart, ...], said: str
) -> None:
    with pytest.raises(InvalidValue, match=said) as caught:
        LandedCost(parts)
    assert caught.value.field == "parts"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lines": (BOUGHT, evolve(BOUGHT, unit_price=EUROS))}, "lines"),
        ({"total": Money("20", "EUR")}, "total"),
        ({"freight": Money("20", "EUR")}, "freight"),
    ],
)
def test_a_purchase_is_in_one_currency(changed: dict[str, object], field: str) -> None:
    given: dict[str, object] = {"lines": (BOUGHT,)} | changed
    with pytest.raises(CurrencyMismatch) as caught:
        Purchase(PurchaseId("1"), SupplierId("f"), **given)  # type: ignore[arg-type]
    assert (caught.value.field, caught.value.source) == (field, "Purchase")


def test_a_purchase_buys_something() -> None:
    with pytest.raises(InvalidValue, match="must hold at least one line"):
        Purchase(PurchaseId("1"), SupplierId("f"), ())
    with pytest.raises(InvalidValue, match="must be at least 1"):
        PurchaseLine(SkuId("s"), 0, YUAN)


@given(purchases())
def test_what_a_purchase_is_expected_to_cost_is_the_sum_of_its_lines(purchase: Purchase) -> None:
    currency = purchase.lines[0].unit_price.currency
    lines = (line.unit_price * line.quantity for line in purchase.lines)
    assert purchase.expected == total(lines, currency)


S = PurchaseStatus
PATH = (S.PLANNED, S.PLACED, S.PAID, S.PARTIALLY_SHIPPED, S.SHIPPED, S.RECEIVED, S.CLOSED)
# A platform may be asked rarely, so every later status follows an earlier one.
FORWARD = {(old, new) for at, old in enumerate(PATH) for new in PATH[at + 1 :]}
CANCELLED = {(old, S.CANCELLED) for old in (S.PLANNED, S.PLACED)}
AFTER_REFUND = {(old, S.CANCELLED) for old in (S.PAID, S.PARTIALLY_SHIPPED, S.SHIPPED)}


def _purchase(status: PurchaseStatus) -> Purchase:
    return Purchase(
        PurchaseId("1"), SupplierId("f"), (BOUGHT,), status, refs=(Ref("alibaba1688", "7"),)
    )


@pytest.mark.parametrize("refunded", [False, True])
@pytest.mark.parametrize(("old", "new"), list(product(S, S)))
def test_a_purchase_makes_every_legal_move_and_no_other(
    old: PurchaseStatus, new: PurchaseStatus, refunded: bool
) -> None:
    purchase = _purchase(old)
    legal = FORWARD | CANCELLED | {(same, same) for same in S}
    if refunded:
        legal |= AFTER_REFUND
    if (old, new) in legal:
        assert purchase.moved(new, refunded=refunded) == evolve(purchase, status=new)
    else:
        with pytest.raises(IllegalMove) as caught:
            purchase.moved(new, refunded=refunded)
        error = caught.value
        assert (error.field, error.value, error.source) == ("status", new.value, "Purchase")
        assert error.text == f"cannot follow {old.value}"
