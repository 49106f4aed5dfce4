"""How much of a vendor's limit is used, and how many calls it refuses: ours and retry alone.

A server-side token bucket answers 429 with Retry-After; ten callers share one client's pacing.
Time is virtual, so the figures are exact. Prints one `name value` a line.
"""

from datetime import timedelta
from heapq import heappop, heappush

from crossborder.clients.pace import Pacer
from crossborder.policy import CostLimit, RateLimit

SECONDS = 60.0
WORKERS = 10
STEP = 0.001


class Server:
    """The vendor's own bucket."""

    def __init__(self, points: float, per_second: float) -> None:
        self.points = self.level = points
        self.per_second, self.seen = per_second, 0.0

    def takes(self, cost: float, now: float) -> float:
        """0 when the call is taken, else seconds to wait."""
        self.level = min(self.points, self.level + (now - self.seen) * self.per_second)
        self.seen = now
        if self.level >= cost:
            self.level -= cost
            return 0.0
        return (cost - self.level) / self.per_second


def ours(limit: RateLimit | CostLimit, server: Server, cost: float) -> tuple[int, int]:
    """Taken and refused calls with our pacing."""
    pacer, key = Pacer(), ("vendor", "account", "bucket")
    taken = refused = 0
    moments = [(0.0, worker, False) for worker in range(WORKERS)]
    while moments:
        now, worker, sending = heappop(moments)
        if now >= SECONDS:
            continue
        if not sending:
            wait = pacer.reserve(key, limit, cost, now=now)
            heappush(moments, (now + (wait or 0.0), worker, True))
            continue
        again = server.takes(cost, now)
        pacer.settle(key, cost, None, now=now)
        taken, refused = taken + (not again), refused + bool(again)
        heappush(moments, (now + max(again, STEP), worker, False))
    return taken, refused


def retry_alone(server: Server, cost: float) -> tuple[int, int]:
    """Taken and refused calls of callers that only honour Retry-After."""
    taken = refused = 0
    moments = [(0.0, worker) for worker in range(WORKERS)]
    while moments:
        now, worker = heappop(moments)
        if now >= SECONDS:
            continue
        again = server.takes(cost, now)
        taken, refused = taken + (not again), refused + bool(again)
        heappush(moments, (now + max(again, STEP), worker))
    return taken, refused


def main() -> None:
    """Measure and print."""
    for name, limit, points, rate, cost in (
        ("requests", RateLimit(5, timedelta(seconds=0.2)), 5.0, 5.0, 1.0),
        ("points", CostLimit(1000, 50), 1000.0, 50.0, 10.0),
    ):
        allowed = (points + rate * SECONDS) / cost
        taken, refused = ours(limit, Server(points, rate), cost)
        print(f"{name}_ours_taken_share {taken / allowed:.3f}")
        print(f"{name}_ours_429_share {refused / max(1, taken + refused):.4f}")
        taken, refused = retry_alone(Server(points, rate), cost)
        print(f"{name}_retry_alone_taken_share {taken / allowed:.3f}")
        print(f"{name}_retry_alone_429_share {refused / max(1, taken + refused):.4f}")


if __name__ == "__main__":
    main()
