"""A frequency cap against the running service: counted by impressions and bills, for each visitor, as consent allows."""

import time
import unittest
from typing import Any, Dict, List, Optional

import documents
from audience import SETTLED_SECONDS, AudienceCase, new_ifa, of
from consent_texts import tcf
from documents import EXCHANGE
from service import path_of

FULL = tcf([1, 2, 3, 4, 7, 9, 10])
LIMITED = tcf([1, 2, 7])


class FrequencyTests(AudienceCase):
    def cap(self, name: str, *caps: Dict[str, Any], **more: Any) -> None:
        targeting = {"domain": [f"{name}.example"]}
        capped = documents.strategy(name, cpm="9.00", targeting=targeting, frequency=list(caps), **more)
        self.service.register(strategies=[capped])

    def bid(self, name: str, **who: Any) -> Optional[Dict[str, Any]]:
        """The capped strategy's bid; None where another one bids, or nobody."""
        bids = self.client.bid(EXCHANGE, of(f"{name}.example", **who)).bids
        return next((bid for bid in bids if bid["cid"] == name), None)

    def bill(self, bid: Dict[str, Any]) -> None:
        self.tell(bid, "burl")

    def lose(self, bid: Dict[str, Any]) -> None:
        self.tell(bid, "lurl")

    def tell(self, bid: Dict[str, Any], notice: str) -> None:
        answer = self.client.request("GET", path_of(documents.filled(bid[notice], str(bid["price"]))))
        self.assertEqual(answer.status, 204, answer.body)
        time.sleep(SETTLED_SECONDS)

    def verdict(self, name: str, **who: Any) -> Dict[str, Any]:
        with self.service.control() as control:
            asked = {"request": of(f"{name}.example", **who), "exchange": EXCHANGE, "strategy": name}
            answer = control.request("POST", "/v1/explain", asked)
        self.assertEqual(answer.status, 200, answer.body)
        (verdict,) = answer.json["verdicts"]
        return verdict

    def show(self, name: str, times: int, **who: Any) -> None:
        for shown in range(times):
            bid = self.bid(name, **who)
            self.assertIsNotNone(bid, f"no bid after {shown} impressions")
            self.bill(bid)

    def test_three_a_day_then_nothing_and_another_visitor_still(self) -> None:
        self.cap("thrice", {"impressions": 3, "hours": 24})
        ifa = new_ifa()
        self.show("thrice", 3, ifa=ifa)
        self.assertIsNone(self.bid("thrice", ifa=ifa))
        verdict = self.verdict("thrice", ifa=ifa)
        self.assertEqual((verdict["bids"], verdict["reason"]), (False, "frequency"))
        self.assertEqual(verdict["ours"], "3 in 24 h for each visitor")
        self.assertEqual(verdict["theirs"], "3 counted, 0 pending")
        self.assertIsNotNone(self.bid("thrice", ifa=new_ifa()))
        # Whoever is erased begins anew.
        self.erase(f"ifa:{ifa}")
        self.show("thrice", 3, ifa=ifa)
        self.assertIsNone(self.bid("thrice", ifa=ifa))

    def test_bids_under_way_count_until_they_are_lost(self) -> None:
        self.cap("pending", {"impressions": 2, "hours": 1})
        ifa = new_ifa()
        bids = [self.bid("pending", ifa=ifa) for _ in range(2)]
        self.assertNotIn(None, bids)
        self.assertIsNone(self.bid("pending", ifa=ifa))
        self.assertEqual(self.verdict("pending", ifa=ifa)["theirs"], "0 counted, 2 pending")
        self.lose(bids[0])
        self.bill(bids[1])
        self.assertEqual(self.verdict("pending", ifa=ifa)["reason"], None)
        # A bill that comes again counts once.
        self.bill(bids[1])
        self.show("pending", 1, ifa=ifa)
        self.assertIsNone(self.bid("pending", ifa=ifa))

    def test_who_cannot_be_counted_is_not_bid_on(self) -> None:
        self.cap("asked", {"impressions": 3, "hours": 24})
        self.assertIsNotNone(self.bid("asked", ifa=new_ifa(), regs={"gdpr": 1}, consent=FULL))
        cases: List[Dict[str, Any]] = [
            {"ifa": new_ifa(), "regs": {"gdpr": 1}}, {"ifa": new_ifa(), "regs": {"gdpr": 1}, "consent": LIMITED},
            {"ifa": new_ifa(), "regs": {"coppa": 1}}, {"ifa": new_ifa(), "regs": {"us_privacy": "1YYN"}}, {},
        ]
        for who in cases:
            with self.subTest(who=who):
                self.assertIsNone(self.bid("asked", **who))
                self.assertEqual(self.verdict("asked", **who)["reason"], "frequency")

    def test_a_household_is_capped_by_its_address(self) -> None:
        self.cap("home", {"impressions": 2, "hours": 24, "per": "household"})
        self.show("home", 1, ifa=new_ifa(), ip="198.51.100.61")
        self.show("home", 1, ifa=new_ifa(), ip="198.51.100.61")
        self.assertIsNone(self.bid("home", ifa=new_ifa(), ip="198.51.100.61"))
        self.assertIsNotNone(self.bid("home", ifa=new_ifa(), ip="198.51.100.62"))
        self.assertIsNone(self.bid("home", ifa=new_ifa()))

    def test_counts_outlive_a_kill(self) -> None:
        self.cap("kept", {"impressions": 2, "hours": 24})
        ifa = new_ifa()
        self.show("kept", 1, ifa=ifa)
        under_way = self.bid("kept", ifa=ifa)
        self.assertIsNotNone(under_way)
        time.sleep(SETTLED_SECONDS)
        self.service.kill()
        self.service.start()
        self.reconnect()
        # What was shown is counted, what was bid may still be shown.
        self.assertIsNone(self.bid("kept", ifa=ifa))
        self.bill(under_way)
        self.assertEqual(self.verdict("kept", ifa=ifa)["reason"], "frequency")


if __name__ == "__main__":
    unittest.main()
