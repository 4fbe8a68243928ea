"""A stranger's bad setups, at the commands that he types: each ends with its code and a sentence that says what is wrong,
where, and what to do; nothing is started, and no traceback shows."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import apsw
import pytest

from adapters import commands
from tests.adapters.commands.living import ROUTES, answer, make_project, typed
from tests.adapters.waiting import until

STARTED = (" is ready", "ready ", "Traceback", "starts again")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


@pytest.fixture
def simulate(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Has every Python that is started from now on do this first."""
    folder = tmp_path_factory.mktemp("site")

    def written(program: str) -> None:
        (folder / "sitecustomize.py").write_text(dedent(program))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")])))

    return written


def refused(project: Path, line: str, code: int, *said: str) -> str:
    """The command ends so, and nothing of Crossdock runs, or has run, afterwards. What it said."""
    ended, words = answer(project, line)
    assert ended == code, words
    assert all(part in words for part in said), words
    assert not any(mark in words for mark in STARTED), words
    return words


def test_all_mistakes_of_a_broken_table_at_once_and_nothing_is_started(project: Path) -> None:
    broken = ROUTES.replace("folder: there", "folder: nowhere").replace("ready: at_once", "raedy: at_once")
    (project / "routes.yaml").write_text(broken.replace("version: 1", "version: 9"))
    for line in ("up", "run web", "run inbound", "run worker"):
        words = refused(project, line, 2)
        mistakes = [one for one in words.splitlines() if one.startswith("routes.yaml:") and " error[" in one]
        assert [one.split(":")[1] for one in mistakes] == ["2", "8", "10"], words
    assert not (project / "var" / "ledger.db").exists()
    assert not (project / "in").exists()
    assert not (project / "out").exists()


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "routes.yaml:1:1 error["),
        (b"version: 1\nroutes: [\n", "routes.yaml:3:1 error["),
        (b"version: 1\nx: \xff\n", "routes.yaml:2:4 error[E0102] byte 0xff at offset 14 is not UTF-8"),
        (None, "routes.yaml cannot be read: Is a directory"),
    ],
    ids=["empty", "no YAML", "no UTF-8", "a folder"],
)
def test_a_table_that_cannot_even_be_read(project: Path, raw: bytes | None, said: str) -> None:
    (project / "routes.yaml").unlink()
    if raw is None:
        (project / "routes.yaml").mkdir()
    else:
        (project / "routes.yaml").write_bytes(raw)
    refused(project, "up", 2, said)
    refused(project, "routes check", 2, said)


def test_a_network_file_system_is_refused(project: Path, simulate: Callable[[str], None]) -> None:
    simulate(f"""
        import pathlib
        read = pathlib.Path.read_text
        def read_text(self, *args, **named):
            mounts = "nas:/x {project} nfs4 rw 0 0\\n" if str(self) == "/proc/self/mounts" else ""
            return read(self, *args, **named) + mounts
        pathlib.Path.read_text = read_text
    """)
    said = (f"{project / 'var' / 'ledger.db'} is on a network file system", "use a local disk")
    for line in ("up", "run worker", "status"):
        refused(project, line, 5, *said)
    assert "SQLite's log is not safe there: set --var to a local disk" in answer(project, "doctor")[1]


def test_an_old_sqlite_is_refused(project: Path, simulate: Callable[[str], None]) -> None:
    simulate("""
        import apsw
        apsw.sqlite_lib_version = lambda: "3.45.1"
    """)
    for line in ("up", "run inbound", "dlq list"):
        refused(project, line, 5, "SQLite 3.45.1 can corrupt the ledger; 3.51.3 is needed: install a newer apsw")


@pytest.mark.parametrize("option", ["--http", "--admin"])
def test_a_port_in_use_is_named_with_its_option_and_all_ends(project: Path, option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        code, said = answer(project, f"up {option} {address}")
    assert code == 5
    assert f"{option} {address} cannot be used: Address already in use" in said
    assert "Traceback" not in said
    assert not any(line.startswith("ready ") for line in said.splitlines())


def test_a_file_in_the_place_of_var(project: Path) -> None:
    (project / "var").write_text("mine")
    for line in ("up", "run web", "run worker", "status", "dlq list"):
        refused(project, line, 5, f"{project / 'var'} is a file where a folder is needed. Move it away, or set another")
    assert "move it away, or set --var" in answer(project, "doctor")[1]
    assert (project / "var").read_text() == "mine"


def test_a_var_that_may_not_be_written(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Root may write everywhere, so it becomes nobody for this."""
    var = project / "var"
    var.mkdir(mode=0o555)
    for folder in (project, *project.parents[:3]):
        folder.chmod(folder.stat().st_mode | 0o055)
    for verb in ("up", "run.worker", "status"):  # nobody may not even read where Python lies
        importlib.import_module(f"adapters.commands.{verb}")

    def type_it(line: str) -> None:
        os.chdir(project)
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(65_534)
            os.setuid(65_534)
        os._exit(commands.answer(line.split()))

    for line in ("up", "run worker", "status"):
        capfd.readouterr()
        process = multiprocessing.get_context("fork").Process(target=type_it, args=(line,))
        process.start()
        process.join(30)
        out, err = capfd.readouterr()
        assert (process.exitcode, out) == (5, ""), err
        user = 65_534 if os.getuid() == 0 else os.getuid()
        assert err.strip() == (
            f"--var {var}: {var} cannot be written by user {user}. Change its owner, or set another --var."
        )
    assert list(var.iterdir()) == []


def a_ledger(project: Path) -> Path:
    assert answer(project, "status")[0] == 0
    return project / "var" / "ledger.db"


def test_a_ledger_from_the_future_is_left_as_it_is(project: Path) -> None:
    path = a_ledger(project)
    raw = apsw.Connection(str(path))
    raw.execute("PRAGMA user_version=9999")
    raw.close()
    before = path.read_bytes()
    for line in ("up", "run web", "run worker", "status", "ledger verify"):
        refused(project, line, 5, "the ledger has schema 9999, this program knows up to ", ": install the newer one")
    assert "install the newer one" in answer(project, "doctor")[1]
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["other", "header", "cut", "a folder"])
def test_a_ledger_that_is_none(project: Path, damage: str) -> None:
    path = a_ledger(project)
    whole = path.read_bytes()
    path.unlink()
    if damage == "a folder":
        path.mkdir()
    else:
        path.write_bytes({"other": b"sku;price\n" * 5000, "header": whole[:60], "cut": whole[:9000]}[damage])
    code, said = (1, "cannot be read or written") if damage == "a folder" else (5, "is no ledger, or damaged")
    for line in ("up", "run inbound", "status", "ledger verify"):
        refused(project, line, code, str(path), said)
    assert str(path) in answer(project, "doctor")[1]


def test_a_broker_that_nobody_answers_is_said_waited_for_and_never_told_with_its_password(project: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    (project / ".env").write_text(f"CROSSDOCK_BROKER_URL=redis://u:s3cr3t@127.0.0.1:{port}/0\n")
    with typed(project, "up") as up:
        until(lambda: "it is waited for" in up.said(), 60)
        assert f"the broker redis://127.0.0.1:{port}/0 cannot be reached (connection refused): start it" in up.said()
        assert not up.ready()
        up.process.send_signal(signal.SIGTERM)
        assert up.process.wait(20) == 0
        assert "s3cr3t" not in up.said()
        assert "Traceback" not in up.said()
    code, said = answer(project, "doctor")
    assert code == 1
    assert "cannot be reached (connection refused)" in said
    assert "start it, or correct CROSSDOCK_BROKER_URL (--broker)" in said


def test_a_folder_of_secrets_that_is_missing(project: Path) -> None:
    (project / ".env").write_text("CROSSDOCK_SECRETS=nowhere\n")
    for line in ("up", "run web", "run worker"):
        refused(project, line, 2, f"--secrets: there is no folder {project / 'nowhere'} that can be read. Make it")
    assert answer(project, "status")[0] == 0


@pytest.mark.parametrize("line", ["up", "run worker", "status", "dlq list", "routes check"])
def test_a_broken_dotenv_is_named_by_its_line(project: Path, line: str) -> None:
    (project / ".env").write_text("CROSSDOCK_WORKERS=1\nERP_TOKEN: s3cr3t\n")
    words = refused(project, line, 2)
    assert words == f"{project / '.env'}, line 2: it is not NAME=value. Correct it, or put # before it.\n"
    assert not (project / "var").exists()
