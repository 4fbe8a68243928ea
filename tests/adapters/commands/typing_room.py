"""A project to type commands in: accepted messages are worked in this process, by the shift that workers run."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from adapters import wiring
from adapters.commands import answer
from adapters.settings import Settings, load
from router.shift import Shift

DAY = "store;sku;qty;price\n0042;A;2;19,90\n0042;B;x;1,00\n0042;C;1;2,50\n"
ORDER = '{"order_no": "%s", "customer": "C", "lines": [{"sku": "A", "qty": 1, "price": 1}]}'


@dataclass
class Room:
    """One project folder; `say` types a command, its answer is read from stdout."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    out: str = ""
    err: str = ""

    @property
    def settings(self) -> Settings:
        return load({}, os.environ, self.folder)

    def say(self, *words: object) -> int:
        self.capture.readouterr()
        code = answer([str(word) for word in words])
        self.out, self.err = self.capture.readouterr()
        return code

    def json(self, *words: object) -> Any:
        """The answer, which must come with exit code 0."""
        code = self.say(*words, "-o", "json")
        assert code == 0, self.err
        return json.loads(self.out)

    def send(self, route: str, body: str, name: str = "order.json") -> str:
        path = self.folder / name
        path.write_text(body)
        assert self.say("send", route, path, "-o", "id") == 0, self.err
        return self.out.strip()

    def dead_record(self) -> str:
        """A record of a day file that cannot be decoded; its id."""
        message = self.send("till-sales", DAY, "SALES_1.csv")
        self.work()
        return f"{message}:2"

    def dead_delivery(self) -> str:
        """The name of its file is taken already; its id."""
        (self.folder / "out/orders").mkdir(parents=True, exist_ok=True)
        (self.folder / "out/orders/7.json").write_text("someone else's")
        message = self.send("web-orders", ORDER % "7")
        self.work()
        return f"{message}:erp"

    def work(self) -> None:
        """Everything that is due, as a worker child does it."""
        app = wiring.open_project(self.settings)
        (self.settings.var / "run").mkdir(parents=True, exist_ok=True)
        try:
            desk = app.desk("node/1/1", 1, lambda work: None, lambda: False)
            asyncio.run(served(Shift(desk, wiring.NoBell(), 1)))
        finally:
            app.close()


async def served(shift: Shift) -> None:
    await shift.run()
    await shift.desk.close()
