"""Take events until so many have come; believe only what is signed: receiver.py PORT EVENTS."""

import base64
import hashlib
import hmac
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from typing_extensions import override

SECRET = b"a secret between the two"
seen: list[int] = []


class Receiver(BaseHTTPRequestHandler):
    """Answers newsd."""

    def do_POST(self) -> None:
        """Check a batch, note the numbers of its events, and acknowledge it."""
        body = self.rfile.read(int(self.headers["content-length"]))
        signed = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        mac = base64.b64encode(hmac.new(SECRET, signed + body, hashlib.sha256).digest())
        if self.headers["webhook-signature"] != f"v1,{mac.decode()}":
            self.send_response(401)
        else:
            seen.extend(int(event["id"]) for event in json.loads(body))
            self.send_response(204)
        self.end_headers()

    @override
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


with HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver) as server:
    while len(seen) < int(sys.argv[2]):
        server.handle_request()
print(f"{len(seen)} events, each signed; in order: {seen == sorted(seen)};", end=" ")
print(f"none missing: {seen == list(range(1, len(seen) + 1))}")
