"""Weights in grams and sizes in millimetres: whole numbers, with the stated text beside them."""

from decimal import ROUND_CEILING, Decimal
from functools import total_ordering

from attrs import field, frozen

from crossborder.model.check import checked, decimal, refuse

__all__ = ["Size", "Weight"]

_GRAMS = {
    "kg": Decimal(1000),
    "g": Decimal(1),
    "lb": Decimal("453.59237"),
    "oz": Decimal("28.349523125"),
}
_MILLIMETRES = {"cm": Decimal(10), "mm": Decimal(1), "m": Decimal(1000), "inch": Decimal("25.4")}


def _whole(kind: str, unit: str, value: str | int | Decimal, factor: Decimal) -> int:
    number = decimal(value)
    if not isinstance(number, Decimal) or not number.is_finite() or number < 0:
        raise refuse(kind, unit, value, "must be a number that is not negative (no float)")
    return int((number * factor).to_integral_value(ROUND_CEILING))


@total_ordering
@frozen(field_transformer=checked, eq=False, repr=False)
class Weight:
    """A weight in whole grams, rounded up from what was stated.

    Attributes:
        grams: whole grams.
        stated: the text it was read from, such as `0.0125 kg`, kept for disputes.

    >>> Weight.kg("0.0125")
    Weight.kg('0.0125')
    >>> Weight.kg("0.0125").grams
    13
    """

    grams: int
    stated: str | None = None

    @classmethod
    def of(cls, value: str | int | Decimal, unit: str) -> "Weight":
        """From a number and its unit: kg, g, lb or oz."""
        factor = _GRAMS.get(unit)
        if factor is None:
            raise refuse(cls(0), "unit", unit, "must be kg, g, lb or oz")
        return cls(_whole("Weight", unit, value, factor), f"{value} {unit}")

    @classmethod
    def kg(cls, value: str | int | Decimal) -> "Weight":
        """From kilograms."""
        return cls.of(value, "kg")

    @classmethod
    def g(cls, value: str | int | Decimal) -> "Weight":
        """From grams."""
        return cls.of(value, "g")

    @classmethod
    def lb(cls, value: str | int | Decimal) -> "Weight":
        """From pounds."""
        return cls.of(value, "lb")

    @classmethod
    def oz(cls, value: str | int | Decimal) -> "Weight":
        """From ounces."""
        return cls.of(value, "oz")

    @property
    def in_kg(self) -> Decimal:
        """Kilograms, exactly."""
        return Decimal(self.grams).scaleb(-3)

    def __add__(self, other: "Weight") -> "Weight":
        return Weight(self.grams + other.grams)

    def __mul__(self, count: int) -> "Weight":
        return Weight(self.grams * count)

    def __eq__(self, other: object) -> bool:
        return self.grams == other.grams if isinstance(other, Weight) else NotImplemented

    def __lt__(self, other: "Weight") -> bool:
        return self.grams < other.grams

    def __hash__(self) -> int:
        return hash(self.grams)

    def __str__(self) -> str:
        return f"{self.in_kg.normalize():f} kg"

    def __repr__(self) -> str:
        if self.stated:
            value, _, unit = self.stated.partition(" ")
            if unit in _GRAMS and _whole("Weight", unit, value, _GRAMS[unit]) == self.grams:
                return f"Weight.{unit}('{value}')"
        return f"Weight({self.grams})"


@frozen(field_transformer=checked, repr=False)
class Size:
    """A box in whole millimetres, rounded up from what was stated.

    Attributes:
        length: the longest side by custom, in mm.
        width: in mm.
        height: in mm.
        stated: the text it was read from.

    >>> Size.cm(40, 30, 20).volumetric(6000)
    Weight.kg('4')
    """

    length: int
    width: int
    height: int
    stated: str | None = field(default=None, eq=False)

    @classmethod
    def of(
        cls,
        length: str | int | Decimal,
        width: str | int | Decimal,
        height: str | int | Decimal,
        unit: str,
    ) -> "Size":
        """From three numbers and their unit: cm, mm, m or inch."""
        factor = _MILLIMETRES.get(unit)
        if factor is None:
            raise refuse(cls(0, 0, 0), "unit", unit, "must be cm, mm, m or inch")
        return cls(
            _whole("Size", unit, length, factor),
            _whole("Size", unit, width, factor),
            _whole("Size", unit, height, factor),
            f"{length}x{width}x{height} {unit}",
        )

    @classmethod
    def cm(
        cls, length: str | int | Decimal, width: str | int | Decimal, height: str | int | Decimal
    ) -> "Size":
        """From centimetres."""
        return cls.of(length, width, height, "cm")

    @classmethod
    def mm(cls, length: int, width: int, height: int) -> "Size":
        """From millimetres."""
        return cls(length, width, height)

    def volumetric(self, divisor: int) -> Weight:
        """The volumetric weight (抛重): cubic centimetres over the divisor, in kg, rounded up.

        Carriers state the divisor: 5000 for express, 6000 for air, 8000 or none on some lines.
        """
        if divisor <= 0:
            raise refuse(self, "divisor", divisor, "must be above zero")
        kilograms = Decimal(self.length * self.width * self.height) / 1000 / divisor
        exact = kilograms.normalize()
        return Weight.kg(f"{exact:f}")

    def __repr__(self) -> str:
        return f"Size({self.length}, {self.width}, {self.height})"
