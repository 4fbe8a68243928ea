"""Computing without an end: what an alarm raises and where, and whom the parent kills."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from lxml import etree

from adapters.celery.marks import Marks, Slot
from adapters.celery.patience import ENDLESS, Alarm, Overdue, processor_time
from router.errors import MessageError
from router.message import Message
from tests.adapters.waiting import until
from tests.contracts.step import Files, message
from transforms.expressions import compile_expression
from transforms.steps.map import Map
from transforms.steps.python import Python
from transforms.steps.template import TemplateStep
from transforms.steps.xslt import Xslt

XSLT = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><n><xsl:call-template name="t"><xsl:with-param name="n" select="99"/></xsl:call-template></n>
</xsl:template><xsl:template name="t"><xsl:param name="n"/><xsl:if test="$n &gt; 0">
<xsl:call-template name="t"><xsl:with-param name="n" select="$n - 1"/></xsl:call-template>
<xsl:call-template name="t"><xsl:with-param name="n" select="$n - 1"/></xsl:call-template>
</xsl:if></xsl:template></xsl:stylesheet>"""
PYTHON = """
def loop(message):
    while True: pass
"""
NUMBERS = list(range(30_000))


@dataclass
class Mark:
    work: int = 1
    beat: int = 1


@pytest.fixture
def mark() -> Iterator[Mark]:
    """What is worked on now, under an alarm of 0.2 s."""
    found = Mark()
    alarm = Alarm(found, 2, 0.1)
    alarm.start()
    yield found
    alarm.stop()


@pytest.fixture
def marks() -> Iterator[Marks]:
    marks = Marks(1)
    yield marks
    marks.close()


def endless_map(content: Files) -> Callable[[Message], Any]:
    nested: Any = {"each": "c in body", "where": "a < b - c - 99999999", "value": "a"}
    for name in "ba":
        nested = {"each": f"{name} in body", "value": nested} if name == "b" else {"each": "a in body", "value": nested}
    return Map({"fields": {"x": nested}}, content).apply


def endless_template(content: Files) -> Callable[[Message], Any]:
    return TemplateStep("a.txt.j2", content).apply


def endless_python(content: Files) -> Callable[[Message], Any]:
    return Python("a.loop", content).apply


def endless_xslt(content: Files) -> Callable[[Message], Any]:
    return Xslt("a.xsl", content).apply


@pytest.fixture
def content() -> Files:
    return Files({
        "transforms/templates/a.txt.j2": "{% for a in body %}\n{{ body | unique | length }}{% endfor %}",
        "transforms/templates/a.xsl": XSLT,
        "transforms/python/a.py": PYTHON,
    })  # fmt: skip


# An alarm that rings in a callback of the collector is not heard; it rings again.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("make", "body", "stage", "where"),
    [
        (endless_map, NUMBERS, "map", ""),
        (endless_template, NUMBERS, "template", "a.txt.j2, line 2: "),
        (endless_python, {}, "python", "transforms/python/a.py, line 3: "),
        (endless_xslt, etree.fromstring("<a/>"), "xslt", ""),
    ],
)
def test_a_step_without_an_end_becomes_a_dead_letter_of_its_stage(
    mark: Mark, content: Files, make: Callable[[Files], Callable[[Message], Any]], body: Any, stage: str, where: str
) -> None:
    step = make(content)
    with pytest.raises(MessageError) as caught:
        step(message(body))
    assert (caught.value.stage, caught.value.error) == (stage, "limit")
    assert caught.value.reason.startswith(where)
    assert "computing it took more than 0.2 s" in caught.value.reason


def test_what_is_marked_anew_is_another_computing(mark: Mark) -> None:
    expression = compile_expression("body | unique | length")
    begun = time.process_time()
    while time.process_time() - begun < 0.8:
        mark.beat += 1
        assert expression(message(NUMBERS)) == len(NUMBERS)


def test_where_nothing_is_marked_nothing_is_raised(mark: Mark) -> None:
    mark.work = 0
    busy(0.6)


def test_the_house_itself_is_never_hit(mark: Mark) -> None:
    """This test's own loop is no code of a step."""
    busy(0.6)


def busy(seconds: float) -> None:
    begun = time.process_time()
    while time.process_time() - begun < seconds:
        pass


def forked(work: Callable[[], object]) -> Any:
    """A process as billiard's pool knows it."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(120)  # whatever happens to its parent
        work()
        os._exit(0)
    return type("Process", (), {"index": 0, "pid": pid})


def ended(process: Any) -> None:
    os.kill(process.pid, signal.SIGKILL)
    os.waitpid(process.pid, 0)


def spin(slot: Slot, again: bool) -> None:
    slot.mark(7)
    while True:
        if again:
            slot.mark(0)
        slot.mark(7)


def test_the_parent_kills_a_child_that_computes_one_thing_for_too_long(marks: Marks) -> None:
    process = forked(lambda: spin(marks.slot(0), False))
    overdue = Overdue(marks, 0.3)
    try:
        until(lambda: overdue.look([process]) or os.waitpid(process.pid, os.WNOHANG)[0], 60)
    except AssertionError:
        ended(process)
        raise
    assert overdue.why(0) == ENDLESS
    assert overdue.why(0) == ""
    assert marks.clear(0) == 7


@pytest.mark.parametrize("work", ["marks anew", "sleeps", "marks nothing"])
def test_the_parent_kills_nobody_else(marks: Marks, work: str) -> None:
    def sleep() -> None:
        marks.slot(0).mark(7)
        signal.pause()

    kinds = {"marks anew": lambda: spin(marks.slot(0), True), "sleeps": sleep, "marks nothing": lambda: busy(60)}
    process = forked(kinds[work])
    times = iter(range(1000))
    overdue = Overdue(marks, 1, lambda: float(next(times)))
    try:
        until(lambda: marks.state(0)[0] == 7 or work == "marks nothing")
        for _ in range(5):
            before, count = processor_time(process.pid) or 0, marks.state(0)[1]
            overdue.look([process])
            if work != "sleeps":
                until(lambda b=before: (processor_time(process.pid) or 0) > b + 0.1)  # type: ignore[misc]
            if work == "marks anew":
                until(lambda c=count: marks.state(0)[1] > c)  # type: ignore[misc]
        assert os.waitpid(process.pid, os.WNOHANG)[0] == 0
        assert overdue.why(0) == ""
    finally:
        ended(process)


def test_a_process_that_is_gone_has_no_time() -> None:
    process = forked(lambda: None)
    os.waitpid(process.pid, 0)
    assert processor_time(process.pid) is None
