r"""How a number is laid out, written as a picture, and what follows from the picture.

A picture is a row of pieces with blanks between them, which the number does not have:

| piece | stands for |
|---|---|
| `YT` | these characters |
| `d16` `a2` `x7` | so many digits, letters, or either |
| `d9-10` | 9 or 10 of them |
| `[0-5]` | one of these characters |
| `GM\|LX` | one of these texts |
| `zip:d5` | a piece with a name, which is told of the number |
| `( ... )` | what the check digit covers, without the brackets |
| `check:d1` | the check digit |
| `-` | a hyphen that belongs to the number, before its last character |

>>> seen = Layout("1Z ( shipper:x6 service:x2 package:x7 ) check:d1")
>>> seen.longest, seen.matched("1Z5R89390357567127")["shipper"]
(18, '5R8939')
"""

import re
from functools import cache
from math import prod
from string import ascii_uppercase, digits

__all__ = ["COVERED", "Layout"]

COVERED = "covered"
"""The name under which a match tells what the check digit covers."""

_KINDS = {"d": digits, "a": ascii_uppercase, "x": digits + ascii_uppercase}
_ATOM = re.compile(r"([dax])(\d+)(?:-(\d+))?|\[([0-9A-Z]-?[0-9A-Z]*)\]|([0-9A-Z])")
_PIECE = re.compile(r"(?:([a-z_]+):)?(\S+)")


def _choice(text: str) -> str:
    """The characters of a choice: `0-5` and `ACM` spelled out."""
    if text[1:2] == "-":
        return "".join(map(chr, range(ord(text[0]), ord(text[2]) + 1)))
    return text


class _Atom:
    """One run of alike characters, or a choice of texts: what matches it and how many there are."""

    def __init__(self, source: str, firsts: str, least: int, most: int, count: int) -> None:
        self.source, self.firsts, self.count = source, firsts, count
        self.least, self.most = least, most


@cache
def _atoms(picture: str) -> tuple[_Atom, ...]:
    if "|" in picture:
        texts = picture.split("|")
        firsts = "".join({text[0] for text in texts})
        return (_Atom(f"(?:{picture})", firsts, len(texts[0]), len(texts[0]), len(texts)),)
    found = tuple(_ATOM.finditer(picture))
    assert "".join(atom[0] for atom in found) == picture, picture
    return tuple(map(_atom, found))


def _atom(found: re.Match[str]) -> _Atom:
    kind, least, most, choice, literal = found.groups()
    if kind:
        characters = _KINDS[kind]
        low, high = int(least), int(most or least)
        count = sum(len(characters) ** length for length in range(low, high + 1))
        return _Atom(f"[{characters}]{{{low},{high}}}", characters, low, high, count)
    characters = _choice(choice) if choice else literal
    return _Atom(f"[{characters}]", characters, 1, 1, len(characters))


@cache
def _pattern(source: str) -> re.Pattern[str]:
    """Every run has one alphabet and an upper bound, and no run is repeated: no search explodes."""
    return re.compile(source)


class Layout:
    """A picture, read.

    Attributes:
        picture: as it was written.
        hyphen: whether a hyphen belongs before the last character.
        shortest: characters, hyphens aside.
        longest: likewise.
        firsts: the characters it may begin with.
        lead: the fixed characters it begins with.
        counts: how many contents each named piece can have.
        count: how many numbers have this layout; a check digit adds none.
        source: the regular expression.
    """

    def __init__(self, picture: str) -> None:
        self.picture, self.hyphen = picture, " - " in picture
        self.shortest = self.longest = 0
        self.firsts, self.lead = "", ""
        self.counts: dict[str, int] = {}
        source, unnamed, leading = [], 1, True
        for piece in picture.replace(" - ", " ").split():
            if piece in "()":
                source.append(f"(?P<{COVERED}>" if piece == "(" else ")")
                continue
            read = _PIECE.fullmatch(piece)
            assert read is not None, picture
            name, atoms = read[1], _atoms(read[2])
            count = prod(atom.count for atom in atoms)
            if name == "check":
                count = 1
            if name:
                self.counts[name] = count
            else:
                unnamed *= count
            self.firsts = self.firsts or atoms[0].firsts
            for atom in atoms:
                self.shortest += atom.least
                self.longest += atom.most
                leading = leading and len(atom.source) == 3
                self.lead += atom.firsts if leading else ""
            matched = "".join(atom.source for atom in atoms)
            source.append(f"(?P<{name}>{matched})" if name else matched)
        self.source = "".join(source)
        self.count = unnamed * prod(self.counts.values())

    def __repr__(self) -> str:
        return f"Layout({self.picture!r})"

    def matched(self, number: str) -> dict[str, str] | None:
        """The contents of the named pieces and of what is covered; None where it does not fit."""
        found = _pattern(self.source).fullmatch(number)
        return None if found is None else found.groupdict()
