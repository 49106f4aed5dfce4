"""Real past orders, replayed as if a supplier had handled and sent them."""

import csv
import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import frozen

from crossborder.model.ids import OfferId, ProductId, SkuId, SupplierId
from crossborder.model.money import Price
from crossborder.model.supply import OfferLine, Supplier, SupplierOffer
from crossborder.stages.inventory.virtual import LeadPart, LeadTime, virtual_stock
from crossborder.stages.inventory.virtual.keep import arrival
from where import data_root

SKU = SkuId("s1")
DAY = timedelta(days=1)


@frozen
class Past:
    """One order: approved, handed to the carrier, delivered, and the date it was promised for."""

    approved: datetime
    handed: datetime
    delivered: datetime
    promised: datetime


def read(root: Path) -> list[Past]:
    with gzip.open(root / "olist_orders" / "orders.csv.gz", "rt", encoding="utf-8") as file:
        names = ("approved_at", "to_carrier_at", "delivered_at", "promised_date")
        rows = [[row[name] for name in names] for row in csv.DictReader(file)]
    times = (
        [datetime.fromisoformat(text).replace(tzinfo=UTC) for text in row]
        for row in rows
        if all(row)
    )
    past = [Past(*row) for row in times]
    return sorted(
        (one for one in past if one.approved <= one.handed <= one.delivered),
        key=lambda one: one.approved,
    )


def learned(past: list[Past], now: datetime) -> LeadTime:
    """What was known at `now`."""
    known = [one for one in past if one.delivered <= now]
    handling = ((one.approved, one.handed) for one in known)
    transit = ((one.handed, one.delivered) for one in known)
    return LeadTime(
        (LeadPart.learned("handling", handling, now=now),),
        (LeadPart.learned("transit", transit, now=now),),
    )


def offer(now: datetime) -> SupplierOffer:
    line = OfferLine(SKU, 10, Price("10", "BRL"))
    supplier = Supplier(SupplierId("m"))
    return SupplierOffer(OfferId("o"), supplier, ProductId("p"), (line,), "BRL", now)


@pytest.fixture(scope="module")
def past() -> list[Past]:
    return read(data_root())


def months(past: list[Past]) -> list[tuple[datetime, list[Past]]]:
    """Whole months after half a year of history, with their orders; later ones are not all told."""
    last = max(one.delivered for one in past) - 60 * DAY
    found: dict[datetime, list[Past]] = {}
    for one in past:
        first = one.approved.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        found.setdefault(first, []).append(one)
    begin = past[0].approved + 180 * DAY
    return [(at, ones) for at, ones in found.items() if at >= begin and at + 31 * DAY <= last]


def test_nine_of_ten_promises_learned_from_the_months_before_are_kept(past: list[Past]) -> None:
    """Roughly: these months were getting slower, and nothing here corrects for that."""
    kept = promised = 0
    for now, ones in months(past):
        lead = learned(past, now)
        takes = arrival((*lead.parts, *lead.transit), now, 0.9) - now
        promised += len(ones)
        kept += sum(one.delivered <= one.approved + takes for one in ones)
    assert promised > 2000
    assert 0.80 <= kept / promised <= 0.97


def test_no_order_is_accepted_past_its_deadline(past: list[Past]) -> None:
    accepted = kept = 0
    for now, ones in months(past):
        lead = learned(past, now)
        for one in ones[::4]:
            sold = virtual_stock(
                offer(one.approved),
                SKU,
                now=one.approved,
                ship_by=one.promised,
                deliver_by=one.promised,
                lead=lead,
            ).value
            if sold is None:
                continue
            accepted += 1
            kept += one.delivered <= one.promised
            assert one.approved < sold.order_by
            late = virtual_stock(
                offer(sold.order_by),
                SKU,
                now=sold.order_by,
                ship_by=one.promised,
                deliver_by=one.promised,
                lead=lead,
            )
            assert (late.value, late.codes) == (None, ("deadline_passed",))
    assert accepted > 300
    assert 0.85 <= kept / accepted <= 1


def test_what_was_not_known_yet_is_not_learned_from(past: list[Past]) -> None:
    now = past[len(past) // 2].approved
    lead = learned(past, now)
    assert lead.evidence == sum(one.delivered <= now for one in past)
    assert lead == learned([one for one in past if one.approved <= now], now)
