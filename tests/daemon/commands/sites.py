"""A web server in a thread of its own, for commands that bring their own event loop."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

from typing_extensions import override


@contextmanager
def http_site(
    pages: Mapping[str, tuple[int, bytes]], key: tuple[str, str] | None = None
) -> Iterator[int]:
    """Serve `pages` (path -> status and body) on loopback; the port.

    With a `key`, a header that every request must have, the others are answered by 401.
    """

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = pages.get(self.path, (404, b""))
            if key and self.headers.get(key[0]) != key[1]:
                status, body = 401, b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def hook_site() -> Iterator[tuple[str, Queue[list[str]]]]:
    """A receiver of webhooks on loopback, and the titles in each batch that it took."""
    batches: Queue[list[str]] = Queue()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            batches.put([one["data"]["title"] for one in body])
            self.send_response(204)
            self.end_headers()

        @override
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", batches
        finally:
            server.shutdown()
            thread.join()
