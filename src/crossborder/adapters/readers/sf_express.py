"""SF Express (顺丰): answers of `EXP_RECE_SEARCH_ROUTES` (route query) and pushed routes.

Source: open.sf-express.com, "路由查询接口", "路由推送接口" and their table of route operation
codes. Times are `yyyy-MM-dd HH:mm:ss` and the vendor names no zone for them: parcels go abroad, so
they stay local. A query may stand in an envelope; a push has rows of several waybills.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from attrs import frozen

from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.protocols.logistics import Reading, TrackingReader
from crossborder.wire.scans import ScanShape, Sheet, When, Where, states

__all__ = ["Reader"]

VENDOR = "sf_express"

_TABLE = (
    (Stage.REGISTERED, "127 138 141 201 205 206 646 647 900"),
    ((Stage.REGISTERED, Health.FAILED, "unknown"), "131"),
    (Stage.ACCEPTED, "41 43 46 50 51 54 129 188 202 214 407 607 633 651 655 656 664"),
    (Stage.ACCEPTED, "700 701 843 850 851 950"),
    (Stage.LINE_HAUL, "10 11 30 31 36 88 89 96 105 106 147 190 302 304 310 405 406 501 570"),
    (Stage.LINE_HAUL, "571 605 3036 64 65 75 84 86 87 98 99 136 137 186 187 189 649 830 831 921"),
    ((Stage.LINE_HAUL, Health.OK, "carrier_delay"), "66 77 833"),
    (Stage.IMPORT_CUSTOMS, "14 604 606 623"),
    ((Stage.IMPORT_CUSTOMS, Health.OK, "customs_inspection"), "15 17 619 620"),
    ((Stage.IMPORT_CUSTOMS, Health.OK, "customs_delay"), "614"),
    ((Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_documentation"), "16 612"),
    ((Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "regulatory_hold"), "18 621"),
    ((Stage.IMPORT_CUSTOMS, Health.ACTION_REQUIRED, "customs_duties_unpaid"), "613"),
    (Stage.HANDOVER, "208 626 627"),
    (Stage.LAST_MILE, "34 47 123 126 151 152 153 204 211 634 643 657 847 870 930 931 932"),
    (Stage.OUT_FOR_DELIVERY, "44 122 154 212 630 658 676 677 844 880 933"),
    ((Stage.LAST_MILE, Health.FAILED, "unknown"), "33 70 934"),
    (Stage.COLLECT, "125 130 632 642 678"),
    (Stage.DELIVERED, "80 97 128 679 935 8000"),
    ((Stage.UNKNOWN, Health.ACTION_REQUIRED, "unknown"), "72 611"),
    ((Stage.RETURNING, Health.FAILED), "631 648"),
    ((Stage.RETURNED, Health.FAILED), "215 660"),
)

STATES = states({code: meaning for meaning, codes in _TABLE for code in codes.split()})
"""The table of operation codes; mere information (135, 140) says no stage.

Loading, leaving and arriving only say "moving" and are line haul, and so is a parcel that its
receiver sends on (99); 501 is "快件运输中" in answers. The customs may be those of either country. 648 says "sent back or on, under
a new number": it is taken for a way back. 8000 tells who signed.
"""

STATUSES = states(
    {
        "1": Stage.ACCEPTED,
        "101": Stage.ACCEPTED,
        "2": Stage.LINE_HAUL,
        "201": Stage.LINE_HAUL,
        "204": Stage.IMPORT_CUSTOMS,
        "205": Stage.IMPORT_CUSTOMS,
        "3": Stage.OUT_FOR_DELIVERY,
        "301": Stage.OUT_FOR_DELIVERY,
        "4": Stage.DELIVERED,
        "401": Stage.DELIVERED,
    }
)
"""`firstStatusCode` and `secondaryStatusCode`: collected, moving, customs, delivering, signed.

Newer answers have them beside the operation code, for which they stand in where it is not known.
"""


def _stated(entry: Mapping[str, Any]) -> ParcelState | None:
    if str(entry.get("opCode")) in STATES or "firstStatusCode" not in entry:
        return None
    second = STATUSES.get(str(entry.get("secondaryStatusCode")))
    return second or STATUSES.get(str(entry["firstStatusCode"]))


SCAN = ScanShape(
    VENDOR,
    When("acceptTime"),
    code="opCode",
    text="remark",
    where=Where(city="acceptAddress"),
    states=STATES,
    state=_stated,
)


@frozen
class Reader(TrackingReader):
    """Reads what SF Express answers about its waybills."""

    def read(self, body: bytes, *, received_at: datetime, charset: str | None = None) -> Reading:
        """One parcel a waybill; a refused call, of the gateway or the service, is a problem.

        Raises:
            Unreadable: the bytes are no answer of SF Express.
        """
        sheet = Sheet.json(body, source=VENDOR, received_at=received_at, charset=charset)
        inner = sheet.top.raw("apiResultData")
        if isinstance(inner, str) and inner:
            sheet = Sheet.json(inner.encode(), source=VENDOR, received_at=received_at)
        sheet.expect("msgData", "success", "errorCode", "apiResultCode", "Body")
        top = sheet.top
        code = (top.maybe_text("errorCode", "apiResultCode") or "").strip()
        if code not in ("", "S0000", "A1000") or not top.flag("success", default=True):
            sheet.refused(code, top.maybe_text("errorMsg", "apiErrorMsg") or "")
        for item in sheet.each(top, "msgData", "routeResps"):
            with sheet.parcel(item, item.maybe_text("mailNo")) as parcel:
                parcel.add(SCAN, item, "routes")
        for number, item in sheet.grouped(top, "Body", "WaybillRoute", number="mailno"):
            with sheet.parcel(item, number) as parcel:
                parcel.add(SCAN, item, "rows")
                parcel.refer(*(scan.extra.get("orderid") for scan in parcel.scans))
        sheet.nothing_known()
        return Reading(*sheet.found())
