"""The door: `crossdock …`, or `python cli.py …`."""

from __future__ import annotations

import sys

from adapters.commands import answer


def main() -> None:
    sys.exit(answer(sys.argv[1:]))


if __name__ == "__main__":
    main()
