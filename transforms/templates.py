"""Templates: Jinja files of a project, and the short texts of `name path query headers`, as strict as expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Any

import jinja2
from jinja2 import meta, nodes

from router.config.nearest import did_you_mean, nearest
from router.errors import ExpressionError, ExpressionSyntaxError
from router.message import Message
from router.ports import Content
from router.registry import ContentError
from transforms.expressions import NAMESPACES, scope
from transforms.expressions.hints import CLOCK
from transforms.expressions.names import ROOTS
from transforms.jinja.budget import BUDGET, Budget
from transforms.jinja.environment import FOLDER, StrictEnvironment
from transforms.jinja.explaining import explained
from transforms.jinja.printing import MODES, content_type_of, mode_of

TOO_DEEP = "it is nested too deeply for one template: put a part of it into a template of its own, and include it"
JINJA_NAMES = frozenset({"loop", "self", "super", "caller", "varargs", "kwargs"})


class Template:
    """A compiled template: `template(message, **names)` is its text. Raises ExpressionError with file, line and part.

    `source` is its text as written, or the name of its file; `content_type` follows from the suffix.
    """

    __slots__ = ("_template", "content_type", "source")

    def __init__(self, template: jinja2.Template, source: str, content_type: str) -> None:
        self._template = template
        self.source = source
        self.content_type = content_type

    def __call__(self, message: Message, **names: Any) -> str:
        budget = Budget()
        token = BUDGET.set(budget)
        try:
            return "".join(self._pieces(scope(message, names)))
        except ExpressionError as error:
            raise located(error.reason, error.error, error.__traceback__) from None
        except RecursionError as error:
            raise located("the template calls itself without end", "limit", error.__traceback__) from None
        except MemoryError:
            raise
        except Exception as error:
            raise located(str(error), "value", error.__traceback__) from error
        finally:
            BUDGET.reset(token)

    def _pieces(self, values: dict[str, Any]) -> Iterator[str]:
        counted = Budget()
        for piece in self._template.root_render_func(self._template.new_context(values)):
            counted.write(len(piece))
            yield piece

    def __repr__(self) -> str:
        return f"Template({self.source!r})"


def located(reason: str, error: str, traceback: TracebackType | None) -> ExpressionError:
    """The error with the file and the line of the template where it happened; a short text has no place."""
    place = ""
    while traceback is not None:
        template = traceback.tb_frame.f_globals.get("__jinja_template__")
        if template is not None and template.name is not None:
            place = f"{template.name}, line {template.get_corresponding_lineno(traceback.tb_lineno)}: "
        traceback = traceback.tb_next
    return ExpressionError(f"{place}{reason}", error)


class TemplateSet:
    """The template files of one version of a project, compiled with the prefixes of the route at hand."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self._environments: dict[tuple[str, tuple[tuple[str, str], ...]], StrictEnvironment] = {}

    def compile(self, path: str) -> Template:
        """By its name in the folder of templates. Raises ContentError for it or for a template that it uses."""
        name = path.removeprefix(FOLDER)
        environment = self._environment(mode_of(name))
        self._check(environment, name, set(), FOLDER + name, 0)
        return Template(environment.get_template(name), name, content_type_of(name))

    def _environment(self, mode: str) -> StrictEnvironment:
        prefixes = tuple(sorted(NAMESPACES.get().items()))
        if (mode, prefixes) not in self._environments:
            self._environments[mode, prefixes] = StrictEnvironment(MODES[mode], self.content, dict(prefixes))
        return self._environments[mode, prefixes]

    def _check(self, environment: StrictEnvironment, name: str, seen: set[str], user: str, line: int) -> None:
        """Reads a template and all that it uses, each once; a mistake is reported at its own place."""
        if name in seen:
            return
        seen.add(name)
        tree = self._tree(environment, name, user, line)
        self._compiled(environment, name)
        uses = list(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)))
        for use in uses:
            used: Any = use
            self._check(environment, used.template.value, seen, FOLDER + name, used.lineno)
        if user == FOLDER + name and not uses:
            check_names(tree, name)

    def _compiled(self, environment: StrictEnvironment, name: str) -> None:
        try:
            environment.get_template(name)
        except jinja2.TemplateSyntaxError as error:
            raise self._unread(environment, name, error) from None
        except (SyntaxError, RecursionError, MemoryError):
            raise ContentError(TOO_DEEP, FOLDER + name) from None

    def _tree(self, environment: StrictEnvironment, name: str, user: str, line: int) -> nodes.Template:
        try:
            text = environment.loader.get_source(environment, name)[0]  # type: ignore[union-attr]
            return environment._parse(text, name, name)
        except jinja2.TemplateNotFound:
            raise self._absent(name, user, line) from None
        except jinja2.TemplateSyntaxError as error:
            raise self._unread(environment, name, error) from None
        except RecursionError:
            raise ContentError(TOO_DEEP, FOLDER + name) from None

    def _unread(self, environment: StrictEnvironment, name: str, error: jinja2.TemplateSyntaxError) -> ContentError:
        message, hint, line = explained(error, self.content.text(FOLDER + name), environment.filters)
        return ContentError(message, FOLDER + name, line, hint=hint)

    def _absent(self, name: str, user: str, line: int) -> ContentError:
        names = [path.removeprefix(FOLDER) for path in self.content.paths() if path.startswith(FOLDER)]
        if name not in names:
            hint = did_you_mean(name, names, otherwise=False) or f"put it into {FOLDER}"
            return ContentError(f"there is no template {FOLDER}{name}", user, line, hint=hint)
        message = f"{name} prints as {mode_of(name)}, {user.removeprefix(FOLDER)} does not"
        return ContentError(message, user, line, hint="give it the same suffix")


def check_names(tree: nodes.Template, name: str) -> None:
    """A template that stands alone sees the known names only; one that uses others may get names from them."""
    for unknown in unknown_names(tree):
        line = next((n.lineno for n in tree.find_all(nodes.Name) if n.name == unknown), 0)
        raise ContentError(unknown_name(unknown), FOLDER + name, line)


def unknown_name(name: str) -> str:
    if name in CLOCK:
        return f"unknown name '{name}', and there is no clock: message.received_at is the time"
    close = nearest(name, ROOTS)
    return f"unknown name '{name}'" + (f": did you mean '{close}'?" if close else f"; a template sees {', '.join(ROOTS)}")


def unknown_names(tree: nodes.Template) -> list[str]:
    return sorted(meta.find_undeclared_variables(tree) - set(ROOTS) - JINJA_NAMES)


class Fixed:
    """A short text without anything to fill in."""

    __slots__ = ("source",)

    def __init__(self, source: str) -> None:
        self.source = source

    def __call__(self, message: Message, **names: Any) -> str:
        return self.source


def compile_text(text: str, mode: str = "text") -> Template | Fixed:
    """A short text with `{{ }}`: mode `text`, or `path`, where each value is percent-encoded. Raises
    ExpressionSyntaxError."""
    if not any(mark in text for mark in ("{{", "{%", "{#")):
        return Fixed(text)
    environment = StrictEnvironment(MODES[mode], None, NAMESPACES.get())
    environment.keep_trailing_newline = True
    try:
        tree = environment._parse(text, None, None)
        if any(tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends))):
            raise ExpressionSyntaxError("a short text cannot use other templates", column_of_braces(text))
        for unknown in unknown_names(tree):
            raise ExpressionSyntaxError(
                unknown_name(unknown), text.find(unknown) + 1)
        return Template(environment.from_string(text), text, MODES[mode].content_type)
    except (jinja2.TemplateSyntaxError, SyntaxError, RecursionError, MemoryError) as error:
        said = spoken(error, text, environment.filters)
        raise ExpressionSyntaxError(f"cannot read the template: {said}", column_of_braces(text)) from None


def spoken(error: Exception, text: str, filters: Iterable[str]) -> str:
    if not isinstance(error, jinja2.TemplateSyntaxError):
        return "it is nested too deeply"
    message, hint, _ = explained(error, text, filters)
    return f"{message}; {hint}"


def column_of_braces(text: str) -> int:
    return max(1, min((text.find(mark) for mark in ("{{", "{%", "{#") if mark in text), default=0) + 1)
