"""Whatever a supplier's answer says, the demo ends with its promises kept, or names the field."""

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crossborder.demo.__main__ as command
from crossborder.demo.world import sample_offer
from crossborder.wire.text import write_json
from where import contracts_root  # type: ignore[import-not-found,unused-ignore]

OWN = sample_offer()["result"]["result"]
REAL = "china/1688/real_query_product_detail_trimmed.json"


def _run(payload: Any, path: Path) -> tuple[int, dict[str, bool], str]:
    """Exit code, promises and complaint of the demo on a payload."""
    path.write_bytes(write_json(payload).encode("utf-8", "surrogatepass"))
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = command.main(["--json", "--offer", str(path)])
    promises = json.loads(out.getvalue())["invariants"] if code == 0 else {}
    return code, promises, err.getvalue()


def _survives(payload: Any, path: Path) -> int:
    code, promises, complaint = _run(payload, path)
    if code == 0:
        assert set(promises.values()) == {True}
    else:
        assert code == 2
        assert complaint.startswith("the offer cannot be read: alibaba1688.")
    return code


def _paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value inside stands."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in items:
            yield (*at, key)
            yield from _paths(inner, (*at, key))


def _changed(payload: Any, path: tuple[Any, ...], how: Callable[[Any, Any], None]) -> Any:
    copied = deepcopy(payload)
    inside = copied
    for key in path[:-1]:
        inside = inside[key]
    how(inside, path[-1])
    return copied


def _drop(inside: Any, key: Any) -> None:
    del inside[key]


ODD: list[Any] = [
    None,
    "",
    " ",
    0,
    -1,
    1,
    99999,
    Decimal("0.001"),
    Decimal("1e9"),
    "3.50",
    "价格",
    "Nike replica",
    True,
    False,
    [],
    {},
    [None],
    ["x"],
    {"a": 1},
]


@st.composite
def mutated(draw: st.DrawFn, payload: Any) -> Any:
    """The payload with one to three fields dropped, emptied or altered."""
    changed = payload
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(_paths(changed))))
        if draw(st.booleans()):
            changed = _changed(changed, path, _drop)
        else:
            value = draw(st.sampled_from(ODD))
            changed = _changed(changed, path, lambda inside, key: inside.__setitem__(key, value))  # noqa: B023
    return changed


def _with(payload: Any, **changes: Any) -> Any:
    """The payload with fields set, `a__b` being `b` inside `a`; a callable alters in place."""
    copied = deepcopy(payload)
    for name, value in changes.items():
        *parts, last = name.split("__")
        inside = copied
        for part in parts:
            inside = inside.setdefault(part, {})
        inside[last] = value
    return copied


def _skus(payload: Any, **changes: Any) -> list[Any]:
    return [{**sku, **changes} for sku in payload["productSkuInfos"]]


CASES: dict[str, Callable[[Any], Any]] = {
    "quoted by the offer": lambda p: _with(p, productSaleInfo__quoteType=0),
    "quoted by the SKU": lambda p: _with(
        p,
        productSaleInfo__quoteType=1,
        productSaleInfo__priceRangeList=[],
        productSkuInfos=_skus(p, price="21.50"),
    ),
    "quoted by tiers": lambda p: _with(p, productSaleInfo__quoteType=2),
    "no SKUs": lambda p: _with(p, productSkuInfos=[]),
    "not one by one, and a minimum of ten": lambda p: _with(
        p, minOrderQuantity=10, tagInfoList=[], productSkuInfos=_skus(p, price="21.50")
    ),
    "in boxes of seven": lambda p: _with(p, batchNumber=7, minOrderQuantity=7, tagInfoList=[]),
    "a minimum of a thousand": lambda p: _with(p, minOrderQuantity=1000, tagInfoList=[]),
    "sold out": lambda p: _with(
        p, productSkuInfos=_skus(p, amountOnSale=0), productSaleInfo__amountOnSale=0
    ),
    "one of two sold out": lambda p: _with(
        p,
        productSkuInfos=[
            {**p["productSkuInfos"][0], "amountOnSale": 0},
            *p["productSkuInfos"][1:],
        ],
    ),
    "uncounted": lambda p: _with(p, productSkuInfos=_skus(p, amountOnSale=99999)),
    "one left": lambda p: _with(p, productSkuInfos=_skus(p, amountOnSale=1)),
    "unpublished": lambda p: _with(p, status="member expired"),
    "no status": lambda p: _with(p, status=None),
    "no prices at all": lambda p: _with(
        p,
        productSaleInfo__priceRangeList=[],
        productSkuInfos=_skus(p, price=None, consignPrice=None),
    ),
    "very dear": lambda p: _with(p, productSkuInfos=_skus(p, price="90000", consignPrice="90000")),
    "a title of noise": lambda p: _with(p, subject="现货批发 一件代发", subjectTrans=""),
    "an endless title": lambda p: _with(p, subjectTrans="cubes " * 200),
    "a brand": lambda p: _with(p, subjectTrans="Adidas cubes"),
}


@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_offer_ends_well(case: str, tmp_path: Path) -> None:
    assert _survives(CASES[case](OWN), tmp_path / "offer.json") == 0


@given(mutated(OWN))
def test_no_alteration_of_our_sample_breaks_the_demo(
    tmp_path_factory: pytest.TempPathFactory, payload: Any
) -> None:
    _survives(payload, tmp_path_factory.getbasetemp() / "offer.json")


@pytest.fixture(scope="module")
def real() -> Any:
    """A product's detail as 1688 answered it."""
    text = (contracts_root() / REAL).read_text("utf-8")
    return json.loads(text, parse_float=Decimal)


@pytest.mark.contracts
def test_a_real_answer_goes_through_all_stages(real: Any, tmp_path: Path) -> None:
    for payload in (real, {"result": real}, {"result": {"result": real, "success": True}}):
        assert _survives(payload, tmp_path / "offer.json") == 0


@pytest.mark.contracts
@pytest.mark.parametrize("case", CASES)
def test_every_kind_of_real_offer_ends_well(case: str, real: Any, tmp_path: Path) -> None:
    assert _survives(CASES[case](real), tmp_path / "offer.json") == 0


@pytest.mark.contracts
@given(data=st.data())
def test_no_alteration_of_a_real_answer_breaks_the_demo(
    data: st.DataObject, real: Any, tmp_path_factory: pytest.TempPathFactory
) -> None:
    _survives(data.draw(mutated(real)), tmp_path_factory.getbasetemp() / "real.json")
