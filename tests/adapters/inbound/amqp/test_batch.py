"""What becomes of the blobs of a batch, and which messages have an identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from adapters.bodies import SMALL
from adapters.inbound.amqp.batch import Maker
from adapters.inbound.amqp.delivery import Delivery
from adapters.inbound.amqp.envelope import name_of
from router.ledger import Arrival, Once, Receipt
from router.receive import Receiver
from router.route import Route, Source
from tests.adapters.inbound.folder.house import Blob

LARGE = b"x" * (SMALL + 1)


class Room:
    """Where blobs lie; `full_at` is the number of the blob that no longer fits."""

    def __init__(self, folder: Path, full_at: int = -1) -> None:
        self.folder, self.full_at = folder, full_at
        self.blobs: list[Blob] = []

    def blob(self, message_id: str) -> Blob:
        if len(self.blobs) == self.full_at:
            raise OSError(28, "No space left on device")
        self.blobs.append(Blob(self.folder / message_id))
        return self.blobs[-1]

    def states(self) -> list[str]:
        return [blob.state for blob in self.blobs]

    def maker(self) -> Maker:
        route = Route("stock", Source("amqp", {"amqp": "bus", "queue": "q"}), ())
        receiver: Receiver = Receiver(None, None)  # type: ignore[arg-type]
        return Maker(route, receiver, self, 60.0)


def delivery(body: bytes, id: str = "", redelivered: bool = False) -> Delivery:
    return Delivery(1, redelivered, "", "q", {"message-id": id} if id else {}, {}, body)


def receipts(arrivals: Sequence[Arrival], *states: str) -> list[Receipt]:
    return [Receipt(state, a.envelope.id, n) for n, (a, state) in enumerate(zip(arrivals, states, strict=True))]


def test_large_bodies_are_blobs_with_the_hash_of_their_bytes(tmp_path: Path) -> None:
    batch = Room(tmp_path).maker().make([delivery(LARGE[:-1]), delivery(LARGE)])
    small, large = (a.envelope for a in batch.arrivals)
    assert (small.blob, small.raw, small.size) == (None, LARGE[:-1], SMALL)
    assert (large.raw, large.size, large.read()) == (None, SMALL + 1, LARGE)
    assert [a.sha256 for a in batch.arrivals] == [sha256(LARGE[:-1]).digest(), sha256(LARGE).digest()]
    batch.given_up(tried=False)


def test_a_duplicates_blob_goes_and_the_others_stay(tmp_path: Path) -> None:
    room = Room(tmp_path)
    batch = room.maker().make([delivery(LARGE), delivery(b"small"), delivery(LARGE), delivery(LARGE)])
    batch.stored(receipts(batch.arrivals, "accepted", "accepted", "duplicate", "dead"))
    assert room.states() == ["closed", "discarded", "closed"]


@pytest.mark.parametrize(("tried", "state"), [(True, "closed"), (False, "discarded")])
def test_what_was_given_up_is_kept_where_it_may_be_stored(tmp_path: Path, tried: bool, state: str) -> None:
    room = Room(tmp_path)
    room.maker().make([delivery(LARGE)]).given_up(tried)
    assert room.states() == [state]


def test_a_disk_that_is_full_leaves_nothing_behind(tmp_path: Path) -> None:
    room = Room(tmp_path, full_at=2)
    with pytest.raises(OSError, match="No space left"):
        room.maker().make([delivery(LARGE), delivery(LARGE), delivery(LARGE)])
    assert room.states() == ["discarded", "discarded"]


def test_only_what_has_an_id_has_an_identity_and_only_what_comes_again_is_looked_up(tmp_path: Path) -> None:
    batch = Room(tmp_path).maker().make([delivery(b"1"), delivery(b"2", "m"), delivery(b"3", "m", True)])
    scope, name = "source:amqp:bus:q", name_of("m", {"amqp-message-id": "m", "amqp-routing-key": "q"})
    assert [a.once for a in batch.arrivals] == [
        (), (Once(scope, name, 60.0, "deliver", look=False),), (Once(scope, name, 60.0, "deliver", look=True),),
    ]  # fmt: skip


def test_what_a_broker_sets_by_itself_makes_no_other_message(tmp_path: Path) -> None:
    first, again, other = (replace(delivery(b"1", "m"), headers=headers) for headers in (
        {"n": "1", "a": "b"}, {"a": "b", "x-delivery-count": "2", "x-first-death-queue": "q", "n": "1"}, {"n": "2", "a": "b"},
    ))  # fmt: skip
    names = [arrival.once[0].key for arrival in Room(tmp_path).maker().make([first, again, other]).arrivals]
    assert names[0] == names[1] != names[2]


def test_a_packed_body_ends_at_the_door(tmp_path: Path) -> None:
    packed = replace(delivery(b"\x1f\x8b"), properties={"content-encoding": "gzip"})
    [arrival] = Room(tmp_path).maker().make([packed]).arrivals
    assert arrival.end is not None
    assert arrival.end.state == "dead"
