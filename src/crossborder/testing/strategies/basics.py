"""Strategies for money, measures, times, ids and places."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from crossborder.model.ids import Ref
from crossborder.model.measure import Size, Weight
from crossborder.model.money import ExchangeRate, Money, Price
from crossborder.model.place import Address, Place
from crossborder.model.time import Window
from crossborder.testing.strategies.base import (
    amounts,
    built,
    countries,
    currencies,
    durations,
    ids,
    made,
    moments,
    pieces,
)

__all__ = [
    "addresses",
    "exchange_rates",
    "money",
    "places",
    "prices",
    "refs",
    "sizes",
    "weights",
    "windows",
]


@made(Money)
def money(currency: str | None = None) -> SearchStrategy[Money]:
    """Money of any sign, of one currency or of several."""
    return st.builds(Money, amounts(signed=True), st.just(currency) if currency else currencies())


@made(Price)
def prices(currency: str | None = None) -> SearchStrategy[Price]:
    """Prices of one currency or of several."""
    return st.builds(Price, amounts(), st.just(currency) if currency else currencies())


@made(ExchangeRate)
def exchange_rates() -> SearchStrategy[ExchangeRate]:
    """Rates above zero, with a margin below one."""
    rate = st.decimals("0.0001", 1000, places=4)
    margin = st.decimals(0, "0.99", places=2)
    money_codes = {"base": currencies(), "quote": currencies()}
    return built(ExchangeRate, rate=rate, margin=margin, **money_codes)


@made(Weight)
def weights() -> SearchStrategy[Weight]:
    """Weights in grams or read from a stated text."""
    stated = st.builds(Weight.of, amounts(), st.sampled_from(["kg", "g", "lb", "oz"]))
    return st.builds(Weight, pieces()) | stated


@made(Size)
def sizes() -> SearchStrategy[Size]:
    """Boxes in millimetres or read from stated centimetres."""
    side = st.decimals(0, 500, places=1)
    return st.builds(Size, pieces(), pieces(), pieces()) | st.builds(Size.cm, side, side, side)


@made(Window)
def windows() -> SearchStrategy[Window]:
    """Windows that end when they begin or later."""
    return st.builds(lambda start, length: Window(start, start + length), moments(), durations())


@made(Ref)
def refs() -> SearchStrategy[Ref]:
    """Vendors' ids."""
    return st.builds(Ref, st.sampled_from(["alibaba1688", "shopify", "memory"]), ids())


@made(Place)
def places() -> SearchStrategy[Place]:
    """Places as exact or as vague as sources are."""
    return built(Place, country=st.none() | countries())


@made(Address)
def addresses() -> SearchStrategy[Address]:
    """Addresses with tax numbers."""
    numbers = st.dictionaries(st.sampled_from(["IOSS", "EORI", "CPF"]), ids(), max_size=2)
    return built(Address, country=countries(), tax_ids=numbers)
