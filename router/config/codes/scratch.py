"""The project that examples of codes are pieces of: what an example does not declare itself stands in `rest.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from router.config.codes.code import Code

CONNECTIONS = {
    "pos": "{type: folder, path: inbox}",
    "out": "{type: folder, path: outbox}",
    "erp": "{type: http, url: http://erp.test}",
    "dwh": "{type: sql, url: sqlite:///dwh.db}",
}
REST = """\
clients:
  web-shop: {token: "${env:WEB_SHOP_TOKEN}"}
routes:
  rest:
    from: {http: /rest, clients: [web-shop]}
    to:
      - {id: out, send: {folder: out, name: rest.json}}
      - {id: erp, send: {http: erp, path: /rest}}
      - {id: dwh, send: {sql: dwh, table: rest, id_column: id}}
  rest-of-files:
    from: {folder: pos, files: "*.rest"}
    to: [{id: out, send: {folder: out, name: rest.csv}}]
"""
REST_FILE = "rest.yaml"
HEAD = f"version: 1\ninclude: [{REST_FILE}]\n"
ENVIRON: Mapping[str, str] = {"WEB_SHOP_TOKEN": "w", "SHOP_TOKEN": "s"}


def head_of(example: str) -> str:
    """What stands above an example that is no whole file."""
    return "" if example.startswith("version") else HEAD


def files_of(code: Code, example: str, encoding: str = "utf-8") -> dict[str, bytes]:
    """The files of a project with this example of the code."""
    text = head_of(example) + example
    declared = set(re.findall(r"^  ([a-z-]+):", text, re.MULTILINE))
    others = "".join(f"  {id}: {one}\n" for id, one in CONNECTIONS.items() if id not in declared)
    files = {REST_FILE: f"connections:\n{others}{REST}", **code.files}
    return {**{path: written.encode() for path, written in files.items()}, "routes.yaml": text.encode(encoding)}
