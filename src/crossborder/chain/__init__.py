"""The chain: flows that join stages and vendors, from an offer to an answered question.

Each flow reads what it needs through protocols, lets the stages decide, acts, and returns a
value that holds the result and every decision on the way. Run it with a key, and a run after a
crash goes on where the first stopped.
"""

from crossborder.chain.collect import Collected, Refunded, collect, refund
from crossborder.chain.feeds import merchant_feed, page_data
from crossborder.chain.fulfil import Bought, Sent, fulfil, send
from crossborder.chain.publish import Published, publish
from crossborder.chain.serve import Served, serve
from crossborder.chain.source import Entered, Translate, source
from crossborder.chain.stock import stock
from crossborder.chain.terms import Terms
from crossborder.chain.track import Tracked, Watched, track

__all__ = [
    "Bought",
    "Collected",
    "Entered",
    "Published",
    "Refunded",
    "Sent",
    "Served",
    "Terms",
    "Tracked",
    "Translate",
    "Watched",
    "collect",
    "fulfil",
    "merchant_feed",
    "page_data",
    "publish",
    "refund",
    "send",
    "serve",
    "source",
    "stock",
    "track",
]
