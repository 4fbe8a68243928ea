"""How a ledger must stand after every step: nothing lost, nothing twice, nothing due that does not show, all sums right."""

from __future__ import annotations

from collections import Counter

from router import ranges
from router.browse import COUNTED, Selection
from router.ledger import Claim
from tests.faults.property.bench import WholeLedger
from tests.faults.property.books import ORDERED, WAITING, Books


def stand(ledger: WholeLedger, books: Books) -> None:
    """Every unit of every lane is where the books have it, and every lane with something to do shows."""
    lanes = {(u.target, u.lane) for u in books.units.values()}
    for target, lane in sorted(lanes):
        look = Claim(target, lane, "", 0, 0, 0)
        opened(ledger, books, look)
        if "." in target:
            parked(ledger, books, look)
    due(ledger, books)


def opened(ledger: WholeLedger, books: Books, look: Claim) -> None:
    found: Counter[tuple[int, int]] = Counter()
    for work in ledger.open_work(look, 1000):
        gone = ledger.ended(work.target, work.batch, work.id)
        places = [((work.batch << 16) | n, 0) if work.seq is None else (work.seq, n) for n in ranges.decode(work.rest)]
        found.update(place for place in places if place not in gone)
    expected = Counter(u.place for u in books.of(look.target, look.lane, "open"))
    assert found == expected, f"open at {look.target} lane {look.lane}: {dict(found)}, not {dict(expected)}"


def parked(ledger: WholeLedger, books: Books, look: Claim) -> None:
    """Those to be tried now are the first of their keys; who has one ahead waits."""
    earlier = ledger.now()
    found = {(p.seq, p.record) for p in ledger.due_parked(look, 1000)}
    now = ledger.now()
    line = books.of(look.target, look.lane, "retry")
    must, may = ({u.place for u in line if u.next_at <= at} for at in (earlier, now))
    assert must <= found <= may, f"to be tried at {look.target} lane {look.lane}: {found}, not {must}"
    keys = {u.key for u in books.of(look.target, look.lane, *WAITING)} - {None}
    if look.target in ORDERED:
        assert ledger.blocked(look) == keys, f"keys that wait at {look.target}: {ledger.blocked(look)}, not {keys}"


def due(ledger: WholeLedger, books: Books) -> None:
    """`next_due` may be too early, never too late."""
    must = {(t, n) for t, n in books.due(ledger.now()) if free(ledger, books, t, n)}
    found = {(t, n) for t, n, _ in ledger.due()}
    assert must <= found, f"due and not shown: {must - found}"


def free(ledger: WholeLedger, books: Books, target: str, lane: int) -> bool:
    owner = books.owners.get((target, lane))
    return owner is None or ledger.left(owner) < 0


def prove(ledger: WholeLedger, books: Books) -> None:
    """The sums: `ledger verify`, `status`, dead letters."""
    proof = ledger.verify()
    assert proof.faults == (), proof.faults
    targets = {a.name: dict(a.counts) for a in proof.accounts if a.kind == "target"}
    assert targets == {t: dict(c) for t, c in books.targets().items()}
    states = Counter(books.states().values())
    told = {state: states[state] for state in COUNTED if state != "accepted"}
    assert ledger.status_counts() == {"accepted": len(books.messages), **told}
    letters = {(d.seq, d.record, d.place) for d in ledger.dead_letters(Selection())}
    assert letters == {u.at for u in books.dead()}
