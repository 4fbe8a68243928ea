"""Bodies: small ones in memory, others in a file, none half."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.bodies import SMALL
from adapters.web.body import Bodies, Gone, TooLarge, TooSlow
from tests.adapters.web.outside import Intake

pytestmark = pytest.mark.asyncio


def coming(pieces: Sequence[bytes], then: dict[str, Any] | None = None) -> Callable[[], Any]:
    """Receives these pieces; `then` comes after them, or nothing more is said."""
    left = list(pieces)

    async def receive() -> dict[str, Any]:
        if left:
            piece = left.pop(0)
            return {"type": "http.request", "body": piece, "more_body": bool(left) or then is not None}
        if then is None:
            await asyncio.Event().wait()
        assert then is not None
        return then

    return receive


@pytest.mark.parametrize("pieces", [[b""], [b"abc"], [b"a", b"", b"bc"], [b"x" * SMALL]])
async def test_a_small_body_stays_in_memory(tmp_path: Path, pieces: list[bytes]) -> None:
    intake = Intake(tmp_path)
    body = await Bodies(intake.blob).read(coming(pieces), "m1", SMALL)
    assert (body.raw, body.size, body.path) == (b"".join(pieces), len(b"".join(pieces)), None)
    assert intake.blobs == []


@pytest.mark.parametrize("pieces", [[b"x" * (SMALL + 1)], [b"a" * SMALL, b"b"], [b"%06d" % n for n in range(60_000)]])
async def test_a_larger_one_is_a_file_with_its_hash(tmp_path: Path, pieces: list[bytes]) -> None:
    intake = Intake(tmp_path)
    bodies = Bodies(intake.blob)
    body = await bodies.read(coming(pieces), "m1", 1_000_000)
    whole = b"".join(pieces)
    assert (tmp_path / "m1").read_bytes() == whole
    assert (body.raw, body.size, body.path) == (None, len(whole), tmp_path / "m1")
    assert body.sha256 == hashlib.sha256(whole).digest()
    assert intake.blobs[0].ended == ""
    bodies.close(body, keep=True)
    bodies.shutdown()
    assert intake.blobs[0].ended == "closed"


@pytest.mark.parametrize(
    ("then", "error"),
    [({"type": "http.disconnect"}, Gone), ({"type": "http.request", "body": b"x" * 100_000}, TooLarge)],
)
async def test_half_a_body_leaves_nothing(tmp_path: Path, then: dict[str, Any], error: type[Exception]) -> None:
    intake = Intake(tmp_path)
    bodies = Bodies(intake.blob)
    with pytest.raises(error):
        await bodies.read(coming([b"x" * 100_000], then), "m1", 150_000)
    bodies.shutdown()
    assert [b.ended for b in intake.blobs] == ["discarded"]
    assert list(tmp_path.iterdir()) == []


async def test_a_caller_who_says_nothing_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(TooSlow):
        await Bodies(Intake(tmp_path).blob, patience=0.01).read(coming([]), "m1", 10)


async def test_a_body_that_trickles_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte comes in time; all of them together do not."""
    monkeypatch.setattr("adapters.web.body.LEAST_PACE", 10_000)
    came = itertools.count()

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": next(came) < 1000}

    with pytest.raises(TooSlow):
        await Bodies(Intake(tmp_path).blob, patience=0.5).read(receive, "m1", 10_000)
    assert 1 < next(came) < 100


async def test_every_piece_is_shown_as_it_comes(tmp_path: Path) -> None:
    seen: list[bytes] = []
    pieces = [b"a", b"b" * SMALL, b"", b"c"]
    bodies = Bodies(Intake(tmp_path).blob)
    bodies.close(await bodies.read(coming(pieces), "m1", 100_000, seen.append), keep=False)
    bodies.shutdown()
    assert seen == pieces
