"""Whole numbers where a fraction is expected."""

__all__ = ["as_float"]


def as_float(value: object) -> object:
    """A whole number as a float, so that an int given for one is no slip; anything else as it is.

    >>> as_float(7), as_float(True), as_float("7")
    (7.0, True, '7')
    """
    return float(value) if type(value) is int else value
