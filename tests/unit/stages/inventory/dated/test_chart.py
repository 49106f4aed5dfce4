import re
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import pairwise
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from crossborder.errors import MissingExtra
from crossborder.model.ids import SkuId, WarehouseId
from crossborder.stages.inventory.dated import Incoming, PlannedDemand, Position, Profile, profile
from crossborder.stages.inventory.dated.chart import projected_stock_chart

NOW = datetime(2026, 11, 2, tzinfo=UTC)
DAY = timedelta(days=1)
HOME = WarehouseId("w1")
SVG = "{http://www.w3.org/2000/svg}"


def made(sku: str = "s1", now: datetime = NOW) -> Profile:
    incoming = Incoming(
        "p1", SkuId(sku), HOME, 20, now + 3 * DAY, now + 5 * DAY, now + 9 * DAY, Decimal("0.95")
    )
    planned = (PlannedDemand("sale", 15, now + 6 * DAY),)
    return profile(Position(SkuId(sku), 10, incoming=(incoming,), planned=planned), now=now)


def test_a_chart_without_its_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtra, match=r"crossborder\[plot\]") as caught:
        projected_stock_chart(made())
    assert caught.value.name == "plot"


def test_the_chart_is_svg_with_a_band_and_two_stepped_lines() -> None:
    pytest.importorskip("matplotlib")
    file = StringIO()
    text = projected_stock_chart(made(), file)
    assert file.getvalue() == text
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    for words in ("expected", "to promise", "low to high", "pieces"):
        assert f"<!-- {words} -->" in text
    groups = {group.get("id", ""): group for group in root.iter(f"{SVG}g")}
    assert "risk" in groups
    shown = made().steps
    lines = {"expected": [s.expected for s in shown], "to-promise": [s.available for s in shown]}
    for name, values in lines.items():
        path = groups[name].find(f"{SVG}path")
        assert path is not None
        points = re.findall(r"[ML] (\S+) (\S+)", path.get("d", ""))
        # A step goes across or up, never both at once.
        assert all(one[0] == two[0] or one[1] == two[1] for one, two in pairwise(points))
        heights = [float(y) for _, y in points]
        assert len(set(heights)) == len(set(values))
        assert (heights[0] > heights[-1]) == (values[0] < values[-1])


def test_any_sku_any_zone_and_a_profile_of_one_step_can_be_drawn() -> None:
    pytest.importorskip("matplotlib")
    title = "连衣裙 <红> $x_$ & Co"
    shanghai = NOW.astimezone(ZoneInfo("Asia/Shanghai"))
    root = ElementTree.fromstring(projected_stock_chart(made(title, shanghai)))
    found = [item.text for item in root.iter("{http://purl.org/dc/elements/1.1/}title")]
    assert title in found
    still = profile(Position(SkuId("s1"), 0), now=NOW)
    assert projected_stock_chart(still).startswith("<?xml")


def test_drawing_leaves_no_state_behind() -> None:
    pytest.importorskip("matplotlib")
    before = "matplotlib.pyplot" in sys.modules
    projected_stock_chart(made())
    assert ("matplotlib.pyplot" in sys.modules) == before
