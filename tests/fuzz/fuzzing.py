"""Runs a target in a child and says in one sentence what it found."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "tests" / "fuzz" / "found"
INPUT_SECONDS = 20
"""For one input; a thousandth of it is usual. Instrumented code is slow, and so are machines that do much else."""
INPUT_MEBIBYTES = 1024
"""Of the whole process, which has a fifth of it before the first input."""
STARTING = 240
"""Seconds beyond its time that a child may take, to start and for its last input."""
LAST_LINES = 40
DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)
WRITTEN = re.compile(r"Test unit written to (\S+)")


@dataclass(frozen=True)
class Report:
    """How a run ended. `input` is the file that reproduces what was found."""

    target: str
    seed: int
    runs: int
    said: str = ""
    input: Path | None = None

    @property
    def found(self) -> bool:
        return bool(self.said)

    def __str__(self) -> str:
        if not self.found:
            return f"{self.target}: {self.runs} inputs, nothing found (seed {self.seed})"
        again = f"python -m tests.fuzz --target {self.target} {self.input}" if self.input else "no input was written"
        return f"{self.target}: found (seed {self.seed}); to see it again: {again}\n{self.said}"


def fuzz(target: str, seconds: int, seed: int, kept: Path = FOUND, corpus: Path | None = None) -> Report:
    """Fuzzes one target; what it finds is kept below `kept`. With a folder for its corpus it goes on from there."""
    found = kept / target
    found.mkdir(parents=True, exist_ok=True)
    with corpus_folder(corpus, target) as folder:
        flags = [
            f"-max_total_time={max(1, seconds)}",
            f"-seed={seed}",
            f"-artifact_prefix={found}/",
            f"-timeout={INPUT_SECONDS}",
            f"-rss_limit_mb={INPUT_MEBIBYTES}",
            "-print_final_stats=0",
            "-verbosity=1",
        ]
        command = [sys.executable, "-m", "tests.fuzz.child", target, str(folder), *flags]
        code, said = run(command, seconds + STARTING)
    report = judged(target, seed, code, said)
    if not any(found.iterdir()):
        found.rmdir()
    return report


@contextmanager
def corpus_folder(kept: Path | None, target: str) -> Iterator[Path]:
    if kept is not None:
        yield kept / target
        return
    with tempfile.TemporaryDirectory(prefix=f"fuzz-{target}-") as folder:
        yield Path(folder)


def run(command: list[str], seconds: float) -> tuple[int, str]:
    """Exit code and all that was said; a child that does not end is killed."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    with tempfile.TemporaryFile() as output:
        child = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            code = child.wait()
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def judged(target: str, seed: int, code: int, said: str) -> Report:
    done, written = DONE.search(said), WRITTEN.search(said)
    runs = int(done[1]) if done else 0
    if code == 0 and done and not written:
        return Report(target, seed, runs)
    lines = [line for line in said.splitlines() if not line.startswith(("INFO: Instrumenting", "#"))]
    last = "\n".join([f"exit code {code}", *lines[-LAST_LINES:]])
    return Report(target, seed, runs, last, Path(written[1]) if written else None)
