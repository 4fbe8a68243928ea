"""A message whose computing kills its worker child: all others are delivered, and this one becomes a dead letter that says
so, after a few deaths. For real, and twice as a project could do it: a validator whose C library reads where it may not,
and a map that makes more of a text than the child has memory for."""

from __future__ import annotations

import asyncio
import json
import math
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.faults.shop import Shop, arrived, until
from tests.faults.sink import Sink
from tests.longer import LONG, only_long

SCHEMA = '''
import ctypes
from marshmallow import Schema, ValidationError, fields


def scanned(text):
    """As the scanner's library does it, which knows no code of this kind."""
    if ctypes.string_at(0 if text == "poison" else text.encode()) == b"bad":
        raise ValidationError("bad")


class Scan(Schema):
    n = fields.Int()
    text = fields.Str(validate=scanned)
'''
PAIRS = """
fields:
  n: body.n
  pairs:
    each: word in (body.text | split(' '))
    fields:
      beside: {each: other in (body.text | split(' ')), value: body.text}
"""
ROUTES = """
version: 1
connections:
  erp: {{type: http, url: "http://127.0.0.1:{sink}", timeout: 5s}}
  inbox: {{type: folder, path: in}}
  out: {{type: folder, path: out}}
x-columns: &columns {{csv: {{columns: {{n: int}}}}}}
routes:
  whole:
    from: {{folder: inbox, files: "*.json", ready: at_once}}
    steps: [STEP]
    to: [{{id: erp, send: {{http: erp, path: /whole}}}}]
  rows:
    from: {{folder: inbox, files: "*.rows", ready: at_once}}
    format: *columns
    steps: [split: records, STEP]
    to: [{{id: erp, send: {{http: erp, path: /rows}}}}]
  chosen:
    from: {{folder: inbox, files: "*.chosen", ready: at_once}}
    format: *columns
    steps: [split: records, STEP]
    to:
      - {{id: erp, when: "record.number > 0", send: {{http: erp, path: /chosen}}}}
      - otherwise: {{ignore: none}}
  lake:
    from: {{folder: inbox, files: "*.lake", ready: at_once}}
    format: *columns
    steps: [split: records, STEP]
    to: [{{id: lake, format: ndjson, collect: message, send: {{folder: out, name: "{{{{ file.stem }}}}.ndjson"}}}}]
  posts:
    from: {{http: /posts, clients: anyone}}
    steps: [set: {{body.n: body.n}}, STEP]
    to: [{{id: erp, send: {{http: erp, path: /posts}}}}]
  ordered:
    from: {{http: /ordered, clients: anyone}}
    steps: [set: {{body.n: body.n}}, STEP]
    order_by: message.route
    to: [{{id: erp, send: {{http: erp, path: /ordered}}}}]
"""
STEPS = {"scan": "validate: scans.Scan", "pairs": "map: pairs"}
TEXTS = {"scan": "poison", "pairs": "x " * 900}
PIECES, POISON = 30, 17
ALONE = 2 + 1
"""Deaths over a unit that is alone: two, and one more where its trial in a process of its own ended otherwise."""
HALVING = 2
"""Deaths until a half is chosen: one, and one more where a child took the lane before the death was known."""
FOLDERS = ("whole", "rows", "chosen", "lake")


class Poisoned(Shop):
    def __init__(self, folder: Path, sink: int, step: str) -> None:
        super().__init__(folder, sink, ROUTES.replace("STEP", STEPS[step]), "--child-memory", "512MiB")
        for name, text in (("schemas/scans.py", SCHEMA), ("maps/pairs.yaml", PAIRS)):
            path = folder / "transforms" / name
            path.parent.mkdir(parents=True)
            path.write_text(text)
        self.bodies = [{"n": n, "text": TEXTS[step] if n == POISON else f"t{n}"} for n in range(PIECES)]

    async def feed(self, route: str) -> None:
        if route == "whole":
            for body in self.bodies:
                self.put(f"{body['n']}.json", json.dumps(body))
        elif route in FOLDERS:
            self.put(f"day.{route}", "n,text\n" + "".join(f"{b['n']},{b['text']}\n" for b in self.bodies))
        else:
            async with ClientSession() as session:
                for body in self.bodies:
                    async with session.post(f"{self.url}/{route}", json=body) as answer:
                        assert answer.status == 202, await answer.text()
                        self.accepted[route].append({**body, "id": (await answer.json())["id"]})

    def put(self, name: str, text: str) -> None:
        temp = self.folder / ".put"
        temp.write_text(text)
        temp.rename(self.folder / "in" / name)

    async def taken(self) -> None:
        await until(lambda: not any(p.is_file() for p in (self.folder / "in").iterdir()), 20)


async def play(folder: Path, step: str, *routes: str) -> str:
    async with Sink() as sink, Poisoned(folder, sink.port, step) as shop:
        for route in routes:
            await shop.feed(route)
        await shop.taken()
        most = sum(ALONE + (HALVING * math.ceil(math.log2(PIECES)) if route in FOLDERS else 0) for route in routes)
        died = await survived(shop, most)
        dead: list[dict[str, Any]] = await shop.figures("dlq", "list")
        assert await shop.stop() == 0
        if "lake" in routes:
            rows = (folder / "out" / "day.ndjson").read_text().splitlines()
            assert [json.loads(row)["n"] for row in rows] == [b["n"] for b in shop.bodies if b["n"] != POISON]
        for route in routes if "lake" not in routes else ():
            delivered(shop, sink, route)
    assert sorted(d["route"] for d in dead) == sorted(routes)
    assert all("crashed the worker (" in d["reason"] for d in dead), dead
    doubles = [f"{route} {len(sink.seen[route]) - PIECES + 1}" for route in routes]
    return f"{step}: {died} of at most {most} children died, {dead[0]['reason']}; doubles: {', '.join(doubles)}"


async def survived(shop: Shop, most: int) -> int:
    """How many children died until all had ended; fails as soon as they are too many."""
    async with asyncio.timeout(60):
        while (died := shop.log.count("a worker child died")) <= most:
            if (await asyncio.to_thread(shop.run, "status", "--wait-idle", "2s")).returncode == 0:
                break
    assert died <= most, f"{died} children died\n{shop.log[-3000:]}"
    await shop.settle()
    return shop.log.count("a worker child died")


def delivered(shop: Poisoned, sink: Sink, route: str) -> None:
    seen = sink.seen[route]
    assert {a.body["n"] for a in seen} == set(range(PIECES)) - {POISON}, route
    keys = {a.key for a in seen}
    assert len(keys) == PIECES - 1, f"{route}: something came under two keys"
    if sent := [m for m in shop.accepted[route] if m["n"] != POISON]:
        arrived(sent, seen)


KINDS: dict[str, tuple[str, ...]] = {"paired rows": ("pairs", "rows", "posts")}
if LONG:
    KINDS |= {"scanned files": ("scan", "whole", "posts"), "scanned rows": ("scan", "chosen", "ordered")}


@pytest.mark.parametrize(("step", "routes"), [(step, routes) for step, *routes in KINDS.values()], ids=KINDS)
def test_a_message_that_kills_its_worker(tmp_path: Path, step: str, routes: list[str]) -> None:
    print(asyncio.run(play(tmp_path / "s", step, *routes)))


@only_long
@pytest.mark.parametrize("step", list(STEPS) if LONG else list(STEPS)[:1])
def test_a_record_of_a_collected_file_that_kills_its_worker(tmp_path: Path, step: str) -> None:
    print(asyncio.run(play(tmp_path / "s", step, "lake")))
