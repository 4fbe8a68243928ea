"""Whether there is colour: on terminals only, and never where nobody wants it."""

from __future__ import annotations

import os
from typing import TextIO


def wanted() -> bool:
    """Not where NO_COLOR is set to anything (no-color.org), nor on a terminal that knows none."""
    return not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(stream: TextIO) -> bool:
    return stream.isatty() and wanted()
