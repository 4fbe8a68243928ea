"""A graph as an SVG file that stands alone: no script, no font, no picture from elsewhere; light and dark."""

from __future__ import annotations

import html
from collections.abc import Iterator

from router.graph.layout import LINE, PAD, TITLE, Box, Layout, counted, layout, shortened
from router.graph.parts import Edge, Graph

STYLE = """
    svg { background: #ffffff; font: 12px -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif }
    text { fill: #1d2733 } .title { font-weight: 600; font-size: 13px } .line, .label { fill: #536170 }
    .label { font-size: 11px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px }
    rect { fill: #ffffff; stroke: #8795a5 } path { fill: none; stroke: #a3afbc; stroke-width: 1.3 }
    .spare { stroke-dasharray: 5 4 } marker path { fill: #a3afbc; stroke: none }
    .source rect { fill: #e8f1fb; stroke: #3b6ea5 } .route rect, .owner rect { fill: #fff6dd; stroke: #a5822b }
    .target rect { fill: #eef7ea; stroke: #4f8a3c } .otherwise rect { fill: #f3f3f3; stroke: #777777 }
    .system rect { fill: #f1ebfa; stroke: #6c4fa3 } .counts { fill: #1d2733; font-weight: 600 }
    .dead rect { stroke: #b3261e; stroke-width: 2.5 } .dead .counts { fill: #b3261e }
    @media (prefers-color-scheme: dark) {
      svg { background: #14181d } text, .counts { fill: #e6ebf0 } .line, .label { fill: #a7b4c2 } .label { stroke: #14181d }
      path { stroke: #5d6b7a } marker path { fill: #5d6b7a } .source rect { fill: #16283b } .target rect { fill: #18291a }
      .route rect, .owner rect { fill: #2f2812 } .otherwise rect { fill: #24282d } .system rect { fill: #251d36 }
      .dead .counts { fill: #ff8a80 }
    }"""


def svg(graph: Graph, title: str) -> str:
    """Ends with a line end. The same graph gives the same text."""
    return "".join(f"{line}\n" for line in drawn(layout(graph), title))


def drawn(found: Layout, title: str) -> Iterator[str]:
    size = f'width="{found.width:.0f}" height="{found.height:.0f}" viewBox="0 0 {found.width:.0f} {found.height:.0f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    yield f"  <title>{escaped(title)}</title>"
    yield f"  <style>{STYLE}\n  </style>"
    yield (
        '  <defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 8 4 0 8z"/></marker></defs>'
    )
    for edge in found.edges:
        yield from way(edge, found)
    for box in found.boxes.values():
        yield from boxed(box)
    yield "</svg>"


def way(edge: Edge, found: Layout) -> Iterator[str]:
    """A curve that leaves to the right and comes in from the left; it is bent near its end, so that it stays in its row
    as long as it passes other columns."""
    start, end = found.boxes[edge.start], found.boxes[edge.end]
    x, y, to_x, to_y = start.left + start.width, start.middle, end.left, end.middle
    bend = max(min(to_x - x, 90.0), 40.0)
    line = f"M{x:.1f} {y:.1f}H{max(x, to_x - bend):.1f}" if to_x - x > bend else f"M{x:.1f} {y:.1f}"
    from_x = max(x, to_x - bend)
    half = bend / 2
    curve = f"C{from_x + half:.1f} {y:.1f} {to_x - half:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
    spare = ' class="spare"' if edge.spare else ""
    said = escaped(f"{start.node.title} → {end.node.title}{f': {edge.label}' if edge.label else ''}")
    yield f'  <path{spare} d="{line}{curve}" marker-end="url(#tip)"><title>{said}</title></path>'
    if edge.label:
        yield f'  <text class="label" x="{x + 6:.1f}" y="{y - 5:.1f}">{escaped(shortened(edge.label))}</text>'


def boxed(box: Box) -> Iterator[str]:
    node = box.node
    dead = " dead" if node.counts.get("dead") else ""
    yield f'  <g class="{node.kind}{dead}">'
    yield f"    <title>{escaped(node.note or ' '.join((node.title, *node.lines)))}</title>"
    yield (
        f'    <rect x="{box.left:.1f}" y="{box.top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6"/>'
    )
    lines = [("title", node.title), *(("line", line) for line in node.lines)]
    lines += [("counts", counted(node))] if node.counts else []
    for n, (role, text) in enumerate(lines):
        y = box.top + TITLE + n * LINE - 2
        yield f'    <text class="{role}" x="{box.left + PAD:.1f}" y="{y:.1f}">{escaped(shortened(text))}</text>'
    yield "  </g>"


def escaped(text: str) -> str:
    """For a text or an attribute; what XML cannot hold is a space."""
    return html.escape("".join(sign if sign.isprintable() else " " for sign in text))
