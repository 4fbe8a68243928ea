"""A reader of the docs, who writes the files and types the commands of a page, in its order."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from examples.demo.crossdock import Crossdock
from tests.acceptance.conftest import COMMAND

BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = ("python3 -m venv", "export PATH")
"""What installs Crossdock: here it is installed."""
URL = "http://127.0.0.1:8080"
AT_THE_END = " (at the end)"
ANYTHING = "…"
CURRENT = re.compile(r"^version (\d+)\b.* is the current one", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: `title` is the file that it is, `fails` the exit code that it ends with, if not 0."""

    kind: str
    about: str
    text: str

    @property
    def title(self) -> str:
        found = re.search(r'title="([^"]*)"', self.about)
        return found[1] if found else ""

    @property
    def fails(self) -> int:
        found = re.search(r'fails="(\d+)"', self.about)
        return int(found[1]) if found else 0


def blocks(text: str) -> list[Block]:
    return [Block(kind, about, body) for kind, about, body in BLOCK.findall(text)]


class Reader:
    """`at` is the folder that the reader stands in; `crossdock up &` goes on in the background until `close`."""

    def __init__(self, folder: Path, wait: Callable[[Callable[[], object]], None]) -> None:
        (folder / "bin").mkdir()
        door = folder / "bin" / "crossdock"
        door.write_text(f'#!/bin/sh\nexec {shlex.join(COMMAND)} "$@"\n')
        door.chmod(0o755)
        self.at, self.wait = folder, wait
        self.running = Crossdock(folder, {"PATH": f"{folder}/bin:{os.environ['PATH']}"}, folder, COMMAND)

    def close(self) -> None:
        self.running.stop()

    def read(self, text: str) -> None:
        """A whole page: what stands in a `text` block behind commands is what they print."""
        said = ""
        for block in blocks(text):
            if block.kind == "sh":
                said = self.type(block.text, block.fails)
            elif block.kind == "text":
                unlike = differs(said, block.text)
                assert unlike is None, f"{unlike!r} is not what came:\n{said}"
            elif block.title:
                self.write(block.title, block.text)

    def write(self, title: str, text: str) -> None:
        path = self.at / title.removesuffix(AT_THE_END)
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text("utf-8") if title.endswith(AT_THE_END) else ""
        path.write_text(before + text, "utf-8")

    def type(self, text: str, code: int = 0) -> str:
        """Each line of a block; all but the last end with 0."""
        lines = [line for line in text.splitlines() if line and not line.startswith(ELSEWHERE)]
        return "".join(self.say(line, code if n == len(lines) else 0) for n, line in enumerate(lines, 1))

    def say(self, line: str, code: int = 0) -> str:
        """What one line prints, on both streams."""
        if line.startswith("crossdock up &"):
            self.running.project = self.at
            self.running.up(patience=60)
            return ""
        typed = line.replace(URL, self.running.url)
        done = self.shell(typed)
        assert done.returncode == code, f"{line} ended with {done.returncode}\n{done.stdout}"
        if found := re.match(r"cd (\S+)", line) or re.search(r"&& cd (\S+)", line):
            self.at = self.at / found[1]
        self.until_served(done.stdout)
        return done.stdout if done.stdout.endswith("\n") or not done.stdout else done.stdout + "\n"

    def shell(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["sh", "-ec", line], cwd=self.at, env=self.running.env, timeout=90, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip

    def until_served(self, said: str) -> None:
        """A reader takes a moment to the next command, in which hosts take a new version."""
        if found := CURRENT.search(said):
            self.wait(lambda: f"crossdock_version_served {found[1]}.0" in self.metrics())

    def metrics(self) -> str:
        with urllib.request.urlopen(f"{self.running.admin}/metrics", timeout=5) as answer:
            return str(answer.read().decode())


def differs(said: str, expected: str) -> str | None:
    """The first line of `expected` that did not come, in its place. `…` alone in a line stands for any lines, in a line
    for anything; blanks count as one."""
    came = [one for one in map(squeezed, said.splitlines()) if one]
    wanted = [one for one in map(squeezed, expected.splitlines()) if one]
    free = False
    for line in wanted:
        if line == ANYTHING:
            free = True
            continue
        fits = re.compile(".*".join(map(re.escape, re.split(rf" ?{ANYTHING} ?", line)))).fullmatch
        places = [n for n, one in enumerate(came if free else came[:1]) if fits(one)]
        if not places:
            return line
        came, free = came[places[0] + 1 :], False
    return None if free or not came else "(nothing more)"


def squeezed(line: str) -> str:
    return " ".join(line.split())


def opened(folder: Path, wait: Callable[[Callable[[], object]], None]) -> Iterator[Reader]:
    """For a fixture."""
    reader = Reader(folder, wait)
    yield reader
    reader.close()
