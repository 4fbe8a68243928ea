"""A graph as the text of a mermaid flowchart, as GitHub, GitLab and many editors draw it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from router.graph.parts import END, OWNER, ROUTE, SOURCE, SYSTEM, TARGET, Graph, Node

SHAPES = {SOURCE: ('(["', '"])'), ROUTE: ('["', '"]'), TARGET: ('["', '"]'), END: ('(("', '"))'), SYSTEM: ('[("', '")]'),
          OWNER: ('["', '"]')}  # fmt: skip
STYLES = {
    SOURCE: "fill:#e8f1fb,stroke:#3b6ea5,color:#10243a", ROUTE: "fill:#fff6dd,stroke:#a5822b,color:#33270a",
    TARGET: "fill:#eef7ea,stroke:#4f8a3c,color:#15300d", END: "fill:#f3f3f3,stroke:#777777,color:#222222",
    SYSTEM: "fill:#f1ebfa,stroke:#6c4fa3,color:#22143d", OWNER: "fill:#fff6dd,stroke:#a5822b,color:#33270a",
}  # fmt: skip
DEAD = "stroke:#b3261e,stroke-width:3px"
EDGES = 500
"""What mermaid draws where whoever shows it has set no other `maxEdges`; a diagram cannot."""
ENTITIES = {"#": "#35;", '"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;", "|": "#124;"}


def mermaid(graph: Graph) -> str:
    """Ends with a line end. The same graph gives the same text."""
    return "".join(f"{line}\n" for line in written(graph))


def written(graph: Graph) -> Iterator[str]:
    names = short_names(graph)
    yield "flowchart LR"
    for node in graph.nodes:
        before, after = SHAPES[node.kind]
        yield f"  {names[node.id]}{before}{label(node)}{after}:::{node.kind}"
    for edge in graph.edges:
        arrow = "-.->" if edge.spare else "-->"
        said = f'|"{escaped(edge.label)}"|' if edge.label else ""
        yield f"  {names[edge.start]} {arrow}{said} {names[edge.end]}"
    for kind in dict.fromkeys(node.kind for node in graph.nodes):
        yield f"  classDef {kind} {STYLES[kind]}"
    for node in graph.nodes:
        if node.counts.get("dead"):
            yield f"  style {names[node.id]} {DEAD}"


def label(node: Node) -> str:
    counted = ", ".join(f"{name} {n}" for name, n in node.counts.items() if n or name == "accepted")
    title = f"<b>{escaped(node.title)}</b>"
    return "<br/>".join([title, *map(escaped, node.lines), *([escaped(counted)] if counted else [])])


def escaped(text: str) -> str:
    """No mark of mermaid or HTML is left in it, and it is one line."""
    return "".join(ENTITIES.get(sign, sign) if sign.isprintable() else " " for sign in text)


def short_names(graph: Graph) -> dict[str, str]:
    """An id of letters, digits and `_` for each node: two that would be alike get a number."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for node in graph.nodes:
        plain = re.sub(r"[^A-Za-z0-9]+", "_", node.id).strip("_")
        name, n = plain, 1
        while name in taken:
            n += 1
            name = f"{plain}_{n}"
        taken.add(name)
        found[node.id] = name
    return found
