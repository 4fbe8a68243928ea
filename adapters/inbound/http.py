"""The http sources of a table: which route takes a path and a method."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from router.route import Route, Table

PARAM = re.compile(r"\{([^{}/]+)\}")
DEFAULT_MAX_BODY = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpSource:
    """`from: {http: …}` of a route. `clients` is None for anyone, else in the order of the list; `waits` is true for
    `reply: result`."""

    route: Route
    path: str
    method: str
    clients: tuple[str, ...] | None
    max_body: int
    waits: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The source of a request, with the values of its path's parameters."""

    source: HttpSource
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class NotAllowed:
    """The path is known, the method is not."""

    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path with parameters: one expression for each segment, matched before `%2F` becomes a slash."""

    segments: tuple[re.Pattern[str], ...]
    names: tuple[str, ...]
    source: HttpSource

    @property
    def rank(self) -> tuple[int, int]:
        """The more fixed text, the earlier it is tried."""
        fixed = PARAM.sub("", self.source.path)
        return len(self.names), -len(fixed)

    def match(self, segments: list[str]) -> Mapping[str, str] | None:
        if len(segments) != len(self.segments):
            return None
        values: list[str] = []
        for pattern, segment in zip(self.segments, segments, strict=True):
            found = pattern.fullmatch(segment)
            if found is None:
                return None
            values.extend(found.groups())
        return dict(zip(self.names, values, strict=True))


class HttpSources:
    """All http sources of one table, ready to be asked for every request."""

    def __init__(self, table: Table) -> None:
        sources = [source_of(r) for r in table.routes.values() if r.enabled and r.source.kind == "http"]
        self._fixed: dict[str, dict[str, Found]] = {}
        for source in sources:
            if not PARAM.search(source.path):
                self._fixed.setdefault(source.path, {})[source.method] = Found(source, {})
        patterns = (pattern_of(s) for s in sources if PARAM.search(s.path))
        self._patterns = sorted(patterns, key=lambda p: p.rank)

    def find(self, raw_path: str, method: str) -> Found | NotAllowed | None:
        """`raw_path` is as it was sent, still percent-encoded. None where no source has this path."""
        fixed = self._fixed.get(raw_path)
        if fixed is not None and method in fixed:
            return fixed[method]
        methods = set()
        for found in self._candidates(raw_path):
            if found.source.method == method:
                return found
            methods.add(found.source.method)
        return NotAllowed(tuple(sorted(methods))) if methods else None

    def _candidates(self, raw_path: str) -> Iterator[Found]:
        """Sources whose path fits, fixed ones first; none for what is no UTF-8 or holds a NUL, which no store takes."""
        try:
            segments = [unquote(s, errors="strict") for s in raw_path.split("/")]
        except UnicodeDecodeError:
            return
        if "\0" in "".join(segments):
            return
        if not any("/" in s for s in segments):
            yield from self._fixed.get("/".join(segments), {}).values()
        for pattern in self._patterns:
            params = pattern.match(segments)
            if params is not None:
                yield Found(pattern.source, params)


def pattern_of(source: HttpSource) -> Pattern:
    segments = tuple(re.compile(expression_of(s), re.DOTALL) for s in source.path.split("/"))
    return Pattern(segments, tuple(PARAM.findall(source.path)), source)


def expression_of(segment: str) -> str:
    """Fixed text as it is, each parameter at least one character."""
    return "(.+?)".join(re.escape(fixed) for fixed in PARAM.split(segment)[::2])


def source_of(route: Route) -> HttpSource:
    options = route.source.options
    clients = options["clients"]
    return HttpSource(
        route=route,
        path=str(options["http"]),
        method=str(options.get("method", "POST")).upper(),
        clients=None if clients == "anyone" else tuple(clients),
        max_body=int(options.get("max_body", DEFAULT_MAX_BODY)),
        waits=options.get("reply", "accepted") == "result",
    )
