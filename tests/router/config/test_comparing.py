from __future__ import annotations

from router.config.comparing import changed_files


def test_files_that_came_went_and_changed_are_told_with_their_lines() -> None:
    before = {"same": b"1\n", "gone": b"1\n2\n", "edited": b"a\nb\nc\n"}
    after = {"same": b"1\n", "new": b"1\n", "edited": b"a\nB\nc\nd\n"}
    found = changed_files(before, after)
    assert [(c.path, c.what, c.added, c.removed) for c in found] == [
        ("edited", "changed", 2, 1), ("gone", "removed", 0, 2), ("new", "added", 1, 0),
    ]  # fmt: skip
    assert "".join(found[0].diff) == "--- a/edited\n+++ b/edited\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n c\n+d\n"
    assert found[1].diff[1] == "+++ /dev/null\n"
    assert found[2].diff[0] == "--- /dev/null\n"


def test_lines_that_look_like_heads_are_counted() -> None:
    (found,) = changed_files({"a": b"-- x\n"}, {"a": b"++ y\n"})
    assert (found.added, found.removed) == (1, 1)


def test_a_last_line_without_its_end_says_so() -> None:
    (found,) = changed_files({"a": b"1"}, {"a": b"1\n"})
    assert "".join(found.diff).endswith("-1\n\\ no newline at the end\n+1\n")


def test_what_is_no_text_only_differs() -> None:
    (found,) = changed_files({"a": b"\xff"}, {"a": b"\xfe"})
    assert found.diff == ("Binary file a differs\n",)
