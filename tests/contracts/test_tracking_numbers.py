"""Our rules for tracking numbers against the public collection: the same numbers, by other means.

The collection's regular expressions and check digits are run here by a small interpreter of their
own, which shares nothing with the library, so that a slip on either side is seen.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.stages.logistics.numbers import (
    S10,
    PostalService,
    diagnose,
    identify,
    is_s10,
    s10,
    s10_check_digit,
    valid,
)
from where import contracts_root  # type: ignore[import-not-found,unused-ignore]

pytestmark = pytest.mark.contracts

DIGITS = "0123456789"
BASE36 = DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

OURS = {
    "Amazon International": "amazon_international",
    "Amazon Logistics": "amazon_logistics",
    "Canada Post (16)": "canada_post",
    "Canpar (22)": "canpar_22",
    "DHL E-Commerce": "dhl_ecommerce_prefix",
    "DHL E-Commerce (14)": "dhl_ecommerce_14",
    "DHL Express": "dhl_express_waybill",
    "DHL Express (Piece ID)": "dhl_express_piece",
    "DPD (14)": "dpd_14",
    "DPD (28)": "dpd_28",
    "FedEx ASTRA (32)": "fedex_astra",
    "FedEx Express (12)": "fedex_12",
    "FedEx Express (34)": "fedex_34",
    "FedEx Ground": "fedex_ground_15",
    "FedEx Ground (SSCC-18)": "fedex_ground_sscc",
    "FedEx Ground 96 (22)": "fedex_ground_96",
    "FedEx Ground GSN": "fedex_ground_gsn",
    "GOFO Express (US)": "gofo_us",
    "Landmark Global LTN": "landmark_ltn",
    "LaserShip 1LS7 (15)": "lasership_1ls7_15",
    "LaserShip 1LS7 (18)": "lasership_1ls7_18",
    "LaserShip 1LSCX (15)": "lasership_1lscx",
    "LaserShip LX": "lasership_lx",
    "Old Dominion": "old_dominion_pro",
    "Old Dominion Guaranteed Shipment": "old_dominion_guaranteed",
    "OnTrac": "ontrac_c",
    "OnTrac D": "ontrac_d",
    "Purolator (12)": "purolator_12",
    "Purolator (alpha + 9)": "purolator_letters",
    "S10": "s10",
    "Spee-Dee (20)": "speedee_20",
    "UPS": "ups_1z",
    "UPS Waybill": "ups_waybill",
    "USPS 20": "usps_20",
    "USPS IMpb C": "usps_impb_commercial",
    "USPS IMpb N": "usps_impb_online",
    "USPS Legacy": "usps_91",
    "Yodel": "yodel",
    "YunExpress": "yunexpress",
}
"""Names of the collection, and ours."""

TERRITORIES = frozenset("AW BM CW FO GG GI GL JE KY MO NC PF TW".split())
"""Posts that issue S10 numbers under their own code and that the collection does not list."""


class Rule(NamedTuple):
    """A format of the collection."""

    name: str
    pattern: re.Pattern[str]
    validation: Mapping[str, Any]
    lookups: Mapping[str, tuple[Mapping[str, str], ...]]
    valid: tuple[str, ...]
    invalid: tuple[str, ...]

    def takes(self, number: str) -> bool:
        """What the collection says of the number."""
        found = self.pattern.fullmatch(number)
        if found is None:
            return False
        for name in self.validation.get("additional", {}).get("exists", ()):
            entries = {entry["matches"] for entry in self.lookups[name]}
            if re.sub(r"\s", "", found["CountryCode"]) not in entries:
                return False
        check = self.validation.get("checksum")
        if check is None:
            return True
        serial = re.sub(r"\s", "", found["SerialNumber"])
        lead = self.validation.get("serial_number_format", {}).get("prepend_if")
        if lead is not None and re.match(lead["matches_regex"], serial):
            serial = lead["content"] + serial
        return digit(serial, check) == found["CheckDigit"].strip()


def digit(serial: str, check: Mapping[str, Any]) -> str:
    """The check digit, step by step as the collection's page describes it."""
    name = check["name"]
    if name == "mod7":
        return str(int(serial) % 7)
    if name == "luhn":
        total = 0
        for place, character in enumerate(reversed(serial)):
            twice = int(character) * (2 if place % 2 == 0 else 1)
            total += twice - 9 if twice > 9 else twice
        return str((10 - total % 10) % 10)
    if name == "mod_37_36":
        rest = 36
        for character in serial:
            rest += BASE36.index(character)
            rest -= 36 if rest > 36 else 0
            rest *= 2
            rest -= 37 if rest > 36 else 0
        return BASE36[0 if 37 - rest == 36 else 37 - rest]
    if name == "s10":
        rest = sum(int(c) * w for c, w in zip(serial, check["weightings"], strict=True)) % 11
        return str({1: 0, 0: 5}.get(rest, 11 - rest))
    if name == "sum_product_with_weightings_and_modulo":
        pairs = zip_longest(serial, check["weightings"], fillvalue=0)
        return str(sum(int(c) * w for c, w in pairs) % check["modulo1"] % check["modulo2"])
    assert name == "mod10", name
    total = 0
    for place, character in enumerate(reversed(serial) if check["reverse"] else serial):
        value = int(character) if character in DIGITS else (ord(character) - 3) % 10
        total += value * check["odds_multiplier" if place % 2 else "evens_multiplier"]
    return str((10 - total % 10) % 10)


@cache
def rules() -> tuple[Rule, ...]:
    """Every format of the collection."""
    folder: Path = contracts_root() / "carriers" / "tracking_number_data"
    found = []
    for file in sorted(folder.glob("*.json")):
        for entry in json.loads(file.read_bytes()).get("tracking_numbers", ()):
            source = entry["regex"]
            source = source if isinstance(source, str) else "".join(source)
            tests = entry["test_numbers"]
            found.append(
                Rule(
                    entry["name"],
                    re.compile(source.replace("(?<", "(?P<").replace("(?P<!", "(?<!")),
                    entry["validation"],
                    {more["name"]: tuple(more["lookup"]) for more in entry.get("additional", ())},
                    tuple(tests["valid"]),
                    tuple(tests["invalid"]),
                )
            )
    return tuple(found)


def theirs(number: str) -> set[str]:
    """The formats of the collection that take a number, by our names."""
    return {OURS[rule.name] for rule in rules() if rule.takes(number)}


def ours(number: str) -> set[str]:
    return {candidate.format for candidate in identify(number)}


def compact(number: str) -> str:
    """Without blanks: one pattern of the collection counts them among a number's characters."""
    return re.sub(r"\s", "", number)


def samples() -> Iterator[tuple[Rule, str]]:
    for rule in rules():
        for number in rule.valid:
            yield rule, number


def test_every_format_of_the_collection_is_one_of_ours() -> None:
    assert {rule.name for rule in rules()} <= OURS.keys()


def test_every_valid_number_is_recognised_in_its_format() -> None:
    count = 0
    for rule, number in samples():
        assert OURS[rule.name] in ours(number), (rule.name, number)
        assert valid(number)
        assert diagnose(number) == ()
        count += 1
    assert count >= 130


def test_every_invalid_number_is_refused_by_its_format_and_by_every_other_that_refuses_it() -> None:
    count = 0
    for rule in rules():
        for number in rule.invalid:
            assert OURS[rule.name] not in ours(number), (rule.name, number)
            assert ours(number) == theirs(number), (rule.name, number)
            assert valid(number) == bool(theirs(number))
            if not theirs(number):
                assert diagnose(number), number
            count += 1
    assert count >= 60


def test_all_candidates_of_every_valid_number_are_those_of_the_collection() -> None:
    for rule, number in samples():
        assert ours(number) == ours(compact(number)) == theirs(compact(number)), (rule.name, number)


def test_a_number_with_one_other_character_belongs_to_the_same_formats_on_both_sides() -> None:
    for number in sorted({compact(number) for _, number in samples()}):
        for place, there in enumerate(number):
            step = 1 + place % 5
            for other in (DIGITS[(ord(there) + step) % 10], BASE36[(ord(there) * step) % 36]):
                changed = number[:place] + other + number[place + 1 :]
                said = theirs(changed)
                if changed[-2:] in TERRITORIES:
                    said |= ours(changed) & {"s10"}
                assert ours(changed) == said, changed


def test_a_number_with_a_character_more_or_less_belongs_to_the_same_formats_on_both_sides() -> None:
    for number in sorted({compact(number) for _, number in samples()}):
        for changed in (number[:-1], number[1:], number + "5", number + "A", "1" + number):
            assert ours(changed) == theirs(changed), changed


@given(st.data())
def test_numbers_with_other_digits_belong_to_the_same_formats_on_both_sides(
    data: st.DataObject,
) -> None:
    rule = data.draw(st.sampled_from(rules()))
    number = compact(data.draw(st.sampled_from(rule.valid)))
    keep = data.draw(st.integers(0, 8), label="leading characters kept")
    drawn = data.draw(st.text(DIGITS, min_size=len(number), max_size=len(number)))
    changed = "".join(
        there if place < keep or there not in DIGITS else other
        for place, (there, other) in enumerate(zip(number, drawn, strict=True))
    )
    # One of ten values at any place of a digit fulfils a check over all of them.
    place = max(place for place, there in enumerate(changed) if there in DIGITS)
    for last in DIGITS:
        each = changed[:place] + last + changed[place + 1 :]
        said = theirs(each)
        # A routed label may be read with a long and a short postal code; the collection tries the
        # long one alone.
        if ours(each) - said <= {"usps_impb_online", "usps_impb_commercial"} and len(each) == 34:
            said |= ours(each)
        assert ours(each) == said, each


def test_posts_that_issue_are_those_of_the_collection_and_some_territories() -> None:
    (postal,) = (rule for rule in rules() if rule.name == "S10")
    listed = {entry["matches"] for entry in postal.lookups["Courier"]}
    codes = [one + other for one in BASE36[10:] for other in BASE36[10:]]
    assert {code for code in codes if is_s10(f"RB123456785{code}")} == listed | TERRITORIES


def test_postal_vectors_have_the_check_digit_that_is_published() -> None:
    facts = json.loads((contracts_root() / "carriers" / "s10.json").read_bytes())
    for vector in facts["vectors"]:
        assert s10_check_digit(vector["serial"]) == vector["check"]
        item = s10(vector["number"])
        assert item == S10(vector["prefix"], vector["serial"], vector["country"])
        assert item.number == vector["number"]
        assert is_s10(vector["number"])
    assert [s10_check_digit(edge["serial"]) for edge in facts["edge"]] == [0, 5]


STATED = (
    ("domestic", PostalService.DOMESTIC),
    ("unassigned", PostalService.UNASSIGNED),
    ("parcel post", PostalService.PARCEL),
    ("EMS", PostalService.EMS),
    ("e-commerce parcels", PostalService.ECOMMERCE),
    ("reserved", PostalService.RESERVED),
    ("letter post tracked", PostalService.TRACKED),
    ("letter post registered", PostalService.REGISTERED),
    ("letter post other", PostalService.UNTRACKED),
    ("letter post insured", PostalService.INSURED),
)


def indicators(text: str) -> Iterator[str]:
    """`AA-AU` and `GA,GD` spelled out."""
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = BASE36.index(first[0]), BASE36.index((last or first)[0])
        for letter in BASE36[start : end + 1]:
            low = BASE36.index(first[1])
            high = BASE36.index((last or first)[1])
            yield from (letter + second for second in BASE36[low : high + 1])


def test_service_indicators_mean_what_the_standard_says() -> None:
    facts = json.loads((contracts_root() / "carriers" / "s10.json").read_bytes())
    seen = 0
    for span, text in facts["service_indicators"].items():
        (kind,) = (kind for start, kind in STATED if text.startswith(start))
        for indicator in indicators(span):
            assert S10(indicator, "12345678", "CN").service is kind, indicator
            seen += 1
    assert seen > 380


def test_names_of_services_are_for_the_codes_that_the_collection_lists() -> None:
    """Ours are a selection in our own words; a code that nobody lists would be a slip."""
    from crossborder.stages.logistics.numbers.rules import FORMATS

    by_name = {OURS[rule.name]: rule for rule in rules()}
    for kind in FORMATS:
        if kind.name == "s10" or "service" not in kind.meanings:
            continue
        listed = by_name[kind.name].lookups["Service Type"]
        for code in kind.meanings["service"]:
            assert any(
                code == entry.get("matches") or re.fullmatch(entry.get("matches_regex", "$"), code)
                for entry in listed
            ), (kind.name, code)


def test_countries_of_dpd_are_those_of_the_collection() -> None:
    from crossborder.stages.logistics.numbers.posts import ISO_NUMBERS

    (rule,) = (rule for rule in rules() if rule.name == "DPD (28)")
    listed = {
        entry["matches"]: entry["country_short_code"] for entry in rule.lookups["Country Code"]
    }
    assert {number: listed[number] for number in ISO_NUMBERS} == dict(ISO_NUMBERS)
