"""What Celery and Kombu import when a worker starts, imported before it is forked."""

from __future__ import annotations

import billiard.pool
import billiard.popen_fork
import billiard.sharedctypes
import billiard.synchronize
import celery.app.routes
import celery.backends.base
import celery.concurrency.asynpool
import celery.concurrency.prefork
import celery.events.dispatcher
import celery.events.receiver
import celery.loaders.app
import kombu.asynchronous
import kombu.matcher
import kombu.pidbox
import kombu.transport.virtual
import kombu.utils.scheduling

__all__ = ["billiard", "celery", "kombu"]
