from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.measure import Size, Weight
from crossborder.model.money import ExchangeRate, Money, total
from crossborder.serial import structure, unstructure
from crossborder.stages.inventory.valuation import Basis, Charge, CostBook, Layer, Receipt

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SKU, OTHER = SkuId("s1"), SkuId("s2")
HOME, FAR = WarehouseId("home"), WarehouseId("far")
RATE = ExchangeRate("CNY", "USD", Decimal("0.13777"), "bank", NOW)


def usd(amount: str | int) -> Money:
    return Money(amount, "USD")


def receipt(name: str, quantity: int = 10, cost: str = "2.50", **fields: Any) -> Receipt:
    fields = {"weight": Weight(300), "size": Size.mm(100, 50, 20), **fields}
    day, sku = fields.pop("day", 0), fields.pop("sku_id", SKU)
    money = fields.pop("money", usd(cost))
    warehouse = fields.pop("warehouse_id", HOME)
    return Receipt(name, sku, warehouse, quantity, money, NOW + day * DAY, **fields)


def charge(amount: str, basis: Basis = Basis.QUANTITY, **fields: Any) -> Charge:
    return Charge(fields.pop("ref", "bill"), usd(amount), basis, NOW)


RECEIPTS = st.builds(
    lambda name, quantity, cost, day, weight, duty, foreign, sku, far: receipt(
        name,
        quantity,
        money=Money(cost, "CNY" if foreign else "USD"),
        rate=RATE if foreign else None,
        day=day,
        weight=Weight(weight),
        duty_rate=duty,
        sku_id=sku,
        warehouse_id=far,
    ),
    st.sampled_from(["r1", "r2", "r3", "r4"]),
    st.integers(1, 9),
    st.integers(0, 99999).map(lambda n: Decimal(n).scaleb(-4)),
    st.integers(0, 3),
    st.integers(1, 900),
    st.sampled_from([Decimal("0.05"), Decimal("0.12")]),
    st.booleans(),
    st.sampled_from([SKU, SKU, OTHER]),
    st.sampled_from([HOME, HOME, FAR]),
)
CHARGES = st.builds(
    lambda cents, foreign, basis, ref: Charge(
        ref, Money.from_minor(cents, "CNY" if foreign else "USD"), basis, NOW, RATE
    ),
    st.integers(-500, 5000),
    st.booleans(),
    st.sampled_from([Basis.QUANTITY, Basis.WEIGHT, Basis.VOLUME, Basis.VALUE, Basis.DUTY]),
    st.sampled_from(["b1", "b2", "b3"]),
)
PLACES = st.sampled_from([HOME, FAR])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), RECEIPTS),
        st.tuples(st.just("charge"), CHARGES),
        st.tuples(st.just("issue"), st.integers(1, 8), PLACES, st.sampled_from(["i1", "i2"])),
        st.tuples(st.just("back"), st.integers(1, 5), PLACES, st.sampled_from(["i1", "i2"])),
        st.tuples(st.just("move"), st.integers(1, 8), PLACES),
    ),
    max_size=14,
)


class ByPiece:
    """The same, piece by piece: a list of receipts for each warehouse, oldest first."""

    def __init__(self) -> None:
        self.pieces: list[tuple[datetime, str, SkuId, WarehouseId]] = []
        self.issued: dict[str, list[tuple[datetime, str, SkuId, WarehouseId]]] = {}

    def receive(self, item: Receipt) -> None:
        self.pieces += [(item.at, item.id, item.sku_id, item.warehouse_id)] * item.quantity

    def take(self, quantity: int, place: WarehouseId) -> list[Any]:
        here = sorted(piece for piece in self.pieces if piece[2:] == (SKU, place))[:quantity]
        for piece in here:
            self.pieces.remove(piece)
        return here

    def counts(self) -> Counter[tuple[str, WarehouseId]]:
        return Counter((piece[1], piece[3]) for piece in self.pieces)


def done(book: CostBook, pieces: ByPiece, step: tuple[Any, ...]) -> CostBook:
    """The book after a step; what is refused must be refused by both."""
    kind, what, *more = step
    if kind == "receive":
        book = book.receive(what)
        pieces.receive(what)
    elif kind == "charge":
        book = book.charge(what, sorted({layer.receipt.id for layer in book.layers}))
    elif kind == "issue":
        book = book.issue(SKU, more[0], what, ref=more[1], at=NOW)
        pieces.issued[more[1]] = pieces.take(what, more[0])
    elif kind == "back":
        book = book.give_back(more[1], what, warehouse_id=more[0])
        out = pieces.issued[more[1]]
        came = [out.pop() for _ in range(what)]
        pieces.pieces += [(*piece[:3], more[0]) for piece in came]
    else:
        target = FAR if more[0] == HOME else HOME
        book = book.move(SKU, more[0], target, what)
        pieces.pieces += [(*piece[:3], target) for piece in pieces.take(what, more[0])]
    return book


@given(STEPS)
def test_no_piece_and_no_money_is_ever_lost(steps: list[tuple[Any, ...]]) -> None:
    book, pieces = CostBook("USD"), ByPiece()
    paid = usd(0)
    for step in steps:
        try:
            after = done(book, pieces, step)
        except InvalidValue:
            if step[0] in ("issue", "move"):
                few = book.on_hand(SKU, step[2]) < step[1]
                assert few or step[-1] in pieces.issued
            continue
        if step[0] == "receive":
            cost = step[1].unit_cost * step[1].quantity
            paid += cost if cost.currency == "USD" else RATE.convert(cost, NOW)
        elif step[0] == "charge":
            (*_, made) = after.charges
            assert total((part.booked for part in made.parts), "USD") == made.booked
            currency = step[1].money.currency
            assert total((part.paid for part in made.parts), currency) == step[1].money
            paid += made.booked
        book = after
        assert book.value + book.issued_value == paid == book.paid_value
        held = {(item.receipt.id, item.warehouse_id): item.quantity for item in book.layers}
        assert Counter(held) == pieces.counts()
        assert book.on_hand(SKU) + book.on_hand(OTHER) == len(pieces.pieces)
        for ref, out in pieces.issued.items():
            issue = next(issue for issue in book.issues if issue.ref == ref)
            assert issue.quantity == len(out)


@given(STEPS, st.integers(1, 8))
def test_an_issue_taken_back_whole_leaves_the_layers_as_they_were(
    steps: list[tuple[Any, ...]], quantity: int
) -> None:
    book, pieces = CostBook("USD"), ByPiece()
    for step in steps:
        try:
            book = done(book, pieces, step)
        except InvalidValue:
            continue
    if book.on_hand(SKU, HOME) >= quantity:
        out = book.issue(SKU, HOME, quantity, ref="whole", at=NOW)
        back = out.give_back("whole", quantity)
        assert back.layers == book.layers
        assert back.issued_value == book.issued_value
    assert structure(unstructure(book), CostBook) == book


def test_the_oldest_pieces_leave_first_with_their_own_cost() -> None:
    book = CostBook("USD").receive(receipt("new", 5, "3.00", day=2)).receive(receipt("old", 5))
    book = book.issue(SKU, HOME, 7, ref="i", at=NOW)
    assert [(take.receipt_id, take.quantity) for take in book.issues[0].takes] == [
        ("old", 5),
        ("new", 2),
    ]
    assert (book.issued_value, book.value) == (usd("18.50"), usd("9.00"))
    assert [layer.receipt.id for layer in book.of(SKU)] == ["new"]


def shares(basis: Basis, amount: str = "10.00") -> list[Money]:
    book = CostBook("USD").receive(receipt("a", 2, "10.00", duty_rate=Decimal("0.1")))
    heavy = receipt("b", 1, "10.00", day=1, weight=Weight(1500), size=Size.mm(100, 100, 10))
    book = book.receive(heavy).charge(charge(amount, basis), ["b", "a"])
    return [part.booked for part in book.charges[0].parts]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        (Basis.QUANTITY, ("6.67", "3.33")),
        (Basis.WEIGHT, ("2.86", "7.14")),
        (Basis.VOLUME, ("6.67", "3.33")),
        (Basis.VALUE, ("6.67", "3.33")),
        (Basis.DUTY, ("10.00", "0.00")),
    ],
)
def test_a_charge_is_shared_out_by_its_basis(basis: Basis, expected: tuple[str, str]) -> None:
    assert shares(basis) == [usd(part) for part in expected]


def test_a_late_charge_falls_on_the_issued_pieces_too_and_is_expensed() -> None:
    book = CostBook("USD").receive(receipt("a", 4)).issue(SKU, HOME, 3, ref="i", at=NOW)
    late = book.charge(charge("2.00"), ["a"])
    assert late.charges[0].parts[0].expensed == usd("1.50")
    assert late.issued_value - book.issued_value == usd("1.50")
    assert late.value - book.value == usd("0.50")
    back = late.give_back("i", 3)
    assert (back.value, back.issued_value) == (usd("10.50"), usd("1.50"))


def test_a_charge_keeps_what_was_paid_and_the_rate_it_was_booked_at() -> None:
    book = CostBook("USD").receive(receipt("a", 2)).receive(receipt("b", 1, day=1))
    paid = Charge("bill", Money("100.01", "CNY"), Basis.QUANTITY, NOW, RATE)
    (made,) = book.charge(paid, ["a", "b"]).charges
    assert made.charge.rate == RATE
    assert made.booked == usd("13.78")
    assert [part.paid for part in made.parts] == [Money("66.67", "CNY"), Money("33.34", "CNY")]
    assert [part.booked for part in made.parts] == [usd("9.19"), usd("4.59")]


def test_a_transfer_keeps_receipt_age_and_cost_and_comes_together_again() -> None:
    book = CostBook("USD").receive(receipt("a", 3)).charge(charge("1.00"), ["a"])
    moved = book.move(SKU, HOME, FAR, 2)
    assert [(layer.warehouse_id, layer.value) for layer in moved.layers] == [
        (FAR, usd("5.67")),
        (HOME, usd("2.83")),
    ]
    assert all(layer.receipt.at == NOW for layer in moved.layers)
    (home,) = moved.move(SKU, FAR, HOME, 2).of(SKU)
    assert home == book.layers[0]


def test_pieces_may_come_back_to_another_warehouse() -> None:
    book = CostBook("USD").receive(receipt("a", 3)).issue(SKU, HOME, 2, ref="i", at=NOW)
    book = book.give_back("i", 1, warehouse_id=FAR)
    assert (book.on_hand(SKU, FAR), book.on_hand(SKU, HOME)) == (1, 1)
    assert [(layer.warehouse_id, layer.out) for layer in book.layers] == [(FAR, 0), (HOME, 1)]


def test_the_last_pieces_taken_come_back_first() -> None:
    book = CostBook("USD").receive(receipt("old", 2, "1.00")).receive(receipt("new", 2, day=1))
    book = book.issue(SKU, HOME, 4, ref="i", at=NOW).give_back("i", 1)
    assert [(take.receipt_id, take.quantity) for take in book.issues[0].takes] == [
        ("old", 2),
        ("new", 1),
    ]
    assert (book.value, book.issued_value) == (usd("2.50"), usd("4.50"))


def refused(change: Any, text: str, kind: type[InvalidValue] = InvalidValue) -> None:
    with pytest.raises(kind, match=text):
        change()


def test_what_cannot_be_is_refused() -> None:
    book = CostBook("USD").receive(receipt("a", 3)).charge(charge("1.00"), ["a"])
    book = book.issue(SKU, HOME, 1, ref="i", at=NOW)
    refused(lambda: receipt("b", 0), "must be at least 1")
    refused(lambda: book.receive(receipt("a")), "is in the book already")
    refused(lambda: book.charge(charge("1.00"), ["a"]), "is in the book already")
    refused(lambda: book.charge(charge("1.00", ref="b"), ["x"]), "is not in the book")
    refused(lambda: book.charge(charge("1.00", ref="b"), []), "must not be empty")
    refused(lambda: book.charge(charge("1.005", ref="b"), ["a"]), "more than 2 decimal places")
    refused(lambda: book.issue(SKU, HOME, 1, ref="i", at=NOW), "is in the book already")
    refused(lambda: book.issue(SKU, HOME, 3, ref="j", at=NOW), "is 1 more than is on hand")
    refused(lambda: book.issue(SKU, HOME, 0, ref="j", at=NOW), "must be at least 1")
    refused(lambda: book.move(SKU, HOME, HOME, 1), "is where the pieces are")
    refused(lambda: book.give_back("x", 1), "is not in the book")
    refused(lambda: book.give_back("i", 2), "must be 1 to 1")
    yuan = receipt("c", money=Money(1, "CNY"))
    refused(lambda: book.receive(yuan), "no exchange rate", CurrencyMismatch)
    euro = evolve(RATE, quote="EUR")
    refused(lambda: book.receive(evolve(yuan, rate=euro)), "is not in USD", CurrencyMismatch)


@pytest.mark.parametrize(
    ("basis", "field", "missing"),
    [(Basis.WEIGHT, "weight", {"weight": None}), (Basis.VOLUME, "size", {"size": None})],
)
def test_a_measure_that_is_not_known_is_not_guessed(
    basis: Basis, field: str, missing: dict[str, Any]
) -> None:
    book = CostBook("USD").receive(receipt("a", **missing))
    with pytest.raises(InvalidValue) as caught:
        book.charge(charge("1.00", basis), ["a"])
    assert caught.value.field == field


def test_the_book_is_an_escaped_table_of_what_is_there() -> None:
    book = CostBook("USD").receive(receipt("<r>", 3)).receive(receipt("gone", 1, day=-1))
    shown = book.issue(SKU, HOME, 1, ref="i", at=NOW)._repr_html_()
    assert "&lt;r&gt;" in shown
    assert "gone" not in shown
    assert "7.50 USD" in shown
    assert isinstance(book.layers[0], Layer)
