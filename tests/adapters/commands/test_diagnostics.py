from __future__ import annotations

from pathlib import Path

import pytest

from adapters.commands.diagnostics import Shown, Sources, annotation
from router.config.problems import ERROR, Problem, Related

TEXT = "version: 1\nroutes:\n  pos: {type: folder, hed: 1}\n\tb: 日本 x\n" + "k: " + "v" * 300 + "END\n"


def problem(line: int, column: int, end: int | None = None, hint: str = "", *related: Related) -> Problem:
    return Problem(ERROR, "E0201", "routes.yaml", line, column, "routes.pos", "unknown field 'hed'", hint, end, related)


def lines(one: Problem, width: int = 80, raw: bytes = TEXT.encode()) -> list[str]:
    return list(Shown(Sources({"routes.yaml": raw}), False, width).lines(one))


def test_a_problem_is_shown_with_its_line_a_caret_a_hint_and_the_other_places() -> None:
    other = Related("more.yaml", 7, 3, "'hed' is declared here")
    assert lines(problem(3, 23, 26, "did you mean 'header'?", other)) == [
        "routes.yaml:3:23 error[E0201] unknown field 'hed'",
        "  3 |   pos: {type: folder, hed: 1}",
        "    |                       ^^^",
        "  hint: did you mean 'header'?",
        "  note: more.yaml:7 'hed' is declared here",
    ]


def test_the_caret_points_right_behind_tabs_and_wide_letters() -> None:
    _, text, caret = lines(problem(4, 8))
    assert text == "  4 |     b: 日本 x"
    assert caret == "    |" + " " * 13 + "^", "each wide letter takes two cells"


def test_a_long_line_is_cut_around_the_column() -> None:
    _, text, caret = lines(problem(5, 304, 307), width=60)
    assert text.endswith("END")
    assert "…" in text
    assert len(text) <= 60
    assert text[caret.index("^") : caret.index("^") + 3] == "END"
    _, text, caret = lines(problem(5, 1), width=60)
    assert text.startswith("  5 | k: vvv")
    assert text.endswith("…")
    assert caret.index("^") == text.index("k")


def test_a_line_that_is_not_there_is_not_shown() -> None:
    assert len(lines(problem(99, 1))) == 1
    assert lines(problem(1, 1), raw="version: 1".encode("utf-16"))[1] == "  1 | version: 1"
    assert lines(problem(1, 9), raw=b"version\xe4: 1")[1] == "  1 | version\ufffd: 1"


def test_colour_is_only_where_it_is_asked_for() -> None:
    assert "\x1b" not in "".join(lines(problem(3, 23)))
    assert "\x1b" in "".join(Shown(Sources({"routes.yaml": TEXT.encode()}), True, 80).lines(problem(3, 23)))


def test_an_annotation_of_github_names_the_file_from_the_root_and_hides_its_own_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    found = annotation(problem(3, 23, 26, "50 %, or more:\nless"), tmp_path / "shop")
    assert found == (
        "::error file=shop/routes.yaml,line=3,col=23,title=error[E0201],endColumn=26::"
        "unknown field 'hed'%0A50 %25, or more:%0Aless"
    )
