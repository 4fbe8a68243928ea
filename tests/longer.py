"""What takes long and is played when it is asked for: CROSSDOCK_FAULTS=long, as the proofs of `make faults` are."""

from __future__ import annotations

import os

import pytest

LONG = os.environ.get("CROSSDOCK_FAULTS") == "long"
only_long = pytest.mark.skipif(not LONG, reason="it takes long; CROSSDOCK_FAULTS=long runs it")
