"""Setting quantities: batches of 250, all or nothing each, with the refused ones left out.

Shopify applies a batch only as a whole, so a stale level would stop 249 sound ones. Those are
sent again without it, under a step name of their own.
"""

from collections.abc import Mapping, Sequence

from attrs import evolve

from crossborder.adapters.shopify import calls
from crossborder.adapters.shopify.asking import ask, write
from crossborder.adapters.shopify.rules import BATCH, SOURCE
from crossborder.adapters.shopify.shapes.base import problems
from crossborder.conversation import Desk, Steps
from crossborder.errors import OutcomeUnknown
from crossborder.model.extra import Extra
from crossborder.model.listing import Listing
from crossborder.model.outcome import Done, Outcome, Problem, Refused
from crossborder.protocols.inventory import StockLevel
from crossborder.wire.payload import Payload

__all__ = ["set_levels"]

_FAILED_BEFORE = "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"
# New keys tried for one batch after the vendor said that the attempt of an old key had failed.
_KEYS = 3

Outcomes = dict[int, Outcome[StockLevel]]


def set_levels(
    desk: Desk, listing: Listing, levels: Sequence[StockLevel], *, location: str
) -> Steps[tuple[Outcome[StockLevel], ...]]:
    """Set the quantities at one location; one outcome a level, in order."""
    outcomes: Outcomes = {}
    items: dict[int, str] = {}
    for place, level in enumerate(levels):
        refs = listing.variant_refs.get(level.sku_id)
        if isinstance(refs, Mapping) and refs.get("inventory_item"):
            items[place] = refs["inventory_item"]
        else:
            text = f"{level.sku_id} is not among the listing's variants"
            outcomes[place] = Refused((Problem("unknown_sku", text, f"levels.{place}.sku_id"),))
    places = list(items)
    for number, start in enumerate(range(0, len(places), BATCH), 1):
        batch = {place: items[place] for place in places[start : start + BATCH]}
        yield from _batch(desk, levels, batch, outcomes, location=location, name=f"stock/{number}")
    return tuple(outcomes[place] for place in range(len(levels)))


def _batch(
    desk: Desk,
    levels: Sequence[StockLevel],
    items: Mapping[int, str],
    outcomes: Outcomes,
    *,
    location: str,
    name: str,
) -> Steps[None]:
    left, attempt, keys = list(items), 1, 1
    while left:
        variables = calls.stock(
            [levels[place] for place in left], [items[place] for place in left], location=location
        )
        step = name if attempt == 1 else f"{name}/{attempt}"
        attempt += 1
        try:
            # The key makes a repeat harmless: the vendor answers it with the first result.
            data = yield from write(desk, "inventory.set", variables, step=step, keyed=calls.keyed)
        except OutcomeUnknown as unknown:
            if unknown.fresh:
                raise
            # An earlier run began it, too long ago for its key. Setting a quantity again does
            # no harm, and `was` tells whether it had arrived.
            continue
        payload = data.one("inventorySetQuantities")
        refused = problems(payload)
        if keys < _KEYS and any(problem.raw == _FAILED_BEFORE for problem in refused):
            keys += 1
            continue
        done = payload.maybe_one("inventoryAdjustmentGroup") is not None
        left = _settle(levels, left, refused, outcomes, done=done)
    stale = [
        place
        for place in items
        if isinstance(found := outcomes[place], Refused) and "stale" in found.codes
    ]
    if stale:
        yield from _tell_actual(desk, items, stale, outcomes, location=location)


def _settle(
    levels: Sequence[StockLevel],
    sent: Sequence[int],
    refused: tuple[Problem, ...],
    outcomes: Outcomes,
    *,
    done: bool,
) -> list[int]:
    """Note what came of the levels sent; the result is what must be sent again."""
    single: dict[int, list[Problem]] = {}
    common: list[Problem] = []
    for problem in refused:
        place = _place(problem.field, len(sent))
        if place is None:
            common.append(problem)
        else:
            single.setdefault(sent[place], []).append(problem)
    for place, found in single.items():
        outcomes[place] = Refused(tuple(found))
    rest = [place for place in sent if place not in single]
    if refused and not common and not done:
        return rest
    for place in rest:
        outcomes[place] = Refused(tuple(common)) if common else Done(levels[place])
    return []


def _place(field: str, count: int) -> int | None:
    """Which of the quantities an error is about: `input.quantities.3.…` is the fourth."""
    parts = field.split(".")
    if "quantities" in parts[:-1]:
        number = parts[parts.index("quantities") + 1]
        if number.isascii() and number.isdigit() and int(number) < count:
            return int(number)
    return None


def _tell_actual(
    desk: Desk,
    items: Mapping[int, str],
    stale: Sequence[int],
    outcomes: Outcomes,
    *,
    location: str,
) -> Steps[None]:
    """Put what stands there beside each stale level."""
    asked = {"items": [items[place] for place in stale], "location": location}
    data = yield from ask(desk, "inventory.read", asked)
    standing: dict[str, int] = {}
    # An item that is gone stands as null in its place.
    for item in filter(None, data.raw("nodes") or ()):
        node = Payload(item, source=SOURCE, at="data.nodes")
        level = node.maybe_one("inventoryLevel")
        for quantity in level.each("quantities") if level is not None else ():
            standing[node.text("id")] = quantity.integer("quantity")
    for place in stale:
        outcome = outcomes[place]
        if isinstance(outcome, Refused) and items[place] in standing:
            facts = Extra({"actual": standing[items[place]]})
            outcomes[place] = Refused(
                tuple(
                    evolve(problem, extra=facts) if problem.code == "stale" else problem
                    for problem in outcome.problems
                )
            )
