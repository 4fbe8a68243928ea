"""Projects with a mistake, or with several: each is found, at its place, with what to do; and nothing else is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.broken.case import Case, Said, cases, checked

BROKEN = [*cases("cases"), *cases("strangers")]
VALID = cases("valid")


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case.name)
def test_what_is_said_of_a_broken_project(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    problems = checked(tmp_path)
    assert problems, "nothing is said"
    wanted = sorted(case.said(), key=lambda said: (said.file, said.line, said.column, said.code))
    found = [Said(p.code, p.hint, p.file, p.line, p.column) for p in sorted(problems, key=lambda p: (*p.place, p.code))]
    said = "\n".join(f"{p}  [hint: {p.hint}]" for p in problems)
    assert [(one.code, one.file, one.line, one.column) for one in found] == [
        (one.code, one.file, one.line, one.column) for one in wanted
    ], said
    assert all(one.hint and want.hint in one.hint for one, want in zip(found, wanted, strict=True)), said


def test_the_names_of_cases_differ() -> None:
    assert len({case.name for case in BROKEN}) == len(BROKEN) >= 500


@pytest.mark.parametrize("case", VALID, ids=lambda case: case.name)
def test_nothing_is_said_of_what_is_valid(case: Case, tmp_path: Path) -> None:
    case.write(tmp_path)
    assert [str(problem) for problem in checked(tmp_path)] == []
