"""Every format of every carrier, the more widely used first: the order of a tie."""

from crossborder.stages.logistics.numbers.express import DHL, DPD, FEDEX, PUROLATOR, UPS
from crossborder.stages.logistics.numbers.postal import CANADA_POST, S10, USPS
from crossborder.stages.logistics.numbers.regional import REGIONAL

__all__ = ["FORMATS"]

FORMATS = (*S10, *UPS, *USPS, *FEDEX, *DHL, *DPD, *CANADA_POST, *PUROLATOR, *REGIONAL)
"""39 formats of 19 carriers; posts that issue S10 numbers count as one."""
