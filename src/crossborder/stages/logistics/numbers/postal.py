"""Numbers of posts: UPU S10, Canada Post and USPS."""

from functools import partial
from itertools import product

from crossborder.stages.logistics.numbers import checks
from crossborder.stages.logistics.numbers.format import COLLECTION, Format
from crossborder.stages.logistics.numbers.posts import ISSUERS, POSTS, S10_STANDARD, SERVICES

__all__ = ["CANADA_POST", "S10", "USPS"]

_MOD10_EVEN3 = partial(checks.mod10, even=3)

S10 = (
    Format(
        "post",
        "s10",
        ("service:a2 ( serial:d8 ) check:d1 issuer:a2",),
        S10_STANDARD,
        check=checks.s10,
        rule="UPU S10",
        known={"issuer": ISSUERS},
        meanings={"service": {code: kind.value for code, kind in SERVICES.items()}},
        carriers=POSTS,
    ),
)

CANADA_POST = (
    Format(
        "canada_post",
        "canada_post",
        ("( outlet:d7 serial:d8 ) check:d1",),
        COLLECTION,
        check=_MOD10_EVEN3,
        rule="mod 10, weights 3 1",
    ),
)

_PUBLICATION_199 = f"USPS Publication 199 (IMpb), after {COLLECTION}"
_CONFIRMATION = {
    **dict.fromkeys(("01", "02", "03", "04", "14"), "delivery confirmation"),
    **dict.fromkeys(("05", "06", "07", "08"), "delivery confirmation, insured"),
    **dict.fromkeys(("21", "22", "23", "24", "34"), "signature confirmation"),
    **dict.fromkeys(("25", "26"), "signature confirmation, insured"),
    "73": "insured mail",
    **dict.fromkeys(("82", "83", "85"), "merchandise return"),
}


def _routed(bodies: tuple[str, ...], routings: tuple[str, ...]) -> tuple[str, ...]:
    """Each body after each routing, which is the code 420 and where the parcel goes, or nothing."""
    return tuple(f"{routing} {body}" for routing, body in product(routings, bodies))


def _impb(channels: tuple[tuple[str, str], ...], digits: int) -> tuple[str, ...]:
    """Bodies of so many digits; a mailer's number has nine when it begins with a 9, else six."""
    return tuple(
        f"( channel:{channel} service:d3 mailer:{mailer} package:d{digits - rest} ) check:d1"
        for channel, mailer in channels
        for rest in ((15,) if mailer == _NINE else (12,))
    )


_NINE, _SIX = "9d8", "[0-8]d5"
_NOWHERE, _ZIP, _ZIP4 = "", "420 zip:d5", "420 zip:d5 plus:d4"
_ONLINE = (("94", _NINE), ("94", _SIX))
_COMMERCIAL = (("92", _NINE), ("93", _SIX), ("95", _NINE), ("95", _SIX))
_CHANNELS = {
    "92": "commercial mailer",
    "93": "commercial mailer",
    "94": "online or vendor label",
    "95": "post office counter",
}

USPS = (
    Format(
        "usps",
        "usps_impb_online",
        (
            *_routed(_impb(_ONLINE, 22), (_NOWHERE, _ZIP4, _ZIP)),
            *_routed(_impb(_ONLINE, 26), (_NOWHERE, _ZIP)),
            *_impb(_ONLINE[:1], 30),
        ),
        _PUBLICATION_199,
        check=_MOD10_EVEN3,
        rule="mod 10, weights 3 1",
        meanings={"channel": _CHANNELS},
    ),
    Format(
        "usps",
        "usps_impb_commercial",
        (
            *_routed(_impb(_COMMERCIAL, 22), (_NOWHERE, _ZIP4, _ZIP)),
            *_routed(_impb(_COMMERCIAL, 26), (_NOWHERE, _ZIP)),
        ),
        _PUBLICATION_199,
        check=_MOD10_EVEN3,
        rule="mod 10, weights 3 1",
        meanings={"channel": _CHANNELS, "service": {"612": "parcel select"}},
    ),
    Format(
        "usps",
        "usps_20",
        ("( service:d2 mailer:d9 package:d8 ) check:d1",),
        COLLECTION,
        check=_MOD10_EVEN3,
        rule="mod 10, weights 3 1",
        meanings={"service": _CONFIRMATION},
    ),
    Format(
        "usps",
        "usps_91",
        (
            *_routed(("( 91 service:d2 mailer:d9 package:d8 ) check:d1",), (_NOWHERE, _ZIP4, _ZIP)),
            *_routed(("( service:d2 mailer:d9 package:d8 ) check:d1",), (_NOWHERE, _ZIP4, _ZIP)),
        ),
        COLLECTION,
        check=_MOD10_EVEN3,
        rule="mod 10, weights 3 1, application identifier 91 counted",
        lead="91",
        meanings={"service": _CONFIRMATION},
    ),
)
