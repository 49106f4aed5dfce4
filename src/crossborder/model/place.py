"""Where things are and where they go."""

from typing import Any

from attrs import field, frozen

from crossborder.model.check import checked, refuse
from crossborder.model.extra import Extra

__all__ = ["Address", "Place"]


def country_code(instance: object, attribute: Any, value: Any) -> None:
    """Refuse what is not two capital letters, as ISO 3166-1 has them."""
    if value and not (len(value) == 2 and value.isascii() and value.isalpha() and value.isupper()):
        raise refuse(instance, attribute.name, value, "is not an ISO 3166 country code")


@frozen(field_transformer=checked)
class Place:
    """A place of an event: as exact as its source was.

    Attributes:
        country: ISO 3166 code, or None where the source did not say.
        region: state or province.
        city: city or town.
        postal_code: postcode as written.
        facility: the hub, warehouse or office.
        text: the place as the source wrote it.
    """

    country: str | None = field(default=None, validator=country_code)
    region: str | None = None
    city: str | None = None
    postal_code: str | None = None
    facility: str | None = None
    text: str | None = None


@frozen(field_transformer=checked)
class Address:
    """Where a parcel goes; a carrier may need more, which stands in `tax_ids` and `extra`.

    Attributes:
        name: the person.
        country: ISO 3166 code.
        lines: street lines, first the most exact.
        city: city or town.
        region: state or province.
        postal_code: postcode as written.
        district: the part of a city (区), used in China.
        company: the firm at that address.
        phone: as written; check it with the carrier's rule.
        email: as written.
        tax_ids: such as IOSS, EORI, CPF, PCCC, by name.
        extra: what the source said beyond this.
    """

    name: str
    country: str = field(validator=country_code)
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    district: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""
    tax_ids: Extra = field(factory=Extra)
    extra: Extra = field(factory=Extra)
