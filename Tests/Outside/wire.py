"""HTTP by hand, where http.client is too polite: pipelining, half requests, odd framing."""

import socket
from typing import Dict, Optional, Tuple

from service import ANSWER_SECONDS, Answer


class Broken(Exception):
    """The connection ended; `received` are the bytes of the answer that never became whole."""

    def __init__(self, received: bytes):
        super().__init__(f"connection ended after {len(received)} bytes of an answer")
        self.received = received


class Wire:
    """A connection that sends what it is given and reads one answer after the other."""

    def __init__(self, address: Tuple[str, int], seconds: float = ANSWER_SECONDS):
        self.socket = socket.create_connection(address, timeout=seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def _fill(self) -> None:
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            data = b""
        if not data:
            raise Broken(self.buffer)
        self.buffer += data

    def answer(self) -> Answer:
        """One whole answer, framed by content-length or chunks, or without a body."""
        while b"\r\n\r\n" not in self.buffer:
            self._fill()
        head, rest = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split(" ")[1])
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
        whole = len(head) + 4
        if headers.get("transfer-encoding") == "chunked":
            body, length = self._chunks(whole)
        else:
            length = 0 if status in (204, 304) else int(headers.get("content-length", 0))
            while len(self.buffer) < whole + length:
                self._fill()
            body = self.buffer[whole:whole + length]
        self.buffer = self.buffer[whole + length:]
        return Answer(status, headers, body)

    def _chunks(self, start: int) -> Tuple[bytes, int]:
        body, place = b"", start
        while True:
            while b"\r\n" not in self.buffer[place:]:
                self._fill()
            end = self.buffer.index(b"\r\n", place)
            size = int(self.buffer[place:end].split(b";")[0], 16)
            while len(self.buffer) < end + 4 + size:
                self._fill()
            body += self.buffer[end + 2:end + 2 + size]
            place = end + 4 + size
            if size == 0:
                return body, place - start

    def is_closed(self) -> bool:
        """Whether the peer ends the connection, nothing more being said."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionError:
            return True

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def post(path: str, body: bytes, headers: Optional[Dict[str, str]] = None) -> bytes:
    """The bytes of a POST request."""
    fields = {"Host": "vendue", "Content-Type": "application/json", "Content-Length": str(len(body)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body
