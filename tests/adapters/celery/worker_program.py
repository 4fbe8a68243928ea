"""A worker process whose shifts do what a file says: run by the tests with (broker, folder)."""

from __future__ import annotations

import os
import re
import select
import sys
import time
from pathlib import Path

from lxml import etree

from adapters import logs
from adapters.celery import patience
from adapters.celery.marks import Slot
from adapters.celery.worker import run_worker
from tests.contracts.step import Files, message
from transforms.steps.python import Python

DOUBLING = """<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
<xsl:template match="/"><n><xsl:call-template name="d"><xsl:with-param name="s"><a/></xsl:with-param></xsl:call-template></n>
</xsl:template><xsl:template name="d"><xsl:param name="s"/><xsl:call-template name="d"><xsl:with-param name="s">
<xsl:copy-of select="$s"/><xsl:copy-of select="$s"/></xsl:with-param></xsl:call-template></xsl:template></xsl:stylesheet>"""
DEAF = """
def deaf(message):
    while True:
        try:
            n = 0
            while True: n += 1
        except Exception:
            pass
"""
FOLDER = Path(sys.argv[2])


def note(line: str) -> None:
    """One write: lines of several processes do not mix."""
    with open(FOLDER / "notes", "a") as file:
        file.write(line + "\n")


class Shifts:
    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        note(f"open {slot.index}")

    def __call__(self) -> None:
        try:
            order = (FOLDER / "order").read_text()
            (FOLDER / "order").unlink()
        except FileNotFoundError:
            order = "nothing"
        note(f"look {self.slot.index} {order} {os.getpid()}")
        getattr(self, order)()

    def nothing(self) -> None:
        return

    def segfault(self) -> None:
        self.slot.mark(7)
        os.kill(os.getpid(), 11)

    def gluttony(self) -> None:
        self.slot.mark(-8)
        bytearray(1 << 30)

    def gluttony_in_c(self) -> None:
        """A tree that doubles without an end: libxml2 has no memory left, says so for ever, and comes back never."""
        self.slot.mark(11)
        etree.XSLT(etree.fromstring(DOUBLING))(etree.fromstring("<a/>"))

    def endless(self) -> None:
        self.slot.mark(10)
        catastrophic = re.compile("(a+)+b")
        catastrophic.match("a" * 64)

    def endless_in_spite_of_all(self) -> None:
        """A function that swallows what the alarm raises."""
        self.slot.mark(12)
        step = Python("a.deaf", Files({"transforms/python/a.py": DEAF}))
        step.apply(message({}))

    def kill_while_sending(self) -> None:
        self.slot.mark(9)
        self.slot.clear()
        os.kill(os.getpid(), 9)

    def fail(self) -> None:
        raise ValueError("this shift fails")

    def last(self) -> None:
        while not self.slot.draining():
            time.sleep(0.01)
        note("drained")

    def attentive(self) -> None:
        """At work until a bell is heard."""
        self.slot.rests(True)
        note(f"attentive {self.slot.index}")
        select.select([self.slot.bell], [], [])
        self.slot.rests(False)
        assert self.slot.heard()  # which silences it: a bell that rings on would end each look that comes
        note(f"heard {self.slot.index}")

    def crashed(self, work: int, reason: str, certain: bool) -> None:
        note(f"crashed {work} {reason}{' for certain' if certain else ''}")

    def release_dead(self) -> None:
        pass


patience.HARD, patience.SOFT = 3, 1
logs.configure("info", "worker")
sys.exit(run_worker(sys.argv[1], 2, 256 << 20, Shifts, lambda: note("ready")))
