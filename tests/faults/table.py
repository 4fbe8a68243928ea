"""What the proofs counted, as a table for a terminal or for the documentation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.proof import Proof, Report

HEADS = ("proof", "accepted", "rows", "delivered", "dead", "lost", "disorder", "doubled", "recovery", "verify", "seconds")


@dataclass(frozen=True)
class Result:
    proof: Proof
    report: Report
    broken: list[str]
    seconds: float

    def cells(self) -> tuple[str, ...]:
        r = self.report
        doubled = f"{r.doubled} ({r.share:.2%})"
        worst = f"{max(r.recovery):.1f} s" if r.recovery else ""
        figures = (r.accepted, r.rows, r.delivered, r.dead, r.lost, r.disorder)
        name = f"{self.proof.number} {self.proof.name}"
        return (name, *map(str, figures), doubled, worst, "adds up" if r.verified else "WRONG", f"{self.seconds:.0f}")


def told(result: Result) -> str:
    r = result.report
    lines = [f"   {r.did}; {'; '.join(r.notes)}" if r.notes else f"   {r.did}"]
    lines.append("   " + ", ".join(f"{h} {c}" for h, c in zip(HEADS[1:], result.cells()[1:], strict=True) if c))
    lines += [f"   BROKEN: {what}" for what in result.broken]
    return "\n".join(lines)


def plain(results: Sequence[Result]) -> str:
    if not results:
        return "\nnothing was played"
    rows = [HEADS, *(result.cells() for result in results)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEADS))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    broken = [result.proof.name for result in results if result.broken]
    end = f"BROKEN: {', '.join(broken)}" if broken else "every promise held"
    return "\n".join(["", *lines, end])


def markdown(results: Sequence[Result]) -> str:
    rows = [HEADS, ("---",) * len(HEADS), *(result.cells() for result in results)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)
