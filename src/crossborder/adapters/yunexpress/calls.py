"""Our requests for carriage as YunExpress's, and what is refused before they are sent."""

import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from crossborder.adapters.yunexpress.rules import CARGO, CUSTOMS_NUMBERS, LONGEST
from crossborder.errors import InvalidValue
from crossborder.model.carriage import CustomsLine, Parcel, ShipmentRequest
from crossborder.model.measure import Size
from crossborder.model.outcome import Problem
from crossborder.model.place import Address

__all__ = ["latin", "package", "problems", "trial"]


def latin(text: str) -> bool:
    """Whether every letter is a Latin one, with or without an accent.

    >>> latin("Rua Conceição 3º, São Paulo"), latin("深圳"), latin("Москва")
    (True, False, False)
    """
    return all(
        not letter.isalpha()
        or letter in "ªº"
        or unicodedata.name(letter, "").startswith(("LATIN ", "MODIFIER "))
        for letter in text
    )


def problems(request: ShipmentRequest) -> tuple[Problem, ...]:
    """Why the vendor would refuse a request; empty when nothing is known against it.

    The consignee and the English names of goods must be in Latin letters, an order needs a
    declared line, and our number and the product code have at most 50 characters.
    """
    return tuple(_problems(request))


def _problems(request: ShipmentRequest) -> Iterator[Problem]:
    for name, text in (("id", request.id), ("line", request.line)):
        if len(text) > LONGEST:
            yield Problem("too_long", f"has more than {LONGEST} characters", name)
    for name, text in _consignee(request.ship_to):
        if not latin(text):
            yield Problem("not_latin", "must be in Latin letters", f"ship_to.{name}")
    if not request.parcel.goods:
        yield Problem("nothing_declared", "customs must be told what is inside", "parcel.goods")
    for place, line in enumerate(request.parcel.goods):
        if not latin(line.name):
            field = f"parcel.goods.{place}.name"
            yield Problem("not_latin", "must be in Latin letters", field)
    if not request.parcel.weight.grams:
        yield Problem("no_weight", "must be above zero", "parcel.weight")


def _consignee(address: Address) -> Iterator[tuple[str, str]]:
    for name in ("name", "company", "city", "region", "district"):
        yield name, getattr(address, name)
    for place, line in enumerate(address.lines):
        yield f"lines.{place}", line


def trial(request: ShipmentRequest) -> dict[str, str]:
    """The query of a price trial: kilograms, centimetres and the class of the cargo.

    Raises:
        InvalidValue: a cargo class that the vendor has no letter for.
    """
    parcel, address = request.parcel, request.ship_to
    kind = CARGO.get(parcel.cargo)
    if kind is None:
        said = f"must be one of {', '.join(sorted(CARGO))}"
        raise InvalidValue(said, field="cargo", value=parcel.cargo, source="Parcel")
    query = {
        "country_code": address.country,
        "weight": f"{parcel.weight.in_kg:f}",
        "weight_unit": "KG",
        "package_type": kind,
        "pieces": "1",
    }
    if address.postal_code:
        query["postal_code"] = address.postal_code
    if parcel.size is not None:
        sides = {name: f"{side:f}" for name, side in _centimetres(parcel.size).items()}
        query |= sides | {"size_unit": "CM"}
    return query


def package(request: ShipmentRequest) -> dict[str, Any]:
    """The body of an order for one parcel; nothing that is empty is sent.

    Integrators report that the vendor refuses an optional field that is null.
    """
    customs = _customs_number(request)
    return {
        "product_code": request.line,
        "customer_order_number": request.id,
        "weight_unit": "KG",
        "size_unit": "CM",
        "packages": [_box(request.parcel)],
        "receiver": _party(request.ship_to),
        **({"sender": _party(request.sender)} if request.sender else {}),
        "declaration_info": [_declared(line) for line in request.parcel.goods],
        **({"customs_number": customs} if customs else {}),
    }


def _centimetres(size: Size) -> dict[str, Decimal]:
    sides = {"length": size.length, "width": size.width, "height": size.height}
    return {name: Decimal(side).scaleb(-1) for name, side in sides.items()}


def _box(parcel: Parcel) -> dict[str, Any]:
    return {"weight": parcel.weight.in_kg, **(_centimetres(parcel.size) if parcel.size else {})}


def _party(address: Address) -> dict[str, Any]:
    """A whole name stands in `first_name`, as in the vendor's samples: names are not cut."""
    lines = [*address.lines, *([address.district] if address.district else [])]
    said = {
        "first_name": address.name,
        "company": address.company,
        "country_code": address.country,
        "province": address.region,
        "city": address.city,
        "address_lines": lines,
        "postal_code": address.postal_code,
        "phone_number": address.phone,
        "email": address.email,
    }
    return {name: value for name, value in said.items() if value}


def _declared(line: CustomsLine) -> dict[str, Any]:
    said = {
        "sku_code": line.sku,
        "name_local": line.local_name,
        "name_en": line.name,
        "quantity": line.quantity,
        "unit_price": line.value.amount,
        "unit_weight": line.weight.in_kg,
        "hs_code": line.hs_code,
        "currency": line.value.currency,
    }
    return {name: value for name, value in said.items() if value != ""}


def _customs_number(request: ShipmentRequest) -> dict[str, str]:
    """The tax ids the vendor has fields for; the request's stand before the consignee's."""
    given: Mapping[str, Any] = {**request.ship_to.tax_ids, **request.tax_ids}
    named = {name.casefold(): value for name, value in given.items()}
    return {field: named[name] for name, field in CUSTOMS_NUMBERS.items() if named.get(name)}
