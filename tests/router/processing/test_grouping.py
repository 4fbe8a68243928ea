"""Neighbours with equal values are one record; a chunk never cuts a group."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from router.errors import DecodeError
from router.ports import Bad, Cut
from router.processing.grouping import Group, Grouped, groups
from transforms.codecs import CODECS


def key(number: int, body: Any) -> object:
    return body["k"]


def ndjson(items: Sequence[Any]) -> bytes:
    return b"".join((item if isinstance(item, bytes) else json.dumps(item).encode()) + b"\n" for item in items)


def csv(items: Sequence[Any]) -> bytes:
    return ("k;n\n" + "".join(f"{item['k']};{item['n']}\n" for item in items)).encode()


def codec(name: str = "ndjson") -> Any:
    options = {"csv": {"delimiter": ";", "quote": '"', "header": True, "encoding": "utf-8", "decimal": ".", "skip": 0}}
    return CODECS[name](options.get(name, {}), None)  # type: ignore[arg-type]


def read(data: bytes, size: int, name: str = "ndjson") -> tuple[list[Cut], list[tuple[int, Any]]]:
    grouped, stream = Grouped(codec(name), key), io.BytesIO(data)
    cuts = list(grouped.cut(stream, None, size))
    return cuts, [pair for cut in cuts for pair in grouped.records(stream, cut)]


def rows(*keys: str) -> list[dict[str, Any]]:
    return [{"k": k, "n": str(n)} for n, k in enumerate(keys, 1)]


@pytest.mark.parametrize("name", ["ndjson", "csv"])
@pytest.mark.parametrize("size", [1, 30, 45, 100, 1 << 18])
def test_groups_are_the_same_however_large_the_chunks_are(name: str, size: int) -> None:
    items = rows(*"aaabccccccdaeeee")
    cuts, found = read(ndjson(items) if name == "ndjson" else csv(items), size, name)
    assert [[row["n"] for row in body] for _, body in found] == [
        ["1", "2", "3"], ["4"], ["5", "6", "7", "8", "9", "10"], ["11"], ["12"], ["13", "14", "15", "16"],
    ]  # fmt: skip
    assert [n for n, _ in found] == [1, 2, 3, 4, 5, 6]
    assert sum(cut.members for cut in cuts) == 16
    assert cuts[-1].offset + cuts[-1].length == len(ndjson(items) if name == "ndjson" else csv(items))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from("ab"), max_size=40), st.integers(1, 400))
def test_any_chunks_give_the_groups_of_the_whole(keys: list[str], size: int) -> None:
    items = rows(*keys)
    whole = [one.bodies for one in groups(list(enumerate(items, 1)), key) if isinstance(one, Group)]
    assert [body for _, body in read(ndjson(items), size)[1]] == whole


def test_cutting_goes_on_behind_the_last_chunk() -> None:
    data = ndjson(rows(*"aabbbcdd"))
    grouped, stream = Grouped(codec(), key), io.BytesIO(data)
    cuts = list(grouped.cut(stream, None, 50))
    assert len(cuts) > 2
    assert list(grouped.cut(stream, cuts[0], 50)) == cuts[1:]


def test_only_the_wanted_groups_are_given() -> None:
    grouped, stream = Grouped(codec(), key), io.BytesIO(ndjson(rows(*"aabbc")))
    [cut] = grouped.cut(stream)
    assert [n for n, _ in grouped.records(stream, cut, [2, 3])] == [2, 3]


@pytest.mark.parametrize("size", [1, 60, 1 << 18])
def test_a_bad_record_inside_a_group_is_the_end_of_the_group(size: int) -> None:
    a, b, c, d = rows("a", "a", "b", "b")
    _, found = read(ndjson([a, b"{bad", b, c, d]), size)
    assert isinstance(found[0][1], Bad)
    assert "a record inside a group is wrong: line 2" in found[0][1].error.reason
    assert found[1][1] == [c, d]


@pytest.mark.parametrize("size", [1, 60, 1 << 18])
def test_a_bad_record_between_groups_stands_alone(size: int) -> None:
    a, b, c, d = rows("a", "a", "b", "b")
    _, found = read(ndjson([a, b, b"{bad", c, d]), size)
    assert [body for _, body in found if not isinstance(body, Bad)] == [[a, b], [c, d]]
    assert sum(isinstance(body, Bad) for _, body in found) == 1


def test_a_group_that_never_ends_is_refused() -> None:
    big = {"k": "a", "text": "x" * 1_000_000}
    with pytest.raises(DecodeError, match="a group of records is longer than 16 MiB"):
        read(ndjson([big] * 20), 1 << 18)


def test_an_edited_group_is_a_list() -> None:
    grouped = Grouped(codec(), key)
    assert grouped.record_from_cells([{"k": "a"}]) == [{"k": "a"}]
    with pytest.raises(DecodeError, match="a list of records"):
        grouped.record_from_cells({"k": "a"})
