"""A vendor conversation as a value: written once, run by `Client` or `AsyncClient`.

An adapter's method is a generator that takes typed steps with `yield from`; `@flow` makes it a
`Flow`, a value that a client runs, a test plays, and another flow takes as a step.
"""

from crossborder.conversation.desk import Credentials, Desk, Renewable, Token
from crossborder.conversation.exchange import Lost, NotSent, Reply, Request, Transport, segment
from crossborder.conversation.failure import failure, may_repeat, outcome_unknown, reads
from crossborder.conversation.flow import Flow, Page, flow, settled, under
from crossborder.conversation.steps import (
    Both,
    Call,
    Note,
    Step,
    Steps,
    Work,
    as_of,
    both,
    noted,
    recalled,
    work,
)
from crossborder.conversation.verdict import (
    Broken,
    Budget,
    Busy,
    Expired,
    Ok,
    Rejected,
    Verdict,
    read_status,
    retry_after,
)

__all__ = [
    "Both",
    "Broken",
    "Budget",
    "Busy",
    "Call",
    "Credentials",
    "Desk",
    "Expired",
    "Flow",
    "Lost",
    "NotSent",
    "Note",
    "Ok",
    "Page",
    "Rejected",
    "Renewable",
    "Reply",
    "Request",
    "Step",
    "Steps",
    "Token",
    "Transport",
    "Verdict",
    "Work",
    "as_of",
    "both",
    "failure",
    "flow",
    "may_repeat",
    "noted",
    "outcome_unknown",
    "read_status",
    "reads",
    "recalled",
    "retry_after",
    "segment",
    "settled",
    "under",
    "work",
]
