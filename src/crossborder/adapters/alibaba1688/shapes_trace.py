"""The domestic way: what couriers write in Chinese → tracking events.

1688 passes on a courier's texts without codes. The table goes from the traps to the plain words:
"not signed for", "please sign" and "will be delivered soon" come before "signed for" and "being
delivered". What stands in no row is a scan on the way.
"""

import re
from collections.abc import Mapping
from typing import Any

from crossborder.adapters.alibaba1688.reading import moment, opened, readable
from crossborder.adapters.alibaba1688.rules import VENDOR
from crossborder.model.tracking import Health, Stage, TrackingEvent
from crossborder.wire.payload import Payload

__all__ = ["events", "stage_of"]

Meaning = tuple[Stage, Health, str | None]


def _row(pattern: str, stage: Stage, health: Health = Health.OK, why: str | None = None) -> Any:
    return re.compile(pattern), (stage, health, why)


_TABLE: tuple[tuple[re.Pattern[str], Meaning], ...] = (
    _row(r"拒签|拒收|拒绝签收", Stage.LAST_MILE, Health.FAILED, "refused"),
    _row(r"退[回件货].{0,12}(已签收|签收成功)", Stage.RETURNED),
    _row(r"退回|退件|退货", Stage.RETURNING, Health.ACTION_REQUIRED, "returning"),
    _row(r"丢失|遗失", Stage.LOST, Health.FAILED, "lost"),
    _row(
        r"[未无][人能法]?.{0,2}(签收|妥投)|(派送|派件|投递|签收|妥投)(失败|不成功)|(派送|派件|投递)异常",
        Stage.LAST_MILE,
        Health.ACTION_REQUIRED,
        "delivery_failed",
    ),
    _row(r"取件码|待取件|(放入|存入|投入).{0,20}(柜|驿站|代收点)", Stage.COLLECT),
    _row(r"(?<![如若])已(被|由|经|在)?.{0,12}签收|签收成功|签收人|代签|妥投", Stage.DELIVERED),
    _row(
        r"即将(进行)?(派送|派件)|将.{0,6}进行派送|(等待|安排|准备)(派送|派件)|待派", Stage.LINE_HAUL
    ),
    _row(r"派件|派送|投递|配送员", Stage.OUT_FOR_DELIVERY),
    _row(r"(待|请|准备|预计|方便|如|若).{0,8}签收|签收前", Stage.LINE_HAUL),
    _row(r"签收", Stage.DELIVERED),
    _row(r"[待未].{0,2}揽|预约揽|揽[收件](失败|异常)|已下单|已打包|打印面单", Stage.REGISTERED),
    _row(r"揽收|揽件|收寄|收件(?!人|地址|方)", Stage.ACCEPTED),
)


def stage_of(text: str) -> Meaning:
    """What a courier's line says: stage, health and reason.

    >>> stage_of("快件已签收，签收人：门卫")[0].value
    'delivered'
    >>> stage_of("快件未签收，客户不在家")[0].value
    'last_mile'
    """
    if not text.strip():
        return Stage.UNKNOWN, Health.OK, None
    found = (meaning for pattern, meaning in _TABLE if pattern.search(text))
    return next(found, (Stage.LINE_HAUL, Health.OK, None))


def events(answer: Mapping[str, Any]) -> tuple[TrackingEvent, ...]:
    """The scans in an answer of `getLogisticsTraceInfo.buyerView`; times are Beijing's."""
    with readable():
        traces = opened(answer, "logisticsTrace").each("logisticsTrace")
        return tuple(
            _event(step, trace.maybe_text("logisticsBillNo") or "")
            for trace in traces
            for step in trace.each("logisticsSteps")
        )


def _event(step: Payload, number: str) -> TrackingEvent:
    text = step.maybe_text("remark") or ""
    stage, health, reason = stage_of(text)
    at = moment(step, "acceptTime")
    if at is None:
        raise step.refuse("acceptTime", step.raw("acceptTime"), "is missing")
    return TrackingEvent(
        VENDOR, text=text, stage=stage, at=at, reason=reason, health=health, number=number
    )
