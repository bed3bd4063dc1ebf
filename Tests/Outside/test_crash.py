"""kill -9 under load, five times on one data directory: what was acknowledged is there, once.

$VENDUE_KILLS is another number of times.
"""

import os
import random
import time
import unittest
from collections import Counter
from typing import Dict, List, Tuple

import documents
from load import Load, Sent
from service import Service, eventually, run, temporary_folder

ROUNDS = int(os.environ.get("VENDUE_KILLS", "5"))
SEED = 20260711
PRICE_MICROS = 2_000_000
# What the notices of one strategy are worth: a thousandth of the CPM each.
PRICE = "2.00"


class CrashTests(unittest.TestCase):
    def test_every_acknowledged_notice_is_in_the_log_exactly_once(self) -> None:
        chance = random.Random(SEED)
        service = Service(temporary_folder(self) / "data").start()
        self.addCleanup(service.kill)
        service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("crash", [documents.banner()], cpm="5.00")])
        acknowledged: Dict[Tuple[str, str], Sent] = {}
        unanswered: List[Sent] = []
        bids = 0
        for round in range(ROUNDS):
            load = Load(service, price=PRICE).start()
            time.sleep(1 + chance.random())
            service.kill()
            load.finish()
            acknowledged.update(load.acknowledged)
            unanswered += load.unanswered
            bids += load.bids
            self.assertGreater(len(load.acknowledged), 50, f"round {round}: hardly any load")
            service.start()
        print(f"\ncrash: {ROUNDS} kills, {bids} bids, {len(acknowledged)} notices acknowledged, "
              f"{len(unanswered)} unanswered", flush=True)
        self.check_log(service, acknowledged)
        self.check_books(service)
        before = len(service.log())
        self.send_again(service, list(acknowledged.values()))
        self.assertEqual(len(service.log()), before, "a repeat after a restart was written again")
        # Nobody knows whether these were taken; sent again, each is there once.
        self.send_again(service, unanswered * 2)
        self.check_log(service, {**acknowledged, **{(sent.bid_id, sent.kind): sent for sent in unanswered}})
        self.check_books(service)
        self.assertEqual(service.stop(), 0)
        verified = run("log", "verify", "--data", service.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def check_log(self, service: Service, acknowledged: Dict[Tuple[str, str], Sent]) -> None:
        verified = run("log", "verify", "--data", service.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        rows = service.log()
        self.assertEqual([id for id, count in Counter(row["event_id"] for row in rows).items() if count > 1], [])
        taken = Counter((row["bid_id"], row["kind"]) for row in rows if row["kind"] != "bid")
        self.assertEqual([notice for notice in acknowledged if taken[notice] != 1][:5], [], "acknowledged, not there once")
        self.assertEqual([notice for notice, count in taken.items() if count > 1], [], "there twice")

    def check_books(self, service: Service) -> None:
        """What was settled is the sum of the bills in the log, exactly."""
        bills = [row["price_micros"] for row in service.log("billings")]
        self.assertEqual(set(bills), {PRICE_MICROS})
        expected = f"{sum(bills) / 1e9:.6f}"
        settled = eventually(lambda: f"{float(service.account('crash')['settled']):.6f}" == expected)
        self.assertTrue(settled, f"{service.account('crash')}, bills are worth {expected}")
        self.assertTrue(service.account("crash")["balanced"])

    def send_again(self, service: Service, notices: List[Sent]) -> None:
        with service.client() as client:
            for sent in notices:
                self.assertIn(client.get(sent.path).status, (200, 204, 302), sent)


if __name__ == "__main__":
    unittest.main()
