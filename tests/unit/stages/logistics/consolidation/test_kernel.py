"""Consolidation kept straight over long random histories, checked against a plain account."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from crossborder.model.events import Event
from crossborder.model.measure import Weight
from crossborder.model.shipment import HandlingUnit, NumberUse, UnitKind
from crossborder.stages.logistics.consolidation import (
    BreakBulk,
    Command,
    Consolidation,
    Contents,
    Find,
    LinkNumber,
    Load,
    Tally,
    Unload,
    consolidate,
)
from crossborder.stages.logistics.consolidation.contents import absences

DAY = datetime(2026, 11, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = ("p1", "p2", "p3", "b1", "b2", "pl", "m1", "m2")
KINDS = {"p": UnitKind.PARCEL, "b": UnitKind.BAG, "m": UnitKind.MASTER}
WEIGHTS = {name: 100 + 10 * place for place, name in enumerate(NAMES)}
PARTS = tuple(
    HandlingUnit(
        name,
        UnitKind.PALLET if name == "pl" else KINDS[name[0]],
        f"N-{name}",
        weight=Weight(WEIGHTS[name]),
    )
    for name in NAMES
)
names, hours = st.sampled_from(NAMES), st.integers(0, 9)
lateness = st.just(0) | st.integers(0, 6)


def at(hour: int) -> datetime:
    """So many hours into the day."""
    return DAY + hour * HOUR


def _loads(*pairs: tuple[str, str]) -> tuple[Command, ...]:
    return tuple(Load(unit, into, DAY) for unit, into in pairs)


FULL = _loads(("p1", "b1"), ("p2", "b1"), ("p3", "b2"), ("b1", "pl"), ("b2", "pl"), ("pl", "m1"))


def _plainly(units: tuple[HandlingUnit, ...]) -> tuple[HandlingUnit, ...]:
    """The units without the order in which their numbers were learnt."""
    return tuple(evolve(u, later_numbers=tuple(sorted(u.later_numbers, key=repr))) for u in units)


def _told(events: Iterable[Event]) -> Counter[tuple[object, ...]]:
    """What events tell, in any order; what was weighed with it hangs on what was known then."""
    return Counter(
        (e.name, e.subject, e.at, None if e.name == "logistics.unit_missing" else e.facts)
        for e in events
        if e.name != "logistics.weight_differs"
    )


def _in_order(parts: tuple[HandlingUnit, ...], obeyed: list[Command], draft: Consolidation) -> None:
    """What was obeyed, in whatever order it was told, is what it comes to in the order of time."""
    decision = consolidate(parts, tuple(obeyed))
    assert decision.value.problems == ()
    assert _plainly(decision.value.units) == _plainly(draft.units)
    assert _told(decision.events) == _told(draft.events)
    # Told once more, none is refused and none changes anything.
    units, count = draft.units, len(draft.events)
    assert [draft.obey(command) for command in obeyed] == [None] * len(obeyed)
    assert (draft.units, len(draft.events)) == (units, count)


class Machine(RuleBasedStateMachine):
    """Any commands at any times, against an account of who holds whom that knows only the last."""

    def __init__(self) -> None:
        super().__init__()
        self.draft = Consolidation(PARTS)
        self.obeyed: list[Command] = []
        self.clock = 0

    def told(self, command: Command) -> bool:
        """Obey it; what was refused changed nothing, what was obeyed changes nothing again."""
        before = self.draft.units
        if self.draft.obey(command) is not None:
            assert self.draft.units == before
            return False
        self.obeyed.append(command)
        after, said = self.draft.units, len(self.draft.events)
        assert self.draft.obey(command) is None
        assert self.draft.units == after
        assert len(self.draft.events) == said
        return True

    @rule(unit=names, into=names, late=lateness)
    def load(self, unit: str, into: str, late: int) -> None:
        self.clock += 1
        self.told(Load(unit, into, at(self.clock - late)))

    @rule(unit=names, late=lateness)
    def unload(self, unit: str, late: int) -> None:
        self.clock += 1
        self.told(Unload(unit, at(self.clock - late)))

    @rule(
        unit=names,
        found=st.none() | st.frozensets(names, max_size=4),
        more=st.integers(-5, 5),
        late=lateness,
    )
    def open(self, unit: str, found: frozenset[str] | None, more: int, late: int) -> None:
        self.clock += 1
        now = at(self.clock - late)
        contents = self.draft.contents
        inside = {part.id for part in contents.children(unit)}
        weighs = {name: contents.gross(name, now) for name in NAMES}
        within = {name: {name, *contents.inside(name, now)} for name in NAMES}
        whole = contents.net(unit, now)
        counted = None if found is None else tuple(sorted(found))
        came_out = inside if found is None else set(found)
        begun = len(self.draft.events)
        if not self.told(BreakBulk(unit, now, counted, Weight(max(0, whole.grams + more)))):
            return
        events = self.draft.events[begun:]
        if not events:  # opened before
            return
        missing = {event.subject for event in events if event.name == "logistics.unit_missing"}
        surplus = {event.subject for event in events if event.name == "logistics.unit_surplus"}
        assert missing == inside - came_out
        assert surplus == came_out - inside
        # Count and weight are conserved: what was booked came out or is missing.
        parts = [weighs[name] for name in (inside & came_out) | missing]
        assert sum(part.count for part in parts) == whole.count
        assert sum(part.grams for part in parts) == whole.grams
        differs = [event for event in events if event.name == "logistics.weight_differs"]
        expected = sum(WEIGHTS[n] for n in set().union(*(within[name] for name in came_out)))
        weighed = max(0, whole.grams + more)
        assert [event.facts["difference"] for event in differs] == (
            [weighed - expected] if weighed != expected else []
        )
        for name in inside:
            part = self.draft.contents.units[name]
            assert part.unloaded_at == now
            assert (part.missing_since == now) == (name in missing)

    @rule(unit=names, late=lateness)
    def find(self, unit: str, late: int) -> None:
        self.clock += 1
        now = at(self.clock - late)
        missing = self.draft.contents.units[unit].missing_since
        begun = len(self.draft.events)
        self.told(Find(unit, now))
        there = missing is not None and missing <= now
        assert len(self.draft.events) - begun == there
        after = self.draft.contents.units[unit].missing_since
        assert after == (None if there else missing)

    @rule(unit=names, number=st.sampled_from(["9400", "9401"]), late=st.integers(0, 9))
    def link(self, unit: str, number: str, late: int) -> None:
        self.told(LinkNumber(unit, number, at(self.clock - late), "usps"))
        assert number in {use.number for use in self.draft.contents.units[unit].numbers}

    @invariant()
    def no_unit_is_in_two_things_at_once(self) -> None:
        for unit in self.draft.units:
            for one, later in pairwise(unit.stays):
                assert one.unloaded_at is not None
                assert later.loaded_at is not None
                assert one.unloaded_at <= later.loaded_at

    @invariant()
    def nothing_is_inside_itself_at_any_time(self) -> None:
        units = self.draft.contents.units
        for hour in {self.clock - 3, self.clock, self.clock + 1}:
            for name in NAMES:
                seen, holder = {name}, units[name].held_by(at(hour))
                while holder is not None:
                    assert holder not in seen
                    seen.add(holder)
                    holder = units[holder].held_by(at(hour))

    @invariant()
    def nothing_stays_in_what_was_opened(self) -> None:
        units = self.draft.contents.units
        for unit in units.values():
            for stay in unit.stays:
                opened = units[stay.inside].opened_at
                if opened is not None and (stay.unloaded_at or at(999)) > opened:
                    # What was missing came out as it was found, and was in it no longer.
                    assert stay.loaded_at == stay.unloaded_at

    @invariant()
    def what_is_missing_is_inside_nothing(self) -> None:
        for unit in self.draft.units:
            if unit.missing_since is not None:
                assert unit.unloaded_at == unit.missing_since

    @invariant()
    def the_tree_seen_from_above_is_the_tree_seen_from_below(self) -> None:
        contents, now = self.draft.contents, at(self.clock)
        for name in NAMES:
            below = {unit.id for unit in self.draft.units if unit.held_by(now) == name}
            assert {unit.id for unit in contents.children(name, now)} == below

    def teardown(self) -> None:
        """The commands that were obeyed, in two parts, come to the same."""
        half = len(self.obeyed) // 2
        again = Consolidation(PARTS)
        for command in self.obeyed[:half]:
            again.obey(command)
        again = Consolidation(again.units)
        for command in self.obeyed[half:]:
            again.obey(command)
        assert again.units == self.draft.units
        _in_order(PARTS, self.obeyed, self.draft)


def test_whatever_is_commanded_the_account_of_what_is_inside_what_stays_straight(
    full_size: bool,
) -> None:
    steps, examples = (80, 300) if full_size else (40, 60)
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )


FEW = tuple(part for part in PARTS if part.id in ("p1", "p2", "b1", "b2", "pl"))
_few = st.sampled_from([part.id for part in FEW])
_hours = hours.map(at)
commands = st.one_of(
    st.builds(Load, _few, _few, _hours),
    st.builds(Load, st.sampled_from(["p1", "p2"]), st.sampled_from(["b1", "b2"]), _hours),
    st.builds(Unload, _few, _hours),
    st.builds(
        BreakBulk, _few, _hours, st.none() | st.lists(_few, max_size=2, unique=True).map(tuple)
    ),
    st.builds(Find, _few, _hours),
)


@settings(max_examples=400)
@given(st.lists(commands, min_size=3, max_size=14))
def test_commands_told_in_any_order_are_refused_or_come_to_what_they_do_in_order(
    told: list[Command],
) -> None:
    draft, obeyed = Consolidation(FEW), []
    for command in told:
        before = draft.units
        if draft.obey(command) is None:
            obeyed.append(command)
        else:
            assert draft.units == before
    _in_order(FEW, obeyed, draft)
    # The values alone know as much as a draft does.
    units = FEW
    for command in told:
        units = consolidate(units, (command,)).value.units
    assert units == draft.units


def _after(*told: Command) -> tuple[HandlingUnit, ...]:
    """The units after what was told before."""
    moved = consolidate(PARTS, told).value
    assert moved.problems == ()
    return moved.units


def _codes(units: tuple[HandlingUnit, ...], *late: Command) -> list[str]:
    """Why what is told late is refused; it changes nothing and tells nothing."""
    decision = consolidate(units, late)
    assert decision.value.units == units
    assert decision.events == ()
    return [problem.code for problem in decision.value.problems]


def test_an_opening_told_after_what_it_found_went_on_is_refused_and_disturbs_nothing() -> None:
    on_its_way = (Load("p1", "b1", at(0)), Unload("p1", at(6)), Load("p1", "b2", at(7)))
    units = _after(*on_its_way)
    for found in (("p1",), (), None):
        assert _codes(units, BreakBulk("b1", at(5), found)) == ["before_last_move"]
    assert Contents(units).inside("b2", at(9)) == ("p1",)
    elsewhere = _after(Load("p1", "b2", at(7)))
    assert _codes(elsewhere, BreakBulk("b1", at(5), ("p1",))) == ["before_last_move"]


def test_an_opening_told_after_what_was_inside_came_out_later_is_refused() -> None:
    units = _after(Load("p1", "b1", at(0)), Unload("p1", at(6)))
    assert _codes(units, BreakBulk("b1", at(5))) == ["before_last_move"]
    opened = consolidate(units, (BreakBulk("b1", at(6)),)).value
    assert opened.problems == ()


def test_an_opening_that_misses_what_was_opened_later_is_refused() -> None:
    units = _after(Load("b1", "pl", at(0)), BreakBulk("b1", at(7)))
    assert _codes(units, BreakBulk("pl", at(5), ())) == ["before_last_move"]
    assert consolidate(units, (BreakBulk("pl", at(5), ("b1",)),)).value.problems == ()


def test_a_loading_told_after_the_opening_is_refused_since_it_may_not_have_been_counted() -> None:
    first, late = Load("p1", "b1", at(0)), Load("p2", "b1", at(1))
    counted = BreakBulk("b1", at(5), found=("p1",))
    for opened in (counted, BreakBulk("b1", at(5))):
        assert _codes(_after(first, opened), late) == ["before_last_move"]
    together = consolidate(PARTS, (first, counted, late))
    assert together.value.problems == ()
    assert Contents(together.value.units).units["p2"].missing_since == at(5)
    assert [(e.name, e.subject) for e in together.events] == [
        ("logistics.bulk_broken", "b1"),
        ("logistics.unit_missing", "p2"),
    ]


def test_an_unloading_told_after_the_opening_is_refused_as_late() -> None:
    units = _after(Load("p1", "b1", at(0)), BreakBulk("b1", at(5)))
    assert _codes(units, Unload("p1", at(4))) == ["before_last_move"]
    assert _codes(units, Unload("p1", at(6))) == ["not_inside"]


def test_what_came_out_of_a_container_was_in_that_one_last() -> None:
    units = Contents(_after(*_loads(("p1", "b2")), BreakBulk("b1", at(5), ("p1", "p2")))).units
    for name in ("p1", "p2"):
        assert (units[name].inside, units[name].loaded_at, units[name].unloaded_at) == (
            "b1",
            at(5),
            at(5),
        )
        assert units[name].held_by(at(5)) is None
    assert _codes(tuple(units.values()), Load("p2", "b2", at(3))) == ["before_last_move"]


def test_only_what_is_missing_can_be_found_and_only_once() -> None:
    units = _after(Load("p1", "b1", at(0)), BreakBulk("b1", at(5), ()))
    assert _codes(units, Find("p1", at(4))) == ["not_missing"]
    assert _codes(units, Find("p2", at(6))) == ["not_missing"]
    found = consolidate(units, (Find("p1", at(6)),)).value.units
    assert _codes(found, Find("p1", at(6))) == []
    assert _codes(found, Find("p1", at(7))) == ["not_missing"]
    assert _codes(found, Load("p1", "b2", at(5))) == ["before_last_move"]
    assert _codes(found, Load("p1", "b1", at(6))) == ["already_open"]
    assert absences(Contents(found).units["p1"], Contents(found).units) == ((at(5), at(6)),)


def _absent(units: tuple[HandlingUnit, ...], name: str) -> tuple[object, ...]:
    by_name = Contents(units).units
    return absences(by_name[name], by_name)


def test_whatever_a_missing_unit_is_seen_in_or_opened_at_it_was_missing_until_then() -> None:
    gone = _after(Load("b1", "pl", at(0)), BreakBulk("pl", at(5), ()))
    assert _absent(gone, "b1") == ((at(5), None),)
    for seen in (
        Load("b1", "m1", at(8)),
        BreakBulk("m1", at(8), ("b1",)),
        BreakBulk("b1", at(8)),
        Find("b1", at(8)),
    ):
        decision = consolidate(gone, (seen,))
        assert "logistics.unit_found" in {event.name for event in decision.events}
        assert _absent(decision.value.units, "b1") == ((at(5), at(8)),)
        assert Contents(decision.value.units).units["b1"].missing_since is None


def test_a_missing_unit_that_was_found_is_not_opened_before_that_by_a_late_word() -> None:
    gone = _after(Load("b1", "pl", at(0)), BreakBulk("pl", at(5), ()), Find("b1", at(9)))
    assert _codes(gone, BreakBulk("b1", at(7))) == ["before_last_move"]
    for hour in (4, 9, 10):
        assert consolidate(gone, (BreakBulk("b1", at(hour)),)).value.problems == ()


def test_what_was_taken_out_as_its_container_was_opened_was_never_missing() -> None:
    units = _after(Load("p1", "b1", at(0)), Unload("p1", at(5)), BreakBulk("b1", at(5), ("p1",)))
    assert _absent(units, "p1") == ()


def test_a_lost_bag_is_found_missing_with_all_that_is_in_it() -> None:
    opened = BreakBulk("pl", at(9), found=("b2",), weighed=Weight(WEIGHTS["b2"] + WEIGHTS["p3"]))
    decision = consolidate(PARTS, (*FULL, BreakBulk("m1", at(8)), opened))
    assert decision.value.problems == ()
    told = {event.name: event for event in decision.events}
    assert told["logistics.unit_missing"].subject == "b1"
    assert told["logistics.unit_missing"].facts == {
        "container": "pl",
        "parcels": 2,
        "grams": WEIGHTS["b1"] + WEIGHTS["p1"] + WEIGHTS["p2"],
    }
    assert "logistics.weight_differs" not in told
    contents = Contents(decision.value.units)
    assert contents.units["b1"].missing_since == at(9)
    assert contents.inside("b1", at(10)) == ("p1", "p2")
    found = consolidate(decision.value.units, (Find("b1", at(20)),))
    assert [event.name for event in found.events] == ["logistics.unit_found"]


def test_what_comes_out_of_a_container_it_was_not_booked_in_is_taken_out_of_the_other() -> None:
    commands = (*_loads(("p1", "b1"), ("p2", "b2")), BreakBulk("b1", at(5), ("p1", "p2", "p9")))
    decision = consolidate(PARTS, commands)
    surplus = {e.subject: e.facts for e in decision.events if e.name == "logistics.unit_surplus"}
    assert surplus["p2"] == {"container": "b1", "booked_in": "b2"}
    assert surplus["p9"] == {"container": "b1"}
    assert Contents(decision.value.units).children("b2") == ()


def test_numbers_switch_at_break_bulk_and_may_be_learnt_days_later() -> None:
    opened = consolidate(PARTS, (*FULL, BreakBulk("m1", at(8)), BreakBulk("pl", at(8)))).value
    linked = consolidate(opened.units, (LinkNumber("p1", "9400", at(8), "usps"),)).value
    unit = Contents(linked.units).units["p1"]
    assert unit.numbers == (NumberUse("N-p1"), NumberUse("9400", "usps", at(8)))


def test_commands_are_obeyed_in_the_order_of_their_times_whatever_the_order_given() -> None:
    commands = (*FULL, BreakBulk("m1", at(8)), BreakBulk("pl", at(9)), BreakBulk("b1", at(10)))
    expected = consolidate(PARTS, commands).value
    assert expected.problems == ()
    shuffled = (*reversed(commands[len(FULL) :]), *FULL)
    assert set(consolidate(PARTS, shuffled).value.units) == set(expected.units)


def test_each_refusal_names_its_command_and_why() -> None:
    commands = (
        *FULL,
        Load("p9", "b1", at(1)),
        Load("p1", "b9", at(1)),
        Load("p1", "b2", at(1)),
        Load("m1", "p1", at(1)),
        Load("m2", "m2", at(1)),
        Unload("m1", at(1)),
        BreakBulk("b1", at(2)),
        BreakBulk("b1", at(3)),
        Load("m2", "b1", at(3)),
        Load("p1", "b2", at(1)),
    )
    moved = consolidate(PARTS, commands).value
    assert {problem.field: problem.code for problem in moved.problems} == {
        "commands[6]": "unknown_unit",
        "commands[7]": "unknown_unit",
        "commands[8]": "inside_another",
        "commands[9]": "inside_itself",
        "commands[10]": "inside_itself",
        "commands[11]": "not_inside",
        "commands[13]": "already_open",
        "commands[14]": "already_open",
        "commands[15]": "inside_another",
    }
    opened = consolidate(moved.units, (Load("p1", "b2", at(1)),)).value
    assert [problem.code for problem in opened.problems] == ["before_last_move"]
    late = consolidate(PARTS, (Load("p1", "b1", at(5)), BreakBulk("b1", at(4)))).value
    assert [problem.code for problem in late.problems] == ["already_open"]
    early = consolidate(PARTS, (Load("p2", "b2", at(7)),)).value
    around = consolidate(moved.units, (BreakBulk("pl", at(4), found=("m1",)),)).value
    assert [problem.code for problem in around.problems] == ["inside_itself"]
    refused = consolidate(early.units, (BreakBulk("b2", at(6)),)).value
    assert [problem.code for problem in refused.problems] == ["before_last_move"]


@given(st.permutations(range(len(PARTS))))
def test_the_order_of_the_units_does_not_matter(order: list[int]) -> None:
    commands = (*FULL, BreakBulk("m1", at(8)))
    shuffled = tuple(PARTS[place] for place in order)
    moved = consolidate(shuffled, commands).value
    assert set(moved.units) == set(consolidate(PARTS, commands).value.units)


def test_a_thing_without_a_weight_is_counted_as_such() -> None:
    parts = (*PARTS[:-1], evolve(PARTS[-1], weight=None))
    tally = Contents(consolidate(parts, _loads(("p1", "m2"))).value.units).gross("m2", at(1))
    assert (tally.count, tally.grams, tally.unweighed) == (1, WEIGHTS["p1"], 1)


def test_a_container_that_is_none_of_the_units_is_weighed_by_what_is_inside_it() -> None:
    inside = evolve(PARTS[0], inside="x", loaded_at=at(0))
    contents = Contents((inside,))
    assert contents.net("x", at(1)) == Tally(1, WEIGHTS["p1"])
    assert contents.gross("x", at(1)) == Tally(1, WEIGHTS["p1"], unweighed=1)
    assert contents.net("y", at(1)) == Tally(0, 0)
    assert contents.gross("y", at(1)) == Tally(0, 0, unweighed=1)
