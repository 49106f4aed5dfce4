"""Tracking numbers: whose they are, what they say, and what is wrong with a bad one.

A number alone is never a key: posts use theirs again after a year, and two carriers may have the
same. The key of a parcel is number, carrier and ship date (`Shipment.key`).

>>> [one.carrier for one in identify("986578788855")]
['fedex']
"""

from crossborder.stages.logistics.numbers.candidates import Candidate, Certainty, identify, valid
from crossborder.stages.logistics.numbers.flaws import Flaw, diagnose
from crossborder.stages.logistics.numbers.postal_item import S10, is_s10, s10, s10_check_digit
from crossborder.stages.logistics.numbers.posts import PostalService
from crossborder.stages.logistics.numbers.text import normalised

__all__ = [
    "S10",
    "Candidate",
    "Certainty",
    "Flaw",
    "PostalService",
    "diagnose",
    "identify",
    "is_s10",
    "normalised",
    "s10",
    "s10_check_digit",
    "valid",
]
