"""Items to plan, for the tests."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve

from crossborder.model.ids import SkuId, WarehouseId
from crossborder.model.money import Price
from crossborder.predict.quantiles import Distribution
from crossborder.stages.inventory.planning import Arrival, Forecast, ReorderItem

__all__ = ["DAY", "NOW", "coming", "item", "usd"]

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
DAY = timedelta(days=1)
_ITEM = ReorderItem(
    SkuId("kettle"),
    WarehouseId("DE"),
    40,
    Forecast((2.0,)),
    Distribution((8.0, 10.0, 14.0), (1.0, 2.0, 1.0)),
    service=Decimal("0.95"),
)


def usd(amount: str | int) -> Price:
    return Price(Decimal(amount), "USD")


def coming(pieces: int, days: float) -> Arrival:
    return Arrival(pieces, NOW + days * DAY)


def item(**changes: Any) -> ReorderItem:
    """Two pieces a day, about ten days to arrive, a review every week, 95 % service."""
    return evolve(_ITEM, **changes)
