import pytest

from crossborder.errors import InvalidValue
from crossborder.model.customer import Customer, CustomerHistory
from crossborder.model.ids import CustomerId
from crossborder.model.money import Money


def test_a_customer_is_known_by_an_id_alone() -> None:
    customer = Customer(CustomerId("c-1"))
    assert (customer.language, customer.country, customer.consents) == ("en", "", frozenset())


def test_a_history_counts_orders_that_are_there() -> None:
    with pytest.raises(InvalidValue, match="must not be negative") as caught:
        CustomerHistory(CustomerId("c-1"), -1, Money("0", "USD"))
    assert caught.value.field == "orders"
