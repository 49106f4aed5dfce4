"""The tables of delivery."""

from datetime import timedelta

import pytest

from crossborder.errors import InvalidValue, NoPolicy
from crossborder.policy import CostLimit, Policies, Policy, RateLimit, Retry

SECOND = timedelta(seconds=1)


def test_an_operation_has_its_own_policy_else_the_default() -> None:
    own, other = Policy(RateLimit(2, SECOND)), Policy(repeatable=True)
    policies = Policies({"orders.list": own}, default=other)
    assert policies.of("orders.list") is own
    assert policies.of("anything") is other


def test_an_operation_without_a_policy_is_named() -> None:
    with pytest.raises(NoPolicy, match=r"'orders\.list'") as caught:
        Policies().of("orders.list")
    assert caught.value.name == "orders.list"


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: RateLimit(0, SECOND), "burst"),
        (lambda: RateLimit(1, timedelta(0)), "every"),
        (lambda: RateLimit(1, -SECOND), "every"),
        (lambda: CostLimit(0, 1), "points"),
        (lambda: CostLimit(1, 0), "per_second"),
    ],
)
def test_a_bucket_that_never_opens_is_refused(make: object, field: str) -> None:
    assert callable(make)
    with pytest.raises(InvalidValue) as caught:
        make()
    assert caught.value.field == field


def test_policies_are_values() -> None:
    assert Policy(RateLimit(2, SECOND), retry=Retry(attempts=3)) == Policy(
        RateLimit(2, SECOND), retry=Retry(attempts=3)
    )
    assert Policies({"a": Policy()}) == Policies({"a": Policy()})
    assert len({Policies({"a": Policy()}), Policies({"a": Policy()})}) == 1
    assert (Retry().attempts, Retry().within) == (10, 45.0)
