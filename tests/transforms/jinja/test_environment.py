from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import TemplateNotFound

from tests.contracts.step import Files
from transforms.filters import FILTERS
from transforms.jinja.environment import StrictEnvironment
from transforms.jinja.printing import MODES


def environment(mode: str = "text") -> StrictEnvironment:
    return StrictEnvironment(MODES[mode], Files({"transforms/templates/a.j2": "\ufeffa", "secret.j2": "x"}), {})


def test_there_is_nothing_but_what_the_interface_names() -> None:
    found = environment()
    assert found.globals == {}
    assert {name for name in found.filters if " " not in name} == set(FILTERS)
    assert set(found.tests) == {"defined", "undefined", "none"}


def test_a_byte_order_mark_is_not_part_of_the_text() -> None:
    assert environment().loader.get_source(environment(), "a.j2")[0] == "a"  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["../secret.j2", "../../secret.j2", "/etc/hostname", "nope.j2", str(Path(__file__))])
def test_only_files_of_the_folder_are_read(name: str) -> None:
    with pytest.raises(TemplateNotFound):
        environment().get_template(name)


def test_a_file_that_prints_otherwise_is_not_read() -> None:
    with pytest.raises(TemplateNotFound):
        environment("xml").get_template("a.j2")
