"""The zone of a place, for scans whose source told the local time only.

Only what is certain is here: countries that keep one time, and the states and provinces of the
others that do. Where a place does not settle it, or the clock stood twice at that time, the scan
stays without a zone. Source: the IANA time zone database (`zone1970.tab`, 2026a).
"""

from datetime import datetime, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crossborder.model.place import Place

__all__ = ["zone_of", "zoned"]

_COUNTRIES = {
    "Africa/Abidjan": "BF CI GH GM GN ML MR SH SL SN TG",
    "Africa/Algiers": "DZ",
    "Africa/Cairo": "EG",
    "Africa/Casablanca": "MA",
    "Africa/Johannesburg": "LS SZ ZA",
    "Africa/Lagos": "AO BJ CF CG CM GA GQ NE NG",
    "Africa/Maputo": "BI BW MW MZ RW ZM ZW",
    "Africa/Nairobi": "DJ ER ET KE KM MG SO TZ UG YT",
    "Africa/Tunis": "TN",
    "America/Bogota": "CO",
    "America/Caracas": "VE",
    "America/Costa_Rica": "CR",
    "America/Guatemala": "GT",
    "America/Jamaica": "JM",
    "America/La_Paz": "BO",
    "America/Lima": "PE",
    "America/Montevideo": "UY",
    "America/Panama": "PA",
    "America/Puerto_Rico": "PR DO",
    "America/Asuncion": "PY",
    "America/Argentina/Buenos_Aires": "AR",
    "Asia/Baku": "AZ",
    "Asia/Bangkok": "KH LA TH",
    "Asia/Beirut": "LB",
    "Asia/Colombo": "LK",
    "Asia/Dhaka": "BD",
    "Asia/Dubai": "AE OM",
    "Asia/Ho_Chi_Minh": "VN",
    "Asia/Hong_Kong": "HK",
    "Asia/Jerusalem": "IL",
    "Asia/Karachi": "PK",
    "Asia/Kathmandu": "NP",
    "Asia/Kolkata": "IN",
    "Asia/Kuwait": "KW SA YE",
    "Asia/Macau": "MO",
    "Asia/Manila": "PH",
    "Asia/Qatar": "BH QA",
    "Asia/Seoul": "KR",
    "Asia/Shanghai": "CN",
    "Asia/Singapore": "SG",
    "Asia/Kuala_Lumpur": "MY",
    "Asia/Taipei": "TW",
    "Asia/Tashkent": "UZ",
    "Asia/Tbilisi": "GE",
    "Asia/Tokyo": "JP",
    "Asia/Yangon": "MM",
    "Asia/Yerevan": "AM",
    "Asia/Baghdad": "IQ",
    "Asia/Amman": "JO",
    "Asia/Brunei": "BN",
    "Atlantic/Reykjavik": "IS",
    "Europe/Athens": "GR",
    "Europe/Belgrade": "BA HR ME MK RS SI",
    "Europe/Berlin": "DE DK NO SE",
    "Europe/Brussels": "BE LU NL",
    "Europe/Bucharest": "RO",
    "Europe/Budapest": "HU",
    "Europe/Chisinau": "MD",
    "Europe/Dublin": "IE",
    "Europe/Helsinki": "FI",
    "Europe/Istanbul": "TR",
    "Europe/Kyiv": "UA",
    "Europe/London": "GB GG IM JE",
    "Europe/Minsk": "BY",
    "Europe/Paris": "FR MC",
    "Europe/Prague": "CZ SK",
    "Europe/Riga": "LV",
    "Europe/Rome": "IT SM VA",
    "Europe/Sofia": "BG",
    "Europe/Tallinn": "EE",
    "Europe/Tirane": "AL",
    "Europe/Vienna": "AT",
    "Europe/Vilnius": "LT",
    "Europe/Warsaw": "PL",
    "Europe/Zurich": "CH LI",
    "Europe/Malta": "MT",
    "Europe/Gibraltar": "GI",
    "Europe/Andorra": "AD",
    "Indian/Mauritius": "MU",
    "Indian/Maldives": "MV",
}
_STATES = {
    "America/New_York": "US-CT US-DC US-DE US-GA US-MA US-MD US-ME US-NC US-NH US-NJ US-NY US-OH "
    "US-PA US-RI US-SC US-VA US-VT US-WV",
    "America/Chicago": "US-AL US-AR US-IA US-IL US-LA US-MN US-MO US-MS US-OK US-WI",
    "America/Denver": "US-CO US-MT US-NM US-UT US-WY",
    "America/Los_Angeles": "US-CA US-WA",
    "Pacific/Honolulu": "US-HI",
    "America/Halifax": "CA-NS CA-PE",
    "America/Moncton": "CA-NB",
    "America/Winnipeg": "CA-MB",
    "America/Edmonton": "CA-AB",
    "Australia/Adelaide": "AU-SA",
    "Australia/Brisbane": "AU-QLD",
    "Australia/Darwin": "AU-NT",
    "Australia/Hobart": "AU-TAS",
    "Australia/Melbourne": "AU-VIC",
    "Australia/Sydney": "AU-ACT",
    "Australia/Perth": "AU-WA",
}
_ZONES = {
    place: zone
    for table in (_COUNTRIES, _STATES)
    for zone, places in table.items()
    for place in places.split()
}


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:  # a machine without the time zone database
        return None


def zone_of(place: Place | None) -> tzinfo | None:
    """The zone that a place keeps, or None where it is not certain.

    >>> zone_of(Place(country="US", region="CA")).key, zone_of(Place(country="US"))
    ('America/Los_Angeles', None)
    """
    if place is None or not place.country:
        return None
    name = _ZONES.get(place.country)
    if name is None and place.region:
        name = _ZONES.get(f"{place.country}-{place.region.strip().upper()}")
    return None if name is None else _zone(name)


def zoned(local: str, place: Place | None) -> datetime | None:
    """The moment of a local time at a place; None where place or clock do not settle it.

    A date alone, a time that the clock skipped and one that it showed twice settle nothing.

    >>> zoned("2026-02-03 10:20:00", Place(country="JP")).isoformat()
    '2026-02-03T10:20:00+09:00'
    """
    zone = zone_of(place)
    if zone is None or len(local) <= 10:
        return None
    try:
        clock = datetime.fromisoformat(local)
    except ValueError:
        return None
    if clock.tzinfo is not None:
        return None
    first, second = (clock.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first if first.utcoffset() == second.utcoffset() else None
