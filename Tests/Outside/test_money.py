"""What an advertiser pays: a budget over two loops and a crash, and a notice that comes a thousand times."""

import threading
import time
import unittest
from collections import Counter
from pathlib import Path

import documents
from openrtb_markup import Tags
from service import Service, eventually, run, temporary_folder

REPEATS = 1000
THREADS = 32
FAKE_TIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


class BudgetTests(unittest.TestCase):
    def setUp(self) -> None:
        self.service = Service(temporary_folder(self) / "data", {"loops": 2}).start()
        self.addCleanup(self.service.kill)

    def buy(self, requests: int) -> int:
        """Impressions bought and paid for, over two connections, of which each loop has one."""
        bought = 0
        clients = [self.service.client(), self.service.client()]
        for number in range(requests):
            client = clients[number % 2]
            for bid in client.bid(documents.EXCHANGE, documents.bid_request(id=f"buy-{number}")).bids:
                paid = client.get(documents.filled(bid["burl"], f"{bid['price']:.2f}"))
                self.assertEqual(paid.status, 204)
                bought += 1
        for client in clients:
            client.close()
        return bought

    def register(self, **budget: str) -> None:
        self.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("dime", budget={**budget, "pacing": "asap"})])

    def test_a_dime_at_five_dollars_buys_fifteen_to_twenty(self) -> None:
        self.register(total="0.10")
        bought = self.buy(60)
        self.assertTrue(15 <= bought <= 20, bought)
        self.assertEqual(self.spent(), 0.005 * bought)

    def test_also_across_crashes(self) -> None:
        self.register(total="0.10")
        bought = 0
        for _ in range(3):
            bought += self.buy(6)
            self.service.kill()
            self.service.start()
        bought += self.buy(60)
        print(f"\nmoney: {bought} impressions of 20 over 3 kills", flush=True)
        self.assertTrue(15 <= bought <= 20, bought)
        self.assertEqual(self.spent(), round(0.005 * bought, 6))

    def test_what_is_not_billed_holds_the_budget_for_its_time(self) -> None:
        self.register(total="0.10")
        with self.service.client() as client:
            bids = []
            for number in range(60):
                bids += client.bid(documents.EXCHANGE, documents.bid_request(id=f"hold-{number}")).bids
                time.sleep(0.005)
            self.assertTrue(15 <= len(bids) <= 20, len(bids))
            for bid in bids:
                self.assertEqual(client.get(documents.filled(bid["lurl"], "6.00")).status, 204)
            # What was lost is there again.
            self.assertTrue(eventually(
                lambda: client.bid(documents.EXCHANGE, documents.bid_request(id="again")).bids))

    def spent(self) -> float:
        eventually(lambda: self.service.account("dime").get("outstanding") == "0.000000", 2)
        self.assertTrue(self.service.account("dime")["balanced"])
        return round(float(self.service.account("dime")["settled"]), 6)


class RepeatTests(unittest.TestCase):
    def setUp(self) -> None:
        self.service = Service(temporary_folder(self) / "data").start()
        self.addCleanup(self.service.kill)
        self.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("repeat")])

    def test_one_bill_a_thousand_times_is_spent_once(self) -> None:
        with self.service.client() as client:
            bid, other = (
                client.bid(documents.EXCHANGE, documents.bid_request(id=id)).bids[0] for id in ("one", "other"))
        bill, late = (documents.filled(one["burl"], "4.00") for one in (bid, other))
        self.assertEqual(self.send(bill), Counter({204: REPEATS}))
        self.assert_spent_once("in parallel")
        self.service.kill()
        self.service.start()
        self.assertEqual(self.send(bill), Counter({204: REPEATS}))
        self.assert_spent_once("after a kill and a restart")
        if FAKE_TIME is None:
            self.skipTest("faketime is not installed: nobody comes after the window")
        self.service.kill()
        self.service.variables = {"LD_PRELOAD": str(FAKE_TIME), "FAKETIME": "+25h", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        self.service.start()
        self.assertEqual(self.send(bill), Counter({410: REPEATS}))
        self.assertEqual(self.send(late, 10), Counter({410: 10}))
        self.assert_spent_once("after the window")

    def test_an_impression_a_thousand_times_is_there_once(self) -> None:
        with self.service.client() as client:
            bid = client.bid(documents.EXCHANGE, documents.bid_request()).bids[0]
        pixel = next(url for url in Tags(bid["adm"]).urls["img"] if "/imp/" in url)
        self.assertEqual(self.send(pixel), Counter({200: REPEATS}))
        self.assertEqual(len(self.service.log("impressions")), 1)

    def send(self, url: str, times: int = REPEATS) -> Counter:
        statuses: Counter = Counter()
        lock = threading.Lock()
        left = list(range(times))

        def work() -> None:
            with self.service.client() as client:
                while True:
                    with lock:
                        if not left:
                            return
                        left.pop()
                    status = client.get(url).status
                    with lock:
                        statuses[status] += 1

        threads = [threading.Thread(target=work) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return statuses

    def assert_spent_once(self, when: str) -> None:
        self.assertEqual(len(self.service.log("billings")), 1, when)
        settled = eventually(lambda: float(self.service.account("repeat")["settled"]) == 0.004)
        self.assertTrue(settled, f"{when}: {self.service.account('repeat')}")
        self.assertTrue(self.service.account("repeat")["balanced"])
        self.assertEqual(run("log", "verify", "--data", self.service.data).returncode, 0)
        print(f"\nmoney: one bill {REPEATS} times {when}: spent once", flush=True)


if __name__ == "__main__":
    unittest.main()
