"""How calls are delivered, as data: each adapter states a table of these with its sources.

>>> from datetime import timedelta
>>> policies = Policies({"orders.list": Policy(RateLimit(burst=20, every=timedelta(minutes=1)))})
>>> policies.of("orders.list").limit.burst
20
"""

from collections.abc import Mapping
from datetime import timedelta

from attrs import field, frozen

from crossborder.errors import InvalidValue, NoPolicy

__all__ = ["CostLimit", "Policies", "Policy", "RateLimit", "Retry"]


@frozen
class RateLimit:
    """A bucket of requests: `burst` at once when it is full, and one more after each `every`.

    Attributes:
        burst: requests that may go at once when the bucket is full.
        every: the time after which one more may go.

    >>> RateLimit.per(5, timedelta(seconds=1))
    RateLimit(burst=5, every=datetime.timedelta(microseconds=200000))
    """

    burst: int
    every: timedelta

    @classmethod
    def per(cls, requests: int, time: timedelta) -> "RateLimit":
        """So many requests in each such time, as most vendors state it."""
        return cls(requests, time / max(1, requests))

    def __attrs_post_init__(self) -> None:
        if self.burst < 1:
            raise InvalidValue(
                "must be at least 1", field="burst", value=self.burst, source="RateLimit"
            )
        if self.every <= timedelta(0):
            raise InvalidValue(
                "must be above zero", field="every", value=self.every, source="RateLimit"
            )


@frozen
class CostLimit:
    """A bucket of cost points; what the vendor tells in its replies corrects it.

    Attributes:
        points: what a full bucket holds.
        per_second: points that flow in each second.
    """

    points: int
    per_second: int

    def __attrs_post_init__(self) -> None:
        for name, value in (("points", self.points), ("per_second", self.per_second)):
            if value < 1:
                raise InvalidValue(
                    "must be at least 1", field=name, value=value, source="CostLimit"
                )


@frozen
class Retry:
    """When to try again, and how long to wait: doubling, with jitter.

    A wait that the vendor states is kept exactly and counts only against the run's deadline.

    Attributes:
        attempts: tries in all.
        within: seconds after which no further try is begun on our own account.
        first: seconds before the second try.
        most: longest wait in seconds.
    """

    attempts: int = 10
    within: float = 45.0
    first: float = 0.5
    most: float = 10.0


@frozen
class Policy:
    """How one operation is delivered.

    Attributes:
        limit: its bucket, or None when the vendor states none.
        repeatable: the vendor's word on sending it twice; None means: by method and key.
        bucket: the name of a bucket shared with other operations, or empty for its own.
        cost: what one call takes from the bucket.
        retry: when to try again.
        key_life: how long the vendor keeps an operation key it was sent, or None for ever: after
            that a write is looked up, never sent again.
    """

    limit: RateLimit | CostLimit | None = None
    repeatable: bool | None = None
    bucket: str = ""
    cost: int = 1
    retry: Retry = field(factory=Retry)
    key_life: timedelta | None = None


@frozen
class Policies:
    """The table of an adapter: operation → policy.

    Attributes:
        table: by operation.
        default: for operations that stand not in the table, or None to refuse them.
    """

    table: Mapping[str, Policy] = field(factory=dict, hash=False)
    default: Policy | None = None

    def of(self, operation: str) -> Policy:
        """The policy of an operation; `NoPolicy` when none is stated."""
        found = self.table.get(operation, self.default)
        if found is None:
            raise NoPolicy(f"no delivery policy for {operation!r}", name=operation)
        return found
