"""Buckets: how much may be sent now, and how long to wait for more.

A bucket never spends its last request: with `burst - 1` in hand the vendor's own count, which
started a moment later than ours, answered no 429 in measurements where the full burst did.

>>> from datetime import timedelta
>>> pacer, limit = Pacer(), RateLimit(burst=3, every=timedelta(seconds=1))
>>> [pacer.reserve(("shop", "a", "read"), limit, 1, now=0.0) for _ in range(4)]
[0.0, 0.0, 1.0, 2.0]
"""

from threading import Lock

from crossborder.conversation import Budget
from crossborder.policy import CostLimit, RateLimit

__all__ = ["Pacer"]

BucketKey = tuple[str, str, str]


class _Bucket:
    """Points that flow in; a reservation may take the level below zero, which is a wait."""

    __slots__ = ("closed_until", "flying", "level", "per_second", "points", "seen")

    def __init__(self, points: float, per_second: float, now: float) -> None:
        self.points = self.level = points
        self.per_second = per_second
        self.flying = 0.0
        self.seen = now
        self.closed_until = 0.0

    def flow(self, now: float) -> None:
        if now > self.seen:
            self.level = min(self.points, self.level + (now - self.seen) * self.per_second)
            self.seen = now

    def wait(self, cost: float, now: float) -> float:
        missing = max(0.0, cost - self.level)
        return max(missing / self.per_second, self.closed_until - now)


class Pacer:
    """Every bucket of a client, keyed by vendor, account and bucket name; safe for threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._buckets: dict[BucketKey, _Bucket] = {}

    def _bucket(
        self, key: BucketKey, limit: RateLimit | CostLimit, cost: float, now: float
    ) -> _Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if isinstance(limit, RateLimit):
                points, rate = float(max(1, limit.burst - 1)), 1 / limit.every.total_seconds()
            else:
                points, rate = float(max(cost, limit.points - cost)), float(limit.per_second)
            bucket = self._buckets[key] = _Bucket(points, rate, now)
        bucket.flow(now)
        return bucket

    def reserve(
        self,
        key: BucketKey,
        limit: RateLimit | CostLimit,
        cost: float,
        *,
        now: float,
        most: float = float("inf"),
    ) -> float | None:
        """Seconds to wait before sending, with the points taken; None, and nothing taken, when
        that is longer than `most`.
        """
        with self._lock:
            bucket = self._bucket(key, limit, cost, now)
            wait = bucket.wait(min(cost, bucket.points), now)
            if wait > most:
                return None
            bucket.level -= cost
            bucket.flying += cost
            return wait

    def settle(self, key: BucketKey, cost: float, budget: Budget | None, *, now: float) -> None:
        """The call has been answered; what the vendor tells of its bucket corrects ours."""
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is None:
                return
            bucket.flow(now)
            bucket.flying = max(0.0, bucket.flying - cost)
            if budget is not None:
                bucket.points = max(1.0, budget.points - cost)
                bucket.per_second = max(budget.per_second, 1e-9)
                bucket.level = min(bucket.points, budget.available - bucket.flying)

    def close(self, key: BucketKey, wait: float, *, now: float) -> None:
        """The vendor throttled: nothing goes through this bucket for `wait` seconds."""
        with self._lock:
            bucket = self._buckets.get(key)
            if bucket is not None:
                bucket.closed_until = max(bucket.closed_until, now + wait)

    def closed(self, key: BucketKey, *, now: float) -> float:
        """Seconds for which the bucket is closed by a throttle; 0 when it is open."""
        with self._lock:
            bucket = self._buckets.get(key)
            return max(0.0, bucket.closed_until - now) if bucket is not None else 0.0
