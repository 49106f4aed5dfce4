from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossborder.adapters.alibaba1688.shapes import events, stage_of
from crossborder.errors import Unreadable
from crossborder.model.tracking import Health, Stage
from crossborder.wire.dates import BEIJING


@pytest.mark.parametrize(
    ("text", "stage"),
    [
        ("在广东广州天河区天平架一公司进行揽件扫描", Stage.ACCEPTED),
        ("【广州市】已揽收，揽收员：某某", Stage.ACCEPTED),
        ("顺丰速运 已收件", Stage.ACCEPTED),
        ("【北京】快件到达，收件人所在城市", Stage.LINE_HAUL),
        ("商家已下单，等待揽收", Stage.REGISTERED),
        ("包裹正在等待揽收", Stage.REGISTERED),
        ("快件未揽收", Stage.REGISTERED),
        ("在分拨中心广东广州分拨中心进行称重扫描", Stage.LINE_HAUL),
        ("从浙江宁波分拨中心发出，本次转运目的地：浙江宁波鄞州区邱隘公司", Stage.LINE_HAUL),
        ("到达目的地网点浙江宁波鄞州区邱隘公司，快件将很快进行派送", Stage.LINE_HAUL),
        ("快件已到达网点，即将派送", Stage.LINE_HAUL),
        ("在浙江宁波鄞州区邱隘公司进行派件扫描；派送业务员：xxx", Stage.OUT_FOR_DELIVERY),
        ("快递员正在派送途中，请您准备签收", Stage.OUT_FOR_DELIVERY),
        ("快件已放入丰巢柜，请凭取件码取件", Stage.COLLECT),
        ("您的快件已存入菜鸟驿站", Stage.COLLECT),
        ("快件已被 已签收 签收", Stage.DELIVERED),
        ("快件已签收，签收人：门卫，感谢使用", Stage.DELIVERED),
        ("已由他人代签收", Stage.DELIVERED),
        ("客户 签收", Stage.DELIVERED),
        ("投递并签收，签收人：本人", Stage.DELIVERED),
        ("邮件已妥投", Stage.DELIVERED),
        ("预计明天签收", Stage.LINE_HAUL),
        ("签收前请验货", Stage.LINE_HAUL),
        ("如已签收请忽略", Stage.LINE_HAUL),
        ("快件已退回，退件已签收", Stage.RETURNED),
        ("快件退回中", Stage.RETURNING),
        ("快件在运输途中遗失", Stage.LOST),
        ("   ", Stage.UNKNOWN),
    ],
)
def test_what_a_courier_writes_has_a_stage(text: str, stage: Stage) -> None:
    assert stage_of(text)[0] is stage


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("快件未签收，客户不在家", "delivery_failed"),
        ("派送失败：电话无人接听", "delivery_failed"),
        ("快件无人签收", "delivery_failed"),
        ("邮件未妥投", "delivery_failed"),
        ("客户拒签，正在与发件方联系", "refused"),
        ("收件人拒绝签收", "refused"),
    ],
)
def test_a_parcel_that_was_not_taken_is_not_delivered(text: str, reason: str) -> None:
    stage, health, why = stage_of(text)
    assert stage is Stage.LAST_MILE
    assert health is not Health.OK
    assert why == reason


@given(st.text(max_size=40))
def test_every_text_has_a_stage(text: str) -> None:
    assert isinstance(stage_of(text)[0], Stage)


def trace(**step: Any) -> dict[str, Any]:
    steps = [{"acceptTime": "2018-07-24 21:55:33", "remark": "揽件扫描", **step}]
    return {"logisticsTrace": [{"logisticsBillNo": "3832890717253", "logisticsSteps": steps}]}


def test_a_scan_has_beijing_time_and_its_waybill() -> None:
    (event,) = events(trace())
    assert event.at == datetime(2018, 7, 24, 21, 55, 33, tzinfo=BEIJING)
    assert (event.source, event.code, event.number) == ("alibaba1688", "", "3832890717253")
    assert event.text == "揽件扫描"


@pytest.mark.parametrize("stated", [None, "", "昨天"])
def test_a_scan_without_a_time_is_unreadable(stated: str | None) -> None:
    with pytest.raises(Unreadable) as caught:
        events(trace(acceptTime=stated))
    assert caught.value.field == "logisticsTrace.0.logisticsSteps.0.acceptTime"


def test_no_trace_is_no_scans() -> None:
    assert events({"logisticsTrace": None, "success": True}) == ()
    assert events({"logisticsTrace": [{"logisticsSteps": None}]}) == ()
    assert events(trace(remark=None))[0].stage is Stage.UNKNOWN
