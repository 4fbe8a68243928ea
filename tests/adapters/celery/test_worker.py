"""The worker as a real process on a real broker: looks, deaths of children, the drain."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from kombu.asynchronous import Hub

from adapters import broker
from adapters.celery.bell import ENOUGH, CeleryBell, KombuPublisher
from adapters.celery.tasks import look_unrung
from adapters.celery.unrung import Unrung
from adapters.celery.worker import Witness, how_it_ended
from adapters.node import start_of
from adapters.processes import die_with_parent
from tests.adapters.valkey import Valkey
from tests.adapters.waiting import until

PROGRAM = Path(__file__).with_name("worker_program.py")
ROOT = Path(__file__).parents[3]


@dataclass
class Running:
    process: subprocess.Popen[str]
    folder: Path
    broker: str

    def notes(self) -> list[str]:
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def put(self, what: str) -> None:
        """An order for the shift that finds it: whole, or not there."""
        (self.folder / "next").write_text(what)
        (self.folder / "next").rename(self.folder / "order")

    def order(self, what: str) -> None:
        """Has one shift do it: rings until one took the order, as the ticker would."""
        self.put(what)
        bell = CeleryBell(self.broker)

        def taken() -> bool:
            bell.ring()
            return not (self.folder / "order").exists()

        until(taken)
        bell.close()

    def has(self, note: str) -> bool:
        return note in self.notes()


@pytest.fixture
def worker(broker_var: Path, tmp_path: Path) -> Iterator[Running]:
    yield from running(broker.url(broker_var), tmp_path)


def running(url: str, tmp_path: Path) -> Iterator[Running]:
    parent = os.getpid()
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), url, str(tmp_path)], env={**os.environ, "PYTHONPATH": str(ROOT)}, text=True,
        stderr=subprocess.PIPE, process_group=0, preexec_fn=lambda: die_with_parent(parent),
    )  # fmt: skip
    found = Running(process, tmp_path, url)
    until(lambda: found.has("ready") and {"open 0", "open 1"} <= set(found.notes()))
    yield found
    process.kill()
    process.communicate()


def stop(worker: Running) -> str:
    """A warm end; what was said on stderr."""
    worker.process.terminate()
    _, errors = worker.process.communicate(timeout=20)
    assert worker.process.returncode == 0
    return errors


def test_a_doorbell_starts_a_shift_and_term_ends_it_early(worker: Running) -> None:
    worker.order("last")
    assert stop(worker) == ""
    assert worker.has("drained")


def test_a_child_that_dies_is_held_against_the_work_that_it_marked(worker: Running) -> None:
    worker.order("segfault")
    until(lambda: worker.has("crashed 7 SIGSEGV"))
    errors = stop(worker)
    assert "a worker child died  action=child_died" in errors
    assert "reason=SIGSEGV work=7" in errors
    assert "Traceback" not in errors


def test_a_child_over_its_memory_limit_dies_for_the_work_that_it_marked(worker: Running) -> None:
    worker.order("gluttony")
    until(lambda: worker.has("crashed -8 out of memory"))
    assert "action=child_out_of_memory limit=268435456" in stop(worker)


def test_a_stylesheet_that_eats_all_memory_does_not_flood_the_log(worker: Running) -> None:
    worker.order("gluttony_in_c")
    until(lambda: any(note.startswith("crashed 11") for note in worker.notes()), 40)
    assert worker.has("crashed 11 out of memory")
    assert len(stop(worker).splitlines()) < 100


@pytest.mark.parametrize(("how", "work"), [("endless", 10), ("endless_in_spite_of_all", 12)])
def test_a_child_that_computes_without_an_end_is_killed_for_the_work_that_it_marked(
    worker: Running, how: str, work: int
) -> None:
    worker.order(how)
    until(lambda: worker.has(f"crashed {work} computed without an end for certain"), 90)
    worker.order("nothing")
    errors = stop(worker)
    assert "action=child_overdue" in errors
    assert "Traceback" not in errors


def test_a_broker_that_takes_no_writes_is_waited_for_and_the_worker_looks_without_bells(tmp_path: Path) -> None:
    with Valkey(tmp_path / "valkey") as server, contextmanager(running)(server.url, tmp_path) as worker:
        worker.order("nothing")
        server.client.replicaof("127.0.0.1", "1")
        worker.put("nothing")
        until(lambda: not (tmp_path / "order").exists())
        server.client.replicaof("NO", "ONE")
        worker.order("nothing")
        errors = stop(worker)
    assert "action=broker_refuses" in errors
    assert "Traceback" not in errors
    assert "Unrecoverable" not in errors


def test_a_child_that_dies_while_it_sends_is_held_against_nothing(worker: Running) -> None:
    worker.order("kill_while_sending")
    until(lambda: sum(note.startswith("open") for note in worker.notes()) == 3)
    stop(worker)
    assert not any(note.startswith("crashed") for note in worker.notes())


def test_a_shift_that_fails_is_logged_and_its_child_lives_on(worker: Running) -> None:
    worker.order("fail")
    worker.order("nothing")
    errors = stop(worker)
    assert "action=shift_failed" in errors
    assert "ValueError: this shift fails" in errors
    assert sum(note.startswith("open") for note in worker.notes()) == 2


def test_a_bell_that_finds_no_child_idle_is_heard_by_those_at_work(worker: Running) -> None:
    bell, order = CeleryBell(worker.broker), worker.folder / "order"
    rung = 0.0

    def both_listen() -> bool:
        """Rings seldom: one that comes before a child has begun is for the other one."""
        nonlocal rung
        notes = worker.notes()
        if all(notes.count(f"attentive {n}") > notes.count(f"heard {n}") for n in (0, 1)):
            return True
        if time.monotonic() - rung > 0.3:
            rung = time.monotonic()
            worker.put("attentive")
            bell.ring()
        return False

    until(both_listen, 60)
    order.unlink(missing_ok=True)
    heard = [worker.notes().count(f"heard {n}") for n in (0, 1)]
    bell.ring()
    until(lambda: all(worker.notes().count(f"heard {n}") > heard[n] for n in (0, 1)))
    bell.close()


def test_a_look_that_is_owed_waits_for_a_child_that_is_idle_again() -> None:
    """A bell for those at work may have come after the last look of each."""
    later, begun, at_work = list[Callable[[], None]](), list[object](), {1: None}
    hub = SimpleNamespace(call_later=lambda seconds, call: later.append(call))
    pool = SimpleNamespace(
        _pool=SimpleNamespace(_cache=at_work, _pool=[1]), apply_async=lambda look, timeout: begun.append(look)
    )
    step = Unrung(SimpleNamespace(hub=hub, pool=pool, marks=SimpleNamespace(draining=lambda: False)))
    step.owe()
    step.owe()
    later.pop()()
    assert (len(later), begun) == (1, [])
    at_work.clear()
    later.pop()()
    assert (later, begun) == ([], [look_unrung])


def test_children_die_with_their_parent(worker: Running) -> None:
    worker.order("last")
    until(lambda: any(" last " in note for note in worker.notes()))
    child = next(int(note.split()[3]) for note in worker.notes() if " last " in note)
    worker.process.kill()
    until(lambda: start_of(child) is None)
    assert not worker.has("drained")


def test_bells_do_not_pile_up_where_nobody_listens(broker_var: Path) -> None:
    publisher = KombuPublisher(broker.url(broker_var))
    for _ in range(20):
        publisher.publish()
    waiting = publisher._queue.queue_declare().message_count
    publisher._queue.purge()
    publisher.close()
    assert waiting == ENOUGH


def test_a_worker_that_is_told_to_end_before_its_first_turn_closes_in_order() -> None:
    hub = Hub()
    pool = SimpleNamespace(_pool=SimpleNamespace(maintain_pool=None))
    reading, writing = os.pipe()
    worker = SimpleNamespace(pool=pool, wake=(reading, writing), alive=lambda: None)
    Witness(worker).register_with_event_loop(worker, hub)
    pool._pool = None
    hub.close()
    os.close(reading)
    os.close(writing)


def test_how_a_child_ended_is_told_in_words() -> None:
    assert [how_it_ended(code) for code in (-9, -11, 86, 3, -99)] == [
        "SIGKILL", "SIGSEGV", "out of memory", "exit 3", "signal 99",
    ]  # fmt: skip
