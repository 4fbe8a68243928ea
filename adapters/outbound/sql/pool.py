"""Sessions of one connection in one worker child: taken for a send, given back when it went well."""

from __future__ import annotations

import threading

from adapters.outbound.sql.session import Engine, Session


class Pool:
    """Used by many threads. Who may take one is not decided here."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: list[Session] = []
        self._lock = threading.Lock()
        self._closed = False

    def take(self, deadline: float) -> Session:
        """One that is open and whose other side is still there, else a new one. Raises Failed."""
        while True:
            with self._lock:
                session = self._idle.pop() if self._idle else None
            if session is None:
                return self._engine.open(deadline)
            if session.alive():
                return session
            session.close()

    def give(self, session: Session) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(session)
                return
        session.close()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for session in idle:
            session.close()
