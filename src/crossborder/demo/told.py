"""What the demo tells of each stage, and the promises it checks on the way."""

from typing import Any

from attrs import frozen

from crossborder.demo.walk import Story
from crossborder.demo.world import World
from crossborder.model.decision import Decision
from crossborder.model.ledger import PaymentState
from crossborder.model.outcome import Done, Outcome, Refused
from crossborder.model.tracking import Stage
from crossborder.replay import replay, to_record

__all__ = ["STAGES", "StageTold", "invariants", "told"]

STAGES = {
    1: "sourcing",
    2: "inventory",
    3: "platforms",
    4: "listing",
    5: "payment",
    6: "promotion",
    7: "operations",
    8: "orders",
    9: "logistics",
    10: "service",
}


@frozen
class StageTold:
    """One stage of the walk.

    Attributes:
        number: from 1 to 10.
        name: of the stage.
        came_in: what it was given.
        decided: what it decided, one line a decision.
        reasons: why, one line a reason.
        went_out: what came of it.
    """

    number: int
    name: str
    came_in: tuple[str, ...]
    decided: tuple[str, ...]
    reasons: tuple[str, ...]
    went_out: tuple[str, ...]


def decisions(story: Story) -> list[tuple[int, Decision[Any]]]:
    """Every decision of the walk with its stage, in order."""
    parts = (
        story.entered,
        story.published,
        story.collected,
        story.bought,
        story.sent,
        story.tracked,
        story.served,
    )
    return [item for part in parts if part is not None for item in part.decisions]


def told(story: Story, world: World) -> tuple[StageTold, ...]:
    """The ten stages of a walk, those not reached included."""
    made = decisions(story)
    came_in, went_out = _came_in(story, world), _went_out(story)
    stages = []
    for number, name in STAGES.items():
        mine = [decision for stage, decision in made if stage == number]
        decided = dict.fromkeys(f"{item.rule}: {_short(item.value)}" for item in mine)
        reasons = dict.fromkeys(
            f"{item.rule}: {reason.code}" + (f" ({reason.text})" if reason.text else "")
            for item in mine
            for reason in item.reasons
        )
        stages.append(
            StageTold(
                number,
                name,
                tuple(came_in.get(number, ())),
                tuple(decided) or ("nothing: the walk ended before this stage",),
                tuple(reasons),
                tuple(went_out.get(number, ())) or ("nothing",),
            )
        )
    return tuple(stages)


def _short(value: Any) -> str:
    text = value.id if hasattr(value, "id") and not isinstance(value, type) else value
    shown = f"{type(value).__name__} {text}" if text is not value else repr(value)
    return shown if len(shown) <= 160 else shown[:157] + "…"


def _came_in(story: Story, world: World) -> dict[int, list[str]]:
    offer, product = world.sourced.offer, world.sourced.product
    came: dict[int, list[str]] = {
        1: [
            f"offer {offer.ref}: {product.title}",
            f"{len(product.skus)} SKUs, {len(product.attributes)} attributes, MOQ {offer.moq}",
        ],
        2: [f"available at the supplier: {[line.available for line in offer.lines][:6]}"],
        3: [f"platforms: {', '.join(item.name for item in world.terms.platforms)}"],
    }
    if story.published is not None and story.published.draft is not None:
        came[4] = [f"product {story.published.draft.product_id}, last listing: none"]
    if story.order is not None:
        order = story.order
        came[5] = [f"order {order.number}: {order.total} to pay, from {world.country}"]
        came[6] = [f"{len(order.touches)} touches before the order"]
        came[7] = [f"a buyer who has spent {world.spent} with us"]
        came[8] = [f"order {order.number}, payment reported as {world.financial}"]
    if story.sent is not None:
        came[9] = ["a parcel to send, then the carrier's scans"]
    if story.served is not None:
        came[10] = [item.asked.text for item in story.served.tickets if item.asked is not None]
    return came


def _went_out(story: Story) -> dict[int, list[str]]:
    out: dict[int, list[str]] = {}
    if story.entered is not None:
        entered = story.entered
        out[1] = [f"review: {entered.review.verdict.value}", f"title: {entered.product.title}"]
    published = story.published
    if published is not None:
        out[2] = [
            f"virtual stock {item.sellable} of {item.sku_id}, order by {item.order_by:%Y-%m-%d %H:%M}"
            for item in published.stock[:3]
        ]
        out[3] = [f"publish on: {published.platform.name}"] if published.platform else []
        out[4] = [f"listing: {_outcome(published.outcome)}"]
        if published.draft is not None:
            out[4].append(f"price {published.draft.variants[0].price}")
        out[6] = [f"{len(published.feed)} feed items, {len(published.json_ld)} JSON-LD objects"]
    if story.collected is not None:
        collected = story.collected
        state = collected.order.status.payment
        out[5] = [f"payment: {_outcome(collected.outcome)}", f"state: {state and state.value}"]
        if collected.commission is not None:
            out.setdefault(6, []).append(f"commission accrued: {collected.commission.amount}")
    if story.bought is not None:
        out[8] = [f"purchase: {_outcome(item)}" for item in story.bought.outcomes]
        out[8] += [f"uncovered: {line}" for line in story.bought.plan.uncovered]
    if story.sent is not None:
        out[9] = [f"parcel: {_outcome(story.sent.outcome)}"]
        if story.sent.line is not None:
            out[9].append(f"line: {story.sent.line.name}, {story.sent.line.cost}")
    if story.tracked is not None:
        for parcel in story.tracked.shipments:
            out[9].append(f"state: {parcel.state.stage.value}, {parcel.state.health.value}")
            if parcel.expected is not None:
                window = parcel.expected.window
                out[9].append(f"expected {window.earliest:%Y-%m-%d} to {window.latest:%Y-%m-%d}")
        out[9] += [
            f"warning: {item.kind}, slack {item.slack.days} days, {item.proposal}"
            for item in story.tracked.warnings
        ]
        out[9] += [
            f"alarm: {item.kind}, {item.proposal.action}, "
            f"{'unasked' if item.proposal.automatic else 'to be confirmed'}"
            for item in story.tracked.alarms
        ]
    if story.served is not None:
        segments = story.served.segments.values()
        out[7] = [f"segment: {segment.value}" for segment in segments]
        for ticket, sent in zip(story.served.tickets, story.served.sent, strict=True):
            out[10] = [f"queue: {ticket.queue}, ticket {ticket.status.value}"]
            if isinstance(sent, Done):
                out[10].append(f"answered: {sent.value.text}")
    return out


def _outcome(outcome: Outcome[Any]) -> str:
    if isinstance(outcome, Done):
        value = outcome.value
        ref = getattr(value, "number", "") or getattr(value, "ref", "") or getattr(value, "id", "")
        return f"done, {ref}"
    if isinstance(outcome, Refused):
        return f"refused: {', '.join(outcome.codes)}"
    return "pending"


def invariants(story: Story, world: World) -> dict[str, bool]:
    """What must hold however far the walk came, by name."""
    state = world.memory.server.state
    order = story.collected.order if story.collected is not None else None
    ledger = order.ledger if order is not None else None
    bought = story.bought
    return {
        "every raw attribute is kept": story.entered is not None
        and story.entered.product.attributes == world.sourced.product.attributes,
        "nothing is listed without an approved review": state.counted("listing") == 0
        or (story.entered is not None and story.entered.review.verdict.value == "approved"),
        "at most one listing": state.counted("listing") <= 1,
        "the price covers cost and floor": _covered(story, world),
        "never captured more than is due": ledger is None or ledger.captured <= ledger.due,
        "nothing is bought before the money is in": state.counted("purchase") == 0
        or (order is not None and order.status.payment is PaymentState.PAID),
        "one purchase for each supplier in the plan": state.counted("purchase")
        == (len(bought.plan.purchases) if bought is not None else 0),
        "every piece is bought, in stock or named as missing": _conserved(story),
        "at most one capture": state.counted("capture") <= 1,
        "at most one parcel and one dispatch": state.counted("parcel") <= 1
        and state.counted("dispatch") <= state.counted("parcel"),
        "nothing is called delivered without a scan": _honest(story),
        "one answer a question at most": state.counted("message") <= 1,
        "every decision replays to the same result": _replays(story),
    }


def _covered(story: Story, world: World) -> bool:
    published = story.published
    if published is None or published.draft is None:
        return True
    floor = world.terms.floor
    return all(
        variant.price.amount * (1 - floor) >= published.costs[variant.sku_id].total.amount
        for variant in published.draft.variants
    )


def _conserved(story: Story) -> bool:
    bought, collected = story.bought, story.collected
    if bought is None or collected is None:
        return True
    wanted = sum(line.wanted for line in collected.order.lines)
    covered = sum(line.quantity for item in bought.plan.purchases for line in item.lines)
    covered += sum(take.quantity for take in bought.plan.from_stock)
    missing = sum(bought.plan.missing.values())
    return bool(covered + missing == wanted) or not (covered or missing)


def _honest(story: Story) -> bool:
    tracked = story.tracked
    return tracked is None or all(
        parcel.state.stage is not Stage.DELIVERED
        or any(event.stage is Stage.DELIVERED for event in parcel.events)
        for parcel in tracked.shipments
    )


def _replays(story: Story) -> bool:
    return all(
        (again := replay(to_record(decision))).value == decision.value
        and again.reasons == decision.reasons
        for _, decision in decisions(story)
    )
