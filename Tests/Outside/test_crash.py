"""kill -9 under load, five times on one data directory: what was acknowledged is there, once.

$VENDUE_KILLS is another number of times.
"""

import os
import random
import time
import unittest
from typing import Dict, List, Tuple

import documents
from crash_table import Row, again
from load import Load, Sent
from service import Service, run, temporary_folder

ROUNDS = int(os.environ.get("VENDUE_KILLS", "5"))
SEED = 20260711
# What each bill says: dollars for a thousand.
PRICE, PRICE_MICROS = "2.00", 2_000_000


class CrashTests(unittest.TestCase):
    def test_every_acknowledged_notice_is_in_the_log_exactly_once(self) -> None:
        row = Row(self, "kill -9 under load")
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
            time.sleep(0.5 + chance.random())
            service.kill()
            load.finish()
            acknowledged.update(load.acknowledged)
            unanswered += load.unanswered
            bids += load.bids
            self.assertGreater(len(load.acknowledged), 50, f"round {round}: hardly any load")
            service.start()
            row.times += 1
        print(f"\ncrash: {ROUNDS} kills, {bids} bids, {len(acknowledged)} notices acknowledged, "
              f"{len(unanswered)} unanswered", flush=True)
        row.reckon(service, acknowledged)
        before = len(service.log())
        self.assertLessEqual(set(again(service, acknowledged.values())), {200, 204, 302})
        self.assertEqual(len(service.log()), before, "a repeat after a restart was written again")
        # Nobody knows whether these were taken; sent again, each is there once.
        self.assertLessEqual(set(again(service, unanswered * 2)), {200, 204, 302})
        row.reckon(service, {**acknowledged, **{(sent.bid_id, sent.kind): sent for sent in unanswered}})
        self.assertEqual({bill["price_micros"] for bill in service.log("billings")}, {PRICE_MICROS})
        self.assertEqual(service.stop(), 0)
        verified = run("log", "verify", "--data", service.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)


if __name__ == "__main__":
    unittest.main()
