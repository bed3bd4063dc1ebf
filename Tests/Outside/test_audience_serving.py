"""Audiences while the service serves, ages, and is started again."""

import json
import time
import unittest
import uuid
from typing import Dict

from audience import (
    AIMED, EFFECT_SECONDS, PLAIN, VISIBLE_SECONDS, AudienceCase, event, moment, ndjson, new_ifa, of,
    post_events, view, viewed)
from documents import ADVERTISER, EXCHANGE
from service import Client, eventually, run

TIMES = 200


class VisibleTests(AudienceCase):
    def test_the_bid_5_ms_after_the_acknowledgement_knows_of_the_event(self) -> None:
        self.aim("next", viewed())
        with self.service.client() as sender:
            missed = sum(not self.is_seen(sender) for _ in range(TIMES))
        self.assertEqual(missed, 0, f"of {TIMES} bids 5 ms after an event, those that did not know of it")

    def is_seen(self, sender: Client) -> bool:
        ifa = new_ifa()
        events, request = json.dumps([view({"ifa": ifa})]), json.dumps(of("next.example", ifa=ifa))
        answer = post_events(sender, self.tokens[ADVERTISER], events)
        acknowledged = time.perf_counter()
        self.assertEqual((answer.status, answer.json["accepted"]), (200, 1))
        while time.perf_counter() - acknowledged < VISIBLE_SECONDS:
            pass
        bids = self.client.bid(EXCHANGE, request).bids
        return [bid["price"] for bid in bids] == [AIMED]


class TimeTests(AudienceCase):
    def test_a_visitor_leaves_at_the_edge_of_the_window(self) -> None:
        self.aim("brief", viewed(1, "2s"))
        ifa = new_ifa()
        sent = time.monotonic()
        self.send(view({"ifa": ifa}))
        while time.monotonic() < sent + 1.8:
            started = time.monotonic()
            price = self.price("brief", ifa=ifa)
            if time.monotonic() < sent + 1.95:
                self.assertEqual(price, AIMED, f"left {started - sent:.3f} s after the event")
            time.sleep(0.05)
        # Acknowledged later than it happened, so that the window is over by then.
        time.sleep(max(0, sent + 2.2 - time.monotonic()))
        self.assert_out("brief", ifa=ifa)

    def test_a_visitor_enters_when_the_time_has_come_without_doing_anything(self) -> None:
        steps = [{"event": "cart"}, {"not": {"event": "purchase"}, "within": "2s"}]
        self.aim("hesitant", {"sequence": steps, "within": "1d"})
        stays, buys = new_ifa(), new_ifa()
        sent = time.monotonic()
        self.send(event("cart", {"ifa": stays}), event("cart", {"ifa": buys}))
        self.assert_out("hesitant", ifa=stays)
        self.send(event("purchase", {"ifa": buys}))
        self.assertLess(time.monotonic(), sent + 1.9, "too slow a machine to tell")
        self.assertTrue(eventually(lambda: self.price("hesitant", ifa=stays) == AIMED, 2.5))
        self.assertGreater(time.monotonic() - sent, 1.99)
        self.assert_out("hesitant", ifa=buys)

    def test_a_rule_that_changes_is_held_against_what_was_done_before(self) -> None:
        self.aim("changing", viewed(3))
        ifas = [new_ifa() for _ in range(50)]
        self.send(*(view({"ifa": ifa}) for ifa in ifas for _ in range(2)))
        self.assert_out("changing", ifa=ifas[0])
        for times, price in ((2, AIMED), (3, PLAIN), (1, AIMED)):
            self.put("changing", viewed(times))
            for ifa in ifas:
                found = eventually(lambda: self.price("changing", ifa=ifa) == price, EFFECT_SECONDS)
                self.assertTrue(found, f"viewed twice, {times} asked for, still {self.price('changing', ifa=ifa)}")

    def put(self, name: str, when: dict) -> None:
        with self.service.control() as control:
            document = {"id": name, "advertiser": ADVERTISER, "when": when}
            answer = control.request("PUT", f"/v1/audiences/{name}", document, {"Content-Type": "application/json"})
            self.assertLess(answer.status, 300, answer.body)

    def test_an_audience_that_is_deleted_is_empty(self) -> None:
        self.aim("deleted", viewed())
        ifa = new_ifa()
        self.send(view({"ifa": ifa}))
        self.assert_in("deleted", ifa=ifa)
        with self.service.control() as control:
            control.request("DELETE", "/v1/strategies/deleted")
            answer = control.request("DELETE", "/v1/audiences/deleted")
            self.assertIn(answer.status, (200, 204), answer.body)
        self.assertTrue(eventually(lambda: self.price("deleted", ifa=ifa) == PLAIN))
        # One of the same name is another audience.
        self.aim("deleted", viewed(2))
        self.assert_out("deleted", ifa=ifa)


class RestartTests(AudienceCase):
    """What is true before a stop is true after it, be it asked for or a power cut."""

    def test_everything_is_as_it_was_after_each_kind_of_end(self) -> None:
        self.aim("viewers", viewed(2))
        self.aim("buyers", {"event": "purchase", "within": "30d"})
        self.aim("members", members=[])
        self.aim("brief", viewed(1, "3s"))
        who = self.people()
        self.check(who)
        for ending in (self.service.stop, self.service.kill, self.service.stop):
            ending()
            self.service.start()
            self.reconnect()
            self.check(who)
        # And goes on from there.
        self.send(event("purchase", {"id": who["customer"]}), view({"ifa": who["once"]}))
        self.assert_in("buyers", ifa=who["joined"])
        self.assert_in("viewers", ifa=who["once"])
        self.service.stop()
        verified = run("log", "verify", "--data", self.service.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        self.service.start()

    def people(self) -> Dict[str, str]:
        who = {name: new_ifa() for name in ("twice", "once", "joined", "erased", "member", "late")}
        who["customer"] = f"c-{uuid.uuid4()}"
        shopper = self.shopper()
        shopper.view()
        shopper.view()
        who["gone"] = shopper.id or ""
        shopper.get("/optout")
        who["repeated"] = str(uuid.uuid4())
        self.send(
            view({"ifa": who["twice"]}), view({"ifa": who["twice"]}, time=moment(-60)), view({"ifa": who["late"]}),
            {**view({"ifa": who["once"]}), "event_id": who["repeated"]},
            view({"id": who["customer"]}), view({"ifa": who["joined"]}),
            event("login", {"id": who["customer"], "ifa": who["joined"]}),
            view({"ifa": who["erased"]}), view({"ifa": who["erased"]}))
        self.erase(f"ifa:{who['erased']}")
        with self.service.control() as control:
            body = ndjson([{"ifa": who["member"]}])
            control.request("PUT", "/v1/audiences/members/members", body, {"Content-Type": "application/x-ndjson"})
        eventually(lambda: self.price("members", ifa=who["member"]) == AIMED)
        time.sleep(3.2)
        return who

    def check(self, who: Dict[str, str]) -> None:
        for name in ("twice", "joined"):
            self.assert_in("viewers", ifa=who[name])
        self.assert_in("members", ifa=who["member"])
        for name in ("once", "erased"):
            self.assert_out("viewers", ifa=who[name])
        self.assertEqual(self.visitor(f"ifa:{who['erased']}").status, 404)
        self.assert_out("viewers", buyeruid=who["gone"])
        self.assert_out("brief", ifa=who["late"])
        self.assertEqual(len(self.acts(f"own:{ADVERTISER}:{who['customer']}")), 3)
        # The client never heard of the first time; the service did.
        repeat = self.send({**view({"ifa": who["once"]}), "event_id": who["repeated"]})
        self.assertEqual((repeat["accepted"], repeat["duplicates"]), (0, 1))
        self.assert_out("viewers", ifa=who["once"])


if __name__ == "__main__":
    unittest.main()
