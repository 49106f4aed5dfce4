"""When to worry about a parcel (延误预警), and what to do about it."""

from crossborder.stages.logistics.delay.alarm import Alarm, AlarmOption, alarm
from crossborder.stages.logistics.delay.chance import late_chance
from crossborder.stages.logistics.delay.policy import AlarmPolicy
from crossborder.stages.logistics.delay.warning import DelayWarning, last_seen, warn

__all__ = [
    "Alarm",
    "AlarmOption",
    "AlarmPolicy",
    "DelayWarning",
    "alarm",
    "last_seen",
    "late_chance",
    "warn",
]
