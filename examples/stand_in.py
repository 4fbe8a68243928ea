"""`python stand_in.py 8085 ['{"any": "answer"}']`: a system that says yes to everything and prints what it was sent, for
trying a recipe out where there is no ERP at hand."""

from __future__ import annotations

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class StandIn(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer = b"{}"

    def take(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        key = self.headers.get("Idempotency-Key", "")
        print(f"{self.command} {self.path} {key}", body.decode("utf-8", "replace"), sep="\n", end="\n\n", flush=True)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = take

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the request itself is printed."""


def main(port: str, answer: str = "{}") -> None:
    StandIn.answer = answer.encode()
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), StandIn)
    print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:3])
