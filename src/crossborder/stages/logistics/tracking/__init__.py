"""What scans of a parcel add up to: merged to one history, and followed from news to news."""

from crossborder.stages.logistics.tracking.following import track
from crossborder.stages.logistics.tracking.merging import merge, moment, parcel_state

__all__ = ["merge", "moment", "parcel_state", "track"]
