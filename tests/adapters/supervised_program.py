"""A child of the supervisor in tests: (folder, name, behaviour)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from adapters.processes import say_ready

folder, name, behaviour = Path(sys.argv[1]), sys.argv[2], sys.argv[3]


def note(text: str) -> None:
    with open(folder / "notes", "a") as file:
        file.write(f"{name} {text}\n")


if behaviour.startswith("exit"):
    note("exits")
    sys.exit(int(behaviour.removeprefix("exit")))
if behaviour == "family":
    grandchild = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (folder / "grandchild").write_text(str(grandchild.pid))
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
note(f"starts {os.getpid()}")
if behaviour != "never":
    say_ready(folder, name)
while True:
    signal.sigwait({signal.SIGTERM})
    note("is told to end")
    if behaviour != "stubborn":
        break
