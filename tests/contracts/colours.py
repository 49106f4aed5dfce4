"""The same question through both clients, at two far ends that are equal."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from crossborder.clients import AsyncClient, Client
from crossborder.conversation import Flow
from crossborder.testing.clock import VirtualClock
from crossborder.testing.contracts import Far

__all__ = ["Reads", "in_both_colours"]

Reads = Mapping[str, Callable[[Far], Flow[Any]]]


def in_both_colours(make: Callable[[], Far], ask: Callable[[Far], Flow[Any]]) -> tuple[Any, Any]:
    """What a read comes to under `Client` and under `AsyncClient`: every page of a list."""
    here, there = make(), make()
    with Client(http=here.transport, clock=VirtualClock(here.now)) as client:
        plain = [client.run(ask(here))]
        while (following := getattr(plain[-1], "next", None)) is not None:
            plain.append(client.run(following))

    async def run() -> list[Any]:
        async with AsyncClient(http=there.transport, clock=VirtualClock(there.now)) as client:
            found = [await client.run(ask(there))]
            while (following := getattr(found[-1], "next", None)) is not None:
                found.append(await client.run(following))
            return found

    return plain, asyncio.run(run())
