"""One target under atheris, in a process of its own: `python -m tests.fuzz.child TARGET CORPUS-FOLDER [flags of libFuzzer]`.

The product is instrumented as it is imported, so this process does nothing else. libFuzzer ends it.
"""

from __future__ import annotations

import faulthandler
import sys
from pathlib import Path

import atheris

WORDS = Path(__file__).parent / "words"
INSTRUMENTED = ["router", "transforms", "adapters"]


def main(name: str, folder: str, *flags: str) -> None:
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.catalogue import find
        from tests.fuzz.target import look

        target = find(name)
    seeds = Path(folder, "seeds")
    seeds.mkdir(parents=True, exist_ok=True)
    Path(folder, "new").mkdir(exist_ok=True)
    for n, data in enumerate(target.inputs()):
        (seeds / f"{n:04}").write_bytes(data)
    faulthandler.enable()
    words = [f"-dict={WORDS / target.words}.dict"] if target.words else []
    own = [f"-max_len={target.longest}", *words, f"{folder}/new", str(seeds)]
    atheris.Setup([name, *flags, *own], lambda data: look(target, data))
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
