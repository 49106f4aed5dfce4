"""How long an order to a supplier takes, and whether it will be late, as learnt order by order."""

from crossborder.predict.lead.late import LateOdds
from crossborder.predict.lead.ledger import Coverage, Kept
from crossborder.predict.lead.settings import LeadSettings
from crossborder.predict.lead.state import LeadState
from crossborder.predict.lead.times import LeadTimes

__all__ = ["Coverage", "Kept", "LateOdds", "LeadSettings", "LeadState", "LeadTimes"]
