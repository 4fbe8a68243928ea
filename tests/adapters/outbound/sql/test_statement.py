"""`statement`: its parameters, wherever they stand, and what it may not be."""

from __future__ import annotations

import pytest

from adapters.outbound.sql.statement import Statement, check_params, read_statement


def rendered(text: str) -> tuple[str, tuple[str, ...]]:
    statement = read_statement(text)
    return statement.render(lambda n: f"<{n}>"), statement.params


@pytest.mark.parametrize(
    ("text", "made", "params"),
    [
        ("INSERT INTO t VALUES (:a, :b_2)", "INSERT INTO t VALUES (<1>, <2>)", ("a", "b_2")),
        ("update t set a=:a where b>:a", "update t set a=<1> where b><2>", ("a", "a")),
        ("select :a::int, x::text", "select <1>::int, x::text", ("a",)),
        ("select ':a', 'it''s :b', :c", "select ':a', 'it''s :b', <1>", ("c",)),
        (r"select E'it\'s :a', e'\\', :c", r"select E'it\'s :a', e'\\', <1>", ("c",)),
        ('select ":a", "x"":b", `:c`, :d', 'select ":a", "x"":b", `:c`, <1>', ("d",)),
        ("select $$:a$$, $f$ :b $$ $f$, :c", "select $$:a$$, $f$ :b $$ $f$, <1>", ("c",)),
        ("select 1 -- :a it's\n, :b", "select 1 -- :a it's\n, <1>", ("b",)),
        ("/* :a /* it's */ :b */ select :c", "/* :a /* it's */ :b */ select <1>", ("c",)),
        ("select x[1:2], y[:n]", "select x[1:2], y[<1>]", ("n",)),
        ("select 1 ; -- the end\n", "select 1 ", ()),
        ("-- first\nWITH x AS (SELECT 1) SELECT :größe", "-- first\nWITH x AS (SELECT 1) SELECT <1>", ("größe",)),
    ],
)
def test_parameters_are_found_where_they_are_some(text: str, made: str, params: tuple[str, ...]) -> None:
    assert rendered(text) == (made, params)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("select 1; delete from t", "more than one"),
        ("select 1; :a", "more than one"),
        ("select 'abc", "the ' in line 1, character 8 is never closed"),
        ("select\n \"abc", 'the " in line 2, character 2 is never closed'),
        ("select /* a /* b */", "comment in line 1, character 8 is never closed"),
        ("select $1", r"\$1 in line 1, character 8"),
        ("COMMIT", "begins with 'commit'"),
        ("SET x = 1", "begins with 'set'"),
        ("PRAGMA x", "begins with 'pragma'"),
        ("", "begins with ''"),
        ("-- nothing", "begins with ''"),
    ],
)
def test_what_it_cannot_be(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_statement(text)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["a"], ":b has no value"),
        (["a", "b", "c"], "does not use :c"),
        (["a", "b", "delivery_id"], "there already"),
    ],
)
def test_every_parameter_has_a_value_and_every_value_is_used(given: list[str], words: str) -> None:
    statement = Statement("", (), ("a", "b", "a", "delivery_id"))
    with pytest.raises(ValueError, match=words):
        check_params(statement, given)
    check_params(statement, ["b", "a"])
