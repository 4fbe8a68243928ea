"""yaml-language-server, which editors ask while one types: installed with npm, and driven as an editor drives it.

`python -m tests.integration.servers.yaml_language_server`, a part of `make servers`, installs the pinned version into a
folder of its own outside of the source. Where npm or its registry is not there, it says so and ends well: those tests
are skipped then. The installing needs no package of the project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Any

VERSION = "1.19.2"
"""The newest that runs on the Node of Debian stable, too."""
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "crossdock-tests"
FOLDER = CACHE / f"yaml-language-server-{VERSION}"
PROGRAM = FOLDER / "node_modules/yaml-language-server/bin/yaml-language-server"
SECONDS = 60
"""So long an answer may take; then the server is ended, and the test fails."""

Message = dict[str, Any]


def missing() -> str:
    """What is not here; empty where all is."""
    if shutil.which("node") is None:
        return "node is not in the PATH"
    return "" if PROGRAM.exists() else f"yaml-language-server {VERSION} is not in {FOLDER}"


def main() -> int:
    if not missing():
        return 0
    if shutil.which("node") is None or shutil.which("npm") is None:
        return _told("node and npm are not here; on Debian: apt-get install nodejs npm")
    print(f"installing for the integration tests: yaml-language-server {VERSION}", file=sys.stderr)
    FOLDER.mkdir(parents=True, exist_ok=True)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--silent", "--prefix", str(FOLDER))
    done = subprocess.run(["npm", "install", *quiet, f"yaml-language-server@{VERSION}"], check=False, timeout=300)
    return _told(f"npm ended with {done.returncode}") if done.returncode else 0


def _told(why: str) -> int:
    print(f"The tests of editors lack yaml-language-server and are skipped: {why}.", file=sys.stderr)
    return 0


class Editor:
    """One that has a project folder open, by the Language Server Protocol 3.17."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._asked = 0
        self._process = subprocess.Popen(
            ["node", str(PROGRAM), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        documentation = {"completion": {"completionItem": {"documentationFormat": ["markdown"]}}}
        self.ask(
            "initialize",
            processId=os.getpid(),  # it ends when this process does
            rootUri=folder.as_uri(),
            workspaceFolders=[{"uri": folder.as_uri(), "name": folder.name}],
            capabilities={"textDocument": documentation, "workspace": {"configuration": True}},
        )
        self._send(method="initialized", params={})

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def completions(self, name: str, text: str) -> list[str]:
        """What it offers where `|` stands in the text."""
        found = self._at_cursor("textDocument/completion", name, text)
        return [item["label"] for item in (found["items"] if isinstance(found, dict) else found)]

    def hover(self, name: str, text: str) -> str:
        """What it says of the word where `|` stands."""
        found = self._at_cursor("textDocument/hover", name, text)
        return json.dumps(found["contents"]) if found else ""

    def problems(self, name: str, text: str) -> list[tuple[int, str]]:
        """The line, from 1, and the sentence of each mistake that it marks."""
        uri = self._open(name, text)
        told = self._until(
            lambda message: message.get("method") == "textDocument/publishDiagnostics" and message["params"]["uri"] == uri
        )
        return [(one["range"]["start"]["line"] + 1, one["message"]) for one in told["params"]["diagnostics"]]

    def _at_cursor(self, method: str, name: str, text: str) -> Any:
        before, _, after = text.partition("|")
        uri = self._open(name, before + after)
        lines = before.split("\n")
        return self.ask(method, textDocument={"uri": uri}, position={"line": len(lines) - 1, "character": len(lines[-1])})

    def _open(self, name: str, text: str) -> str:
        uri = (self.folder / name).as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": document})
        return uri

    def ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        number = self._asked
        self._send(id=number, method=method, params=params)
        return self._until(lambda message: message.get("id") == number and "method" not in message)["result"]

    def _send(self, **message: Any) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _until(self, wanted: Callable[[Message], bool]) -> Message:
        """The first message that is wanted; what the server itself asks on the way, it is answered."""
        late = Timer(SECONDS, self._process.kill)
        late.start()
        try:
            while True:
                message = self._receive()
                if "id" in message and "method" in message:
                    items = message.get("params", {}).get("items", [])
                    self._send(id=message["id"], result=[{} for _ in items] or None)
                if wanted(message):
                    return message
        finally:
            late.cancel()

    def _receive(self) -> Message:
        assert self._process.stdout is not None
        length = None
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length is not None, "yaml-language-server has ended, or did not answer in time"
        found: Message = json.loads(self._process.stdout.read(length))
        return found


if __name__ == "__main__":
    sys.exit(main())
