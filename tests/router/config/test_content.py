from __future__ import annotations

from pathlib import Path

import pytest

from router.config.content import StoredContent, matching, read_content
from router.registry import ContentError

NAMES = ["routes.yaml", "routes/a.yaml", "routes/b.yml", "routes/x/c.yaml", "routes/.h.yaml", "other/a.yaml"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("routes/*.yaml", ["routes/a.yaml"]),
        ("routes/**/*.yaml", ["routes/a.yaml", "routes/x/c.yaml"]),
        ("*/a.yaml", ["other/a.yaml", "routes/a.yaml"]),
        ("routes/[ab].y*ml", ["routes/a.yaml", "routes/b.yml"]),
        ("routes/[!a].y?ml", []),
        ("routes/?.yml", ["routes/b.yml"]),
        ("routes/a.yaml", ["routes/a.yaml"]),
        ("routes/a(yaml", []),
    ],
)
def test_patterns_match_as_the_shell_reads_them(pattern: str, found: list[str]) -> None:
    assert matching(pattern, NAMES) == found


def test_texts_are_utf_8() -> None:
    content = StoredContent({"a": b"\xef\xbb\xbfx\xc3\xa4", "b": b"1\n2\xff"}, 3)
    assert content.text("a") == "xä"
    assert content.bytes("b") == b"1\n2\xff"
    with pytest.raises(ContentError) as error:
        content.text("b")
    assert (error.value.path, error.value.line, error.value.column) == ("b", 2, 2)
    with pytest.raises(KeyError):
        content.text("c")


def test_only_content_is_read(tmp_path: Path) -> None:
    for name in ("maps/a.yaml", "maps/sub/b.yaml", "maps/.c", "python/__pycache__/x.py", "python/x.pyc", "odd/x", "x"):
        path = tmp_path / "transforms" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    assert sorted(read_content(tmp_path)) == ["transforms/maps/a.yaml", "transforms/maps/sub/b.yaml"]
