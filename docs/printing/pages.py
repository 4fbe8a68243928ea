"""All pages that are printed. The table is the catalogue."""

from __future__ import annotations

from collections.abc import Iterator

from docs.printing.codes import codes
from docs.printing.commands import commands
from docs.printing.declared import adapters, formats, steps
from docs.printing.filters import filters
from docs.printing.grammar import grammar
from docs.printing.markdown import Page
from docs.printing.metrics import metrics
from docs.printing.reasons import reasons

ROOMS = (grammar, adapters, steps, formats, filters, commands, codes, reasons, metrics)


def printed() -> Iterator[Page]:
    for room in ROOMS:
        yield from room()
