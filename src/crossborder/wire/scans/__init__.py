"""What a reader of tracking answers is made of.

A reader says where things stand; this room fetches, checks and keeps them. `ScanShape` says where
the parts of one scan are, `When` and `Where` how its time and place are spelled, `states` and
`Wording` what its code or its sentence means; a `Sheet` takes an answer apart, parcel by parcel.
Whatever cannot be read becomes a problem that names its path, and the rest stands.
"""

from crossborder.wire.scans.draft import ParcelDraft
from crossborder.wire.scans.fields import many, one, unread
from crossborder.wire.scans.shape import ScanShape
from crossborder.wire.scans.sheet import Sheet
from crossborder.wire.scans.states import States, Wording, states
from crossborder.wire.scans.when import When
from crossborder.wire.scans.where import Where

__all__ = [
    "ParcelDraft",
    "ScanShape",
    "Sheet",
    "States",
    "When",
    "Where",
    "Wording",
    "many",
    "one",
    "states",
    "unread",
]
