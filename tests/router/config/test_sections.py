from __future__ import annotations

from router.config.findings import Findings
from router.config.project import read_project
from router.config.references import Resolver
from router.config.sections import sections
from tests.router.config.desk import Desk


def test_entries_of_all_files_with_their_places(desk: Desk) -> None:
    desk.write("routes.yaml", "version: 1\ninclude: [more.yaml]\nconnections:\n  a: {type: folder, path: x}\n")
    desk.write("more.yaml", "connections:\n  b: {type: folder, path: y}\n  c: 5\n")
    findings = Findings()
    found = sections(read_project(desk.folder / "routes.yaml", {}), Resolver({}), findings)
    assert list(found.connections) == ["a", "b", "c"]
    assert found.connections["b"].value.value["path"] == "y"
    assert found.connections["b"].place.located.file == "more.yaml"
    assert found.connections["c"].value is None
    assert found.whole
    assert [p.code for p in findings.problems] == ["E0203"]


def test_a_file_that_cannot_be_read_leaves_the_whole_unknown(desk: Desk) -> None:
    desk.write("routes.yaml", "version: 1\nroutes: [\n")
    found = sections(read_project(desk.folder / "routes.yaml", {}), Resolver({}), Findings())
    assert not found.whole
    assert found.routes == {}
