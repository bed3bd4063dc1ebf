"""TLS on the bid listener: what is spoken, who is let in, and files that are not what they should be."""

import http.client
import json
import re
import ssl
import time
import unittest
from pathlib import Path

from certificates import authority, signed, trusting
from documents import EXCHANGE, bid_request, filled
from front import BID, GOOD, FrontCase, get
from service import ANSWER_SECONDS, Answer, Service, path_of, run, temporary_folder
from wire import Broken, Wire, post

URL = re.compile(r"https?://127\.0\.0\.1:\d+/(?:win|bill|loss|imp|click)/")


class TLSCase(FrontCase):
    """A listener whose certificate an authority of its own has signed."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.keys = temporary_folder(cls)
        cls.root = authority(cls.keys, "root")
        cls.stranger = authority(cls.keys, "stranger")
        cls.server = signed(cls.root, cls.keys, "server")
        cls.config = {"bid": {"tls": cls.files()}}
        super().setUpClass()

    @classmethod
    def files(cls) -> dict:
        return {"certificate": str(cls.server.certificate), "key": str(cls.server.key)}

    def secure(self, context: ssl.SSLContext) -> Wire:
        """A connection by hand, its handshake done."""
        wire = self.wire()
        # The plain socket is detached, so the wire's is the one to close.
        wire.socket = context.wrap_socket(wire.socket, server_hostname="127.0.0.1")
        return wire

    def bid_once(self, context: ssl.SSLContext) -> Answer:
        """As a client library does it."""
        connection = http.client.HTTPSConnection(*self.service.bid_address, timeout=ANSWER_SECONDS, context=context)
        self.addCleanup(connection.close)
        connection.request("POST", f"/bid/{EXCHANGE}", GOOD, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return Answer(response.status, {}, response.read())


class TLSTests(TLSCase):
    def test_a_bid_over_https_names_https_urls(self) -> None:
        answer = self.bid_once(trusting(self.root))
        self.assertEqual(answer.status, 200)
        bid = answer.bids[0]
        own = [found.group() for text in (bid["nurl"], bid["burl"], bid["lurl"], bid["adm"])
               for found in URL.finditer(text)]
        self.assertGreaterEqual(len(own), 4)
        origin = "https://127.0.0.1:%d/" % self.service.bid_address[1]
        self.assertEqual([url for url in own if not url.startswith(origin)], [])

    def test_a_notice_over_https_is_taken(self) -> None:
        bid = self.bid_once(trusting(self.root)).bids[0]
        wire = self.secure(trusting(self.root))
        wire.send(get(path_of(filled(bid["burl"]))))
        self.assertEqual(wire.answer().status, 204)
        self.assertEqual(self.count("billings", bid_id=bid["id"]), 1)

    def test_both_versions_are_spoken_and_http_1_1_is_agreed_on(self) -> None:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version.name):
                context = trusting(self.root)
                context.minimum_version = context.maximum_version = version
                context.set_alpn_protocols(["h2", "http/1.1"])
                wire = self.secure(context)
                self.assertEqual(wire.socket.selected_alpn_protocol(), "http/1.1")
                self.assert_serves(wire)

    def test_pipelined_requests_over_tls_are_answered_in_order(self) -> None:
        wire = self.secure(trusting(self.root))
        ids = [f"s-{number}" for number in range(20)]
        wire.send(b"".join(post(f"/bid/{EXCHANGE}", json.dumps(bid_request(id=id)).encode()) for id in ids))
        self.assertEqual([wire.answer().json["id"] for _ in ids], ids)

    def test_who_trusts_another_authority_does_not_connect(self) -> None:
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.secure(trusting(self.stranger))
        self.assert_serves(self.secure(trusting(self.root)))

    def test_plain_http_gets_no_answer(self) -> None:
        wire = self.wire()
        wire.send(BID)
        with self.assertRaises(Broken) as ended:
            wire.answer()
        # An alert may come, but nothing in HTTP.
        self.assertNotIn(b"HTTP", ended.exception.received)
        self.assert_serves(self.secure(trusting(self.root)))

    def test_a_handshake_that_stalls_is_ended(self) -> None:
        silent, half = self.wire(), self.wire()
        since = time.monotonic()
        # The beginning of a ClientHello of 512 bytes.
        half.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        for wire in (silent, half):
            self.assertTrue(wire.is_closed())
            self.assertTrue(9.9 <= time.monotonic() - since <= 11.5, f"after {time.monotonic() - since:.2f} s")


class ClientCertificateTests(TLSCase):
    @classmethod
    def files(cls) -> dict:
        cls.clients = authority(cls.keys, "clients")
        cls.shown = signed(cls.clients, cls.keys, "client")
        return {**super().files(), "client_ca": str(cls.clients.certificate)}

    def test_with_a_certificate_of_that_authority_one_is_served(self) -> None:
        self.assertEqual(self.bid_once(trusting(self.root, self.shown)).status, 200)

    def test_without_one_the_handshake_fails(self) -> None:
        context = trusting(self.root)
        # In TLS 1.3 the client has finished before the server has looked; in 1.2 it learns at once.
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.secure(context)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.bid_once(trusting(self.root))

    def test_with_one_of_another_authority_the_handshake_fails(self) -> None:
        # Even the server's own.
        for name, signer in (("server", self.root), ("stranger", self.stranger)):
            with self.subTest(name), self.assertRaises((ssl.SSLError, ConnectionError)):
                self.bid_once(trusting(self.root, signed(signer, self.keys, f"client-of-{name}")))


class CertificateFileTests(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        self.good = authority(self.folder, "good")
        self.other = authority(self.folder, "other")

    def assert_refused(self, key: str, path: Path) -> None:
        files = {"certificate": self.good.certificate, "key": self.good.key, key: path}
        config = self.folder / "config.yaml"
        config.write_text(json.dumps({"bid": {"tls": {name: str(file) for name, file in files.items()}}}))
        ended = run(
            "serve", "--data", self.folder / "data", "--bid", "127.0.0.1:0", "--control", "127.0.0.1:0",
            "--config", config, seconds=20)
        self.assertIn(ended.returncode, (1, 2), ended.stdout + ended.stderr)
        self.assertNotIn("vendue ready", ended.stdout)
        self.assertIn(f"bid.tls.{key}", ended.stderr)
        self.assertIn(str(path), ended.stderr)

    def test_a_file_that_is_not_there(self) -> None:
        for key in ("certificate", "key", "client_ca"):
            with self.subTest(key):
                self.assert_refused(key, self.folder / "nowhere.pem")

    def test_a_file_that_is_no_pem(self) -> None:
        noise, empty = self.folder / "noise.pem", self.folder / "empty.pem"
        noise.write_text("-----BEGIN nonsense")
        empty.write_text("")
        for key in ("certificate", "key", "client_ca"):
            for path in (noise, empty, self.folder):
                with self.subTest(f"{key}, {path.name}"):
                    self.assert_refused(key, path)

    def test_a_key_of_another_certificate(self) -> None:
        files = {"certificate": str(self.good.certificate), "key": str(self.other.key)}
        service = Service(self.folder / "data", {"bid": {"tls": files}})
        with self.assertRaisesRegex(AssertionError, "bid.tls"):
            service.start()


if __name__ == "__main__":
    unittest.main()
