"""When something happened and when it was known, in days since 1970."""

from datetime import UTC, datetime, timedelta

from crossborder.model.check import aware, refuse

__all__ = ["DAY", "EPOCH", "days_of", "known_by", "known_of"]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def days_of(moment: datetime, name: str) -> float:
    """Days since 1970.

    Raises:
        InvalidValue: no moment.
        NaiveTime: without a zone.
    """
    return (aware(moment, name, "TransitTimes") - EPOCH) / DAY


def known_by(happened: datetime, known_at: datetime, *, now: datetime) -> None:
    """Refuse what is not known yet, or was known before it happened.

    Raises:
        InvalidValue: known after `now`, or before it happened.
        NaiveTime: a time without a zone.
    """
    if days_of(happened, "at") > known_of(known_at, now, "known_at"):
        raise refuse("TransitTimes", "known_at", known_at, "is before it happened")


def known_of(moment: datetime, now: datetime, name: str) -> float:
    """Days since 1970 of a moment that is not after `now`.

    Raises:
        InvalidValue: after `now`.
        NaiveTime: a time without a zone.
    """
    day, today = days_of(moment, name), days_of(now, "now")
    if day > today:
        text = f"is later than now ({now.isoformat()})"
        raise refuse("TransitTimes", name, moment, text)
    return day
