"""One order through all ten stages, offline: `python -m crossborder.demo`.

A supplier's offer becomes a product, a listing, an order, a purchase, a parcel, a delay warning
and an answered question, at the pretend vendor. It is also the application that the crash tests
kill at every step.
"""

from crossborder.demo.told import StageTold, invariants, told
from crossborder.demo.walk import Story, walk
from crossborder.demo.world import World

__all__ = ["StageTold", "Story", "World", "invariants", "told", "walk"]
