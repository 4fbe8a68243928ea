"""Runs targets in a process of their own and says what each found."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "tests" / "fuzz" / "found"
INPUT_SECONDS = 20
"""For one input; a thousandth of it is usual. Instrumented code is slow, and so are machines that do much else."""
MEBIBYTES = 1024
"""Of a target's process, which has a fifth of it before the first input."""
STARTING = 240
"""Seconds that all targets together may take to start, beyond their time."""
LAST_LINES = 40
DONE = re.compile(r"^Done (\d+) runs", re.MULTILINE)
WRITTEN = re.compile(r"Test unit written to (\S+)")


@dataclass(frozen=True)
class Report:
    """How a target's run ended. `input` is the file that reproduces what was found."""

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


def fuzz(
    names: Sequence[str], seconds: int, seed: int, kept: Path, corpus: Path | None = None, runs: int = -1
) -> Iterator[Report]:
    """Fuzzes targets in turn, each for so many seconds, and so many inputs at most where `runs` is given; what is found is
    kept below `kept`. With a folder for the corpus it goes on from there."""
    for name in names:
        (kept / name).mkdir(parents=True, exist_ok=True)
    limits = [f"-max_total_time={seconds}", f"-runs={runs}", f"-timeout={INPUT_SECONDS}", f"-rss_limit_mb={MEBIBYTES}"]
    flags = [*limits, f"-seed={seed}"]
    with corpus_folder(corpus) as folder:
        command = [sys.executable, "-m", "tests.fuzz.child", str(folder), str(kept), ",".join(names), *flags]
        ended = dict[str, int]()
        for line in lines_of(command, folder / "said", STARTING + len(names) * (seconds + INPUT_SECONDS)):
            name, code = line.split()
            ended[name] = int(code)
            yield judged(name, seed, int(code), text_of(folder / name / "said"))
        for name in names:
            if name not in ended:
                yield judged(name, seed, -1, text_of(folder / name / "said") or text_of(folder / "said"))
    for name in names:
        if not any((kept / name).iterdir()):
            (kept / name).rmdir()


@contextmanager
def corpus_folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.absolute()
        return
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        yield Path(folder)


def lines_of(command: Sequence[str], errors: Path, seconds: float) -> Iterator[str]:
    """What a command writes, line by line. It is killed with all that it started where it takes longer, or is not read to
    its end."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0"}
    with errors.open("wb") as said, subprocess.Popen(
        command, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said, start_new_session=True
    ) as child:  # fmt: skip
        killer = Timer(seconds, os.killpg, (child.pid, signal.SIGKILL))
        killer.start()
        try:
            assert child.stdout is not None
            yield from (line.decode() for line in child.stdout)
        finally:
            killer.cancel()
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)


def text_of(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.exists() else ""


def judged(target: str, seed: int, code: int, said: str) -> Report:
    done, written = DONE.search(said), WRITTEN.search(said)
    runs = int(done[1]) if done else 0
    if code == 0 and done and not written:
        return Report(target, seed, runs)
    lines = [line for line in said.splitlines() if not line.startswith(("INFO: Instrumenting", "#"))]
    last = "\n".join([f"exit code {code}", *lines[-LAST_LINES:]])
    return Report(target, seed, runs, last, Path(written[1]) if written else None)
