"""Where the parts of routes stand: for what is told of a table by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.config.findings import Findings
from router.config.problems import PathKeys
from router.config.project import Project
from router.config.references import resolver_for
from router.config.sections import Item, sections
from router.config.spots import KEY, Spot, find


@dataclass(frozen=True, slots=True)
class Spots:
    """Routes of a project by id."""

    routes: Mapping[str, Item]

    def route(self, route: str, *below: str | int) -> Spot:
        """The key at a path below a route; where there is none, the nearest one above."""
        place = self.routes[route].place.at(*below)
        return find(place.located.data, place.path, KEY, place.located.top)

    def target(self, name: str) -> PathKeys:
        """The path below its route, of `ROUTE.TARGET`."""
        route, _, id = name.partition(".")
        for n, item in enumerate(self.routes[route].place.at("to").raw or []):
            if item.get("id") == id:
                return ("to", n)
            if isinstance(item.get("otherwise"), dict) and item["otherwise"].get("id") == id:
                return ("to", n, "otherwise")
        return ("to",)

    def otherwise(self, route: str) -> PathKeys:
        items = self.routes[route].place.at("to").raw or []
        return next((("to", n, "otherwise") for n, item in enumerate(items) if "otherwise" in item), ("to",))


def spots(project: Project, environ: Mapping[str, str]) -> Spots:
    """Of a project without mistakes."""
    return Spots(sections(project, resolver_for(environ, project.base), Findings()).routes)
