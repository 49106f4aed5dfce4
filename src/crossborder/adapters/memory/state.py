"""What stands at the pretend vendor, and how each request changes it.

Split by who would run it: supplier market, shop, gateway, carrier, inbox, fulfilment centre.
"""

from crossborder.adapters.memory.carrier import CarrierState
from crossborder.adapters.memory.centre import CentreState
from crossborder.adapters.memory.effects import Answer, refused
from crossborder.adapters.memory.gateway import GatewayState
from crossborder.adapters.memory.inbox import InboxState
from crossborder.adapters.memory.market import MarketState
from crossborder.adapters.memory.shop import ShopState

__all__ = ["Answer", "State", "refused"]


class State(MarketState, ShopState, GatewayState, CarrierState, InboxState, CentreState):
    """Everything that stands there.

    Attributes:
        effects: each thing that really happened, as (name, id): the proof of exactly once.
    """

    def __init__(self) -> None:
        self.effects: list[tuple[str, str]] = []
        MarketState.__init__(self)
        ShopState.__init__(self)
        GatewayState.__init__(self)
        CarrierState.__init__(self)
        InboxState.__init__(self)
        CentreState.__init__(self)
