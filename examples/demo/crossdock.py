"""Crossdock as a user has it: started by `crossdock up`, asked by its commands."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
INSTALLED = (str(Path(sys.executable).with_name("crossdock")),)


class Failed(Exception):
    """A command did not do what it was asked for."""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class Crossdock:
    """A running `crossdock up` on a project folder, with its `var/` in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        environment: Mapping[str, str],
        project: Path = PROJECT,
        command: tuple[str, ...] = INSTALLED,
    ) -> None:
        self.project, self.command = project, command
        self.url = f"http://127.0.0.1:{free_port()}"
        self.admin = f"http://127.0.0.1:{free_port()}"
        self.log = folder / "crossdock.log"
        self.env = {
            **os.environ, **environment, "CROSSDOCK_VAR": str(folder / "var"),
            "CROSSDOCK_HTTP": self.url.removeprefix("http://"), "CROSSDOCK_ADMIN": self.admin.removeprefix("http://"),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def up(self, patience: float = 15) -> float:
        """Starts it; how long it took until it takes work."""
        began = time.monotonic()
        with self.log.open("wb") as log:
            words = [*self.command, "up"]
            self.process = subprocess.Popen(words, cwd=self.project, env=self.env, stderr=log, stdout=log)
        while b"ready http" not in self.log.read_bytes():
            if self.process.poll() is not None or time.monotonic() - began > patience:
                raise Failed(f"crossdock up did not get ready:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)

    def run(self, *words: str, good: tuple[int, ...] = (0,)) -> str:
        """What a command says. Raises Failed with its complaint."""
        done = subprocess.run([*self.command, *words], cwd=self.project, env=self.env, capture_output=True, timeout=60)
        if done.returncode not in good:
            raise Failed(f"crossdock {' '.join(words)} ended with {done.returncode}:\n{done.stderr.decode()[-2000:]}")
        return done.stdout.decode()

    def rows(self, *words: str, good: tuple[int, ...] = (0, 3)) -> list[dict[str, Any]]:
        """The lines of a list; none where nothing matched."""
        return [json.loads(line) for line in self.run(*words, "-o", "jsonl", good=good).splitlines() if line]

    def call(
        self, method: str, path: str, body: Any = None, token: str = "", headers: Mapping[str, str] | None = None
    ) -> tuple[int, Any]:
        """A request of a client: (status, decoded answer)."""
        raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {**({"Content-Type": "application/json"} if raw else {}), **(headers or {})}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        request = urllib.request.Request(self.url + path, data=raw, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
