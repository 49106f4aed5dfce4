"""What one unit costs where it is sold from, part by part."""

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.model.money import Money, total

__all__ = ["CostPart", "LandedCost"]


@frozen(field_transformer=checked)
class CostPart:
    """One named part of a cost: goods, domestic_freight, agent_fee, international_freight, duty,
    packing, fx or residue.
    """

    kind: str
    money: Money


@frozen(field_transformer=checked)
class LandedCost:
    """What one unit costs where it is sold from; the parts add up to it exactly.

    >>> cost = LandedCost((CostPart("goods", Money("13.9", "CNY")),
    ...                    CostPart("domestic_freight", Money("0.40", "CNY"))))
    >>> cost.total
    Money('14.30', 'CNY')
    """

    parts: tuple[CostPart, ...]

    def __attrs_post_init__(self) -> None:
        if not self.parts:
            raise refuse(self, "parts", self.parts, "must hold at least one part")
        currencies = {part.money.currency for part in self.parts}
        if len(currencies) > 1:
            raise refuse(self, "parts", sorted(currencies), "must be of one currency")

    def _repr_html_(self) -> str:
        from crossborder.display import html_table

        rows = [(part.kind, part.money) for part in self.parts]
        return html_table(("part", "money"), [*rows, ("total", self.total)])

    @property
    def total(self) -> Money:
        """The sum of the parts."""
        return total((part.money for part in self.parts), self.parts[0].money.currency)
