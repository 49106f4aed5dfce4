from datetime import datetime, timedelta

import pytest
from hypothesis import given

from crossborder.errors import InvalidValue
from crossborder.model.time import Window
from crossborder.testing.strategies import durations, moments, windows


@given(windows(), moments())
def test_a_window_holds_what_lies_between_its_ends(window: Window, moment: datetime) -> None:
    assert window.earliest in window
    assert window.latest in window
    assert (moment in window) == (window.earliest <= moment <= window.latest)


@given(moments(), durations())
def test_a_window_never_ends_before_it_begins(start: datetime, length: timedelta) -> None:
    if length:
        with pytest.raises(InvalidValue, match="is before the earliest time") as caught:
            Window(start + length, start)
        assert (caught.value.field, caught.value.value) == ("latest", start.isoformat())
    else:
        assert Window(start, start).latest == start
