"""Every setting of Celery and kombu that differs from its default or must not drift, with its reason beside it."""

from __future__ import annotations

import ssl
from typing import Any

import kombu.entity

from adapters.amqp.broker import broker_of
from adapters.brokers.address import Address, address_of

TASK = "crossdock.look"
QUEUE = "crossdock"
Exchange: Any = kombu.entity.Exchange
Queue: Any = kombu.entity.Queue
"""kombu has no types."""

SEND_LIMIT = 100
"""The longest timeout of a connection, in seconds."""
LOOK_LIMIT = 2 * SEND_LIMIT + 30
"""Seconds: ten of a shift, its overtime, and the longest send after that."""


def doorbells() -> Any:
    """The one queue, durable and classic: a doorbell is not worth a quorum."""
    return Queue(QUEUE, Exchange(QUEUE, type="direct", durable=True), routing_key=QUEUE, durable=True)


def celery_settings(broker: str, children: int) -> dict[str, Any]:
    return {
        **{f"broker_{name}": value for name, value in connection_options(broker).items()},
        **TASKS,
        **WORKER,
        **CONNECTION,
        # A Redis that takes no writes (its disk is full, it became a replica) will do so again.
        "broker_channel_error_retry": not address_of(broker).is_amqp,
        "worker_concurrency": children,
        "task_queues": (doorbells(),),
        "task_default_queue": QUEUE,
        "task_default_exchange": QUEUE,
        "task_default_routing_key": QUEUE,
    }


TASKS: dict[str, Any] = {
    # The ledger holds outcomes; a result backend would be a write per bell.
    "result_backend": None,
    "task_ignore_result": True,
    # The lane lease is the real acknowledgement: frees us from visibility and consumer timeouts and delivery limits.
    "task_acks_late": False,
    "task_reject_on_worker_lost": False,
    "task_retry_on_worker_lost": False,
    # Kills stuck C code; a shift and its sends end before. The lanes come due again when their lease is over.
    "task_time_limit": LOOK_LIMIT,
    # Would raise at any bytecode, also between a commit and its answer.
    "task_soft_time_limit": None,
    "task_send_sent_event": False,
    # A doorbell names nothing: plain JSON, and never pickle.
    "task_serializer": "json",
    "accept_content": ["json"],
    # A name that is mistyped must fail, not make a queue that nobody reads.
    "task_create_missing_queues": False,
    "task_publish_retry": False,
    "enable_utc": True,
}

WORKER: dict[str, Any] = {
    # The only pool whose time limit works on C code, and whose children a crash does not share.
    "worker_pool": "prefork",
    # Connections are opened after the fork, so fork is safe, and it shares memory.
    "worker_pool_start_method": "fork",
    # Celery's own wait for a broker stops the parent.
    "worker_consumer": "adapters.celery.hearing:Hearing",
    # No hoarding: a bell is answered by an idle child or by those at work; one for each child at most waits in the parent.
    "worker_prefetch_multiplier": 1,
    # A child opens ledger, config and connections in its initialiser; the default of 4 s is short on a busy host.
    "worker_proc_alive_timeout": 30,
    # Looked at between shifts: a child that grew is replaced. `max_tasks` would recycle for nothing.
    "worker_max_memory_per_child": 400_000,
    "worker_max_tasks_per_child": None,
    # Longer than a drain slice of 10 s, so that cold shutdown is never reached.
    "worker_soft_shutdown_timeout": 15,
    # The fence of the ledger makes a second run harmless; killing the first one does not help.
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    # Health is read from the ledger; pidbox and events only cost messages.
    "worker_enable_remote_control": False,
    "worker_send_task_events": False,
    # Logs are set up by adapters/logs.py.
    "worker_hijack_root_logger": False,
    "worker_redirect_stdouts": False,
    "worker_log_color": False,
    "worker_detect_quorum_queues": True,
}

CONNECTION: dict[str, Any] = {
    # A broker that is down is waited for, for ever: giving up (default: 100 tries) would leave a dead worker behind.
    "broker_connection_retry": True,
    "broker_connection_retry_on_startup": True,
    "broker_connection_max_retries": None,
    "broker_connection_timeout": 4,
    "broker_pool_limit": 4,
    # The default waits without end for a pooled connection.
    "broker_pool_acquire_timeout": 2,
    # Used with AMQP only: a half-open connection is noticed within 40 s.
    "broker_heartbeat": 20,
}

REDIS: dict[str, Any] = {
    # Bells are acked early; this only bounds how long one that fell into a crash is kept for nothing.
    "visibility_timeout": 180,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    # kombu's default of None hangs for ever on a half-open socket.
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
    "socket_keepalive": True,
    "health_check_interval": 25,
    # A repeated push is a second bell: harmless, but the caller's own reconnect does it better.
    "retry_on_timeout": False,
    # One list for the queue, not one per priority.
    "priority_steps": [0],
    # The broker's database may be shared with others.
    "global_keyprefix": "crossdock:",
    "max_connections": 20,
}

AMQP: dict[str, Any] = {
    # Doorbells are not confirmed: one that is lost costs a second. Business publishes use a connection of their own.
    "confirm_publish": False,
    "connect_timeout": 3,
    # A broker that is frozen, or that blocks publishers, answers nothing: what waits for it must not wait long.
    "read_timeout": 5,
    "write_timeout": 5,
}


def connection_options(broker: str) -> dict[str, Any]:
    """`url`, `use_ssl`, `login_method` and `transport_options` of a broker's address. Its certificate is always verified:
    neither kombu nor its drivers do that by themselves."""
    address = address_of(broker)
    return {
        "url": address.bare,
        "use_ssl": (_amqp_tls(broker) if address.is_amqp else _redis_tls(address)) if address.tls else False,
        "login_method": "EXTERNAL" if address.is_amqp and broker_of(broker).by_certificate else None,
        "transport_options": dict(AMQP if address.is_amqp else REDIS),
    }


def _amqp_tls(broker: str) -> dict[str, Any]:
    return {**(broker_of(broker).tls or {}), "cert_reqs": ssl.CERT_REQUIRED}


def _redis_tls(address: Address) -> dict[str, Any]:
    return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, **address.files}
