"""A number as people send it: blanks, hyphens, small letters, full-width digits; made one spelling."""

from crossborder.model.check import refuse

__all__ = ["LONGEST", "hyphenated", "normalised", "spelled"]

LONGEST = 256
"""More characters than this are not read at all: the longest number has 41, blanks beside each."""

_BLANKS = (
    *(*range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)),
    *(0x2028, 0x2029, 0x202F, 0x205F, 0x3000),
    # Invisible ones that come along when a number is copied from a page.
    *(0xAD, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFEFF),
)
_DASHES = (*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63, 0xFF0D)

# Only the Latin letters and digits of ASCII and their full-width forms: a superscript or a Roman
# numeral that looks like a digit is not one, and a letter of another alphabet never becomes one.
_SPELLING: dict[int, str | None] = {
    **{code: chr(code - 0x20) for code in range(ord("a"), ord("z") + 1)},
    **{code: chr(code - 0xFEE0).upper() for code in range(0xFF01, 0xFF5F)},
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_BLANKS),
}


def spelled(number: str) -> str:
    """Without blanks, in capitals and narrow digits, with its hyphens.

    Raises:
        InvalidValue: not a text. A number kept as a figure has lost its leading zeros.
    """
    if not isinstance(number, str):
        raise refuse("tracking", "number", number, "must be a text")
    if number.isascii() and number.isalnum():
        return number.upper()
    return number.translate(_SPELLING)


def normalised(number: str) -> str:
    """One spelling of a number: no blanks, no hyphens, capitals, narrow digits.

    What cannot stand in a number stays, so that it is seen.

    >>> normalised(" rr-1234 5678 5 cn "), normalised("１Ｚ５Ｒ８９３９")
    ('RR123456785CN', '1Z5R8939')

    Raises:
        InvalidValue: not a text.
    """
    return spelled(number).replace("-", "")


def hyphenated(number: str) -> bool:
    """Whether a hyphen stands right before the last character, as LaserShip's piece count has it.

    >>> hyphenated("1LS7119013618127-1"), hyphenated("1LS71190136181271")
    (True, False)
    """
    return spelled(number)[-2:-1] == "-"
