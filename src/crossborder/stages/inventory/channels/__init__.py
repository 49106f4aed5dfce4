"""One stock on several channels: how much each may show, and what is kept back against lag."""

from crossborder.stages.inventory.channels.buffer import FeedLag, feed_buffer, feed_guard
from crossborder.stages.inventory.channels.quantities import (
    ChannelQuantity,
    ChannelTerms,
    QuantityPolicy,
    channel_quantities,
)

__all__ = [
    "ChannelQuantity",
    "ChannelTerms",
    "FeedLag",
    "QuantityPolicy",
    "channel_quantities",
    "feed_buffer",
    "feed_guard",
]
