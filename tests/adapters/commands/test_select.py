from __future__ import annotations

import time

import click
import pytest

from adapters.commands.select import KeyValue, Moment, Stage, insist
from router.browse import Selection
from tests.adapters.commands.typing_room import Room


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("2026-03-01", 1_772_323_200_000),
        ("2026-03-01T08:00", 1_772_352_000_000),
        ("2026-03-01T08:00+01:00", 1_772_348_400_000),
        ("2026-03-01T08:00:00Z", 1_772_352_000_000),
    ],
)
def test_a_time_is_utc_unless_it_says_so(text: str, ms: int) -> None:
    assert Moment().convert(text, None, None) == ms


def test_a_duration_is_how_long_ago() -> None:
    assert abs(Moment().convert("2h", None, None) - (time.time() - 7200) * 1000) < 5000


@pytest.mark.parametrize("text", ["yesterday", "2h30m", "", "01.03.2026"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(click.BadParameter, match="is no time"):
        Moment().convert(text, None, None)


def test_a_key_has_a_name_and_a_value_that_may_hold_anything() -> None:
    assert KeyValue().convert("order=a=b", None, None) == ("order", "a=b")
    with pytest.raises(click.BadParameter, match="is not like order=1001"):
        KeyValue().convert("order", None, None)


def test_a_stage_is_one_that_there_is() -> None:
    assert Stage().convert("decode", None, None) == "decode"
    with pytest.raises(click.BadParameter, match=r"there are decode, .*, send; did you mean 'template'\?"):
        Stage().convert("templte", None, None)
    with pytest.raises(click.BadParameter, match=r"send$"):
        Stage().convert("bogus", None, None)


@pytest.mark.parametrize("words", [("list",), ("groups",), *((verb, "--yes") for verb in ("requeue", "discard", "edit")),
                                   ("export", "dead.tar")])  # fmt: skip
def test_a_stage_that_there_is_not_is_a_wrong_command_line(room: Room, words: tuple[str, ...]) -> None:
    assert room.say("dlq", *words, "--stage", "bogus") == 2
    assert "Invalid value for '--stage': 'bogus' is no stage" in room.err
    assert room.say("dlq", *words, "--stage", "map", "--error", "bogus") == 3


def test_only_all_means_everything() -> None:
    with pytest.raises(click.UsageError, match="Say which"):
        insist(Selection(), False)
    assert insist(Selection(), True) == Selection()
    assert insist(Selection(route="orders"), False).route == "orders"
