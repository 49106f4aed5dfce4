import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import crossborder.demo.__main__ as command
from crossborder.demo import World
from crossborder.demo.world import sample_offer
from crossborder.wire.text import write_json

STAGES = [
    "sourcing",
    "inventory",
    "platforms",
    "listing",
    "payment",
    "promotion",
    "operations",
    "orders",
    "logistics",
    "service",
]


def _demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "crossborder.demo", *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )


@pytest.fixture
def offer(tmp_path: Path) -> Callable[[Any], str]:
    """Writes an answer to a file."""

    def write(payload: Any) -> str:
        path = tmp_path / "offer.json"
        content = payload if isinstance(payload, bytes) else write_json(payload).encode()
        path.write_bytes(content)
        return str(path)

    return write


def test_the_command_tells_ten_stages_and_keeps_its_promises() -> None:
    done = _demo()
    assert (done.returncode, done.stderr) == (0, "")
    for number, name in enumerate(STAGES, start=1):
        assert f"── {number} {name} ─" in done.stdout
    assert "BROKEN" not in done.stdout
    assert done.stdout.count("kept") >= 13


def test_the_command_tells_the_same_as_json() -> None:
    done = _demo("--json")
    assert done.returncode == 0
    told = json.loads(done.stdout)
    assert [stage["stage"] for stage in told["stages"]] == STAGES
    for stage in told["stages"]:
        assert set(stage) == {"stage", "in", "decided", "reasons", "out"}
        for part in ("in", "decided", "reasons", "out"):
            assert stage[part], f"{stage['stage']} tells nothing under {part}"
            assert all(isinstance(line, str) for line in stage[part])
    assert len(told["invariants"]) >= 13
    assert set(told["invariants"].values()) == {True}


def test_two_runs_tell_exactly_the_same() -> None:
    assert _demo("--json").stdout == _demo("--json").stdout


@pytest.mark.parametrize("envelopes", [0, 1, 2])
def test_an_offer_is_read_with_its_envelopes_or_without(
    offer: Any, capsys: pytest.CaptureFixture[str], envelopes: int
) -> None:
    payload = sample_offer()["result"]["result"]
    payload["subjectTrans"] = "Six cubes"
    for _ in range(envelopes):
        payload = {"result": payload, "success": True}
    assert command.main(["--offer", offer(payload), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "title: 旅行收纳包六件套 防水行李箱整理袋" in told["stages"][0]["out"]
    listed = next(line for line in told["stages"][3]["decided"] if "listing.draft" in line)
    assert "Six cubes" in listed


def test_an_offer_may_be_given_to_the_command_itself(offer: Any) -> None:
    done = _demo("--json", "--offer", offer(sample_offer()))
    assert done.returncode == 0
    assert set(json.loads(done.stdout)["invariants"].values()) == {True}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"{", "JSON"),
        (b"[1]", "is not an object"),
        (b'"text"', "is not an object"),
        (b"{}", "offerId is missing"),
        (b'{"offerId": 1}', "is missing"),
        (b'{"offerId": true}', "offerId is not a text"),
        (b"\xff\xfe\x00", ""),
        (b'{"offerId": NaN}', ""),
    ],
)
def test_a_file_that_is_no_offer_is_refused_clearly(
    offer: Any, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    assert command.main(["--offer", offer(content)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("the offer cannot be read: ")
    assert said in err
    assert "Traceback" not in err


def test_a_file_that_is_not_there_is_refused_clearly(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--offer", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err


def test_a_file_that_is_far_too_large_is_not_read_whole(
    offer: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "_LIMIT", 100)
    assert command.main(["--offer", offer(b" " * 1000)]) == 2
    assert "the offer cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_a_broken_promise_ends_with_one(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(story: Any, world: Any) -> dict[str, bool]:
        return {"at most one capture": False, "at most one listing": True}

    monkeypatch.setattr(command, "invariants", broken)
    assert command.main(arguments) == 1
    out = capsys.readouterr().out
    if arguments:
        assert json.loads(out)["invariants"]["at most one capture"] is False
    else:
        assert "BROKEN at most one capture" in out
        assert "kept   at most one listing" in out


def test_a_promise_that_the_program_breaks_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The promises look at the vendor, so a second capture behind the chain's back is found."""
    from crossborder.adapters.memory import MemoryJournal
    from crossborder.clients import Client
    from crossborder.demo import invariants, walk

    world = World.make()
    with Client(http=world.memory.server, journal=MemoryJournal()) as client:
        story = walk(client.run, world)
    for effect, promise in (
        ("capture", "at most one capture"),
        ("listing", "at most one listing"),
        ("message", "one answer a question at most"),
        ("purchase", "one purchase for each supplier in the plan"),
        ("parcel", "at most one parcel and one dispatch"),
    ):
        world.memory.server.state.happened(effect, "again")
        broken = [name for name, held in invariants(story, world).items() if not held]
        assert promise in broken
        world.memory.server.state.effects.pop()


def test_an_unknown_argument_is_refused() -> None:
    done = _demo("--offers", "x")
    assert done.returncode == 2
    assert "usage: python -m crossborder.demo" in done.stderr
