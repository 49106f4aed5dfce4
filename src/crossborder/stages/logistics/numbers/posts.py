"""What the letters of UPU standard S10 mean: the service before the digits, the post after them.

Service indicators and the rule for the issuer (ISO 3166-1 alpha-2 of the issuing post) are from
UPU standard S10, as summarised in the article "S10 (UPU standard)" of Wikipedia. The issuers are
the members of the Universal Postal Union, and those territories whose own posts issue under their
own code. The names of posts are a selection.
"""

from enum import StrEnum
from string import ascii_uppercase
from types import MappingProxyType

__all__ = ["ISO_NUMBERS", "ISSUERS", "POSTS", "S10_STANDARD", "SERVICES", "PostalService"]

S10_STANDARD = "UPU standard S10"


class PostalService(StrEnum):
    """What kind of mail the first letters of an S10 number say it is."""

    REGISTERED = "registered"
    TRACKED = "tracked"
    UNTRACKED = "untracked"
    INSURED = "insured"
    EMS = "ems"
    PARCEL = "parcel"
    ECOMMERCE = "ecommerce"
    M_BAG = "m_bag"
    BUSINESS_REPLY = "business_reply"
    DOMESTIC = "domestic"
    RESERVED = "reserved"
    UNASSIGNED = "unassigned"

    @property
    def tracked(self) -> bool | None:
        """Whether scans on the way are to be expected; None where the standard does not say.

        >>> PostalService.REGISTERED.tracked, PostalService.UNTRACKED.tracked
        (True, False)
        """
        return _SCANNED.get(self)


_SCANNED = {
    **dict.fromkeys(
        (
            *(PostalService.REGISTERED, PostalService.TRACKED, PostalService.INSURED),
            *(PostalService.EMS, PostalService.PARCEL, PostalService.ECOMMERCE),
        ),
        True,
    ),
    # 平邮: a letter-post item with a customs label CN 22 or CN 23 that is scanned nowhere.
    PostalService.UNTRACKED: False,
}

_FIRST = {
    "C": PostalService.PARCEL,
    "E": PostalService.EMS,
    "H": PostalService.ECOMMERCE,
    "L": PostalService.TRACKED,
    "M": PostalService.M_BAG,
    "R": PostalService.REGISTERED,
    "U": PostalService.UNTRACKED,
    "V": PostalService.INSURED,
    **dict.fromkeys("BDNPZ", PostalService.DOMESTIC),
    **dict.fromkeys("JK", PostalService.RESERVED),
}
_BOTH = {
    **dict.fromkeys((f"Q{letter}" for letter in "ABCDEFGHIJKLM"), PostalService.BUSINESS_REPLY),
    **dict.fromkeys((f"A{letter}" for letter in "VWXYZ"), PostalService.DOMESTIC),
    **dict.fromkeys(("GA", "GD"), PostalService.DOMESTIC),
}

SERVICES = MappingProxyType(
    {
        first + second: _BOTH.get(first + second, _FIRST.get(first, PostalService.UNASSIGNED))
        for first in ascii_uppercase
        for second in ascii_uppercase
    }
)
"""The kind of mail by service indicator, for every pair of letters."""

_MEMBERS = """
AE AF AG AL AM AO AR AT AU AZ  BA BB BD BE BF BG BH BI BJ BN BO BR BS BT BW BY BZ
CA CD CF CG CH CI CL CM CN CO CR CU CV CY CZ  DE DJ DK DM DO DZ  EC EE EG ER ES ET
FI FJ FR  GA GB GD GE GH GM GN GQ GR GT GW GY  HN HR HT HU  ID IE IL IN IQ IR IS IT
JM JO JP  KE KG KH KI KM KN KP KR KW KZ  LA LB LC LI LK LR LS LT LU LV LY
MA MC MD ME MG MK ML MM MN MR MT MU MV MW MX MY MZ  NA NE NG NI NL NO NP NR NZ
OM  PA PE PG PH PK PL PT PY  QA  RO RS RU RW
SA SB SC SD SE SG SI SK SL SM SN SO SR SS ST SV SY SZ  TD TG TH TJ TL TM TN TO TR TT TV TZ
UA UG US UY UZ  VA VC VE VN VU  WS  YE  ZA ZM ZW
"""
_TERRITORIES = "AW BM CW FO GG GI GL HK JE KY MO NC PF TW"

ISSUERS = frozenset((_MEMBERS + _TERRITORIES).split())
"""Codes of the posts that issue S10 numbers; a number that ends otherwise is refused."""

POSTS = MappingProxyType(
    {
        "AE": "emirates_post",
        "AT": "austrian_post",
        "AU": "australia_post",
        "BE": "bpost",
        "BR": "correios",
        "BY": "belpost",
        "CA": "canada_post",
        "CH": "swiss_post",
        "CN": "china_post",
        "CZ": "czech_post",
        "DE": "deutsche_post",
        "DK": "postnord_denmark",
        "EE": "omniva",
        "ES": "correos",
        "FI": "posti",
        "FR": "la_poste",
        "GB": "royal_mail",
        "GR": "elta",
        "HK": "hongkong_post",
        "HU": "magyar_posta",
        "ID": "pos_indonesia",
        "IE": "an_post",
        "IL": "israel_post",
        "IN": "india_post",
        "IT": "poste_italiane",
        "JP": "japan_post",
        "KR": "korea_post",
        "KZ": "kazpost",
        "LT": "lietuvos_pastas",
        "LV": "latvijas_pasts",
        "MO": "macau_post",
        "MX": "correos_mexico",
        "MY": "pos_malaysia",
        "NL": "postnl",
        "NO": "posten_norge",
        "NZ": "new_zealand_post",
        "PH": "phlpost",
        "PL": "poczta_polska",
        "PT": "ctt",
        "RO": "posta_romana",
        "RU": "russian_post",
        "SA": "saudi_post",
        "SE": "postnord_sweden",
        "SG": "singpost",
        "TH": "thailand_post",
        "TR": "ptt",
        "TW": "chunghwa_post",
        "UA": "ukrposhta",
        "US": "usps",
        "VN": "vietnam_post",
        "ZA": "south_african_post",
    }
)
"""Posts by the code under which they issue; another is `post_` and its code, such as `post_ke`."""

_NUMBERED = """
040AT 056BE 100BG 191HR 196CY 203CZ 208DK 233EE 246FI 250FR 276DE 300GR 348HU 352IS 372IE 380IT
428LV 438LI 440LT 442LU 470MT 528NL 578NO 616PL 620PT 642RO 643RU 688RS 703SK 705SI 724ES 752SE
756CH 792TR 804UA 826GB  036AU 124CA 156CN 344HK 392JP 840US
"""
ISO_NUMBERS = MappingProxyType({text[:3]: text[3:] for text in _NUMBERED.split()})
"""ISO 3166-1: the country by its number, for those to which parcels of DPD mostly go."""
