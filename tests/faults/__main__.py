"""`python -m tests.faults [--proof NAME] [--combo …] [--form short|long] [--seed N] [--minutes N] [--markdown FILE]` plays the
proofs, one after the other, prints what each did and counted, and ends with 1 where a promise was broken."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
from contextlib import ExitStack
from pathlib import Path

from tests.faults import table
from tests.faults.catalogue import PROOFS
from tests.faults.engines import COMBOS, DEFAULT, started
from tests.faults.proof import Proof, Report, Terms


def main() -> int:
    options = arguments()
    seed = options.seed or random.SystemRandom().randrange(1, 1 << 31)
    proofs = [PROOFS[name] for name in options.proof or PROOFS if options.proof or not PROOFS[name].by_name]
    results: list[table.Result] = []
    print(f"{len(proofs)} proofs, {options.combo}, {options.form} form, seed {seed}", flush=True)
    with ExitStack() as stack:
        temp = tempfile.TemporaryDirectory(prefix="crossdock-faults-", ignore_cleanup_errors=True)
        home = options.keep or Path(stack.enter_context(temp))
        engines = started(options.combo, home / "servers", stack)
        for proof in proofs:
            if not proof.applies(options.combo):
                print(f"\n{proof.number}. {proof.name}: does not apply to {options.combo}: {proof.elsewhere}", flush=True)
                continue
            (home / proof.name).mkdir(parents=True)
            terms = Terms(home / proof.name, engines, seed, options.form == "long", options.minutes)
            results.append(played(proof, terms))
            engines.recover()
    print(table.plain(results))
    if options.markdown:
        options.markdown.write_text(table.markdown(results))
    return 1 if any(result.broken for result in results) else 0


def played(proof: Proof, terms: Terms) -> table.Result:
    print(f"\n{proof.number}. {proof.name}: {proof.about}", flush=True)
    began = time.monotonic()
    try:
        report = proof.run(terms)
        broken = report.broken(terms.long)
    except Exception:
        report, broken = Report("did not end"), [traceback.format_exc()]
    result = table.Result(proof, report, broken, time.monotonic() - began)
    print(table.told(result), flush=True)
    form = "long" if terms.long else "short"
    print(f"   again: make faults PROOF={proof.name} COMBO={terms.engines.combo} FORM={form} SEED={terms.seed}", flush=True)
    return result


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--proof", action="append", choices=list(PROOFS), help="may be given again; else all but the soak")
    parser.add_argument("--combo", choices=COMBOS, default=DEFAULT)
    parser.add_argument("--form", choices=("short", "long"), default="short")
    parser.add_argument("--seed", type=int, default=0, help="0: another one each time, which is printed")
    parser.add_argument("--minutes", type=float, default=0, help="of the soak; 0: a minute, or an hour in the long form")
    parser.add_argument("--markdown", type=Path, help="a file that gets the table of the figures")
    parser.add_argument("--keep", type=Path, help="a new folder for the shops, which stays: logs, ledgers, files")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
