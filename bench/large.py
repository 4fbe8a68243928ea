"""What an edit of a large project costs: `python -m bench.large`, or with --routes 500 --files 50 --rounds 5.

The project is made anew: each file of `routes/` has routes with keys, a schema, a map, steps and two targets of which a
condition chooses; each route has a test. Times are of the command as a user types it, the interpreter's start included.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

COMMAND = (sys.executable, str(Path(__file__).parents[1] / "cli.py"))
ROUTES = """\
version: 1
include: ["routes/*.yaml"]
connections:
  erp:  {type: http, url: "https://erp.example", timeout: 10s, headers: {X-Shop: large}}
  wms:  {type: http, url: "https://wms.example", in_flight: 8}
defaults:
  retry: {for: 1d}
"""
ROUTE = """\
  orders-{n}:
    about: Orders of branch {n} to the ERP, and to the warehouse where they are to be sent
    from: {{http: /orders/{n}, clients: anyone}}
    format: json
    keys: {{order: body.order_no}}
    steps:
      - validate: orders{file}.Order
      - filter: "body.total > 0 and body.branch != 'closed'"
      - map: order{file}
      - set: {{"body.branch": "'{n}'", "headers.x-branch": "'{n}'"}}
    to:
      - {{id: erp, order_by: body.number, send: {{http: erp, path: "/orders/{{{{ body.number }}}}"}}}}
      - id: wms
        when: body.ship
        steps:
          - map:
              fields:
                external_id: body.number
                positions: {{each: line in body.lines, value: {{sku: line.sku, pieces: line.qty}}}}
        send: {{http: wms, path: /shipments}}
        retry: {{for: 2h, errors: [connect, timeout, 5xx, 429]}}
"""
SCHEMA = """\
from marshmallow import EXCLUDE, Schema, fields


class Line(Schema):
    class Meta:
        unknown = EXCLUDE

    sku = fields.Str(required=True)
    qty = fields.Int(required=True)
    price = fields.Decimal(required=True)


class Order(Schema):
    class Meta:
        unknown = EXCLUDE

    order_no = fields.Str(required=True)
    branch = fields.Str(load_default="")
    ship = fields.Bool(load_default=False)
    total = fields.Decimal(required=True)
    lines = fields.List(fields.Nested(Line), required=True)
"""
MAP = """\
fields:
  number: body.order_no
  branch: body.branch | upper
  ship: body.ship
  amount: body.total
  lines:
    each: line in body.lines
    value: {sku: line.sku | trim, qty: line.qty, amount: line.qty * line.price}
"""
TEST = """\
  an order of branch {n} that is sent:
    route: orders-{n}
    given: {{body: {{order_no: "A{n}", ship: true, total: "9.90", lines: [{{sku: " 4711 ", qty: 2, price: "4.95"}}]}}}}
    replies: {{erp: [503, ok]}}
    expect:
      targets:
        erp: {{calls: 2, body: {{includes: {{number: "A{n}", lines: [{{sku: "4711", qty: 2, amount: 9.90}}]}}}}}}
        wms: {{calls: 1, body: {{external_id: "A{n}", positions: [{{sku: "4711", pieces: 2}}]}}}}
      state: delivered
"""


def main() -> int:
    words = argparse.ArgumentParser(prog="bench.large", description="Measures commands on a large project.")
    words.add_argument("--routes", type=int, default=500)
    words.add_argument("--files", type=int, default=50)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--keep", type=Path, help="a new folder for the project, which stays")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = asked.keep or Path(name)
        make(folder, asked.routes, asked.files)
        table = Table(title=f"{asked.routes} routes in {asked.files} files", title_justify="left", header_style="bold")
        for head in ("command", "seconds", "of the processor", "rounds"):
            table.add_column(head, justify="left" if head == "command" else "right")
        for command, rounds in (("routes check", asked.rounds), ("routes test", 1)):
            times = [measured(folder, command) for _ in range(rounds)]
            wall, used = (statistics.median(column) for column in zip(*times, strict=True))
            table.add_row(command, f"{wall:.2f}", f"{used:.2f}", str(rounds))
        Console(width=None if sys.stdout.isatty() else 120).print(table)
    print(f"median; {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    return 0


def make(folder: Path, routes: int, files: int) -> None:
    for part in ("routes", "transforms/maps", "transforms/schemas"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "routes.yaml").write_text(ROUTES)
    each = -(-routes // files)
    for file in range(files):
        numbers = range(file * each, min(routes, (file + 1) * each))
        (folder / f"routes/branch{file}.yaml").write_text("routes:\n" + "".join(ROUTE.format(n=n, file=file) for n in numbers))
        (folder / f"transforms/schemas/orders{file}.py").write_text(SCHEMA)
        (folder / f"transforms/maps/order{file}.yaml").write_text(MAP)
        (folder / f"routes/branch{file}.test.yaml").write_text("tests:\n" + "".join(TEST.format(n=n) for n in numbers))


def measured(folder: Path, command: str) -> tuple[float, float]:
    """Seconds by the clock and of the processor. Raises CalledProcessError where it fails."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    found = subprocess.run([*COMMAND, *command.split()], cwd=folder, capture_output=True, text=True)
    took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if found.returncode:
        raise SystemExit(f"crossdock {command} ends with {found.returncode}:\n{found.stdout}{found.stderr}")
    return took, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    sys.exit(main())
