"""Bytes as choices, for inputs that have a grammar."""

from __future__ import annotations

from collections.abc import Sequence


class Choices:
    """A byte a choice; when they are used up, the first of all is taken."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def below(self, most: int) -> int:
        self._at += 1
        return self._data[self._at - 1] % most if self._at <= len(self._data) else 0

    def wide(self, most: int) -> int:
        """Of more than a byte can tell."""
        return (self.below(256) * 256 + self.below(256)) % most

    def among(self, of: Sequence[str]) -> str:
        return of[self.below(len(of))]
