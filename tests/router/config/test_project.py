from __future__ import annotations

from pathlib import Path

import pytest

from router.config.project import find_project, read_project, stored_project
from tests.router.config.desk import HEAD, Desk


def test_a_version_holds_the_config_its_includes_and_the_content(desk: Desk) -> None:
    desk.write("routes.yaml", 'version: 1\ninclude: ["routes/*.yaml", ./more.yaml]\n')
    desk.write("routes/a.yaml", "routes: {}\n")
    desk.write("routes/.hidden.yaml", "")
    desk.write("more.yaml", "")
    desk.write("other.yaml", "")
    desk.write("transforms/maps/m.yaml", "x: 1\n")
    desk.write("transforms/schemas/orders.py", "")
    desk.write("transforms/schemas/__pycache__/orders.pyc", "")
    desk.write("transforms/samples/small.csv", "a")
    (desk.folder / "transforms/samples/large.csv").write_bytes(b"x" * (1 << 20) + b"x")
    desk.write("transforms/elsewhere/x", "")
    project = read_project(desk.folder / "routes.yaml", {})
    assert sorted(project.files()) == [
        "more.yaml",
        "routes.yaml",
        "routes/a.yaml",
        "transforms/maps/m.yaml",
        "transforms/samples/small.csv",
        "transforms/schemas/orders.py",
    ]
    assert desk.check() == []


def test_a_stored_version_includes_the_same(desk: Desk) -> None:
    desk.write("routes.yaml", 'version: 1\ninclude: ["routes/**/*.yaml", "m?re.yaml"]\n')
    for name in ("routes/a.yaml", "routes/b/c.yaml", "more.yaml"):
        desk.write(name, "")
    on_disk = read_project(desk.folder / "routes.yaml", {})
    stored = stored_project(on_disk.files(), "routes.yaml", {}, desk.folder, 4)
    assert [d.file for d in stored.documents] == [d.file for d in on_disk.documents]
    assert len(stored.documents) == 4
    assert stored.content.version == 4


def test_includes_that_lead_nowhere(desk: Desk) -> None:
    problems = desk.check('version: 1\ninclude: ["routes/*.yaml", none.yaml, ../x.yaml, /y.yaml]\n')
    assert [(p.level, p.code, p.line, p.column) for p in problems] == [
        ("warning", "W0106", 2, 11),
        ("error", "E0106", 2, 28),
        ("error", "E0107", 2, 39),
        ("error", "E0107", 2, 50),
    ]
    assert problems[1].message == "include[1]: there is no file 'none.yaml'"


def test_a_config_that_is_not_there(desk: Desk) -> None:
    [problem] = desk.check()
    assert (problem.code, problem.file, problem.line, problem.column) == ("E0101", "routes.yaml", 1, 1)


def test_a_folder_in_place_of_a_config(desk: Desk) -> None:
    (desk.folder / "routes.yaml").mkdir()
    assert [p.code for p in desk.check()] == ["E0101"]


def test_ids_are_unique_over_all_files(desk: Desk) -> None:
    desk.write("routes/a.yaml", "connections:\n  out: {type: folder, path: x}\n")
    problems = desk.check('include: ["routes/*.yaml"]\n' + HEAD)
    assert [(p.file, p.line, p.column, p.path) for p in problems] == [("routes/a.yaml", 2, 3, "connections.out")]
    assert "stands in routes.yaml, line 5, already" in problems[0].message


def test_an_included_file_has_no_defaults_and_no_include(desk: Desk) -> None:
    desk.write("routes/a.yaml", "version: 1\ndefaults: {}\ninclude: []\n")
    problems = desk.check('include: ["routes/*.yaml"]\n' + HEAD)
    assert [(p.code, p.file, p.line, p.column) for p in problems] == [
        ("E0201", "routes/a.yaml", 2, 1),
        ("E0201", "routes/a.yaml", 3, 1),
    ]


def test_a_file_that_cannot_be_read_makes_no_names_unknown(desk: Desk) -> None:
    desk.write("routes/a.yaml", "connections: [\n")
    problems = desk.check('include: ["routes/*.yaml"]\n' + HEAD.replace("folder: out", "folder: elsewhere"))
    assert [p.code for p in problems] == ["E0103"]


def test_content_that_is_not_utf_8_is_said_where_it_is_used(desk: Desk) -> None:
    (desk.folder / "transforms/maps").mkdir(parents=True)
    (desk.folder / "transforms/maps/m.yaml").write_bytes(b"a: 1\nb: \xff\n")
    [problem] = desk.route("""\
        from: {http: /r, clients: anyone}
        steps: [{map: m}]
        to: [{id: x, send: {folder: out, name: x}}]
        """)
    assert (problem.file, problem.line, problem.column) == ("transforms/maps/m.yaml", 2, 4)


class TestFindProject:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "routes").mkdir()
        (tmp_path / "routes.yaml").write_text('version: 1\ninclude: ["routes/*.yaml"]\n')
        (tmp_path / "routes" / "a.yaml").write_text("")
        (tmp_path / "other.yaml").write_text("version: 1\n")
        return tmp_path

    def test_an_included_file_belongs_to_its_project(self, folder: Path) -> None:
        assert find_project(folder / "routes" / "a.yaml") == folder / "routes.yaml"

    def test_a_file_that_is_not_included_stands_alone(self, folder: Path) -> None:
        assert find_project(folder / "other.yaml") == folder / "other.yaml"
        assert find_project(folder / "routes.yaml") == folder / "routes.yaml"

    def test_a_folder_stands_for_its_config(self, folder: Path) -> None:
        assert find_project(folder) == folder / "routes.yaml"

    def test_a_broken_config_still_owns_its_routes(self, folder: Path) -> None:
        (folder / "routes.yaml").write_text("version: [\n")
        assert find_project(folder / "routes" / "a.yaml") == folder / "routes.yaml"
        assert find_project(folder / "other.yaml") == folder / "other.yaml"
