"""What a write comes to: done, refused, or not yet known to be done."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

import attrs
from attrs import frozen

from crossborder.model.check import checked
from crossborder.model.extra import Extra

if TYPE_CHECKING:
    from crossborder.conversation import Flow

__all__ = ["Done", "Outcome", "Pending", "Problem", "Refused"]

T = TypeVar("T")


@frozen(field_transformer=checked)
class Problem:
    """One reason of a refusal.

    Attributes:
        code: ours where we know one, such as `declined`, else the vendor's.
        text: for people.
        field: the path of the field it is about, or empty.
        severity: error or warning.
        raw: the vendor's own code.
        extra: what the vendor said beyond this.
    """

    code: str
    text: str = ""
    field: str = ""
    severity: str = "error"
    raw: str = ""
    extra: Extra = attrs.field(factory=Extra)


@frozen
class Done(Generic[T]):
    """The vendor did it.

    Attributes:
        value: what stands there now.
        problems: warnings that came with it.
    """

    value: T
    problems: tuple[Problem, ...] = ()


@frozen
class Refused:
    """The vendor did not do it, and says why; sending the same again changes nothing."""

    problems: tuple[Problem, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the problems, in order."""
        return tuple(problem.code for problem in self.problems)


@frozen
class Pending(Generic[T]):
    """The vendor took it and has not finished.

    Attributes:
        value: what is known so far.
        ask: a flow that asks again and ends in an outcome of the same kind.
    """

    value: T
    ask: "Flow[Any]"

    def __attrs_post_init__(self) -> None:
        self.ask.keep()


Outcome = Done[T] | Refused | Pending[T]
