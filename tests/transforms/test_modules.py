from __future__ import annotations

import signal
import sys
from typing import Any

import pytest

from router.registry import ContentError
from tests.contracts.step import Files
from transforms.modules import ModuleLoader, is_signal

FOLDER = "transforms/schemas/"


def loader(**files: str) -> ModuleLoader:
    return ModuleLoader(Files({f"{FOLDER}{name.replace('__', '/')}.py": text for name, text in files.items()}), FOLDER)


@pytest.mark.parametrize(
    "line",
    [
        "from . import common\nX = common.A",
        "from .common import A as X",
        "import common\nX = common.A",
        "from common import A as X",
        "from transforms.schemas.common import A as X",
        "from transforms.schemas import common\nX = common.A",
    ],
)
def test_files_import_each_other(line: str) -> None:
    assert loader(orders=line, common="A = 7").load("orders").X == 7


def test_files_in_folders_import_each_other() -> None:
    files = {"shop__orders": "from .lines import L\nfrom ..common import A", "shop__lines": "L = 1", "common": "A = 2"}
    module = loader(**files).load("shop.orders")
    assert (module.L, module.A) == (1, 2)


def test_the_standard_library_is_there() -> None:
    assert loader(orders="from decimal import Decimal\nimport os.path\nX = Decimal('1.0')").load("orders").X == 1


def test_dataclasses_find_their_module() -> None:
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass Line:\n    qty: int\n"
    assert loader(orders=f"{text}X = Line(2)").load("orders").X.qty == 2


def test_what_is_printed_does_not_come_between_what_a_command_answers(capsys: pytest.CaptureFixture[str]) -> None:
    module = loader(orders="print('loading')\ndef f():\n    print('at', 'work', sep='-')").load("orders")
    module.f()
    assert capsys.readouterr() == ("", "loading\nat-work\n")


def test_nothing_is_left_in_the_process() -> None:
    before = set(sys.modules)
    loader(orders="from . import common", common="A = 7").load("orders")
    assert not {name for name in set(sys.modules) - before if "schemas" in name or name == "common"}


def test_two_versions_do_not_meet() -> None:
    one, other = (loader(orders=f"X = {n}").load("orders") for n in (1, 2))
    assert (one.X, other.X) == (1, 2)


@pytest.mark.parametrize(
    ("files", "path", "line", "reason"),
    [
        ({}, "orders", 0, "there is no file transforms/schemas/orders.py"),
        ({"orders": "x = 1\nx = ("}, "orders", 2, "not Python"),
        ({"orders": "x = 1\n\nx / 0"}, "orders", 3, "ZeroDivisionError"),
        ({"orders": "x = 1\nraise SystemExit(3)"}, "orders", 2, "SystemExit: 3"),
        ({"orders": "raise ValueError('one\\n  two')"}, "orders", 1, "ValueError: one two$"),
        ({"orders": "from . import nope"}, "nope", 0, "there is no file transforms/schemas/nope.py"),
        ({"orders": "import not_installed_at_all"}, "orders", 1, "ModuleNotFoundError"),
        ({"orders": "from .common import A", "common": "\n1 +"}, "common", 2, "not Python"),
        ({"orders": "from .common import B", "common": "A = 1"}, "orders", 1, "ImportError"),
    ],
)
def test_a_mistake_is_reported_at_its_place(files: dict[str, str], path: str, line: int, reason: str) -> None:
    with pytest.raises(ContentError, match=reason) as caught:
        loader(**files).load("orders")
    assert (caught.value.path, caught.value.line) == (f"{FOLDER}{path}.py", line)


def test_an_exit_by_a_pools_own_function_is_still_the_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    """billiard puts a function in the place of `sys.exit` in each of its children."""
    real = sys.exit

    def exit(status: object = None) -> None:
        real(status)  # type: ignore[arg-type]

    monkeypatch.setattr(sys, "exit", exit)
    namespace: dict[str, Any] = {"sys": sys}
    exec(compile("def leave():\n    sys.exit(3)\n", "transforms/python/a.py", "exec"), namespace)
    with pytest.raises(SystemExit) as left:
        namespace["leave"]()
    assert not is_signal(left.value, "transforms/python/")
    with pytest.raises(SystemExit) as ended:
        exit(3)
    assert is_signal(ended.value, "transforms/python/")


def test_an_interrupt_is_one_where_ctrl_c_makes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for handler, so in ((signal.default_int_handler, True), (signal.SIG_IGN, False)):
        monkeypatch.setattr(signal, "getsignal", lambda number, handler=handler: handler)
        assert is_signal(KeyboardInterrupt(), "transforms/python/") is so
