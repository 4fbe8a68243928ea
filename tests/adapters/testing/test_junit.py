"""Results for a CI."""

from __future__ import annotations

from lxml import etree

from adapters.testing.junit import junit
from router.testing.case import TestResult


def test_a_case_has_its_place_and_a_failure_its_text() -> None:
    bad = TestResult("b <&> \x1b", False, "state: expected 'a'", "r", "routes.yaml", 7, 0.5, ("one", "t\x00o"), ("+0.0s <",))
    root = etree.fromstring(junit([TestResult("a", True, route="q"), bad]).encode())
    assert [suite.get("name") for suite in root] == ["q", "r"]
    assert (root.get("tests"), root.get("failures"), root.get("time")) == ("2", "1", "0.500")
    case = root[1][0]
    assert (case.get("name"), case.get("file"), case.get("line")) == ("b <&> \\x1b", "routes.yaml", "7")
    failure = case[0]
    assert failure.get("message") == "state: expected 'a'"
    assert failure.text == "one\nt\\x00o\n+0.0s <"
