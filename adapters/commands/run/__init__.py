"""`run web|inbound|worker`: one process of the Procfile, in the foreground, until TERM or Ctrl-C."""

from __future__ import annotations

from adapters.commands.lazy import LazyGroup

run = LazyGroup(
    "run",
    {
        "web": ("adapters.commands.run.web", "HTTP sources, health and metrics."),
        "inbound": ("adapters.commands.run.inbound", "Folder sources and the ticker."),
        "worker": ("adapters.commands.run.worker", "Celery: processing and delivery."),
        "prepare": ("adapters.commands.run.prepare", ""),
        "watch": ("adapters.commands.run.watch", ""),
    },
    help="Runs one process of the Procfile until TERM or Ctrl-C.",
)
