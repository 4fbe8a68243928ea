from __future__ import annotations

from collections import Counter

from router.config.agreeing import Agreement, joined
from router.config.problems import Problem


def said(line: int, by: str) -> Problem:
    return Problem("error", "E0601", "transforms/maps/a.yaml", line, 3, by, "there is no field 'x'")


def test_what_all_who_use_a_file_say_is_a_problem_as_the_first_one_said_it() -> None:
    agreement = Agreement(Counter({"transforms/maps/a.yaml": 2}))
    for problem in (said(2, "routes.one"), said(5, "routes.one"), said(2, "routes.two")):
        agreement.hold(problem)
    assert list(agreement.problems()) == [said(2, "routes.one")]


def test_those_who_say_nothing_count_wherever_they_were_looked_at() -> None:
    one, silent = Agreement(Counter({"transforms/maps/a.yaml": 1})), Agreement(Counter({"transforms/maps/a.yaml": 1}))
    one.hold(said(2, "routes.one"))
    assert list(joined([one]).problems()) == [said(2, "routes.one")]
    assert list(joined([one, silent]).problems()) == []
    assert one.read.total() == 1, "what is joined stays as it was"
