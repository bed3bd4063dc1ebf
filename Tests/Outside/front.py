"""What the tests of the bid listener's front share: one strategy that always bids, and bytes to send it."""

import json

import documents
from documents import EXCHANGE, bid_request
from service import ServiceCase
from wire import Wire, post

GOOD = json.dumps(bid_request()).encode()
BID = post(f"/bid/{EXCHANGE}", GOOD)


def get(path: str) -> bytes:
    """The bytes of a GET request."""
    return f"GET {path} HTTP/1.1\r\nHost: vendue\r\n\r\n".encode()


class FrontCase(ServiceCase):
    @classmethod
    def prepare(cls) -> None:
        cls.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("front")])

    def wire(self) -> Wire:
        wire = Wire(self.service.bid_address)
        self.addCleanup(wire.close)
        return wire

    def metric(self, name: str) -> float:
        with self.service.control() as control:
            text = control.request("GET", "/metrics").body.decode()
        return next(float(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " "))

    def assert_serves(self, wire: Wire) -> None:
        wire.send(BID)
        self.assertEqual(wire.answer().status, 200)
