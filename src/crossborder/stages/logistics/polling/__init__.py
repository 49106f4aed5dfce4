"""Which parcels to ask for now, when the calls for it are counted.

A vendor takes so many calls in a time, so many numbers in a call, and may take a credit for each.
So the numbers go first of which an answer is worth most: those never asked for, those at the door
or late or overdue, those of which something new is likely by now.
"""

from crossborder.stages.logistics.polling.followed import Followed, follow
from crossborder.stages.logistics.polling.poll import PollPlan, poll, worth
from crossborder.stages.logistics.polling.rules import PollBudget, PollRules

__all__ = ["Followed", "PollBudget", "PollPlan", "PollRules", "follow", "poll", "worth"]
