"""What a config version is made of, and how it came to be the current one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Version:
    """A config version: the text of everything."""

    number: int
    files: Mapping[str, bytes] = field(default_factory=dict)
    by: str = ""
    at: int = 0
    reason: str = ""


STARTED, DEPLOYED, ROLLED_BACK = "started", "deployed", "rolled back"
COMMANDED = (DEPLOYED, ROLLED_BACK)
"""Made current by a command: all hosts follow. A version that a host was started with is that host's own."""


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A line of the history, without the text. `at` in epoch milliseconds; `of`: the version whose text it is, where it
    was rolled back to one."""

    number: int
    sha256: str
    by: str
    at: int
    reason: str
    how: str = STARTED
    of: int = 0
