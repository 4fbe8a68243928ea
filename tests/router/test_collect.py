from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.outbound.folder.kind import FolderAddress
from adapters.outbound.folder.target import FolderTarget
from router.config.content import StoredContent
from router.errors import MessageError, TooLong
from router.message import Envelope, File, Message, new_id
from router.route import Send, Target
from tests.router.workshop import Do, Split, Workshop
from transforms.codecs import CODECS


class ByCodec(Split):
    def __init__(self) -> None:
        super().__init__("", by_codec=True)


def named(message: Message) -> FolderAddress:
    assert message.envelope.file is not None
    return FolderAddress(f"{message.envelope.file.stem}.ndjson", "fail")


def shop(tmp_path: Path, prepare: Any = named) -> Workshop:
    codecs = {n: CODECS[n]({}, StoredContent()) for n in ("csv", "ndjson")}
    target = Target("lake", "r", Send("folder", "out", {}, prepare), codec=codecs["ndjson"], collect="message")
    keep = Do(lambda b: {"n": int(b["n"]), "ok": b["ok"]} if b["ok"] != "no" else None, "filter", "filter: ok")
    made = Workshop(tmp_path, targets=[target], source="folder", steps=(ByCodec(), Do(lambda b: {**b, "n": b["n"]}), keep))
    made.route = replace(made.route, codec=codecs["csv"])
    made.targets["out"] = FolderTarget(tmp_path / "out")  # type: ignore[assignment]
    return made


def put(made: Workshop, rows: list[str], name: str = "S.csv") -> str:
    raw = ("n,ok\n" + "".join(f"{r}\n" for r in rows)).encode()
    envelope = Envelope(new_id(), "r", "in", datetime.now(UTC), raw=raw, size=len(raw), file=File(name, len(raw)))
    made.receiver.store([made.receiver.admit(made.route, envelope)])
    return envelope.id


def lines(tmp_path: Path, name: str = "S.ndjson") -> list[int]:
    text = (tmp_path / "out" / name).read_text()
    return [int(line.split(":")[1].split(",")[0]) for line in text.splitlines()]


def test_all_records_make_one_file_in_their_order(tmp_path: Path) -> None:
    made = shop(tmp_path)
    put(made, [f"{n},yes" for n in range(60_000)])
    while made.open():
        made.deliver()
    assert lines(tmp_path) == list(range(60_000))
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["S.ndjson"]


def test_a_filtered_one_is_left_out(tmp_path: Path) -> None:
    made = shop(tmp_path)
    put(made, ["1,yes", "2,no", "3,yes"])
    made.deliver()
    made.deliver()
    assert lines(tmp_path) == [1, 3]


def test_a_dead_record_is_not_waited_for_and_makes_a_file_of_its_own_when_it_comes_again(tmp_path: Path) -> None:
    made = shop(tmp_path)
    put(made, ["1,yes", "2", "3,yes"])
    made.deliver()
    made.deliver()
    assert lines(tmp_path) == [1, 3]
    assert made.parked() == [(2, "r", "dead", "decode")]


class Quick(Do):
    @property
    def quick(self) -> Any:
        return lambda message: self.function(message.body)


@pytest.mark.parametrize("kind", [Do, Quick])
def test_a_record_that_takes_too_long_is_computed_once_and_delays_no_other(tmp_path: Path, kind: type[Do]) -> None:
    seen: list[str] = []

    def slowly(body: Any) -> Any:
        seen.append(body["n"])
        if body["n"] == "2":
            raise TooLong("map", "computing it took more than 8 s")
        return {"n": int(body["n"]), "ok": body["ok"]}

    made = shop(tmp_path)
    made.route = replace(made.route, steps=(ByCodec(), kind(slowly)))
    put(made, ["1,yes", "2,yes", "3,yes"])
    made.deliver()
    made.deliver()
    assert lines(tmp_path) == [1, 3]
    assert made.parked() == [(2, "r", "dead", "map")]
    assert seen.count("2") == 1


def test_a_new_owner_goes_on_where_the_last_commit_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("router.collect.COMMIT_AFTER", 0.0)
    made = shop(tmp_path)
    put(made, [f"{n},yes" for n in range(60_000)])
    settle = made.ledger.settle
    commits = 0

    def die(claim: Any, settlement: Any) -> Any:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise RuntimeError("killed")
        return settle(claim, settlement)

    made.ledger.settle = die  # type: ignore[method-assign]
    with pytest.raises(AssertionError, match="a lane could not be served"):
        made.deliver()
    assert made.open()
    made.ledger.settle = settle  # type: ignore[method-assign]
    made.later(61)
    while made.open():
        made.deliver()
    assert lines(tmp_path) == list(range(60_000))


def test_a_name_that_is_taken_is_one_dead_letter(tmp_path: Path) -> None:
    made = shop(tmp_path)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "S.ndjson").write_text("mine")
    put(made, ["1,yes", "2,yes"])
    made.deliver()
    made.deliver()
    assert made.parked() == [(0, "r.lake", "dead", "send")]
    assert made.open() == 0
    assert (tmp_path / "out" / "S.ndjson").read_text() == "mine"


def test_a_name_that_cannot_be_made_is_one_dead_letter(tmp_path: Path) -> None:
    def broken(message: Message) -> FolderAddress:
        raise MessageError("send", "undefined", "name: body.x is undefined")

    made = shop(tmp_path, broken)
    put(made, ["1,yes", "2,yes"])
    made.deliver()
    made.deliver()
    assert made.parked() == [(0, "r.lake", "dead", "send")]
    assert made.open() == 0


def test_the_name_is_made_of_the_body_that_the_routes_steps_made(tmp_path: Path) -> None:
    made = shop(tmp_path, lambda m: FolderAddress(f"{m.body['ok']}.ndjson", "fail"))
    made.route = replace(made.route, targets=(replace(made.route.targets[0], steps=(Do(lambda b: {"only": b["n"]}),)),))
    put(made, ["1,yes", "2,yes"])
    made.deliver()
    made.deliver()
    assert (tmp_path / "out" / "yes.ndjson").read_text() == '{"only":1}\n{"only":2}\n'


def as_csv(made: Workshop, *steps: Any) -> None:
    codec = CODECS["csv"]({}, StoredContent())
    target = replace(made.route.targets[0], codec=codec, steps=steps)
    made.route = replace(made.route, steps=(ByCodec(),), targets=(target,))


def turned(body: Any) -> Any:
    """The fields of every other record in another order."""
    return dict(sorted(body.items(), reverse=int(body["n"]) % 2 == 1))


def test_the_cells_of_a_csv_stand_below_the_names_of_its_first_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever their order, over several groups, each by another owner."""
    monkeypatch.setattr("router.collect.COMMIT_AFTER", 0.0)
    made = shop(tmp_path)
    as_csv(made, Do(turned))
    put(made, [f"{n},y{n}" for n in range(60_000)])
    while made.open():
        made.deliver()
    text = (tmp_path / "out" / "S.ndjson").read_text()
    assert text == "n,ok\n" + "".join(f"{n},y{n}\n" for n in range(60_000))


def test_a_record_whose_fields_do_not_fit_is_dead(tmp_path: Path) -> None:
    made = shop(tmp_path)
    as_csv(made, Do(lambda b: {**b, "more": 1} if b["n"] == "3" else {"n": b["n"]} if b["n"] == "2" else b))
    put(made, ["1,yes", "2,yes", "3,yes", "4,yes"])
    made.deliver()
    made.deliver()
    assert (tmp_path / "out" / "S.ndjson").read_text() == "n,ok\n1,yes\n4,yes\n"
    assert made.parked() == [(2, "r.lake", "dead", "encode"), (3, "r.lake", "dead", "encode")]


def test_an_output_of_which_no_record_is_left_is_not_made(tmp_path: Path) -> None:
    made = shop(tmp_path)
    as_csv(made, Do(lambda b: b["n"]))
    put(made, ["1,yes", "2,yes"])
    made.deliver()
    made.deliver()
    assert made.parked() == [(1, "r.lake", "dead", "encode"), (2, "r.lake", "dead", "encode")]
    assert (made.open(), list((tmp_path / "out").glob("*"))) == (0, [])
