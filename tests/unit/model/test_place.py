from typing import Any

import pytest

from crossborder.errors import InvalidValue
from crossborder.model.customer import Customer
from crossborder.model.ids import CustomerId, WarehouseId
from crossborder.model.place import Address, Place
from crossborder.model.stock import Warehouse, WarehouseKind

BAD = ["usa", "us", "U", "USA", "U1", "ÜS", "??", "  "]


@pytest.mark.parametrize("code", BAD)
@pytest.mark.parametrize(
    ("make", "source"),
    [
        (lambda code: Place(country=code), "Place"),
        (lambda code: Address("Ann", code), "Address"),
        (lambda code: Customer(CustomerId("c"), country=code), "Customer"),
        (
            lambda code: Warehouse(WarehouseId("w"), "W", WarehouseKind.DOMESTIC, code),
            "Warehouse",
        ),
    ],
    ids=["Place", "Address", "Customer", "Warehouse"],
)
def test_what_is_not_two_capital_letters_is_no_country(make: Any, source: str, code: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        make(code)
    error = caught.value
    assert (error.field, error.value, error.source) == ("country", code, source)


def test_a_place_may_leave_its_country_open() -> None:
    assert Place(text="Sorting centre").country is None
    assert Customer(CustomerId("c")).country == ""
