"""The only code that waits: `Client` and `AsyncClient` run flows."""

from crossborder.clients._async import AsyncClient
from crossborder.clients._clock import Clock, SystemClock
from crossborder.clients._events import ClientEvent
from crossborder.clients._run import Ran
from crossborder.clients._stock import AsyncStockKeeper, Kept, StockKeeper
from crossborder.clients._sync import Client

__all__ = [
    "AsyncClient",
    "AsyncStockKeeper",
    "Client",
    "ClientEvent",
    "Clock",
    "Kept",
    "Ran",
    "StockKeeper",
    "SystemClock",
]
