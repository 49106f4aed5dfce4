"""The switch that kills a run: it must reach every moment, and spare nothing."""

from datetime import UTC, datetime

import pytest

from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Client
from crossborder.conversation import Desk, Reply, Request, Steps, Transport, flow
from crossborder.errors import BadRequest
from crossborder.policy import Policies, Policy
from crossborder.testing.crash import Killed, KillSwitch

DESK = Desk("shop", "https://shop.test", "eu", Policies(default=Policy()))
NOW = datetime(2026, 11, 22, tzinfo=UTC)


class Far(Transport):
    """Counts, and answers one status."""

    def __init__(self, status: int = 201) -> None:
        self.status, self.count = status, 0

    def exchange(self, request: Request, *, connect: float, read: float) -> Reply:
        self.count += 1
        return Reply(self.status)


@flow
def create() -> Steps[Reply]:
    return (yield from DESK.post("things.create", "/a", json=1, step="create"))


def run(switch: KillSwitch, far: Far, journal: MemoryJournal) -> Reply:
    client = Client(http=switch.transport(far), journal=switch.journal(journal))
    return client.run(create(), key="k")


def test_without_a_moment_nothing_is_killed_and_all_are_counted() -> None:
    switch, far = KillSwitch(), Far()
    assert run(switch, far, MemoryJournal()) == Reply(201)
    assert (switch.moments, far.count) == (6, 1)


@pytest.mark.parametrize(
    ("at", "name", "sent", "left"),
    [
        (0, "before begin k/create", 0, ()),
        (1, "after begin k/create", 0, ("k/create",)),
        (2, "before POST /a", 0, ("k/create",)),
        (3, "after POST /a", 1, ("k/create",)),
        (4, "before finish k/create", 1, ("k/create",)),
        (5, "after finish k/create", 1, ()),
    ],
)
def test_each_moment_kills_between_two_steps(
    at: int, name: str, sent: int, left: tuple[str, ...]
) -> None:
    switch, far, journal = KillSwitch(at), Far(), MemoryJournal()
    with pytest.raises(Killed, match=f"killed at moment {at}, {name}"):
        run(switch, far, journal)
    assert far.count == sent
    assert switch.journal(journal).unfinished() == left


def test_forgetting_has_its_moments_too() -> None:
    for at, name in ((4, "before forget"), (5, "after forget")):
        with pytest.raises(Killed, match=name):
            run(KillSwitch(at), Far(422), MemoryJournal())
    with pytest.raises(BadRequest):
        run(KillSwitch(6), Far(422), MemoryJournal())


def test_no_code_catches_a_kill_by_accident() -> None:
    assert not issubclass(Killed, Exception)
