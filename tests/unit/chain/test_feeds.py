"""What shopping sites and search engines are told."""

import csv
import io
import json
import re

from attrs import evolve

from crossborder.chain import merchant_feed, page_data
from crossborder.model.extra import Extra
from crossborder.model.money import Price
from crossborder.stages.promotion import FeedItem

ITEM = FeedItem(
    "s1",
    "Travel cubes",
    "Six light bags",
    "https://shop.test/cubes",
    "https://img.test/1.jpg",
    "in_stock",
    Price("15.29", "USD"),
)


def test_a_feed_has_one_line_an_item_under_named_columns() -> None:
    text = merchant_feed([ITEM, evolve(ITEM, id="s2", gtin="4006381333931", brand="Own")])
    rows = list(csv.DictReader(io.StringIO(text), delimiter="\t"))
    assert [row["id"] for row in rows] == ["s1", "s2"]
    assert rows[0]["price"] == "15.29 USD"
    assert rows[1]["gtin"] == "4006381333931"
    assert not rows[0]["gtin"]


def test_a_feed_cell_cannot_be_a_formula() -> None:
    text = merchant_feed([evolve(ITEM, title="=HYPERLINK(1)")])
    assert "\t=HYPERLINK" not in text
    assert "'=HYPERLINK(1)" in text


def test_a_feed_of_nothing_is_empty() -> None:
    assert merchant_feed([]) == ""


def test_page_data_cannot_close_its_own_script() -> None:
    page = page_data([Extra({"name": "</script><script>alert(1)"}), Extra({"name": "b"})])
    found = re.findall(r"<script[^>]*>(.*?)</script>", page)
    assert [json.loads(item)["name"] for item in found] == ["</script><script>alert(1)", "b"]
