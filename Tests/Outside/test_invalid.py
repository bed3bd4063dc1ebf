"""What strangers send: broken, huge, hostile. Never a dropped connection, never a dead service."""

import gzip
import json
import socket
import unittest
import zlib
from collections import Counter
from typing import Any, Dict, List, Optional

import documents
import samples
from documents import EXCHANGE, bid_request
from openrtb_check import Rates, check
from openrtb_values import read
from service import Answer, ServiceCase
from wire import Wire, post

MIB = 1 << 20
GOOD = json.dumps(bid_request()).encode()


def nested(levels: int) -> bytes:
    """A sound request whose `ext` brings the whole to so many levels."""
    deep = "[" * (levels - 1) + "1" + "]" * (levels - 1)
    return GOOD[:-1] + b', "ext":' + deep.encode() + b"}"


def padded(size: int) -> bytes:
    """A sound request of exactly this size."""
    frame = GOOD[:-1] + b', "ext":{"x":"%s"}}'
    return frame % (b"x" * (size - len(frame) + 2))


class InvalidCase(ServiceCase):
    @classmethod
    def prepare(cls) -> None:
        spots = [documents.video("v", 15), documents.audio("a", 15), documents.native(), documents.banner()]
        cls.service.register(
            advertisers=[documents.advertiser()],
            exchanges=[documents.exchange(), documents.exchange("guarded", credentials={"bearer": "0123456789abcdef"})],
            strategies=[documents.strategy("all", spots, cpm="50.00")])

    def send(self, body: Any, headers: Optional[Dict[str, str]] = None, exchange: str = EXCHANGE) -> Answer:
        return self.client.bid(exchange, body, headers)

    def assert_serves(self) -> None:
        self.assertEqual(self.send(GOOD).status, 200, "a sound request is not answered any more")


class PrebidTests(InvalidCase):
    @classmethod
    def setUpClass(cls) -> None:
        if not samples.available():
            raise unittest.SkipTest(samples.MISSING)
        super().setUpClass()

    def test_every_invalid_request_is_answered_with_400_or_204_or_soundly(self) -> None:
        statuses: Counter = Counter()
        faults: List[str] = []
        for number, line in enumerate(samples.lines("invalid.ndjson"), 1):
            entry = read(line)
            body = json.dumps(json.loads(line)["request"])
            answer = self.send(body)
            statuses[answer.status] += 1
            self.assertIn(answer.status, (200, 204, 400), f"{entry['path']}: {body[:300]}")
            if answer.status == 200:
                found = check(entry["request"], read(answer.body), Rates())
                faults += [f"line {number}: {fault.rule}: {fault.detail}: {body[:250]}" for fault in found]
        print(f"\ninvalid.ndjson: statuses {dict(statuses)}", flush=True)
        self.assertEqual(sum(statuses.values()), 106)
        if faults:
            self.fail("\n".join([f"{len(faults)} faults in what was bid", *faults[:10]]))
        self.assert_serves()


class BodyTests(InvalidCase):
    def test_bodies_that_are_no_request(self) -> None:
        cases = {
            "empty": b"", "spaces": b"  \n", "cut short": GOOD[:-7], "cut in a string": GOOD[:20], "a string": b'"x"',
            "a list": b"[]", "null": b"null", "a number": b"1", "two values": GOOD + GOOD, "no JSON": b"id=1&imp=2",
            "single quotes": GOOD.replace(b'"', b"'"), "not UTF-8": GOOD.replace(b"news", b"n\xff\xfews"),
            "UTF-16": GOOD.decode().encode("utf-16"), "a NUL": GOOD.replace(b"news", b"n\x00ws"),
            "no id": json.dumps({"imp": bid_request()["imp"]}).encode(), "no imp": b'{"id":"1"}',
            "no imps": b'{"id":"1","imp":[]}', "imp of another type": b'{"id":"1","imp":"x"}',
            "site, app and dooh": json.dumps(bid_request(app={"id": "1"}, dooh={"id": "2"})).encode(),
            "33 levels": nested(33), "1,000 levels": nested(1000), "100,000 levels": nested(100_000),
            "levels never closed": GOOD[:-1] + b', "ext":' + b'{"a":' * 5000,
        }
        for name, body in cases.items():
            with self.subTest(name):
                self.assertEqual(self.send(body).status, 400)
                self.assert_serves()

    def test_oddities_that_a_request_may_have(self) -> None:
        odd = json.dumps(bid_request(site={"domain": "n.example", "name": "\ud83d"}))
        self.assertIn("\\ud83d", odd)
        cases = {
            "32 levels": nested(32), "a lone surrogate": odd.encode(), "a byte order mark": b"\xef\xbb\xbf" + GOOD,
            "a lone surrogate in the id": GOOD.replace(b'"r-1"', b'"\\udc00"'),
            "spaces around": b" \r\n\t" + GOOD + b"\n", "an unknown member": GOOD[:-1] + b', "new":{"a":[1]}}',
            "a huge number": GOOD.replace(b"1000", b"1e400"), "a huge integer": GOOD.replace(b"1000", b"9" * 400),
        }
        for name, body in cases.items():
            with self.subTest(name):
                self.assertIn(self.send(body).status, (200, 204, 400))
                self.assert_serves()
        for name in ("32 levels", "spaces around", "an unknown member"):
            with self.subTest(name):
                self.assertEqual(self.send(cases[name]).status, 200)

    def test_of_two_equal_keys_the_first_counts(self) -> None:
        answer = self.send(b'{"id":"first",' + GOOD[1:-1] + b',"id":"last"}')
        self.assertEqual(answer.json["id"], "first")

    def test_an_id_comes_back_as_it_was_sent(self) -> None:
        for id in ('quote " and \\ and / and \t', "ünïcode 😀 \u2028", "x" * 256, "0042", "</script>", "${AUCTION_ID}"):
            with self.subTest(id):
                answer = self.send(json.dumps(bid_request(id=id)))
                self.assertEqual((answer.json["id"], answer.status), (id, 200))

    def test_a_mebibyte_is_taken_and_a_byte_more_is_413(self) -> None:
        self.assertEqual(len(padded(MIB)), MIB)
        self.assertEqual(self.send(padded(MIB)).status, 200)
        self.assertEqual(self.send(padded(MIB + 1)).status, 413)
        self.assert_serves()
        self.assertEqual(self.client.request(
            "POST", f"/bid/{EXCHANGE}", iter([padded(MIB + 1)]),
            {"Content-Type": "application/json"}).status, 413, "in chunks")
        self.assert_serves()


class EncodingTests(InvalidCase):
    def test_a_compressed_request_is_a_request(self) -> None:
        for name in ("gzip", "GZIP"):
            self.assertEqual(self.send(gzip.compress(GOOD), {"Content-Encoding": name}).status, 200, name)
        self.assertEqual(self.send(gzip.compress(padded(MIB)), {"Content-Encoding": "gzip"}).status, 200)
        self.assertEqual(self.send(GOOD, {"Content-Encoding": "identity"}).status, 200)

    def test_bombs_are_413(self) -> None:
        for size in (MIB + 1, 100 * MIB):
            bomb = gzip.compress(padded(MIB + 1) if size == MIB + 1 else bytes(size))
            self.assertEqual(self.send(bomb, {"Content-Encoding": "gzip"}).status, 413, size)
            self.assert_serves()

    def test_broken_streams_are_400(self) -> None:
        whole = gzip.compress(GOOD)
        cases = {
            "cut short": whole[:-10], "no trailer": whole[:-8], "a wrong checksum": whole[:-8] + b"\x00" * 8,
            "not compressed": GOOD, "empty": b"", "only a head": whole[:10], "a flipped bit": self.flipped(whole),
            "zlib": zlib.compress(GOOD), "rubbish behind": whole + b"xyz",
        }
        for name, body in cases.items():
            with self.subTest(name):
                self.assertEqual(self.send(body, {"Content-Encoding": "gzip"}).status, 400)
                self.assert_serves()

    @staticmethod
    def flipped(data: bytes) -> bytes:
        middle = len(data) // 2
        return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1:]

    def test_unknown_encodings_and_types_are_415(self) -> None:
        for name in ("br", "deflate", "gzip, gzip", "x"):
            self.assertEqual(self.send(GOOD, {"Content-Encoding": name}).status, 415, name)
        for name in ("text/plain", "application/xml", "application/x-protobuf"):
            self.assertEqual(self.send(GOOD, {"Content-Type": name}).status, 415, name)
        for name in ("application/json; charset=utf-8", "APPLICATION/JSON"):
            self.assertEqual(self.send(GOOD, {"Content-Type": name}).status, 200, name)
        self.assertEqual(self.client.request("POST", f"/bid/{EXCHANGE}", GOOD).status, 200, "no type at all is JSON")

    def test_a_large_answer_is_compressed_when_asked_for(self) -> None:
        plain = self.send(GOOD)
        self.assertNotIn("content-encoding", plain.headers)
        for wish in ("gzip", "deflate, gzip", "br;q=1.0, gzip;q=0.8"):
            answer = self.send(GOOD, {"Accept-Encoding": wish})
            self.assertEqual(answer.headers.get("content-encoding"), "gzip", wish)
            self.assertEqual(json.loads(gzip.decompress(answer.body))["id"], "r-1")
            self.assertLess(len(answer.body), len(plain.body))
        for wish in ("identity", "gzip;q=0", "br"):
            self.assertNotIn("content-encoding", self.send(GOOD, {"Accept-Encoding": wish}).headers, wish)


class ProtocolTests(InvalidCase):
    def test_statuses_by_path_and_method(self) -> None:
        self.assertEqual(self.send(GOOD, exchange="nobody").status, 404)
        for path in ("/", "/bid", "/bid/", "/bid/adx/x", "/nothing", "/%00", "/bid/%61dx%2f"):
            self.assertEqual(self.client.request("POST", path, GOOD).status, 404, path)
        answer = self.client.request("GET", f"/bid/{EXCHANGE}")
        self.assertEqual(answer.status, 405)
        self.assertIn("POST", answer.headers.get("allow", ""))
        self.assertNotIn("GET", answer.headers.get("allow", ""), "Allow names a method that was just refused")
        for method in ("PUT", "DELETE", "PATCH"):
            self.assertEqual(self.client.request(method, f"/bid/{EXCHANGE}", GOOD).status, 405, method)

    def test_credentials_where_an_exchange_has_some(self) -> None:
        for given, status in (
            (None, 401), ("Bearer wrong", 401), ("Bearer 0123456789abcdef", 200), ("0123456789abcdef", 401),
        ):
            headers = {"Authorization": given} if given else {}
            self.assertEqual(self.send(GOOD, headers, "guarded").status, status, given)

    def test_every_answer_names_the_version(self) -> None:
        for body, status in ((GOOD, 200), (json.dumps(bid_request(imp={"bidfloor": 1000})), 204)):
            answer = self.send(body)
            self.assertEqual((answer.status, answer.headers.get("x-openrtb-version")), (status, "2.6"))
        self.assertEqual(answer.body, b"")

    def test_pipelined_requests_are_answered_in_order(self) -> None:
        ids = [f"p-{number}" for number in range(20)]
        requests = b"".join(post(f"/bid/{EXCHANGE}", json.dumps(bid_request(id=id)).encode()) for id in ids)
        with Wire(self.service.bid_address) as wire:
            wire.send(requests)
            self.assertEqual([wire.answer().json["id"] for _ in ids], ids)

    def test_a_notice_in_a_pipeline_keeps_its_place(self) -> None:
        burl = documents.filled(self.send(GOOD).bids[0]["burl"], "1").split("/", 3)[3]
        with Wire(self.service.bid_address) as wire:
            # The notice waits for the disk; the bid behind it must not overtake it.
            wire.send(f"GET /{burl} HTTP/1.1\r\nHost: v\r\n\r\n".encode() + post(f"/bid/{EXCHANGE}", GOOD) * 2)
            self.assertEqual([wire.answer().status for _ in range(3)], [204, 200, 200])

    def test_a_request_in_small_pieces(self) -> None:
        with Wire(self.service.bid_address) as wire:
            for byte in post(f"/bid/{EXCHANGE}", GOOD):
                wire.send(bytes([byte]))
            self.assertEqual(wire.answer().status, 200)

    def test_who_asks_before_sending_a_body_is_told_at_once(self) -> None:
        request = post(f"/bid/{EXCHANGE}", GOOD, {"Expect": "100-continue"})
        with Wire(self.service.bid_address, seconds=3) as wire:
            wire.send(request[:-len(GOOD)])
            try:
                self.assertEqual(wire.answer().status, 100)
            except socket.timeout:
                self.fail("neither 100 nor a final status; RFC 9110, 10.1.1 demands one, and curl waits a second for it")
            wire.send(GOOD)
            self.assertEqual(wire.answer().status, 200)

    def test_connections_end_when_asked_to(self) -> None:
        close = post(f"/bid/{EXCHANGE}", GOOD, {"Connection": "close"})
        for request in (close, post(f"/bid/{EXCHANGE}", GOOD).replace(b"HTTP/1.1", b"HTTP/1.0")):
            with Wire(self.service.bid_address) as wire:
                wire.send(request)
                self.assertEqual(wire.answer().status, 200)
                self.assertTrue(wire.is_closed())

    def test_what_is_no_http_ends_that_connection_alone(self) -> None:
        for noise in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"hello\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                      b"POST /bid/adx HTTP/1.1\r\nHost: v\r\nContent-Length: -5\r\n\r\n",
                      b"POST /bid/adx HTTP/1.1\r\nHost: v\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                      b"GET / HTTP/1.1\r\n" + b"x: " + b"y" * 200_000 + b"\r\n\r\n"):
            with self.subTest(noise[:40]), Wire(self.service.bid_address) as wire:
                try:
                    wire.send(noise)
                    self.assertGreaterEqual(wire.answer().status, 400)
                except Exception as error:  # A closed connection is an answer too.
                    self.assertNotIsInstance(error, socket.timeout)
            self.assert_serves()


if __name__ == "__main__":
    unittest.main()
