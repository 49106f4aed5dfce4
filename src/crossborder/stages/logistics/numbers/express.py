"""Numbers of the large express carriers: UPS, FedEx, DHL, DPD and Purolator."""

from functools import partial

from crossborder.stages.logistics.numbers import checks
from crossborder.stages.logistics.numbers.format import COLLECTION, Format
from crossborder.stages.logistics.numbers.posts import ISO_NUMBERS

__all__ = ["DHL", "DPD", "FEDEX", "PUROLATOR", "UPS"]

_MOD10_ODD2 = partial(checks.mod10, odd=2)
_MOD10_ODD3 = partial(checks.mod10, odd=3)
_MOD10_EVEN3 = partial(checks.mod10, even=3)
_FEDEX_12 = partial(checks.weighted, weights=(3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))
_FEDEX_14 = partial(checks.weighted, weights=(1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))

UPS = (
    Format(
        "ups",
        "ups_1z",
        ("1Z ( shipper:x6 service:x2 package:x7 ) check:d1",),
        COLLECTION,
        check=_MOD10_ODD2,
        rule="mod 10, weights 1 2",
        meanings={
            "service": {
                "01": "next day air",
                "02": "second day air",
                "03": "ground",
                "12": "three-day select",
                "13": "next day air saver",
                "15": "next day air early",
                "42": "ground, signature required",
                "66": "worldwide express",
                "72": "ground, collect on delivery",
                "90": "ground, return",
                "YW": "SurePost, last mile by USPS",
            }
        },
    ),
    Format(
        "ups",
        "ups_waybill",
        ("service:[AHJKTV] ( serial:d9 ) check:d1",),
        COLLECTION,
        check=_MOD10_ODD2,
        rule="mod 10, weights 1 2",
        meanings={
            "service": {"J": "next day express", "K": "ground", "V": "worldwide express saver"}
        },
    ),
)

FEDEX = (
    Format(
        "fedex",
        "fedex_12",
        ("( serial:d11 ) check:d1",),
        COLLECTION,
        check=_FEDEX_12,
        rule="mod 11, weights 3 1 7",
    ),
    Format(
        "fedex",
        "fedex_34",
        ("[0-8] d14 zip:d5 ( serial:d13 ) check:d1",),
        COLLECTION,
        check=_FEDEX_14,
        rule="mod 11, weights 1 7 3",
    ),
    Format(
        "fedex",
        "fedex_astra",
        ("3 d15 ( serial:d11 ) check:d1 d4",),
        COLLECTION,
        check=_FEDEX_12,
        rule="mod 11, weights 3 1 7",
    ),
    Format(
        "fedex",
        "fedex_ground_15",
        ("( serial:d14 ) check:d1",),
        COLLECTION,
        check=_MOD10_ODD3,
        rule="mod 10, weights 1 3",
    ),
    Format(
        "fedex",
        "fedex_ground_sscc",
        ("container:d2 ( serial:d15 ) check:d1",),
        COLLECTION,
        check=_MOD10_EVEN3,
        rule="mod 10, weights 3 1",
        meanings={
            "container": {
                "00": "carton",
                "01": "pallet",
                "02": "larger than a pallet",
                "04": "within the company",
            }
        },
    ),
    Format(
        "fedex",
        "fedex_ground_96",
        ("96 class:d2 service:d3 ( shipper:d7 package:d7 ) check:d1",),
        COLLECTION,
        check=_MOD10_ODD3,
        rule="mod 10, weights 1 3",
    ),
    Format(
        "fedex",
        "fedex_ground_gsn",
        ("96 class:d2 d5 shipper:d10 d1 ( serial:d13 ) check:d1",),
        COLLECTION,
        check=_FEDEX_14,
        rule="mod 11, weights 1 7 3",
    ),
)

_DHL_PREFIXES = "GM|LX|RX|UV|CN|SG|TH|IN|HK|MY"
DHL = (
    Format(
        "dhl_express",
        "dhl_express_waybill",
        ("( serial:d9 ) check:d1", "( serial:d10 ) check:d1"),
        COLLECTION,
        check=checks.mod7,
        rule="mod 7",
    ),
    Format(
        "dhl_express",
        "dhl_express_piece",
        tuple(f"J identifier:a{a} serial:d{d}" for a in (2, 3) for d in (9, 10)),
        COLLECTION,
    ),
    Format(
        "dhl_ecommerce",
        "dhl_ecommerce_prefix",
        (f"prefix:{_DHL_PREFIXES} serial:d1x9-38",),
        COLLECTION,
    ),
    Format("dhl_ecommerce", "dhl_ecommerce_14", ("serial:d14",), COLLECTION),
)

_DPD_LABEL = f"DPD Parcel Label Specification 2.4.1, after {COLLECTION}"
DPD = (
    Format(
        "dpd",
        "dpd_28",
        ("( zip:d7 serial:d14 service:d3 country:d3 ) check:x1",),
        _DPD_LABEL,
        check=checks.iso7064,
        rule="ISO/IEC 7064 MOD 37,36",
        meanings={
            "service": {
                "101": "normal parcel",
                "105": "normal parcel, ex works",
                "109": "normal parcel, cash on delivery",
                "113": "normal parcel, exchange",
                "136": "small parcel",
                "154": "parcel letter",
                "179": "by 10:00",
                "225": "by 12:00",
                "350": "by 8:30",
            },
            "country": ISO_NUMBERS,
        },
    ),
    Format(
        "dpd",
        "dpd_14",
        ("( serial:d14 ) check:x1",),
        _DPD_LABEL,
        check=checks.iso7064,
        rule="ISO/IEC 7064 MOD 37,36",
    ),
)

PUROLATOR = (
    Format(
        "purolator",
        "purolator_12",
        ("( serial:[0-5]d10 ) check:d1",),
        COLLECTION,
        check=checks.luhn,
        rule="Luhn",
    ),
    Format("purolator", "purolator_letters", ("serial:a3d9",), COLLECTION),
)
