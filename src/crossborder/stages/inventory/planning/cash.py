"""Which of many proposals to place when the cash does not pay for all."""

from decimal import ROUND_CEILING, Context, Decimal

from attrs import frozen

from crossborder.errors import InvalidValue
from crossborder.model.check import checked
from crossborder.model.decision import Decision, Reason, decides
from crossborder.model.extra import Extra
from crossborder.model.money import Money, total
from crossborder.stages.inventory.planning.item import ReorderProposal

__all__ = ["CashPlan", "within_cash"]

_UP = Context(prec=28, rounding=ROUND_CEILING)


@frozen(field_transformer=checked)
class CashPlan:
    """What the cash is spent on.

    Attributes:
        chosen: the proposals to place, in the order given.
        left: the others that ask for pieces, in the order given.
        spent: by `chosen`.
        benefit: of `chosen`, in expected money saved.
        bound: no choice within the cash has a higher benefit; `benefit` is at least half of it.
    """

    chosen: tuple[ReorderProposal, ...]
    left: tuple[ReorderProposal, ...]
    spent: Money
    benefit: Money
    bound: Money


def _figures(proposals: tuple[ReorderProposal, ...], cap: Money) -> list[tuple[Decimal, Decimal]]:
    """Cost and benefit of each."""
    read = []
    for i, proposal in enumerate(proposals):
        cost, benefit = proposal.cost, proposal.benefit
        if cost is None or benefit is None:
            said = "must be known to choose by it"
            field = f"proposals.{i}.{'cost' if cost is None else 'benefit'}"
            raise InvalidValue(said, field=field, value=None, source="within_cash")
        total((cost, benefit), cap.currency)
        read.append((cost.amount, benefit.amount))
    return read


@decides("inventory.within_cash", 1)
def within_cash(proposals: tuple[ReorderProposal, ...], *, cap: Money) -> Decision[CashPlan]:
    """The proposals that save most within the cash: whole proposals, dearest saving first.

    They are taken by benefit per money; what no longer fits is passed over. When a single one is
    worth more than all these, it is taken instead and the rest filled up. The bound is what could
    be saved if the first that did not fit could be placed in part (Dantzig 1957), so that the
    choice is proven to reach at least half of the best, and in practice how much of it is shown.
    Proposals that cost more than the whole cash, or ask for nothing, count for nothing.

    Raises:
        InvalidValue: a negative cap, or a proposal whose cost or benefit is not known.
        CurrencyMismatch: a proposal in another currency than the cap.
    """
    if cap.amount < 0:
        raise InvalidValue("must not be negative", field="cap", value=cap, source="within_cash")
    asking = tuple(proposal for proposal in proposals if proposal.quantity)
    read = _figures(asking, cap)
    fits = [i for i, (cost, benefit) in enumerate(read) if cost <= cap.amount and benefit > 0]
    free = [i for i in fits if not read[i][0]]
    paid = sorted((i for i in fits if read[i][0]), key=lambda i: (-read[i][1] / read[i][0], i))
    chosen = _taken(free + paid, read, cap.amount)
    best = max(paid, key=lambda i: (read[i][1], -i), default=None)
    if best is not None:
        instead = _taken([*free, best, *(i for i in paid if i != best)], read, cap.amount)
        if _sum(instead, read, 1) > _sum(chosen, read, 1):
            chosen = instead
    plan = CashPlan(
        tuple(asking[i] for i in sorted(chosen)),
        tuple(proposal for i, proposal in enumerate(asking) if i not in chosen),
        Money(_sum(chosen, read, 0), cap.currency),
        Money(_sum(chosen, read, 1), cap.currency),
        Money(_bound(free + paid, read, cap.amount), cap.currency),
    )
    facts = Extra({"placed": len(plan.chosen), "left": len(plan.left), "cap": str(cap.amount)})
    proof = Extra({"benefit": str(plan.benefit.amount), "bound": str(plan.bound.amount)})
    reasons = (
        Reason("by_benefit", "most saved per money first", facts),
        Reason("bound", "no choice saves more than the bound", proof),
    )
    return Decision(plan, reasons=reasons)


def _taken(order: list[int], read: list[tuple[Decimal, Decimal]], cash: Decimal) -> set[int]:
    chosen = set()
    for i in order:
        if read[i][0] <= cash:
            chosen.add(i)
            cash -= read[i][0]
    return chosen


def _sum(chosen: set[int], read: list[tuple[Decimal, Decimal]], place: int) -> Decimal:
    return sum((read[i][place] for i in sorted(chosen)), Decimal(0))


def _bound(order: list[int], read: list[tuple[Decimal, Decimal]], cash: Decimal) -> Decimal:
    bound = Decimal(0)
    for i in order:
        cost, benefit = read[i]
        if cost > cash:
            return _UP.add(bound, _UP.divide(_UP.multiply(benefit, cash), cost))
        bound, cash = bound + benefit, cash - cost
    return bound
