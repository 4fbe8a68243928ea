"""Targets under atheris, one after the other: `python -m tests.fuzz.child FOLDER KEPT TARGET,TARGET… [flags of libFuzzer]`.

The product is instrumented as it is imported, so this process does nothing else. Each target has a process of its own, forked
from this one, since libFuzzer ends the process in which it runs. What that one says is in FOLDER/TARGET/said; how it ended is a
line here: the target and the exit code.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path

import atheris

INSTRUMENTED = ["router", "transforms", "adapters"]
WORDS = Path(__file__).parent / "words"
with atheris.instrument_imports(include=INSTRUMENTED):
    from tests.fuzz.catalogue import find
    from tests.fuzz.target import Target, look


def main(folder: str, kept: str, names: str, *flags: str) -> None:
    with atheris.instrument_imports(include=INSTRUMENTED):
        targets = [find(name) for name in names.split(",")]
    for target in targets:
        child = os.fork()
        if child == 0:
            fuzz(target, Path(folder, target.name), [*flags, f"-artifact_prefix={kept}/{target.name}/"])
        _, status = os.waitpid(child, 0)
        print(target.name, os.waitstatus_to_exitcode(status), flush=True)


def fuzz(target: Target, folder: Path, flags: list[str]) -> None:
    """Does not return."""
    seeds, new = folder / "seeds", folder / "new"
    for made in (seeds, new):
        made.mkdir(parents=True, exist_ok=True)
    for n, data in enumerate(target.inputs()):
        (seeds / f"{n:04}").write_bytes(data)
    said = os.open(folder / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    for stream in (1, 2):
        os.dup2(said, stream)
    faulthandler.enable()
    words = [f"-dict={WORDS / target.words}.dict"] if target.words else []
    own = [f"-max_len={target.longest}", *words, str(new), str(seeds)]
    atheris.Setup([target.name, *flags, *own], lambda data: look(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
