"""Consolidation kept straight over long random histories, checked against a plain account."""

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
    Unload,
    consolidate,
)

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
names, hours = st.sampled_from(NAMES), st.integers(0, 30)


def at(hour: int) -> datetime:
    """So many hours into the day."""
    return DAY + hour * HOUR


def _loads(*pairs: tuple[str, str]) -> tuple[Command, ...]:
    return tuple(Load(unit, into, DAY) for unit, into in pairs)


FULL = _loads(("p1", "b1"), ("p2", "b1"), ("p3", "b2"), ("b1", "pl"), ("b2", "pl"), ("pl", "m1"))


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

    @rule(unit=names, into=names, late=st.integers(0, 3))
    def load(self, unit: str, into: str, late: int) -> None:
        self.clock += 1
        self.told(Load(unit, into, at(self.clock - late)))

    @rule(unit=names, late=st.integers(0, 3))
    def unload(self, unit: str, late: int) -> None:
        self.clock += 1
        self.told(Unload(unit, at(self.clock - late)))

    @rule(unit=names, found=st.none() | st.frozensets(names, max_size=4), more=st.integers(-5, 5))
    def open(self, unit: str, found: frozenset[str] | None, more: int) -> None:
        self.clock += 1
        now = at(self.clock)
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

    @rule(unit=names)
    def find(self, unit: str) -> None:
        self.clock += 1
        missing = self.draft.contents.units[unit].missing_since
        begun = len(self.draft.events)
        self.told(Find(unit, at(self.clock)))
        assert len(self.draft.events) - begun == (missing is not None)

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
                assert opened is None or (stay.unloaded_at or at(999)) <= opened

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


def test_whatever_is_commanded_the_account_of_what_is_inside_what_stays_straight(
    full_size: bool,
) -> None:
    steps, examples = (80, 300) if full_size else (40, 60)
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    )


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


def test_a_loading_told_after_the_opening_came_out_with_the_rest() -> None:
    moved = consolidate(PARTS, (*_loads(("p1", "b1")), BreakBulk("b1", at(5)))).value
    late = consolidate(moved.units, (Load("p2", "b1", at(1)),)).value
    assert late.problems == ()
    assert Contents(late.units).units["p2"].unloaded_at == at(5)


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
