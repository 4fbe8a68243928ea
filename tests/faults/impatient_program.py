"""The product's door, for a test that does not wait a minute until what stands still is killed."""

from __future__ import annotations

from adapters import pulse
from cli import main

pulse.PATIENCE = 5
main()
