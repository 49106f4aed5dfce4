"""Check digits: each function takes the characters that are covered and gives the right last one.

Every digit is exact arithmetic over the covered characters, in the order in which they are
printed; places are counted from 0 on the left. Letters count where the scheme says how.
"""

from collections.abc import Sequence
from string import ascii_uppercase, digits

__all__ = ["iso7064", "luhn", "mod7", "mod10", "s10", "weighted"]

# UPS's rule for letters: A is 2, B is 3, ... H is 9, I is 0 and so on round.
_TENS = {letter: (ord(letter) - 3) % 10 for letter in ascii_uppercase}
_TENS |= {digit: int(digit) for digit in digits}

_BASE36 = digits + ascii_uppercase
_VALUES = {character: value for value, character in enumerate(_BASE36)}

_S10_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)
# 11 less the rest by 11; 10 is written 0 and 11 is written 5, so that two rests share the 5.
_S10_DIGITS = "50987654321"


def mod10(covered: str, *, even: int = 1, odd: int = 1) -> str:
    """What is missing to the next ten, places 0, 2, 4, ... times `even`, the others times `odd`.

    >>> mod10("5R8939035756712", odd=2)
    '7'
    """
    values = [_TENS[character] for character in covered]
    return str(-(even * sum(values[::2]) + odd * sum(values[1::2])) % 10)


def luhn(covered: str) -> str:
    """Luhn's formula (ISO/IEC 7812-1): from the right every other digit twice, digits added up.

    >>> luhn("7992739871")
    '3'
    """
    values = [int(digit) for digit in reversed(covered)]
    twice = sum(value * 2 - 9 if value > 4 else value * 2 for value in values[::2])
    return str(-(twice + sum(values[1::2])) % 10)


def mod7(covered: str) -> str:
    """The rest by 7, as on air waybills (IATA Resolution 600a).

    >>> mod7("331881002")
    '5'
    """
    return str(int(covered) % 7)


def weighted(covered: str, weights: Sequence[int], *, modulo: int = 11) -> str:
    """The weighted sum's rest by `modulo`, of which a 10 is written 0.

    >>> weighted("98657878885", (3, 1, 7) * 4)
    '5'
    """
    total = sum(weight * int(digit) for weight, digit in zip(weights, covered, strict=False))
    return str(total % modulo % 10)


def iso7064(covered: str) -> str:
    """ISO/IEC 7064 MOD 37,36: a digit or a letter, over digits and letters.

    >>> iso7064("09980000020033")
    'F'
    """
    rest = 36
    for character in covered:
        rest = (rest + _VALUES[character]) % 36 or 36
        rest = rest * 2 % 37
    return _BASE36[(37 - rest) % 36]


def s10(covered: str) -> str:
    """The check digit of UPU standard S10 over the eight digits of a serial number.

    >>> s10("47312482"), s10("00000008"), s10("00000000")
    ('9', '0', '5')
    """
    return _S10_DIGITS[sum(map(int.__mul__, _S10_WEIGHTS, map(int, covered))) % 11]
