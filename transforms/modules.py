"""Python files of a project, run in modules of their own: never put into `sys.modules`, never found by package name."""

from __future__ import annotations

import builtins
import re
import signal
import sys
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import RLock
from types import ModuleType
from typing import Any

from router.ports import Content
from router.registry import ContentError
from transforms.misspelled import misspelled

LONGEST = 500
"""Characters that an exception may say."""

NAMED = RLock()


def aside(*values: object, **options: Any) -> None:
    """`print` as these files have it: what a command answers on stdout stays what programs read."""
    print(*values, **{"file": sys.stderr, **options})


class ModuleLoader:
    """Loads the files of one folder (`transforms/schemas/`) at one version; they may import each other, as
    `from . import common`, `from .common import X` or plainly `import common`."""

    def __init__(self, content: Content, folder: str) -> None:
        self.content = content
        self.folder = folder
        self.package = folder.strip("/").replace("/", ".")
        self._modules: dict[str, ModuleType] = {}

    def path(self, name: str) -> str:
        return f"{self.folder}{name.replace('.', '/')}.py"

    def load(self, name: str) -> ModuleType:
        """By its dotted name inside the folder. Raises ContentError."""
        if name in self._modules:
            return self._modules[name]
        source = self._source(name)
        module = ModuleType(f"{self.package}.{name}")
        module.__dict__.update(__file__=self.path(name), __package__=f"{self.package}.{name}".rpartition(".")[0],
                               __builtins__={**vars(builtins), "__import__": self._import, "print": aside})  # fmt: skip
        self._modules[name] = module
        try:
            self._run(source, module)
        except BaseException:
            del self._modules[name]
            raise
        return module

    def _source(self, name: str) -> str:
        try:
            return self.content.text(self.path(name))
        except KeyError:
            raise ContentError(f"there is no file {self.path(name)}", self.path(name)) from None

    def _run(self, source: str, module: ModuleType) -> None:
        path = str(module.__file__)
        try:
            with named(module):
                exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
        except ContentError:
            raise
        except SyntaxError as error:
            hint = "align the line with its neighbours" if isinstance(error, IndentationError) else ""
            raise ContentError(f"not Python: {error.msg}", error.filename or path, error.lineno or 0, error.offset or 0,
                               hint) from None  # fmt: skip
        except BaseException as error:
            if isinstance(error, MemoryError) or is_signal(error, self.folder):
                raise
            missing = error.name if isinstance(error, ModuleNotFoundError) else None
            name, hint = misspelled(error, module.__dict__)
            hint = f"install {missing} where Crossdock runs, or take the import out" if missing else hint
            line = line_of(error, path)
            raise ContentError(described(error), path, line, column_of(name, source, line), hint=hint) from error

    def _import(self, name: str, globals: Mapping[str, Any] | None = None, locals: Mapping[str, Any] | None = None,
                fromlist: Sequence[str] | None = (), level: int = 0) -> Any:  # fmt: skip
        """What `import` calls inside such a file: the folder's files first, else Python's own packages."""
        inside = self._inside(name, globals or {}, level)
        if inside is None:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if inside and self._exists(inside):
            return self.load(inside)
        package = ModuleType(".".join(filter(None, (self.package, inside))))
        for part in fromlist or ():
            setattr(package, part, self.load(".".join(filter(None, (inside, part)))))
        return package

    def _inside(self, name: str, globals: Mapping[str, Any], level: int) -> str | None:
        """The dotted name inside the folder that an import means, `''` for the folder; None where it is outside."""
        if level:
            parts = str(globals["__package__"]).split(".")
            base = ".".join(parts[: len(parts) - level + 1])
            whole = f"{base}.{name}" if name else base
        elif self._exists(name):
            return name
        else:
            whole = name
        if whole == self.package:
            return ""
        return whole.removeprefix(f"{self.package}.") if whole.startswith(f"{self.package}.") else None

    def _exists(self, name: str) -> bool:
        if name in self._modules:
            return True
        try:
            self.content.text(self.path(name))
        except KeyError:
            return False
        return True


@contextmanager
def named(module: ModuleType) -> Iterator[None]:
    """While a module runs it is found by its name: dataclasses look for theirs there."""
    with NAMED:
        before = sys.modules.get(module.__name__)
        sys.modules[module.__name__] = module
        try:
            yield
        finally:
            if before is None:
                del sys.modules[module.__name__]
            else:
                sys.modules[module.__name__] = before


def column_of(name: str, source: str, line: int) -> int:
    """Where a name stands in a line for the only time; 0 where it does not, or where that is not known."""
    text = source.splitlines()[line - 1] if name and line else ""
    found = list(re.finditer(rf"\b{re.escape(name)}\b", text)) if text else []
    return found[0].start() + 1 if len(found) == 1 else 0


def line_of(error: BaseException, path: str) -> int:
    """The last line of that file on the way to an error; 0 where it was not on it."""
    return next((line for name, line in way(error) if name == path), 0)


def place_of(error: BaseException, folder: str) -> tuple[str, int]:
    """The last file of that folder on the way to an error, and the line in it; `('', 0)` where none was on it."""
    return next(((name, line) for name, line in way(error) if name.startswith(folder)), ("", 0))


def way(error: BaseException) -> Iterator[tuple[str, int]]:
    """File and line of each call on the way to an error, the last one first."""
    for frame, line in reversed(list(traceback.walk_tb(error.__traceback__))):
        yield frame.f_code.co_filename, line


def is_signal(error: BaseException, folder: str) -> bool:
    """Whether an exit was asked for by a signal's handler, which ends this process wherever it happens to be, and not
    by the project's own `sys.exit`, `exit` or `raise`. A pool of processes puts a function of its own in the place of
    `sys.exit`: its frame does not count."""
    if isinstance(error, KeyboardInterrupt):
        return signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not isinstance(error, SystemExit):
        return False
    own = getattr(sys.exit, "__code__", None)
    frames = (frame.f_code for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))))
    last = next((code.co_filename for code in frames if code is not own), "")
    return not last.startswith(folder) and "_sitebuiltins" not in last


def described(error: BaseException) -> str:
    """An exception's type and text as one line that can be stored, whatever it says."""
    try:
        text = " ".join(str(error).split()).encode(errors="backslashreplace").decode()
    except Exception:
        text = "(it has no words)"
    if isinstance(error, ImportError):
        text = re.sub(r" \((/[^)]*|unknown location)\)$", "", text)
    if len(text) > LONGEST:
        text = text[:LONGEST] + "…"
    return f"{type(error).__name__}: {text}".removesuffix(": ")
