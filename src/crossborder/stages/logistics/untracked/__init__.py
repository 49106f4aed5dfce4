"""Ordinary mail (平邮): no scans, so only time speaks: expected, overdue, presumed lost.

Silence is never taken for a delivery. That a letter has arrived is known from its buyer or from a
carrier, or not at all.
"""

from crossborder.stages.logistics.untracked.judged import untracked
from crossborder.stages.logistics.untracked.mail import (
    MailLimits,
    MailProposal,
    MailState,
    MailWord,
    UntrackedMail,
)

__all__ = ["MailLimits", "MailProposal", "MailState", "MailWord", "UntrackedMail", "untracked"]
