"""Makes mistakes in sound projects by chance, and counts how they are answered."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.fuzz.projects.edits import Edit, edit
from tests.fuzz.projects.judging import ACCEPTED, ELSEWHERE, judge
from tests.fuzz.projects.sound import Sound, projects
from tests.fuzz.target import Wrong

ENOUGH = 0.95
"""Of what is refused, so much is refused at its place."""


@dataclass
class Tally:
    """What came of a run. `faults` must never be; `misses` are told elsewhere."""

    seed: int
    answers: Counter[tuple[str, str]] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    @property
    def edits(self) -> int:
        return self.answers.total()

    @property
    def refused(self) -> int:
        return sum(n for (_, how), n in self.answers.items() if how != ACCEPTED)

    @property
    def share(self) -> float:
        return 1 - len(self.misses) / self.refused if self.refused else 1.0

    @property
    def found(self) -> bool:
        return bool(self.faults) or self.share < ENOUGH

    def __str__(self) -> str:
        kinds = sorted({kind for kind, _ in self.answers})
        ways = sorted({how for _, how in self.answers})
        rows = [f"  {kind:10}" + "".join(f" {way} {self.answers[kind, way]}" for way in ways) for kind in kinds]
        head = f"projects: {self.edits} edits, {self.refused} refused, {self.share:.1%} at their place (seed {self.seed})"
        return "\n".join([head, *rows, *self.faults[:20], *self.misses[:40]])


def run(seed: int, seconds: float = 0, edits: int = 0) -> Tally:
    """So many edits, or as many as there is time for."""
    tally, until = Tally(seed), time.monotonic() + seconds
    for sound, file, made in mistakes(seed):
        look(tally, sound, file, made)
        if tally.edits >= edits if edits else time.monotonic() > until:
            break
    return tally


def mistakes(seed: int) -> Iterator[tuple[Sound, str, Edit]]:
    """Each by a chance of its own, which its number says."""
    n = 0
    while True:
        n += 1
        chance = random.Random(f"{seed}/{n}")
        sound = chance.choice(projects())
        file = chance.choice([*sound.editable, *[name for name in sound.editable if name.endswith("routes.yaml")] * 2])
        made = edit(sound.files[file].decode("utf-8"), chance, file.endswith(".yaml"))
        if made is not None:
            yield sound, file, made


def look(tally: Tally, sound: Sound, file: str, made: Edit) -> None:
    what = f"{sound.name}/{file}:{made.lines[0]} {made.kind} {' -> '.join(made.names)[:80]!r}"
    try:
        verdict = judge(sound, file, made)
    except Wrong as error:
        tally.faults.append(f"{what}: {error}")
        tally.answers[made.kind, "fault"] += 1
        return
    except Exception as error:
        tally.faults.append(f"{what}: {type(error).__name__}: {error}")
        tally.answers[made.kind, "fault"] += 1
        return
    tally.answers[made.kind, verdict.how] += 1
    if verdict.how == ELSEWHERE:
        tally.misses.append(f"{what}: {verdict.problems[0]}")
