"""The events of USPS: one table behind the two doors it is asked through.

Source: developers.usps.com, "Tracking", and Publication 199, by public lists of their codes and by
answers: those of customs are few.
"""

from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.wire.scans import states

__all__ = ["CATEGORIES", "STATES", "to_whom"]

_AT_DOOR, _BACK = (Stage.LAST_MILE, Health.FAILED), (Stage.RETURNING, Health.FAILED)

STATES = states(
    {
        **dict.fromkeys("MA GX 89 TM".split(), Stage.REGISTERED),
        **dict.fromkeys("03 80 AD OA PA UA".split(), Stage.ACCEPTED),
        **dict.fromkeys("06 10 19 41 81 82 A1 EF EX L1 PC SF T1 TL U1".split(), Stage.LINE_HAUL),
        **dict.fromkeys(("08", "15"), (Stage.LINE_HAUL, Health.OK, "carrier_sorting_error")),
        "NT": (Stage.LINE_HAUL, Health.OK, "carrier_delay"),
        **dict.fromkeys(("42", "60", "83"), Stage.HANDOVER),
        **dict.fromkeys(("07", "DX"), Stage.LAST_MILE),
        "71": (Stage.LAST_MILE, Health.OK, "carrier_delay"),
        "OF": Stage.OUT_FOR_DELIVERY,
        **dict.fromkeys(("02", "52"), (*_AT_DOOR, "consignee_not_home")),
        "51": (*_AT_DOOR, "consignee_business_closed"),
        **dict.fromkeys(("30", "53"), (*_AT_DOOR, "consignee_access_restricted")),
        **dict.fromkeys(("54", "55"), (*_AT_DOOR, "consignee_safe_place_unavailable")),
        "56": (*_AT_DOOR, "consignee_not_available"),
        **dict.fromkeys(("14", "16"), Stage.COLLECT),
        **dict.fromkeys(("01", "17", "43"), Stage.DELIVERED),
        "04": (*_BACK, "consignee_refused"),
        **dict.fromkeys("05 21 22 23 24 25 26".split(), (*_BACK, "consignee_incorrect_address")),
        **dict.fromkeys(("27", "28", "31"), (*_BACK, "consignee_not_available")),
        **dict.fromkeys(("09", "29"), (*_BACK, "unknown")),
        "44": (*_BACK, "retailer_cancelled"),
        "11": (Stage.LOST, Health.FAILED, "parcel_being_researched"),
    }
)
"""Event codes; EX as an answer prints it, 60 by client code. 44 is recalled, 11 a dead letter."""

CATEGORIES = states(
    {
        "Pre-Shipment": Stage.REGISTERED,
        **dict.fromkeys(("Accepted", "Accept", "USPS in possession of item"), Stage.ACCEPTED),
        **dict.fromkeys(("In Transit", "In-Transit", "On its Way to USPS"), Stage.LINE_HAUL),
        "Out for Delivery": Stage.OUT_FOR_DELIVERY,
        "Delivery Attempt": (*_AT_DOOR, "unknown"),
        "Delivery Attempt: Action Needed": (Stage.LAST_MILE, Health.ACTION_REQUIRED, "unknown"),
        "Available for Pickup": Stage.COLLECT,
        "Alert": (Stage.UNKNOWN, Health.FAILED, "unknown"),
        "Delivered": Stage.DELIVERED,
        "Delivered to Agent": Stage.HANDOVER,
    }
)
"""The words of `statusCategory`."""

TO_WHOM = states(
    {
        "delivered, to original sender": (Stage.RETURNED, Health.FAILED),
        "delivered to agent for final delivery": Stage.HANDOVER,
    }
)
"""Whole sentences, in small letters, with which a delivery (01) is none to the addressee."""


def to_whom(code: object, text: object) -> ParcelState | None:
    """What a delivery means that is none to the addressee; None for every other scan."""
    return TO_WHOM.get(str(text).casefold()) if code == "01" else None
