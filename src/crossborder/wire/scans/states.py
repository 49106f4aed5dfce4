"""What codes and sentences mean: tables of a vendor, as data."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from unicodedata import normalize

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
    # English
    r"\bnot\b|n['’]t\b|\bno(?= [^\W\d])|\bnever\b|\bcannot\b|fail|unsuccessful|unable|impossib",
    r"undeliver|return|cancel|refus|reject|declin",
    # German
    r"\bnicht\b|\bkein(?:e[nmrs]?)?\b|fehlgeschlag|fehlschlag|gescheitert|erfolglos|vergeblich",
    r"unm(?:ö|oe)glich|unzustell|verweiger|abgelehnt|abgebrochen|\bstorn",
    r"zur(?:ü|ue)ck|r(?:ü|ue)ck(?:send|gesand|f(?:ü|ue)hr|gab|transport)",
    # French
    r"\bpas\b(?!.de.calais)|\bnon\b|\bn['’](?=\w)|\bne (?=p[eoa]|s)|\baucune?\b|\bjamais\b",
    r"\b[ée]ch(?:ec|ou)|infructueu|sans succ[èe]s|retour|renvoy|\bann?ul",
    # Spanish
    r"imposib|fallid|fracas|sin [ée]xito|\bnunca\b|\bning[úu]n|rechaz|rehus",
    r"devolu|devuel|retorn|regres",
    # Italian
    r"fallit|\bmancat|\bnessun|senza (?:successo|esito)|rifiut|respint|restitu|ritorn|rispedi",
    r"reso al mittente",
    # Portuguese
    r"\bn[ãa]o\b|imposs[íi]v|\bfalh|frustrad|insucesso|sem sucesso|\bnenhum|recus|rejeit|devolv",
    # Dutch
    r"\bniet\b|\bgeen\b|\bnooit\b|mislukt|onmogelijk|vergeefs|geweiger|geannuleer|\bterug",
    # Polish
    r"\bnie\b|\bnie(?:uda|mo[żz]liw|powodze|dor[ęe]cz)|\bbrak\b|odm[óo]w|odrzuc",
    r"zwrot|zwr[óo]c|\bodes[łl]",
    # Chinese
    r"[未不退拒]|失败|取消",
)
"""What turns a sentence round: behind it its beginning says nothing any more.

No, failed, impossible, refused, sent back and cancelled; short words only as whole ones: "no" is no
part of Nottingham, nor a country or a number (`Oslo, NO`, `No. 5`).
"""

_TURNED = re.compile("|".join(_TURNS))
_LETTER = re.compile("[0-9a-z\u00aa-\u058f\u1e00-\u1fff]")
"""What goes on with a word, where words have blanks between them: Latin, Greek, Cyrillic, Armenian."""


def _goes_on(sentence: str, start: str) -> bool:
    """Whether a sentence begins with these whole words and says nothing else of them later."""
    rest = sentence[len(start) :]
    if not sentence.startswith(start) or (rest[:1].isalnum() and _LETTER.match(rest)):
        return False
    return _TURNED.search(rest) is None


def _sentence(text: str) -> str:
    """The text in small letters, composed, with single blanks, without its last stops."""
    small = normalize("NFC", normalize("NFC", text).casefold())
    return _BLANKS.sub(" ", small).strip().rstrip(" .!。！")


@frozen
class Wording:
    """What the sentences of a vendor without codes mean.

    A whole sentence decides first (case, blanks, the last stop and the way accents are encoded do
    not count), then how a text begins. "Could not be returned" holds "returned" and "delivered to
    local carrier" begins like a delivery: so only a whole sentence may end a parcel or send it
    back, never a part of one.

    Attributes:
        sentences: whole sentence → meaning.
        starts: beginning, of whole words → meaning, the longest first; none that ends a parcel or
            returns it, and none of a sentence that goes on to say "failed", "not" or the like, in
            English, German, French, Spanish, Italian, Portuguese, Dutch, Polish or Chinese.

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
