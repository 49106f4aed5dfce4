from typing import Any

import pytest
from attrs import define

from crossborder.adapters.memory import MemoryJournal
from crossborder.clients import Client
from crossborder.demo import Story, World, invariants, told, walk


@define
class Walked:
    """A walk that has ended, with the world it went through."""

    world: World
    story: Story

    @property
    def effects(self) -> list[str]:
        """What really happened at the vendor, in order."""
        return [name for name, _ in self.world.memory.server.state.effects]


@pytest.fixture
def walked() -> Any:
    """Walks a world to its end and sees that every promise was kept."""

    def go(payload: Any = None, **changed: Any) -> Walked:
        world = World.make(payload, **changed)
        with Client(http=world.memory.server, journal=MemoryJournal()) as client:
            story = walk(client.run, world)
        broken = [name for name, held in invariants(story, world).items() if not held]
        assert broken == []
        stages = told(story, world)
        assert [stage.number for stage in stages] == list(range(1, 11))
        assert all(stage.decided and stage.went_out for stage in stages)
        return Walked(world, story)

    return go
