"""The door: `crossdock …`, or `python cli.py …`."""

from __future__ import annotations

import gc
import sys

from adapters.commands import answer


def main() -> None:
    code = answer(sys.argv[1:])
    gc.freeze()  # an interpreter that ends looks for cycles in all that there is, more than once
    sys.exit(code)


if __name__ == "__main__":
    main()
