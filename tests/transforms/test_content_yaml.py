from __future__ import annotations

from transforms.content_yaml import as_content_error, located


def test_what_cannot_be_read_of_a_file_of_content() -> None:
    found = located(b"a: ${x}\na: 1\nb: 2\nb: 3\n", "transforms/maps/m.yaml")
    assert found.data["a"] == "${x}"
    error = as_content_error(found.problems, "transforms/maps/m.yaml")
    assert [(one.path, one.line, one.column) for one in (error, *error.others)] == [
        ("transforms/maps/m.yaml", 2, 1), ("transforms/maps/m.yaml", 4, 1),
    ]  # fmt: skip
    assert error.hint == "remove one of them, or rename it"
    assert str(error).endswith(error.hint)
