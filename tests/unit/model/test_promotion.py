from datetime import UTC, datetime
from decimal import Decimal

import pytest

from crossborder.errors import CurrencyMismatch, InvalidValue
from crossborder.model.ids import OrderId
from crossborder.model.money import Money
from crossborder.model.promotion import Campaign, Commission, CommissionState, Medium

AT = datetime(2026, 11, 2, tzinfo=UTC)


def test_a_campaign_costs_nothing_unless_it_says_so() -> None:
    campaign = Campaign("c", Medium.SEARCH)
    assert (campaign.rate, campaign.budget) == (Decimal(0), None)
    with pytest.raises(InvalidValue, match="must not be negative"):
        Campaign("c", Medium.SEARCH, rate=Decimal("-0.1"))


def test_a_commission_is_in_the_currency_of_its_base() -> None:
    with pytest.raises(CurrencyMismatch) as caught:
        Commission(
            OrderId("1"),
            "c",
            Money("10", "USD"),
            Money("1", "EUR"),
            CommissionState.ACCRUED,
            AT,
        )
    assert (caught.value.field, caught.value.source) == ("amount", "Commission")
