"""A parcel's way and what was expected of it as pictures; drawn with matplotlib (extra `plot`)."""

import re
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING, Any, TextIO

from crossborder.errors import MissingExtra
from crossborder.model.check import aware, refuse
from crossborder.model.shipment import Shipment
from crossborder.model.time import Window
from crossborder.model.tracking import TROUBLE, Expected, Stage
from crossborder.stages.logistics.tracking import moment

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["arrival_chart", "timeline_chart"]

_SIZE = (8.0, 4.0)
_YEARS = range(1900, 2200)
"""Years that can be drawn: an axis that came near the year 1 or 9999 would reach beyond them."""
_UNWRITABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _drawing() -> tuple[Any, "Axes"]:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        said = "a chart needs matplotlib; install it with: pip install 'crossborder[plot]'"
        raise MissingExtra(said, name="plot") from None
    figure = Figure(figsize=_SIZE, layout="constrained")
    return figure, figure.add_subplot()


def _written(figure: Any, title: str, to: TextIO | None) -> str:
    written = StringIO()
    # No XML may hold most control characters, not even escaped.
    shown = _UNWRITABLE.sub("", title)
    figure.savefig(written, format="svg", metadata={"Title": shown, "Date": None})
    text = written.getvalue()
    if to is not None:
        to.write(text)
    return text


def _drawn(*moments: datetime) -> bool:
    return all(at.year in _YEARS for at in moments)


def timeline_chart(shipment: Shipment, to: TextIO | None = None) -> str:
    """A parcel's scans as SVG: how far it was when, with its promise and what is expected.

    Scans whose stage nobody knows are drawn on the stage before them; those that tell of trouble
    have a cross. What lies before 1900 or after 2199, as clocks show that were never set, is left
    out. The number stands in the picture's title as data, never drawn. The parts have the ids
    `way`, `trouble`, `promised` and `expected`.

    Args:
        shipment: with its history; a scan without a zone stands where its local clock puts it.
        to: an open text file to write it to as well, or None.

    Raises:
        InvalidValue: it has no scan with a time.
        MissingExtra: matplotlib is not installed.
    """
    scans = [(moment(event), event) for event in shipment.events]
    scans = [(at, event) for at, event in scans if _drawn(at)]
    if not scans:
        raise refuse("timeline_chart", "shipment", shipment.id, "has no scan with a time")
    figure, axes = _drawing()
    seen: list[Stage] = []
    for _, event in scans:
        known = event.stage if event.stage is not Stage.UNKNOWN or not seen else seen[-1]
        seen.append(known)
    order = [stage for stage in Stage if stage in set(seen)]
    heights = [order.index(stage) for stage in seen]
    times: list[Any] = [at for at, _ in scans]
    axes.step(times, heights, where="post", marker="o", markersize=4, gid="way")
    wrong = [
        (at, height)
        for (at, event), height in zip(scans, heights, strict=True)
        if event.health in TROUBLE
    ]
    if wrong:
        where: list[Any] = [at for at, _ in wrong]
        axes.plot(where, [height for _, height in wrong], "x", color="C3", gid="trouble")
    promised, expected = shipment.promised, shipment.expected
    if promised is not None and _drawn(promised.latest):
        _until(axes, promised.latest, "promised", "C2")
    if expected is not None and not shipment.state.stage.ended:
        window = expected.window
        if _drawn(window.earliest, window.latest):
            _span(axes, window, "expected", "C1")
    axes.set_yticks(range(len(order)), [stage.value.replace("_", " ") for stage in order])
    axes.tick_params(axis="x", labelrotation=30)
    if axes.get_legend_handles_labels()[0]:
        axes.legend()
    return _written(figure, shipment.number, to)


def _until(axes: "Axes", at: Any, label: str, color: str) -> None:
    axes.axvline(at, color=color, linestyle="--", label=label, gid=label)


def _span(axes: "Axes", window: Window, label: str, color: str) -> None:
    first: Any = window.earliest
    last: Any = window.latest
    axes.axvspan(first, last, color=color, alpha=0.25, label=label, gid=label)


def arrival_chart(
    told: Sequence[Expected],
    *,
    promised: Window | None = None,
    arrived: datetime | None = None,
    title: str = "",
    to: TextIO | None = None,
) -> str:
    """What was expected, day by day, as SVG: a fan from the earliest to the latest arrival.

    It narrows as scans come in and moves when there are none. What lies before 1900 or after 2199
    is left out. The parts have the ids `window`, `likely`, `promised` and `arrived`.

    Args:
        told: what was said of one parcel, in the order it was said; at least two.
        promised: what the buyer was told, or None.
        arrived: when it came, or None.
        title: kept in the picture as data, never drawn.
        to: an open text file to write it to as well, or None.

    Raises:
        InvalidValue: fewer than two, or not in order.
        NaiveTime: `arrived` has no zone.
        MissingExtra: matplotlib is not installed.
    """
    told = [
        one for one in told if _drawn(one.as_of, one.likely, one.window.earliest, one.window.latest)
    ]
    times: list[Any] = [one.as_of for one in told]
    if len(times) < 2 or times != sorted(times):
        raise refuse("arrival_chart", "told", len(times), "must be at least two, in order of as_of")
    figure, axes = _drawing()
    earliest: list[Any] = [one.window.earliest for one in told]
    latest: list[Any] = [one.window.latest for one in told]
    likely: list[Any] = [one.likely for one in told]
    axes.fill_between(times, earliest, latest, alpha=0.25, label="window", gid="window")
    axes.plot(times, likely, label="likely", gid="likely")
    lines: list[tuple[str, Any, str]] = []
    if promised is not None:
        lines.append(("promised", promised.latest, "C2"))
    if arrived is not None:
        lines.append(("arrived", aware(arrived, "arrived", "arrival_chart"), "C3"))
    for label, at, color in lines:
        if _drawn(at):
            axes.axhline(at, color=color, linestyle="--", label=label, gid=label)
    axes.yaxis.axis_date()
    axes.tick_params(axis="x", labelrotation=30)
    axes.set_xlabel("said on")
    axes.set_ylabel("arrives on")
    axes.legend()
    return _written(figure, title, to)
