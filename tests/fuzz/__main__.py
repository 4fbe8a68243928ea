"""`python -m tests.fuzz [--target NAME] [--seconds N] [--seed N]` fuzzes all targets in turn, or one of them;
`python -m tests.fuzz --target NAME FILE…` tries inputs that were found, without the fuzzer."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from tests.fuzz.catalogue import CATALOGUE, find
from tests.fuzz.fuzzing import FOUND, fuzz
from tests.fuzz.target import look

PROJECTS = "projects"


def main() -> int:
    options = arguments()
    if options.target == PROJECTS:
        return of_projects(options.seconds, options.seed)
    names = [options.target] if options.target else list(CATALOGUE)
    if options.files:
        return again(names, options.files)
    seed = options.seed or random.SystemRandom().randrange(1, 1 << 31)
    share = max(1, options.seconds // len(names))
    print(f"{len(names)} targets, {share} s each, seed {seed}", file=sys.stderr, flush=True)
    found = 0
    for report in fuzz(names, share, seed, FOUND, options.corpus):
        print(report, flush=True)
        found += report.found
    print(f"{found} of {len(names)} targets found something", flush=True)
    return 1 if found else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--target", choices=[*CATALOGUE, PROJECTS])
    parser.add_argument("--seconds", type=int, default=60, help="for all of them together")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time, which is printed")
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what led to something new, for the next time")
    parser.add_argument("files", nargs="*", type=Path)
    options = parser.parse_args()
    if options.files and not options.target:
        parser.error("name the --target of the files")
    return options


def of_projects(seconds: int, seed: int) -> int:
    """Not guided by coverage: mistakes in sound projects, each of which must be answered well."""
    from tests.fuzz.projects.run import run  # the product is imported instrumented by the other targets

    tally = run(seed or random.SystemRandom().randrange(1, 1 << 31), seconds)
    print(tally, flush=True)
    return 1 if tally.found else 0


def again(names: list[str], files: list[Path]) -> int:
    """Raises what is wrong with the first of them, traceback and all: this is for who mends it."""
    for file in files:
        look(find(names[0]), file.read_bytes())
        print(f"{file}: nothing is wrong with it", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
