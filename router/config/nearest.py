"""Did you mean: the known word that is nearest to what was written."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str | None:
    by_fold = {name.lower().replace("_", "-"): name for name in known}
    found = get_close_matches(word.lower().replace("_", "-"), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], otherwise: bool = True) -> str:
    """The hint: the nearest word, else (where asked for) the words there are; `''` where there are none."""
    names = list(known)
    close = nearest(word, names)
    if close is not None:
        return f"did you mean '{close}'?"
    return one_of(names) if otherwise and names else ""


def one_of(names: Iterable[str]) -> str:
    """The words there are; `''` where there are none."""
    listed = list(names)
    if not listed:
        return ""
    return f"one of: {', '.join(listed)}" if len(listed) > 1 else f"only: {listed[0]}"
