"""What codes and sentences mean: tables of a vendor, as data."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from crossborder.model.check import refuse
from crossborder.model.tracking import Health, ParcelState, Stage

__all__ = ["UNKNOWN", "States", "Wording", "states"]

Meaning = Stage | ParcelState | tuple[Stage, Health] | tuple[Stage, Health, str]
States = Mapping[str, ParcelState]

UNKNOWN = ParcelState()
"""What a code means that is in no table: its event keeps the code and has an unknown stage."""

_ENDINGS = frozenset(
    {Stage.DELIVERED, Stage.RETURNED, Stage.LOST, Stage.DESTROYED, Stage.CANCELLED}
)
_BLANKS = re.compile(r"\s+")
_KEPT = 8_192


def states(table: Mapping[Any, Meaning]) -> States:
    """A table of a vendor's codes: code → what it means; a code that is not in it is unknown.

    A meaning is a stage, or a stage with a health and a reason. Codes that are numbers may be
    given as such.

    >>> codes = states({"DL": Stage.DELIVERED, "CA": (Stage.LAST_MILE, Health.FAILED)})
    >>> codes["CA"].health, "XX" in codes
    (<Health.FAILED: 'failed'>, False)
    """
    return MappingProxyType({str(code): _state(meaning) for code, meaning in table.items()})


def _state(meaning: Meaning) -> ParcelState:
    if isinstance(meaning, ParcelState):
        return meaning
    return ParcelState(*meaning) if isinstance(meaning, tuple) else ParcelState(meaning)


_TURNS = (
    *(" not ", "failed", "unsuccessful", "unable", "cannot", "could not", "return", "cancel"),
    *("refused", "未", "不", "失败", "退", "取消", "拒"),
)
"""Words that turn a sentence round: behind them its beginning says nothing any more."""


def _goes_on(sentence: str, start: str) -> bool:
    """Whether a sentence begins with these whole words and says nothing else of them later."""
    rest = sentence[len(start) :]
    if not sentence.startswith(start) or (rest[:1].isascii() and rest[:1].isalnum()):
        return False
    return not any(turn in rest for turn in _TURNS)


def _sentence(text: str) -> str:
    """The text in small letters, with single blanks, without its last stops."""
    return _BLANKS.sub(" ", text.casefold()).strip().rstrip(" .!。！")


@frozen
class Wording:
    """What the sentences of a vendor without codes mean.

    A whole sentence decides first (case, blanks and the last stop do not count), then how a text
    begins. "Could not be returned" holds "returned" and "delivered to local carrier" begins like
    a delivery: so only a whole sentence may end a parcel or send it back, never a part of one.

    Attributes:
        sentences: whole sentence → meaning.
        starts: beginning, of whole words → meaning, the longest first; none that ends a parcel or
            returns it, and none of a sentence that goes on to say "failed", "not" or the like.

    >>> said = Wording({"Delivered": Stage.DELIVERED}, {"departed from": Stage.LINE_HAUL})
    >>> [said(text).stage.value for text in ("DELIVERED.", "Departed from Yiwu", "Not delivered")]
    ['delivered', 'line_haul', 'unknown']

    Raises:
        InvalidValue: a beginning that would end a parcel or is empty, one sentence twice.
    """

    sentences: Mapping[str, Meaning]
    starts: Mapping[str, Meaning] = field(factory=dict)
    _whole: dict[str, ParcelState] = field(init=False, eq=False, repr=False)
    _begin: list[tuple[str, ParcelState]] = field(init=False, eq=False, repr=False)
    _seen: dict[str, ParcelState] = field(factory=dict, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        whole = {_sentence(text): _state(what) for text, what in self.sentences.items()}
        begin = [(_sentence(text), _state(what)) for text, what in self.starts.items()]
        if len(whole) < len(self.sentences):
            raise refuse(self, "sentences", sorted(self.sentences), "has one sentence twice")
        for text, what in begin:
            if not text:
                raise refuse(self, "starts", text, "must not be empty: every text begins so")
            if what.stage in _ENDINGS or what.stage is Stage.RETURNING:
                raise refuse(self, "starts", text, "only a whole sentence may end a parcel")
        begin.sort(key=lambda pair: (-len(pair[0]), pair[0]))
        object.__setattr__(self, "_whole", whole)
        object.__setattr__(self, "_begin", begin)

    def __call__(self, text: str) -> ParcelState:
        """What the text means; an unknown stage where the vendor's table does not say."""
        found = self._seen.get(text)
        if found is None:
            if len(self._seen) >= _KEPT:
                self._seen.clear()
            found = self._seen[text] = self._read(_sentence(text))
        return found

    def _read(self, sentence: str) -> ParcelState:
        found = self._whole.get(sentence)
        if found is not None:
            return found
        return next((what for text, what in self._begin if _goes_on(sentence, text)), UNKNOWN)
