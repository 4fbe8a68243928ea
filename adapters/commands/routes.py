"""`routes`: checking, showing, trying, testing, planning and deploying the routing table; pausing its routes."""

from __future__ import annotations

from adapters.commands.lazy import LazyGroup

routes = LazyGroup(
    "routes",
    {
        "check": ("adapters.commands.routes_check", "Says every mistake at once; nothing is started or written."),
        "explain": ("adapters.commands.explain", "Says what the code of a mistake means."),
        "schema": ("adapters.commands.routes_schema", "Prints the JSON Schema of routes.yaml, for editors."),
        "list": ("adapters.commands.routes_list", "Lists routes."),
        "show": ("adapters.commands.routes_list", "Explains one route in words."),
        "graph": ("adapters.commands.routes_graph", "Draws the routing table from left to right."),
        "try": ("adapters.commands.routes_try", "Shows each step of one sample; nothing is sent."),
        "test": ("adapters.commands.routes_test", "Runs the tests of the project."),
        "plan": ("adapters.commands.routes_plan", "Says what the edited files would change."),
        "deploy": ("adapters.commands.routes_deploy", "Makes the project's files the current version."),
        "rollback": ("adapters.commands.routes_deploy", "Makes an earlier version the current one again."),
        "diff": ("adapters.commands.routes_deploy", "Shows what differs between two versions."),
        "history": ("adapters.commands.routes_deploy", "Lists the versions of the project."),
        "pause": ("adapters.commands.routes_pause", "Lets routes take nothing in."),
        "resume": ("adapters.commands.routes_pause", "Lets paused routes take in again."),
    },
    help="Routes: check, explain, schema, list, show, graph, try, test, plan, deploy, rollback, diff, history, pause, resume.",
)
