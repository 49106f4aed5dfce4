"""The thirteen characters of a postal item: UPU standard S10, read and checked."""

import re

from attrs import frozen

from crossborder.model.check import checked, refuse
from crossborder.stages.logistics.numbers import checks
from crossborder.stages.logistics.numbers.posts import (
    ISSUERS,
    POSTS,
    S10_STANDARD,
    SERVICES,
    PostalService,
)
from crossborder.stages.logistics.numbers.text import LONGEST, normalised

__all__ = ["S10", "is_s10", "s10", "s10_check_digit"]

_SHAPE = re.compile(r"([A-Z]{2})([0-9]{8})([0-9])([A-Z]{2})")
_INDICATOR = re.compile(r"[A-Z]{2}")
_SERIAL = re.compile(r"[0-9]{8}")
_DIGITS = b"50987654321"


def s10_check_digit(serial: str) -> int:
    """The check digit over the eight digits of a serial number.

    >>> s10_check_digit("12345678"), s10_check_digit("47312482")
    (5, 9)

    Raises:
        InvalidValue: not eight digits.
    """
    if not isinstance(serial, str) or not _SERIAL.fullmatch(serial):
        raise refuse("S10", "serial", serial, "must be eight digits")
    return int(checks.s10(serial))


@frozen(field_transformer=checked)
class S10:
    """A number of a postal item, always with its right check digit.

    The standard lets a post use a number again after twelve months: with carrier and ship date it
    is a key (`Shipment.key`), alone it is none.

    Attributes:
        indicator: two letters for the kind of mail.
        serial: eight digits.
        issuer: ISO 3166-1 alpha-2 code of the issuing post; the country of origin.

    >>> item = S10("RR", "12345678", "CN")
    >>> item.number, item.check, item.service.value, item.tracked, item.carrier
    ('RR123456785CN', 5, 'registered', True, 'china_post')
    """

    indicator: str
    serial: str
    issuer: str

    def __attrs_post_init__(self) -> None:
        if not _INDICATOR.fullmatch(self.indicator):
            raise refuse(self, "indicator", self.indicator, "must be two letters")
        if not _SERIAL.fullmatch(self.serial):
            raise refuse(self, "serial", self.serial, "must be eight digits")
        if self.issuer not in ISSUERS:
            raise refuse(self, "issuer", self.issuer, "is no post that issues such numbers")

    @property
    def check(self) -> int:
        """The check digit."""
        return int(checks.s10(self.serial))

    @property
    def number(self) -> str:
        """All thirteen characters."""
        return f"{self.indicator}{self.serial}{self.check}{self.issuer}"

    @property
    def service(self) -> PostalService:
        """The kind of mail."""
        return SERVICES[self.indicator]

    @property
    def tracked(self) -> bool | None:
        """Whether scans are to be expected; None where the indicator does not say."""
        return self.service.tracked

    @property
    def carrier(self) -> str:
        """The issuing post, by its name where we have one, such as `china_post` or `post_ke`."""
        return POSTS.get(self.issuer, f"post_{self.issuer.lower()}")


def s10(number: str) -> S10:
    """The item that a number names.

    >>> s10("lx 1234 5678 5 de").service.value
    'tracked'
    >>> s10("RR123456786CN")
    Traceback (most recent call last):
    ...
    crossborder.errors.InvalidValue: UPU standard S10.check must be 5 after 12345678 (got '6')

    Raises:
        InvalidValue: not of that form, another check digit, or no post that issues.
    """
    text = normalised(number)
    found = _SHAPE.fullmatch(text)
    if found is None:
        said = "must be two letters, nine digits and two letters"
        raise refuse(S10_STANDARD, "number", number, said)
    indicator, serial, check, issuer = found.groups()
    right = checks.s10(serial)
    if check != right:
        raise refuse(S10_STANDARD, "check", check, f"must be {right} after {serial}")
    return S10(indicator, serial, issuer)


def is_s10(number: str) -> bool:
    """Whether it is a postal item's number, with its check digit and an issuing post.

    >>> is_s10("RR123456785CN"), is_s10("RR123456786CN"), is_s10("RR123456785XX")
    (True, False, False)

    Raises:
        InvalidValue: not a text.
    """
    if not isinstance(number, str) or len(number) != 13 or not _SHAPE.fullmatch(number):
        if isinstance(number, str) and len(number) > LONGEST:
            return False
        number = normalised(number)
        if not _SHAPE.fullmatch(number):
            return False
    if number[11:] not in ISSUERS:
        return False
    a, b, c, d, e, f, g, h, check = number[2:11].encode()
    # The weights add up to 44, a multiple of 11: the characters' codes serve as well as digits.
    total = 8 * a + 6 * b + 4 * c + 2 * d + 3 * e + 5 * f + 9 * g + 7 * h
    return check == _DIGITS[total % 11]
