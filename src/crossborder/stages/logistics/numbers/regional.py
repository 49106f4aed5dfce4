"""Numbers of regional carriers and parcel networks, most of which have no check digit."""

from crossborder.stages.logistics.numbers import checks
from crossborder.stages.logistics.numbers.format import COLLECTION, Format

__all__ = ["REGIONAL"]


def _ontrac(name: str, letter: str, lead: str) -> Format:
    """The letter counts as the digit `lead`, where the number does not begin with that itself."""
    return Format(
        "ontrac",
        name,
        (f"{letter} ( serial:d13 ) check:d1",),
        COLLECTION,
        check=_ontrac_digit,
        rule=f"mod 10, weights 1 2, {letter} counted as {lead}",
        lead=lead,
    )


def _ontrac_digit(covered: str) -> str:
    return checks.mod10(covered, odd=2)


REGIONAL = (
    Format("yunexpress", "yunexpress", ("YT serial:d16",), COLLECTION),
    Format("amazon", "amazon_logistics", ("TB [ACM] serial:d12",), COLLECTION),
    Format("amazon", "amazon_international", ("[AFC] serial:d10",), COLLECTION),
    Format("yodel", "yodel", ("JJD serial:d16", "JD serial:d16"), COLLECTION),
    _ontrac("ontrac_c", "C", "4"),
    _ontrac("ontrac_d", "D", "5"),
    Format("lasership", "lasership_lx", ("L [AIEHNX] [1-3] serial:d7",), COLLECTION),
    Format("lasership", "lasership_1ls7_15", ("1LS7 [12] d4 serial:d6",), COLLECTION),
    Format("lasership", "lasership_1ls7_18", ("1LS7 [12] d2 01 [1-4] serial:d6 - 1",), COLLECTION),
    Format("lasership", "lasership_1lscx", ("1LSCX serial:x10",), COLLECTION),
    Format("gofo", "gofo_us", ("GFUS serial:d14",), COLLECTION),
    Format("landmark", "landmark_ltn", ("LTN serial:d8 N1",), COLLECTION),
    Format("canpar", "canpar_22", ("[CDKLSUXZ] serial:d21",), COLLECTION),
    Format("speedee", "speedee_20", ("SP serial:d18",), COLLECTION),
    Format(
        "old_dominion",
        "old_dominion_pro",
        ("( terminal:777|778|072|780 serial:d7 ) check:d1",),
        COLLECTION,
        check=checks.luhn,
        rule="Luhn",
    ),
    Format(
        "old_dominion",
        "old_dominion_guaranteed",
        ("( 80 serial:d8 ) check:d1",),
        COLLECTION,
        check=checks.luhn,
        rule="Luhn",
    ),
)
