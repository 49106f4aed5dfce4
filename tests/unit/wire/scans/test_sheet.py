"""Answers taken apart: what is read, what is kept, and what becomes of the rest."""

import json
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from crossborder.errors import InvalidValue, Unreadable
from crossborder.model.extra import Extra
from crossborder.model.ids import Ref
from crossborder.model.place import Place
from crossborder.model.shipment import Shipment
from crossborder.model.tracking import Health, ParcelState, Stage
from crossborder.serial import from_json, to_json
from crossborder.wire.payload import Payload
from crossborder.wire.scans import ScanShape, Sheet, When, Where, many, one, states

NOW = datetime(2026, 11, 29, tzinfo=UTC)
CODES = states(
    {
        "PU": Stage.ACCEPTED,
        "OK": Stage.DELIVERED,
        "RT": (Stage.RETURNING, Health.FAILED, "consignee_refused"),
    }
)
SHAPE = ScanShape(
    "acme",
    When("at"),
    code="code",
    text="text",
    where=Where(country="land", city="spot.town"),
    states=CODES,
    number="no",
)


def sheet(value: Any) -> Sheet:
    return Sheet.json(json.dumps(value).encode(), source="acme", received_at=NOW)


def read(value: Any, **report: str) -> Sheet:
    found = sheet({"parcels": [value]})
    for item in many(found.top, "parcels"):
        with found.parcel(item, item.maybe_text("number")) as parcel:
            parcel.add(SHAPE, item, "scans")
            if report:
                parcel.reports(CODES, item, report["field"])
    return found


def scan(hour: int, code: str = "PU", **more: Any) -> dict[str, Any]:
    return {"at": f"2026-11-02T{hour:02}:00:00+08:00", "code": code, **more}


@given(st.permutations([scan(1), scan(2), scan(3, "OK"), scan(3, "OK"), scan(2)]))
def test_scans_stand_once_each_and_the_oldest_first(scans: list[Any]) -> None:
    (parcel,), _ = read({"number": "A1", "scans": scans}).found()
    assert [event.at.hour for event in parcel.events if event.at] == [1, 2, 3]
    assert parcel.state.stage is Stage.DELIVERED


def test_further_ids_stand_once_each_without_blanks_and_the_parcels_own() -> None:
    found = sheet({})
    with found.parcel(found.top, "A1") as parcel:
        parcel.refs.append(Ref("shop", "B2"))
        parcel.refer("A1", "B2", None, " ", 7, "C3")
        parcel.refer("C3 ", ["D4"])
    (read_of_it,), _ = found.found()
    assert [str(ref) for ref in read_of_it.refs] == ["shop:B2", "acme:B2", "acme:C3"]


def test_scans_of_one_time_stand_in_the_answers_order_whichever_way_it_runs() -> None:
    down = [scan(9, "OK", text="c"), scan(8, "PU", text="b"), scan(8, "PU", text="a"), scan(7)]
    for scans in (down, down[::-1]):
        (parcel,), _ = read({"number": "A1", "scans": scans}).found()
        assert [event.text for event in parcel.events] == ["", "a", "b", "c"]


def test_scans_with_and_without_a_zone_stand_by_what_the_clocks_showed() -> None:
    local = {"at": "2026-11-02 02:30:00", "code": "PU"}
    (parcel,), _ = read({"number": "A1", "scans": [scan(3), local, scan(2)]}).found()
    assert [event.at for event in parcel.events][1] is None
    assert [event.at.hour for event in parcel.events if event.at] == [2, 3]


def test_what_nobody_read_is_kept_with_the_scan_and_with_the_parcel() -> None:
    value = {"number": "A1", "note": "x", "scans": [scan(1, by="ann", none=None, deep={"a": [1]})]}
    (parcel,), _ = read(value).found()
    assert parcel.extra == {"note": "x"}
    assert parcel.events[0].extra == {"by": "ann", "deep": {"a": (1,)}}


def test_a_place_keeps_a_country_that_is_no_code_as_text() -> None:
    scans = [scan(1, land="fr", spot={"town": "Lille"}), scan(2, land="France"), scan(3)]
    (parcel,), _ = read({"number": "A1", "scans": scans}).found()
    assert [event.place for event in parcel.events] == [
        Place(country="FR", city="Lille"),
        Place(text="France"),
        None,
    ]


@pytest.mark.parametrize(
    "broken",
    [
        7,
        "x",
        [],
        {"code": "PU"},
        {"at": {"x": 1}},
        scan(1, text=["a"]),
        scan(1, spot=[7]) | {"at": ""},
    ],
)
def test_one_scan_that_cannot_be_read_is_a_problem_and_the_others_stand(broken: Any) -> None:
    (parcel,), problems = read({"number": "A1", "scans": [scan(1), broken, scan(2)]}).found()
    assert len(parcel.events) == 2
    (problem,) = problems
    assert problem.code == "unreadable"
    assert problem.field.startswith("parcels.0.scans.1")
    assert problem.extra["number"] == "A1"
    assert "raw" in problem.extra


def test_a_parcel_without_a_number_is_a_problem_that_keeps_all_of_it() -> None:
    parcels, (problem,) = read({"scans": [scan(1)], "note": "x"}).found()
    assert parcels == ()
    assert problem.extra["raw"]["note"] == "x"


def test_a_parcel_without_a_number_is_named_by_where_it_stands_not_by_a_field() -> None:
    found = sheet({"parcels": [{"waybill": None}]})
    for item in found.each(found.top, "parcels"):
        with found.parcel(item, item.raw("waybill")):
            pass
    with found.parcel(found.top, " "):
        pass
    first, second = found.problems
    assert (first.text, first.field) == ("acme.parcels.0 has no number (got None)", "parcels.0")
    assert (second.text, second.field) == ("acme.body has no number (got ' ')", "body")


def test_the_carriers_word_for_the_parcel_comes_before_what_the_scans_add_up_to() -> None:
    value = {"number": "A1", "phase": "RT", "scans": [scan(1)]}
    (parcel,), _ = read(value, field="phase").found()
    assert parcel.state == ParcelState(Stage.RETURNING, Health.FAILED, "consignee_refused")
    assert parcel.extra == {"phase": "RT"}


def test_a_word_that_nobody_knows_leaves_the_parcel_to_its_scans() -> None:
    value = {"number": "A1", "phase": "NEW", "scans": [scan(1)]}
    (parcel,), _ = read(value, field="phase").found()
    assert parcel.state.stage is Stage.ACCEPTED


def test_a_health_without_a_stage_is_joined_with_the_stage_of_the_scans() -> None:
    found = sheet({"parcels": [{"number": "A1", "scans": [scan(1)]}]})
    for item in many(found.top, "parcels"):
        with found.parcel(item, "A1") as parcel:
            parcel.add(SHAPE, item, "scans")
            parcel.state = ParcelState(Stage.UNKNOWN, Health.ACTION_REQUIRED, "unknown")
    (told,), _ = found.found()
    assert told.state == ParcelState(Stage.ACCEPTED, Health.ACTION_REQUIRED, "unknown")


@pytest.mark.parametrize(
    ("stated", "known"),
    [
        ("2026-11-24T18:00:00+01:00", True),
        ("2026-11-24T18:00:00", False),
        ("2026-11-24", False),
        (None, False),
    ],
)
def test_an_estimate_counts_only_with_a_zone_and_is_kept_in_any_case(
    stated: str | None, known: bool
) -> None:
    found = sheet({"parcels": [{"number": "A1", "due": stated}]})
    for item in many(found.top, "parcels"):
        with found.parcel(item, "A1") as parcel:
            parcel.expects(item, When("due"))
    (told,), _ = found.found()
    assert (told.expected is not None) is known
    assert told.extra["due"] == stated


def test_a_window_the_wrong_way_round_is_none() -> None:
    value = {"a": "2026-11-25T18:00:00Z", "b": "2026-11-24T18:00:00Z"}
    found = sheet(value)
    with found.parcel(found.top, "A1") as parcel:
        parcel.expects(found.top, When("a"), When("b"))
    assert found.found()[0][0].expected is None


def test_a_scan_may_name_its_own_number() -> None:
    (parcel,), _ = read({"number": "A1", "scans": [scan(1), scan(2, no="B2")]}).found()
    assert [event.number for event in parcel.events] == ["A1", "B2"]


def test_an_answer_of_another_vendor_is_refused_by_what_it_lacks() -> None:
    with pytest.raises(Unreadable, match="has none of parcels, errors"):
        sheet({"other": 1}).expect("parcels", "errors")
    sheet([7, {"parcels": []}]).expect("parcels")
    sheet([]).expect("parcels")
    with pytest.raises(Unreadable, match="has none of parcels"):
        sheet([{"other": 1}]).expect("parcels")
    assert sheet([{"a": 1}]).top.each("all")[0].integer("a") == 1
    for value in (7, None, "x"):
        with pytest.raises(Unreadable):
            sheet(value)


def test_objects_are_found_through_lists_and_lone_objects() -> None:
    top = Payload({"a": {"b": {"c": 1}}, "x": [{"y": None}, {"y": ""}, {}]}, source="acme")
    assert [item.at for item in many(top, "a", "b")] == ["a.b"]
    assert many(top, "x", "y") == ()
    assert one(top, "x", "y").maybe_text("z") is None
    with pytest.raises(Unreadable, match=r"a\.b\.c"):
        many(top, "a", "b", "c")
    with pytest.raises(Unreadable, match=r"a\.b\.c"):
        many(top, "a", "b", "c", "d")


def test_a_refusal_without_a_code_is_a_refusal() -> None:
    found = sheet({"errors": []})
    found.refused(" ", "no such number", number="A1")
    _, (problem,) = found.found()
    assert (problem.code, problem.text, problem.extra) == (
        "refused",
        "no such number",
        {"number": "A1"},
    )


GROUPS = {
    "number": "A1",
    "days": {"2026-11-02": [{"h": "08:00", "code": "PU"}, 7], "2026-11-03": {"h": "09:00"}},
    "stops": [{"town": "Lille", "note": "x", "scans": [{"at": "2026-11-05 07:15"}]}],
}


def test_scans_inherit_what_stands_on_the_groups_around_them() -> None:
    found = sheet(GROUPS)
    day = ScanShape("acme", When(("*", "h")), code="code", states=CODES)
    stop = ScanShape("acme", When("at"), where=Where(city="town"))
    with found.parcel(found.top, "A1") as parcel:
        parcel.add(day, found.top, "days", "*", inherit=("*",))
        parcel.add(stop, found.top, "stops", "scans", inherit=("town",))
    (told,), (problem,) = found.found()
    assert [event.local for event in told.events] == [
        "2026-11-02 08:00:00",
        "2026-11-03 09:00:00",
        "2026-11-05 07:15:00",
    ]
    assert told.events[2].place == Place(city="Lille")
    assert problem.field.startswith("days.2026-11-02.1")
    assert told.extra["stops"] == ({"town": "Lille", "note": "x"},)


def test_what_stands_on_objects_that_were_only_looked_into_is_kept() -> None:
    found = sheet({"number": "A1", "service": {"code": "E", "name": "Eco"}, "more": [{"a": 1}]})
    with found.parcel(found.top, "A1") as parcel:
        parcel.line = one(found.top, "service").text("code")
        assert [item.integer("a") for item in many(found.top, "more")] == [1]
    (told,), _ = found.found()
    assert told.extra["service"] == {"name": "Eco"}
    assert "more" not in told.extra


def test_of_several_names_the_one_that_did_not_count_is_kept() -> None:
    shape = ScanShape("acme", When("at"), text=("desc", "descEn"))
    event = shape.read({"at": "2026-11-02 08:00", "desc": "在途", "descEn": "On way"}, "A1", NOW)
    assert (event.text, event.extra) == ("在途", {"descEn": "On way"})


def test_two_scans_of_one_time_with_other_meanings_both_stand() -> None:
    shape = ScanShape(
        "acme",
        When("at"),
        text="text",
        state=lambda entry: ParcelState(Stage.DELIVERED if entry["k"] else Stage.LAST_MILE),
    )
    scans = [{"at": "2026-11-02 10:00", "text": "y", "k": k} for k in (True, False)]
    for order in (scans, scans[::-1]):
        found = sheet({"scans": order})
        with found.parcel(found.top, "A1") as parcel:
            parcel.add(shape, found.top, "scans")
        (told,), _ = found.found()
        assert [event.stage for event in told.events] == [Stage.LAST_MILE, Stage.DELIVERED]
        assert not told.state.reopened


def test_one_item_that_is_no_object_is_a_problem_and_the_others_are_read() -> None:
    found = sheet({"parcels": [{"number": "A1"}, 7, None, {"number": True}, {"number": "A2"}]})
    for item in found.each(found.top, "parcels"):
        with found.parcel(item, item.raw("number")):
            pass
    parcels, problems = found.found()
    assert [parcel.number for parcel in parcels] == ["A1", "A2"]
    assert [problem.field for problem in problems] == ["parcels.1", "parcels.3"]


def test_a_field_that_is_wrong_does_not_cost_the_scans_before_it() -> None:
    found = sheet({"number": "A1", "service": {"x": 1}, "scans": [scan(1)]})
    with found.parcel(found.top, "A1") as parcel:
        parcel.add(SHAPE, found.top, "scans")
        parcel.line = found.top.maybe_text("service") or ""
    (told,), (problem,) = found.found()
    assert len(told.events) == 1
    assert problem.field == "service"


def test_a_time_in_no_known_spelling_is_kept_as_text_with_a_warning() -> None:
    (parcel,), (problem,) = read(
        {"number": "A1", "scans": [{"at": "30/11/26", "code": "OK"}, scan(1)]}
    ).found()
    assert [event.local for event in parcel.events] == ["30/11/26", None]
    assert (problem.code, problem.severity, problem.field) == (
        "time_unreadable",
        "warning",
        "parcels.0.scans.0",
    )


@pytest.mark.parametrize("told", ["20261102 0", "2026-13-45 99:00", "2026-11-20 10.15", "soon"])
def test_what_only_begins_like_a_time_is_kept_with_a_warning_too(told: str) -> None:
    scans = [{"at": "2026-11-02 08:00:00"}, {"at": told}]
    (parcel,), (problem,) = read({"number": "A1", "scans": scans}).found()
    assert told in [event.local for event in parcel.events]
    assert (problem.code, problem.severity) == ("time_unreadable", "warning")
    assert problem.extra == {"number": "A1", "time": told}


@pytest.mark.parametrize("day", ["20261101", "2026/11/01", "2026-11-01"])
def test_a_day_without_an_hour_stands_before_later_times_however_it_is_written(day: str) -> None:
    scans = [{"at": "2026-11-02 08:00:00", "code": "OK"}, {"at": day, "code": "PU"}]
    for order in (scans, scans[::-1]):
        (parcel,), problems = read({"number": "A1", "scans": order}).found()
        assert [event.local for event in parcel.events] == ["2026-11-01", "2026-11-02 08:00:00"]
        assert (parcel.state.stage, parcel.state.reopened) == (Stage.DELIVERED, False)
        assert problems == ()


ZONED = ScanShape(
    "acme",
    When("at", offset="z", zones={"EST": -5}, layouts=("%Y-%m-%d %H:%M %Z", "%Y-%m-%d %H:%M")),
)


def test_a_zone_that_nobody_knows_leaves_a_warning_once_and_the_time_local() -> None:
    told = [("10:00", "XYZ"), ("11:00", "XYZ"), ("12:00", "EST"), ("13:00", ""), ("14:00 ABC", "")]
    scans = [{"at": f"2026-11-02 {hour}", "z": zone} for hour, zone in told]
    found = sheet({"scans": scans})
    with found.parcel(found.top, "A1") as parcel:
        parcel.add(ZONED, found.top, "scans")
    (read_of_it,), problems = found.found()
    assert [event.at is None for event in read_of_it.events] == [True, True, False, True, True]
    assert [(said.code, said.severity, said.field) for said in problems] == [
        ("zone_unreadable", "warning", "scans.0"),
        ("zone_unreadable", "warning", "scans.4"),
    ]
    assert [said.extra["zone"] for said in problems] == ["XYZ", "ABC"]


@pytest.mark.parametrize("first", ["0001-01-01T00:00:00Z", "/Date(0)/", "/Date(-62135596800000)/"])
def test_the_first_day_of_a_clock_is_no_time(first: str) -> None:
    parcels, problems = read({"number": "A1", "scans": [scan(1), {"at": first}]}).found()
    assert len(parcels[0].events) == 1
    assert "has no time" in problems[0].text


def test_a_report_may_stand_deeper() -> None:
    found = sheet({"status": {"code": "OK"}})
    with found.parcel(found.top, "A1") as parcel:
        parcel.reports(CODES, found.top, "status.code")
    (told,), _ = found.found()
    assert told.state.stage is Stage.DELIVERED
    assert told.extra["status"] == {"code": "OK"}


@pytest.mark.parametrize(
    "wrong",
    [{"line": None}, {"carrier": 7}, {"ship_date": "2026"}, {"ship_date": datetime(2026, 1, 1)}],  # noqa: DTZ001
)
def test_a_draft_of_the_wrong_kind_is_a_problem(wrong: dict[str, Any]) -> None:
    found = sheet({"number": "A1"})
    with found.parcel(found.top, "A1") as parcel:
        for name, value in wrong.items():
            setattr(parcel, name, value)
    parcels, (problem,) = found.found()
    assert parcels == ()
    assert next(iter(wrong)) in problem.text


def test_a_shape_refuses_tables_and_answers_of_the_wrong_kind() -> None:
    plain = ScanShape("acme", When("at"), code="c", states={"D": Stage.DELIVERED, 7: Stage.LOST})
    assert plain.read({"at": "2026-11-02 08:00", "c": 7}, "A1", NOW).stage is Stage.LOST
    with pytest.raises(InvalidValue, match="wording"):
        ScanShape("acme", When("at"), wording={"a": Stage.LOST})  # type: ignore[arg-type]
    odd = ScanShape("acme", When("at"), state=lambda _: Stage.LOST)  # type: ignore[arg-type, return-value]
    with pytest.raises(InvalidValue, match="ParcelState"):
        odd.read({"at": "2026-11-02 08:00"}, "A1", NOW)


def test_what_encloses_parcels_does_not_hold_them_again() -> None:
    found = sheet({"groups": [{"note": "g", "parcels": [{"no": "A1", "x": 1}, {"no": "A2"}]}]})
    for group in found.each(found.top, "groups"):
        for item in found.each(group, "parcels"):
            with found.parcel(item, item.raw("no")) as parcel:
                parcel.extra.update(group.unread())
    parcels, _ = found.found()
    assert [parcel.extra for parcel in parcels] == [{"note": "g", "x": 1}, {"note": "g"}]


def test_what_nobody_looked_at_is_frozen_when_it_is_looked_at() -> None:
    (parcel,), _ = read(
        {"number": "A1", "deep": {"a": [1]}, "scans": [scan(1, x={"y": [2]})]}
    ).found()
    for noun in (parcel, parcel.events[0]):
        assert type(noun.extra) is Extra
        assert noun.extra is noun.extra
        with pytest.raises(TypeError):
            noun.extra["new"] = 1
    assert parcel.extra["deep"] == Extra({"a": (1,)})
    assert pickle.loads(pickle.dumps(parcel)) == parcel
    assert from_json(to_json(parcel), Shipment).extra == parcel.extra
    assert hash(parcel) == hash(evolve(parcel))


def test_a_blank_id_gives_way_to_the_number() -> None:
    found = sheet({"number": "A1"})
    with found.parcel(found.top, "A1") as parcel:
        parcel.id = " "
    (told,), problems = found.found()
    assert (told.id, problems) == ("A1", ())


ERRORS = {
    "errors": [
        {},
        {"code": "", "message": None},
        {"code": 7, "message": "No such number"},
        {"detail": "x"},
        "NOT.FOUND - no data",
        "Unauthorized",
        "Please slow down",
        "",
        None,
        ["x"],
    ]
}


def test_every_refusal_at_the_end_of_a_path_is_told_and_an_empty_one_is_none() -> None:
    found = sheet(ERRORS)
    assert found.refusals(found.top, "errors", number="A1")
    assert [(said.raw, said.text) for said in found.problems] == [
        ("7", "No such number"),
        ("", ""),
        ("NOT.FOUND", "no data"),
        ("Unauthorized", ""),
        ("", "Please slow down"),
    ]
    assert {said.extra["number"] for said in found.problems} == {"A1"}
    assert found.problems[1].extra["detail"] == "x"
    assert not found.refusals(found.top, "other")
    odd = sheet(
        {"error": {"code": {"a": 1}, "message": "No", "self": 1, "number": "X", "more": []}}
    )
    assert odd.refusals(odd.top, "error", number="A1")
    assert odd.problems[0].extra == {"code": {"a": 1}, "self": 1, "number": "A1"}
    two = sheet({"error": {"code": 1, "name": "", "text": "No", "more": "why"}})
    assert two.refusals(two.top, "error", text=("name", "text", "more"))
    assert two.problems[0].extra == {"more": "why"}
    nothing = sheet({"error": {}, "deep": [{"why": {"no": "E1", "say": "Gone"}}]})
    assert not nothing.refusals(nothing.top, "error")
    assert nothing.refusals(nothing.top, "deep", "why", code="no", text=("said", "say"))
    assert (nothing.problems[0].code, nothing.problems[0].text) == ("E1", "Gone")


@pytest.mark.parametrize(
    ("answer", "code", "text"),
    [
        (
            {"fault": {"faultstring": "Too many", "detail": {"errorcode": "policies.Quota"}}},
            *("policies.Quota", "Too many"),
        ),
        ({"fault": {"faultstring": "Down"}}, "refused", "Down"),
        ({"fault": {"code": 900804, "message": "Throttled"}}, "900804", "Throttled"),
        ({"error": {"code": 429, "message": "Slow"}}, "429", "Slow"),
        ({"error": "invalid_client", "error_description": "No"}, "invalid_client", "No"),
        ({"error": "Unauthorized", "status": 401, "path": "/"}, "Unauthorized", ""),
        ({"error": "The key is wrong"}, "refused", "The key is wrong"),
        ({"statusCode": 401, "message": "No subscription"}, "401", "No subscription"),
        ({"httpCode": "429", "httpMessage": "Slow"}, "429", "Slow"),
        ({"message": "Forbidden"}, "refused", "Forbidden"),
    ],
)
def test_what_a_gateway_refuses_is_a_problem_of_every_vendor(
    answer: dict[str, Any], code: str, text: str
) -> None:
    found = sheet(answer)
    found.expect("parcels", "errors")
    assert found.answers() == ()
    (problem,) = found.problems
    assert (problem.code, problem.text) == (code, text)


@pytest.mark.parametrize(
    "other",
    [
        *({"message": "Hello", "name": "x"}, {"error": {"a": 1}}),
        *({"fault": {}}, {"fault": "x"}, {"statusCode": 200}, {"requestId": "x"}),
    ],
)
def test_what_no_gateway_says_is_no_refusal(other: dict[str, Any]) -> None:
    with pytest.raises(Unreadable, match="has none of parcels"):
        sheet(other).expect("parcels")


def test_an_answer_is_one_or_a_list_of_them() -> None:
    assert [item.at for item in sheet([{"a": 1}, {"a": 2}]).answers()] == ["all.0", "all.1"]
    lone = sheet({"a": 1})
    assert lone.answers() == (lone.top,)
    assert sheet([]).answers() == ()


def test_rows_without_parcels_around_them_are_gathered_by_their_number() -> None:
    found = sheet({"rows": [{"no": "A"}, {"no": "B", "n": 1}, {"no": " A ", "n": 2}, 7, {"no": 8}]})
    groups = found.grouped(found.top, "rows", number=("other", "no"))
    assert {number: len(item.raw("rows")) for number, item in groups} == {
        "A": 2,
        "B": 1,
        "": 1,
        "8": 1,
    }


def test_an_answer_without_a_word_says_so_and_one_with_a_word_adds_none() -> None:
    empty = sheet([])
    empty.nothing_known(asked="A1")
    (problem,) = empty.problems
    assert (problem.code, problem.extra) == ("no_tracking", {"asked": "A1"})
    empty.nothing_known()
    assert len(empty.problems) == 1


SENTENCES = ScanShape(
    "acme",
    When("day", layouts=("%d.%m.%Y",)),
    text="what",
    where=Where(city="town"),
    patterns=(r"(?P<what>.+?) on (?P<day>[\d.]+)(?: in (?P<town>.+))?",),
)


def test_a_scan_that_is_one_text_is_taken_apart_by_the_pattern_that_fits_it_whole() -> None:
    scans = [
        "Taken in on 2.11.2026 in Lille",
        " Sent on 3.11.2026 ",
        "Sent on Monday",
        7,
        "x" * 5000,
    ]
    found = sheet({"scans": [*scans, {"day": "4.11.2026", "what": "Left"}]})
    with found.parcel(found.top, "A1") as parcel:
        parcel.add(SENTENCES, found.top, "scans")
    (told,), problems = found.found()
    assert [(event.text, event.local) for event in told.events] == [
        ("Taken in", "2026-11-02"),
        ("Sent", "2026-11-03"),
        ("Left", "2026-11-04"),
    ]
    assert told.events[0].place == Place(city="Lille")
    assert [said.extra["raw"] for said in problems] == scans[2:]
    with pytest.raises(InvalidValue, match="tuple of patterns"):
        ScanShape("acme", When("at"), patterns="x")  # type: ignore[arg-type]
    with pytest.raises(InvalidValue, match="patterns has none"):
        ScanShape("acme", When("at"), patterns=("(",))


def test_a_strange_zone_within_a_scan_that_is_one_text_is_told_of() -> None:
    shape = ScanShape(
        "acme", When("t", offset="z"), text="w", patterns=("(?P<w>.+) (?P<t>.{16}) (?P<z>.+)",)
    )
    found = sheet({"scans": ["Sent 2026-11-02 08:00 XYZ"]})
    with found.parcel(found.top, "A1") as parcel:
        parcel.add(shape, found.top, "scans")
    assert [said.extra["zone"] for said in found.problems] == ["XYZ"]


def test_an_element_with_others_beside_its_text_is_that_text() -> None:
    body = b"<a><s><at>2026-11-02 08:00</at><text>Priority<sup>R</sup></text></s></a>"
    found = Sheet.xml(body, source="acme", received_at=NOW)
    with found.parcel(found.top, "A1") as parcel:
        parcel.add(SHAPE, found.top, "a", "s")
    (told,), _ = found.found()
    assert told.events[0].text == "Priority"
