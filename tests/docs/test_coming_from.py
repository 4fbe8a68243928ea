"""What the pages for people of other tools show of ours is a project that is right."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from adapters.registry import registry
from adapters.testing.running import run_project_tests
from router.config.check import check
from router.config.project import read_project

DOCS = Path(__file__).parents[2] / "docs"
PIECES = [
    (path.name, text)
    for path in sorted(DOCS.glob("from-*.md"))
    for text in re.findall(r'```yaml title="Crossdock"\n(.*?)```', path.read_text("utf-8"), re.DOTALL)
]
BASE = """\
version: 1
include: ["routes/*.yaml"]
connections:
  pos: {type: folder, path: inbox}
  out: {type: folder, path: out}
  erp: {type: http, url: "http://erp"}
  bus: {type: amqp, url: "amqp://bus"}
  events: {type: redis, url: "redis://events"}
clients:
  shop: {token: "${secret:SHOP}"}
"""


@pytest.mark.parametrize(("page", "text"), PIECES, ids=[f"{page}-{n}" for n, (page, _) in enumerate(PIECES)])
def test_a_piece_is_right_and_its_tests_pass(tmp_path: Path, page: str, text: str) -> None:
    (tmp_path / "routes.yaml").write_text(BASE)
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes" / "piece.yaml").write_text(text)
    environ = {"SHOP": "s3cret-token"}
    project = read_project(tmp_path / "routes.yaml", environ)
    assert [str(p) for p in check(project, registry(), environ) if p.level != "advice"] == []
    assert [result.reason for result in run_project_tests(project, registry(), environ) if not result.passed] == []


@pytest.mark.parametrize(("page", "other"), [("from-camel.md", "Camel"), ("from-benthos.md", "Benthos")])
def test_each_block_of_a_page_is_ours_or_theirs(page: str, other: str) -> None:
    titles = re.findall(r'^```\w+(?: title="(\w+)")?$', (DOCS / page).read_text("utf-8"), re.MULTILINE)
    assert set(titles) == {other, "Crossdock"}
    assert titles.count("Crossdock") == sum(name == page for name, _ in PIECES)
