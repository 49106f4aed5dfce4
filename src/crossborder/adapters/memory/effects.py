"""How the pretend vendor answers, and how it counts what really happened."""

from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.serial import structure, unstructure
from crossborder.wire.dates import instant

__all__ = ["Answer", "Effects", "load_as", "moment", "refused", "show"]


@frozen
class Answer:
    """A status and a JSON body."""

    status: int
    body: Any


class Effects:
    """What every part of the vendor shares: the record of effects."""

    effects: list[tuple[str, str]]

    def happened(self, name: str, id: str) -> None:
        """Note an effect that cannot be taken back."""
        self.effects.append((name, id))

    def counted(self, name: str) -> int:
        """How often it happened."""
        return sum(1 for effect, _ in self.effects if effect == name)


def refused(code: str, text: str = "", *, status: int = 422, field: str = "") -> Answer:
    """A refusal with one problem."""
    problem = {"code": code, "text": text or code, "field": field}
    return Answer(status, {"problems": [problem]})


def show(value: Any) -> Any:
    """A noun as JSON."""
    return unstructure(value)


def load_as(data: Any, kind: type[Any]) -> Any:
    """A noun from JSON."""
    return structure(data, kind)


def moment(text: str) -> datetime:
    """A time from a query."""
    return instant(text, zone=None, field="time", source="memory")
