"""What the commands that send again share."""

from __future__ import annotations

import click
import pytest

from adapters.commands.job_options import Rate, job_options


@pytest.mark.parametrize(("text", "rate"), [("20/s", 20.0), ("600/min", 10.0), ("3600/h", 1.0)])
def test_a_rate_is_in_items_a_second(text: str, rate: float) -> None:
    assert Rate().convert(text, None, None) == rate


def test_what_is_no_rate_is_refused_with_an_example() -> None:
    with pytest.raises(click.BadParameter, match="'fast'"):
        Rate().convert("fast", None, None)


def test_the_options_stand_in_their_order() -> None:
    @click.command()
    @job_options("where to", "wait for what")
    def command(**given: object) -> None:
        return

    assert [p.name for p in command.params] == ["dry_run", "rate", "expect", "to", "logic", "wait"]
