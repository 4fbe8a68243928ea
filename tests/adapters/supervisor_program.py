"""A supervisor over small programs: run by the tests with (folder, JSON of parts, seconds of drain)."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from adapters import logs
from adapters.child import Part
from adapters.processes import read_ready
from adapters.supervisor import Supervisor

FOLDER = Path(sys.argv[1])
CHILD = Path(__file__).with_name("supervised_program.py")


def part(name: str, stage: int, behaviour: str, needs: list[str], always: bool) -> Part:
    return Part(
        name, [sys.executable, str(CHILD), str(FOLDER), name, behaviour],
        lambda pid: read_ready(FOLDER, name, pid) is not None, stage, tuple(needs), restarts_always=always,
        troubled=lambda times: (FOLDER / f"{name}.troubled").write_text(str(times)),
    )  # fmt: skip


logs.configure("info", "up")
parts = [part(*p) for p in json.loads(sys.argv[2])]
sys.exit(Supervisor(parts, lambda: print("ready", file=sys.stderr, flush=True), patience=float(sys.argv[3])).run())
