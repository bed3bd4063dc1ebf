"""The bid listener's front: slow peers, framing that is not clean, caps, and refusals that can be read."""

import json
import socket
import time
import unittest
from typing import List, Optional, Tuple, Union

from documents import EXCHANGE, bid_request, filled
from front import BID, GOOD, FrontCase, get
from openrtb_markup import Tags
from service import Service, eventually, path_of, temporary_folder
from wire import Broken, Wire, post


class SlowPeerTests(FrontCase):
    def assert_given_up(self, wire: Wire, since: float, before: float) -> None:
        """408 and the connection's end, both within these seconds and after five."""
        self.assertEqual(wire.answer().status, 408)
        answered = time.monotonic() - since
        self.assertTrue(wire.is_closed())
        closed = time.monotonic() - since
        self.assertTrue(5 <= answered <= closed <= before, f"408 after {answered:.2f} s, closed after {closed:.2f} s")

    def test_half_a_header_is_given_up_and_an_idle_connection_is_not(self) -> None:
        idle, never_used, half = self.wire(), self.wire(), self.wire()
        self.assert_serves(idle)
        before = self.metric("vendue_timeouts_total")
        # The clock starts with the first byte, not with the connection.
        time.sleep(1)
        since = time.monotonic()
        half.send(BID[:len(BID) // 8])
        self.assertNotIn(b"\r\n\r\n", BID[:len(BID) // 8])
        self.assert_given_up(half, since, before=6.5)
        self.assertEqual(self.metric("vendue_timeouts_total") - before, 1)
        self.assert_serves(idle)
        self.assert_serves(never_used)

    def test_a_body_that_drips_is_given_up(self) -> None:
        wire = self.wire()
        wire.socket.settimeout(1)
        before = self.metric("vendue_timeouts_total")
        since = time.monotonic()
        wire.send(BID[:-len(GOOD)])
        for byte in GOOD[:12]:
            wire.send(bytes([byte]))
            try:
                self.assert_given_up(wire, since, before=12)
            except socket.timeout:
                continue
            self.assertEqual(self.metric("vendue_timeouts_total") - before, 1)
            return
        self.fail("it still waits for the body after 12 s")


class FramingTests(FrontCase):
    def ask(self, request: bytes) -> Tuple[int, Optional[str]]:
        """The status, and what it says of the connection."""
        with Wire(self.service.bid_address) as wire:
            wire.send(request)
            answer = wire.answer()
            closes = answer.headers.get("connection")
            if closes == "close":
                self.assertTrue(wire.is_closed())
            return answer.status, closes

    def test_what_is_not_clean_http_is_refused(self) -> None:
        host = b"\r\nHost: vendue"
        cases = {
            "no Host": (400, BID.replace(host, b"")),
            "two Hosts": (400, BID.replace(host, host * 2)),
            "an unknown transfer encoding": (501, BID.replace(
                f"Content-Length: {len(GOOD)}".encode(), b"Transfer-Encoding: gzip, chunked")),
            "bare LF": (400, BID.replace(b"\r\n", b"\n")),
            "one bare LF": (400, BID.replace(host + b"\r\n", host + b"\n")),
        }
        for name, (status, request) in cases.items():
            with self.subTest(name):
                self.assertNotEqual(request, BID)
                refused = self.metric(f'vendue_refusals_total{{status="{status}"}}')
                self.assertEqual(self.ask(request), (status, "close"))
                self.assertEqual(self.metric(f'vendue_refusals_total{{status="{status}"}}') - refused, 1)
        self.assertEqual(self.ask(BID), (200, None))

    def test_trace_is_not_allowed(self) -> None:
        for path in ("/", f"/bid/{EXCHANGE}", "/status"):
            with self.subTest(path):
                self.assertEqual(self.ask(f"TRACE {path} HTTP/1.1\r\nHost: vendue\r\n\r\n".encode())[0], 405)

    def test_bids_and_notices_in_a_pipeline_are_answered_in_order(self) -> None:
        bids = [self.client.bid(EXCHANGE, bid_request(id=f"n-{number}")).bids[0] for number in range(4)]
        requests: List[bytes] = []
        expected: List[Union[int, str]] = []
        for number, bid in enumerate(bids):
            id = f"p-{number}"
            pixel = next(url for url in Tags(bid["adm"]).urls["img"] if path_of(url).startswith("/imp/"))
            # Notices wait for the disk; no bid and no refusal behind them may overtake.
            requests += [
                get(path_of(filled(bid["burl"]))), post(f"/bid/{EXCHANGE}", json.dumps(bid_request(id=id)).encode()),
                get(path_of(filled(pixel))), get("/win/forged"), get(path_of(Tags(bid["adm"]).urls["a"][0])),
            ]
            expected += [204, id, 200, 400, 302]
        with Wire(self.service.bid_address) as wire:
            wire.send(b"".join(requests))
            answers = [wire.answer() for _ in requests]
        kinds = [answer.headers.get("content-type") for answer in answers]
        got = [answer.json["id"] if kind == "application/json" else answer.status
               for answer, kind in zip(answers, kinds)]
        self.assertEqual(got, expected)

    def test_more_answers_than_leave_at_once_come_in_order_and_once(self) -> None:
        # After each 64 kB answers are flushed, while further requests of the same read are still unanswered.
        names = [f"nobody-{number}" for number in range(5000)]
        with Wire(self.service.bid_address) as wire:
            wire.send(b"".join(get(f"/conversion/{name}") for name in names))
            wire.send(get("/health/live"))
            got = []
            while not got or got[-1] != "live\n":
                got.append(wire.answer().body.decode())
        for name, text in zip(names, got):
            self.assertIn(f"“{name}”", text)
        self.assertEqual(len(got), len(names) + 1)

    def test_who_has_closed_its_side_gets_all_answers(self) -> None:
        burl = path_of(filled(self.client.bid(EXCHANGE, bid_request(id="half")).bids[0]["burl"]))
        with Wire(self.service.bid_address) as wire:
            # The bids wait behind the notice, which waits for the disk.
            wire.send(get(burl) + BID * 2)
            wire.socket.shutdown(socket.SHUT_WR)
            self.assertEqual([wire.answer().status for _ in range(3)], [204, 200, 200])
            self.assertTrue(wire.is_closed())

    def test_a_refusal_can_be_read_although_more_bytes_follow(self) -> None:
        size = 5_000_000
        head = post(f"/bid/{EXCHANGE}", b"", {"Content-Length": str(size)})
        for name, pieces in (("at once", 1), ("in pieces", 50)):
            with self.subTest(name):
                wire = self.wire()
                wire.send(head)
                for _ in range(pieces):
                    wire.send(b"x" * (size // pieces))
                    time.sleep(0 if pieces == 1 else 0.01)
                self.assertEqual(wire.answer().status, 413)
                self.assertTrue(wire.is_closed())


class CapTests(FrontCase):
    config = {"bid": {"connections_per_address": 4}}

    def test_the_fifth_connection_of_an_address_is_closed_at_once(self) -> None:
        taken = [self.wire() for _ in range(4)]
        for wire in taken:
            self.assert_serves(wire)
        fifth = self.wire()
        fifth.socket.settimeout(1)
        self.assertTrue(fifth.is_closed())
        self.assertEqual(self.metric("vendue_connections_refused_total"), 1)
        for wire in taken:
            self.assert_serves(wire)
        # Whoever leaves makes room.
        taken[0].close()
        self.assertTrue(eventually(self.is_served))

    def is_served(self) -> bool:
        with Wire(self.service.bid_address) as wire:
            try:
                wire.send(BID)
                return wire.answer().status == 200
            except (Broken, ConnectionError):
                return False


class IdleStopTests(unittest.TestCase):
    def test_an_idle_connection_is_closed_when_the_service_stops(self) -> None:
        service = Service(temporary_folder(self) / "data").start()
        self.addCleanup(service.kill)
        with Wire(service.bid_address) as used, Wire(service.bid_address) as fresh:
            used.send(get("/health/live"))
            self.assertEqual(used.answer().status, 200)
            since = time.monotonic()
            service.terminate()
            self.assertTrue(used.is_closed())
            self.assertTrue(fresh.is_closed())
            # Not when the drain's time is over: at once.
            self.assertLess(time.monotonic() - since, 3)
            self.assertEqual(service.wait(10), 0, service.tail())


if __name__ == "__main__":
    unittest.main()
