from __future__ import annotations

from router.config.body_types import content_type, type_of_source
from router.message import Envelope, File, utc_now
from tests.router.config.desk import FakeCodec, FakeStep


def test_the_last_template_says_it_until_another_body_is_made() -> None:
    template, set_ = FakeStep("template", "a", "application/xml"), FakeStep("set", {})
    assert content_type([template, set_]) == "application/xml"  # type: ignore[list-item]
    assert content_type([template, FakeStep("map", "m")]) == ""  # type: ignore[list-item]
    assert content_type([]) == ""


def test_what_came_in_is_of_the_format_or_of_what_is_guessed() -> None:
    envelope = Envelope("m", "r", "/", utc_now(), content_type="text/csv", file=File("a.csv", 1))
    asked = []

    def choose(type_: str | None, name: str | None) -> FakeCodec:
        asked.append((type_, name))
        return FakeCodec("csv", {})

    assert type_of_source(FakeCodec("json", {}), choose)(envelope) == "application/json"  # type: ignore[arg-type]
    assert type_of_source(None, choose)(envelope) == "application/csv"  # type: ignore[arg-type]
    assert asked == [("text/csv", "a.csv")]
