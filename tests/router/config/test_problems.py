from __future__ import annotations

from router.config.problems import ConfigError, Problem, dotted, errors, in_order


def problem(level: str, file: str, line: int, column: int, message: str = "m", path: str = "") -> Problem:
    return Problem(level, level[0].upper() + "0001", file, line, column, path, message)


def test_paths_are_dotted() -> None:
    assert dotted(("routes", "web-orders", "to", 1, "when")) == "routes.web-orders.to[1].when"
    assert dotted(()) == ""


def test_problems_stand_in_order_of_place_and_once() -> None:
    a, b, c = problem("error", "a", 10, 1), problem("warning", "a", 9, 30), problem("advice", "a", 9, 4)
    again = problem("error", "a", 10, 1, path="another")
    assert in_order([a, problem("error", "b", 1, 1), b, c, again]) == [c, b, a, problem("error", "b", 1, 1)]


def test_an_error_of_the_config_shows_its_problems() -> None:
    error = ConfigError([problem("error", "a", 1, 2, "that is wrong")])
    assert error.reason == "a:1:2 error[E0001] that is wrong"
    assert errors([problem("warning", "a", 1, 1), *error.problems]) == list(error.problems)
