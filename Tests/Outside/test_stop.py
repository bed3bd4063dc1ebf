"""SIGTERM: no more is accepted, what was accepted is answered whole, and the process ends with 0."""

import json
import socket
import time
import unittest

import documents
from documents import EXCHANGE, bid_request, filled
from load import Load
from service import Service, log, run, temporary_folder
from wire import Broken, Wire, post

STOP_SECONDS = 10


class StopTests(unittest.TestCase):
    def setUp(self) -> None:
        self.service = Service(temporary_folder(self) / "data").start()
        self.addCleanup(self.service.kill)
        self.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("stop")])

    def assert_stops(self) -> None:
        started = time.monotonic()
        status = self.service.wait(STOP_SECONDS + 5)
        self.assertEqual(status, 0, self.service.tail())
        self.assertLess(time.monotonic() - started, STOP_SECONDS)

    def test_under_load_nothing_accepted_is_answered_brokenly(self) -> None:
        load = Load(self.service).start()
        time.sleep(1.5)
        self.service.terminate()
        self.assert_stops()
        load.finish()
        print(f"\nstop: {sum(load.statuses.values())} answers {dict(load.statuses)}, connections then ended by "
              f"{dict(load.ended_early)}", flush=True)
        self.assertEqual(load.broken, [])
        self.assertLessEqual(set(load.statuses), {200, 204, 302, 503})
        self.assertGreater(len(load.acknowledged), 50)
        # One end for each connection; a request that crossed it on the way was never accepted.
        self.assertLessEqual(sum(load.ended_early.values()), len(load.threads))
        rows = {(row["bid_id"], row["kind"]) for row in log(self.service.data)}
        self.assertEqual([notice for notice in load.acknowledged if notice not in rows], [])
        self.assertEqual(run("log", "verify", "--data", self.service.data).returncode, 0)

    def test_a_request_under_way_is_answered_and_readiness_fails_meanwhile(self) -> None:
        request = post(f"/bid/{EXCHANGE}", json.dumps(bid_request(id="slow")).encode())
        with Wire(self.service.bid_address) as slow, Wire(self.service.bid_address) as idle:
            slow.send(request[:-20])
            idle.send(post(f"/bid/{EXCHANGE}", json.dumps(bid_request()).encode()))
            self.assertEqual(idle.answer().status, 200)
            time.sleep(0.2)
            self.service.terminate()
            time.sleep(0.5)
            self.assertTrue(self.service.is_running, "it did not wait for the request under way")
            self.assertTrue(self.is_not_ready(), "new requests are still welcome")
            slow.send(request[-20:])
            answer = slow.answer()
            self.assertEqual((answer.status, answer.json["id"]), (200, "slow"))
            self.assertEqual(answer.headers.get("connection"), "close")
            self.assert_stops()

    def is_not_ready(self) -> bool:
        """503, a refused connection and a closed one all tell a load balancer to go elsewhere."""
        try:
            with Wire(self.service.bid_address, seconds=3) as wire:
                wire.send(b"GET /health/ready HTTP/1.1\r\nHost: v\r\n\r\n")
                return wire.answer().status == 503
        except (OSError, Broken):
            return True

    def test_clients_that_never_end_do_not_hold_it_up(self) -> None:
        silent = [Wire(self.service.bid_address) for _ in range(5)]
        for wire in silent:
            self.addCleanup(wire.close)
        for wire in silent[:3]:
            wire.send(post(f"/bid/{EXCHANGE}", b"{}" * 50)[:-30])
        time.sleep(0.2)
        self.service.terminate()
        self.assert_stops()

    def test_a_notice_just_acknowledged_is_there(self) -> None:
        with self.service.client() as client:
            bid = client.bid(EXCHANGE, bid_request()).bids[0]
            self.assertEqual(client.get(filled(bid["burl"], "1.00")).status, 204)
            self.service.terminate()
        self.assert_stops()
        kinds = [row["kind"] for row in log(self.service.data) if row["bid_id"] == bid["id"]]
        self.assertEqual(sorted(kinds), ["bid", "billing"])

    def test_a_second_process_on_the_same_directory_is_refused(self) -> None:
        second = run("serve", "--data", self.service.data, "--bid", "127.0.0.1:0", "--control", "127.0.0.1:0", seconds=20)
        self.assertEqual(second.returncode, 2, second.stdout + second.stderr)
        self.assertIn(str(self.service.data), second.stderr)
        self.assertNotIn("vendue ready", second.stdout)
        with self.service.client() as client:
            self.assertEqual(client.bid(EXCHANGE, bid_request()).status, 200)

    def test_a_start_whose_address_is_taken_names_it_and_holds_nothing_back(self) -> None:
        self.assertEqual(self.service.stop(), 0)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            for side, other in (("bid", "control"), ("control", "bid")):
                failed = run(
                    "serve", "--data", self.service.data, f"--{side}", address, f"--{other}", "127.0.0.1:0", seconds=20)
                self.assertEqual(failed.returncode, 1, failed.stderr)
                self.assertIn(f"the {side} listener cannot be opened at {address}", failed.stderr)
        self.service.errors.unlink()
        self.service.start()
        self.assertNotIn("did not end in order", self.service.tail(100))


if __name__ == "__main__":
    unittest.main()
