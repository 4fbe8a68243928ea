"""`send: {folder: …}`: from options to addresses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.folder import FolderAddress, FolderKind
from router.errors import ExpressionError, MessageError
from router.message import Envelope, Message, utc_now


def message(body: Any) -> Message:
    return Message(Envelope("m", "r", "s", utc_now(), raw=b""), body, target="lake")


def by_body(message: Message, **names: Any) -> str:
    return f"{message.body}-{message.target}.txt"


def undefined(message: Message, **names: Any) -> str:
    raise ExpressionError("file.stem is not defined", "undefined")


def test_an_address_is_made_of_the_message() -> None:
    address = FolderKind().prepare({"name": by_body, "exists": "suffix"}, "text/plain", "lake")
    assert address(message("a")) == FolderAddress("a-lake.txt", "suffix")


def test_exists_is_fail_where_nothing_is_said() -> None:
    assert FolderKind().prepare({"name": by_body}, "", "lake")(message("a")).exists == "fail"


def test_a_name_that_leads_out_of_the_folder_is_dead() -> None:
    with pytest.raises(MessageError, match="separator") as caught:
        FolderKind().prepare({"name": by_body}, "", "lake")(message("../a"))
    assert (caught.value.stage, caught.value.error) == ("send", "name")


def test_a_template_that_fails_is_dead_with_its_reason() -> None:
    with pytest.raises(MessageError, match=r"name: file\.stem is not defined") as caught:
        FolderKind().prepare({"name": undefined}, "", "lake")(message("a"))
    assert (caught.value.stage, caught.value.error) == ("send", "undefined")


def test_opening_touches_nothing(tmp_path: Path) -> None:
    target = FolderKind().open("out", {"path": tmp_path / "out"}, 2)
    assert target.batch == 32
    assert not (tmp_path / "out").exists()
