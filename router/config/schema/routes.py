"""`routes`, and the file as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from router.config import scalars
from router.config.references import Unset
from router.config.schema.connections import Client, Connection
from router.config.schema.fields import Entry, Flag, Formula, Literal, Note, Text, Word
from router.config.schema.formats import Format
from router.config.schema.mistakes import wrong
from router.config.schema.policies import Defaults, LimitsWords
from router.config.schema.route_tests import RouteTestWords
from router.config.schema.shapes import Listing, Named, Nest, Words
from router.config.schema.sources import From
from router.config.schema.steps import VERBS, Steps
from router.config.schema.targets import TargetField

AT_TARGET = "it stands in a target, below 'to'"


class RouteWords(Words):
    elsewhere: Mapping[str, str] = {
        **dict.fromkeys(("send", "when", "retry", "collect", "fallback", "when_dead"), AT_TARGET),
        "otherwise": "it is the last item of 'to': '- otherwise: {dead: why}'",
        "name": "the name of a route is its key; 'about' says more", "id": "the id of a route is its key",
        "clients": "it stands in 'from'", "method": "it stands in 'from'", "path": "it stands in 'from': {http: /path}",
        **dict.fromkeys(("filter", "map", "split", "validate", "dedupe", "template", "python", "xslt", "set"),
                        "it is a step: '- ' and it, below 'steps'"),
    }  # fmt: skip

    about = Note("What it is, for people.", load_default="")
    owner = Note("Who answers for it.", load_default="")
    enabled = Flag("Whether it takes messages.", load_default=True)
    from_ = From("Where messages come from.", data_key="from", required=True)
    format = Format(True, "How bytes become a body.", load_default=None)
    keys = Named(Formula(), scalars.KEY_NAME, "Business keys that messages are found by.", load_default=dict)
    steps = Steps(VERBS, "What happens to the body.", load_default=list)
    order_by = Formula("The order of every target that names none itself.")
    match = Word(("all", "first"), "Every target whose `when` holds, or the first.", load_default="all")
    to = Listing(TargetField(), "Where messages go.", least=1, required=True)


class Version(Literal):
    only = 1

    def unset(self, value: Unset) -> Any:
        return 1

    def check(self, value: Any, shown: Any) -> Any:
        if isinstance(value, bool) or value != self.only:
            raise wrong(shown, "this version of the file's grammar is not known", "write version: 1")
        return value


class Patterns(Listing):
    """Files of the project to read too."""

    def __init__(self) -> None:
        super().__init__(Text(), "More files of the same grammar.", load_default=list)


def section(entry: Entry, note: str) -> Named:
    return Named(entry, note=note, load_default=dict)


class IncludedFile(Words):
    """A file that routes.yaml includes."""

    elsewhere: Mapping[str, str] = {
        "defaults": "it stands in the file that includes this one only",
        "include": "it stands in the file that includes this one only",
        "limits": "it stands in the file that includes this one only",
    }

    version = Version("The version of the grammar.")
    connections = section(Connection(), "Outside systems by name.")
    clients = section(Nest(Client), "Who may call http sources, by name.")
    routes = section(Nest(RouteWords), "Routes by name.")
    tests = Named(Nest(RouteTestWords), None, "Tests of routes by name.", load_default=dict)


class ProjectFile(IncludedFile):
    """routes.yaml."""

    elsewhere: Mapping[str, str] = {}

    version = Version("The version of the grammar.", required=True)
    include = Patterns()
    defaults = Nest(Defaults, "What holds where nothing else is said.", load_default=dict)
    limits = Nest(LimitsWords, "Over these nothing is taken in.", load_default=dict)
