"""推广: which campaign brought an order, what that costs, and what product feeds say."""

from crossborder.stages.promotion.attribution import attribute
from crossborder.stages.promotion.commission import accrue, settle
from crossborder.stages.promotion.feeds import FeedItem, columns, feed_item, json_ld

__all__ = ["FeedItem", "accrue", "attribute", "columns", "feed_item", "json_ld", "settle"]
