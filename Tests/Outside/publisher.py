"""A publisher's server on loopback: its pages and media, and in front of the service, whose URLs lead through it.

So every call of a browser to the service is seen in the order of its arrival, with the service's own answer.
"""

import http.client
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import parse_qs, urlsplit

SERVICE_PATHS = ("imp", "click", "event", "win", "bill", "loss")


class Call(NamedTuple):
    """A call that the browser made to the service."""

    kind: str
    query: Dict[str, List[str]]
    status: int


class Publisher:
    def __init__(self) -> None:
        self.pages: Dict[str, Tuple[str, bytes]] = {}
        self.visits: List[str] = []
        self.calls: List[Call] = []
        self.service: Optional[Tuple[str, int]] = None
        self.lock = threading.Lock()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                publisher.answer(self)

            def log_message(self, *_: object) -> None:
                """Nothing: the test looks at what was kept."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def page(self, path: str, body: str, type: str = "text/html; charset=utf-8") -> str:
        """Adds a page; returns its URL."""
        self.pages[path] = (type, body.encode())
        return self.origin + path

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        url = urlsplit(request.path)
        kind = url.path.split("/")[1]
        if kind in SERVICE_PATHS:
            # One at a time: the order kept is the order in which the service had them.
            with self.lock:
                status, headers, body = self.forward(request.path)
                self.calls.append(Call(kind, parse_qs(url.query), status))
        else:
            self.visits.append(request.path)
            type, body = self.pages.get(url.path, ("text/plain", b"nothing here"))
            status, headers = (200 if url.path in self.pages else 404), {"Content-Type": type}
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def forward(self, path: str) -> Tuple[int, Dict[str, str], bytes]:
        connection = http.client.HTTPConnection(*(self.service or ("", 0)), timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            names = {"content-type", "location", "cache-control"}
            return answer.status, {k: v for k, v in answer.getheaders() if k.lower() in names}, answer.read()
        finally:
            connection.close()

    def kinds(self) -> List[str]:
        """What was called, in order: `imp`, `click`, or an event's name."""
        return [call.query.get("e", ["?"])[0] if call.kind == "event" else call.kind for call in self.calls]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


def tone(seconds: float) -> bytes:
    """A WAV file of a quiet square wave: 8 bits, 8,000 samples a second."""
    samples = bytes(120 + 16 * (index // 20 % 2) for index in range(int(seconds * 8000)))
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8,
                       b"data", len(samples))
    return head + samples
