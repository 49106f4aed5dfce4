"""The events of La Poste's Suivi v2: one table behind the two doors it is asked through.

Source: developer.laposte.fr, "Suivi v2", table of event codes.
"""

from crossborder.model.tracking import Health, Stage
from crossborder.wire.scans import states

__all__ = ["STATES"]

STATES = states(
    {
        "DR1": Stage.REGISTERED,
        "DR2": (Stage.REGISTERED, Health.ACTION_REQUIRED, "retailer_not_ready"),
        "PC1": Stage.ACCEPTED,
        "PC2": Stage.ACCEPTED,
        "ET1": Stage.LINE_HAUL,
        "ET2": Stage.EXPORT,
        "ET3": Stage.LINE_HAUL,
        "ET4": Stage.LINE_HAUL,
        "EP1": Stage.LAST_MILE,
        "DO1": Stage.IMPORT_CUSTOMS,
        "DO2": Stage.IMPORT_CUSTOMS,
        "DO3": (Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_delay"),
        "ID0": Stage.IMPORT_CUSTOMS,
        "PB1": (Stage.UNKNOWN, Health.ACTION_REQUIRED, "unknown"),
        "PB2": Stage.LINE_HAUL,
        "MD2": Stage.OUT_FOR_DELIVERY,
        "ND1": (Stage.LAST_MILE, Health.FAILED, "unknown"),
        "AG1": Stage.COLLECT,
        "RE1": (Stage.RETURNING, Health.FAILED),
        "DI0": Stage.DELIVERED,
        "DI1": Stage.DELIVERED,
        "DI2": (Stage.RETURNED, Health.FAILED),
        "DI3": (Stage.UNKNOWN, Health.OK, "carrier_delay"),
    }
)
"""The published event codes; the letters name the step and the digit the case.

ET only says "moving" (ET2 in the country it came from); PB2, a problem that was solved, says that
it moves again. DI2 is a delivery to the sender: the end of the way back that RE1 begins.
"""
