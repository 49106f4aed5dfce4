"""The throw-away server: which programs are taken, and what happens where there are none."""

from pathlib import Path

import psycopg
import pytest

import postgres as programs
from postgres import Server


def _install(root: Path, folder: str, *names: str) -> Path:
    (root / folder).mkdir(parents=True)
    for name in names or ("initdb", "pg_ctl", "postgres"):
        (root / folder / name).touch(0o755)
    return root / folder


def test_the_newest_of_several_servers_is_taken_by_number(tmp_path: Path) -> None:
    _install(tmp_path, "usr/lib/postgresql/9/bin")
    newest = _install(tmp_path, "usr/lib/postgresql/16/bin")
    _install(tmp_path, "usr/lib/postgresql/15/bin")
    assert programs.newest(tmp_path, path="") == newest


def test_clients_without_a_server_are_passed_over(tmp_path: Path) -> None:
    _install(tmp_path, "usr/lib/postgresql/17/bin", "initdb")
    other = _install(tmp_path, "usr/pgsql-15/bin")
    assert programs.newest(tmp_path, path="") == other


def test_a_link_on_the_path_leads_to_the_folder_of_the_server(tmp_path: Path) -> None:
    real = _install(tmp_path, "elsewhere")
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / "initdb").symlink_to(real / "initdb")
    assert programs.newest(tmp_path, path=str(tmp_path / "links")) == real


@pytest.mark.parametrize("required", [True, False])
def test_a_missing_server_skips_or_fails_as_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, required: bool
) -> None:
    monkeypatch.setattr(programs, "newest", lambda: None)
    monkeypatch.setenv("CROSSBORDER_REQUIRE_POSTGRES", "1" if required else "0")
    ends = pytest.fail.Exception if required else pytest.skip.Exception
    with pytest.raises(ends, match="no PostgreSQL server here"), programs.running():
        pass


def test_nothing_is_left_of_a_server_whose_test_failed() -> None:
    if programs.newest() is None:
        pytest.skip("no PostgreSQL server here: initdb and pg_ctl were not found")
    folder: list[Path] = []

    def failing() -> None:
        with programs.running() as server:
            folder.append(server.folder)
            with psycopg.connect(server.address("postgres")) as db:
                assert db.execute("SELECT 1").fetchone() == (1,)
            raise KeyError("the test's own")

    with pytest.raises(KeyError, match="the test's own"):
        failing()
    assert not folder[0].exists()


def test_the_server_runs_as_nobody_of_power(postgres: Server) -> None:
    assert (postgres.folder / "data" / "postmaster.pid").stat().st_uid != 0
    assert (postgres.folder / "data").stat().st_mode & 0o077 == 0
