"""The projected stock as a picture; drawn with matplotlib, from the extra `plot`."""

from datetime import timedelta
from io import StringIO
from typing import TextIO

from crossborder.errors import MissingExtra
from crossborder.stages.inventory.dated.profile import Profile

__all__ = ["projected_stock_chart"]

_SIZE = (8.0, 4.0)
_TAIL = 0.05
"""How far the last step is drawn on, as a share of the whole time."""
_LEAST = timedelta(hours=1)


def projected_stock_chart(profile: Profile, to: TextIO | None = None) -> str:
    """The profile as SVG: the expected stock and the promise as steps, in their band of risk.

    Nothing outside is touched: no window, no state of matplotlib's `pyplot`. The SKU stands in
    the picture's title as data, never drawn, so that any script and any sign will do. The parts
    have the ids `risk`, `expected` and `to-promise`.

    Args:
        profile: from `profile()`.
        to: an open text file to write it to as well, or None.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        said = "a chart needs matplotlib; install it with: pip install 'crossborder[plot]'"
        raise MissingExtra(said, name="plot") from None
    steps = profile.steps
    span = max((steps[-1].at - steps[0].at) * _TAIL, _LEAST)
    times = [*(step.at for step in steps), steps[-1].at + span]
    drawn = [*steps, steps[-1]]
    figure = Figure(figsize=_SIZE, layout="constrained")
    axes = figure.add_subplot()
    low, high = [step.low for step in drawn], [step.high for step in drawn]
    axes.fill_between(
        times,  # type: ignore[arg-type]
        low,
        high,
        step="post",
        alpha=0.2,
        label="low to high",
        gid="risk",
    )
    for label, values, style in (
        ("expected", [step.expected for step in drawn], "-"),
        ("to promise", [step.available for step in drawn], "--"),
    ):
        name = label.replace(" ", "-")
        axes.step(times, values, style, where="post", label=label, gid=name)  # type: ignore[arg-type]
    axes.axhline(0, color="black", linewidth=0.8)
    axes.tick_params(axis="x", labelrotation=30)
    axes.set_ylabel("pieces")
    axes.legend()
    written = StringIO()
    named = {"Title": profile.sku_id, "Date": None}
    figure.savefig(written, format="svg", metadata=named)
    text = written.getvalue()
    if to is not None:
        to.write(text)
    return text
