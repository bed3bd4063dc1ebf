"""A visitor views, is bid on, buys, opts out, is erased; and how several identifiers become one person."""

import unittest
import uuid
from typing import Any, Dict
from urllib.parse import urlsplit

from audience import (
    COOKIE, OPTED_OUT, OTHER, PLAIN, SECOND_EXCHANGE, SYNC_HOST, AudienceCase, Shopper, event, moment, ndjson, new_ifa,
    of, post_events, view, viewed)
from consent_texts import tcf
from documents import ADVERTISER, EXCHANGE
from service import eventually

GIF = b"GIF89a"
NOT_BOUGHT = {"not": {"event": "purchase", "within": "30d"}}


class StoryTests(AudienceCase):
    def test_views_bid_bought_no_bid_opted_out_erased_unknown(self) -> None:
        self.aim("shoes", {"all": [viewed(3), NOT_BOUGHT]})
        shopper = self.shopper()
        self.assertEqual(shopper.view().body[:6], GIF)
        self.assertRegex(shopper.id or "", r"^[A-Za-z0-9_-]{22}$")
        cookie = shopper.id
        shopper.view()
        self.assert_out("shoes", buyeruid=cookie)
        shopper.view()
        self.assertEqual(shopper.id, cookie, "a browser that is known was given another cookie")
        self.assert_in("shoes", buyeruid=cookie)
        self.send(event("purchase", {"cookie": cookie}, properties={"amount": "59.90"}))
        self.assert_out("shoes", buyeruid=cookie)
        self.opt_out(shopper, cookie)
        self.assert_gone(cookie)

    def opt_out(self, shopper: Shopper, cookie: str) -> None:
        """Opted out, a visitor who would be in an audience is bid on as nobody in particular."""
        self.aim("buyers", {"event": "purchase", "within": "30d"})
        self.assertTrue(eventually(lambda: self.price("buyers", buyeruid=cookie) != PLAIN))
        answer = shopper.get("/optout")
        self.assertEqual(answer.status, 200)
        self.assertNotIn(COOKIE, shopper.cookies)
        self.assertEqual(shopper.cookies.get(OPTED_OUT), "1")
        bids = self.client.bid(EXCHANGE, of("buyers.example", buyeruid=cookie)).bids
        self.assertEqual([bid["price"] for bid in bids], [PLAIN])
        row = self.record(bids[0])
        self.assertEqual((row["consent"], row["visitor"]), ("contextual", None))
        # The browser is not recognised again by anything that it does.
        shopper.view()
        shopper.sync("u-opted-out")
        self.assertNotIn(COOKIE, shopper.cookies)
        self.assert_out("buyers", user="u-opted-out")

    def record(self, bid: Dict[str, Any]) -> Dict[str, Any]:
        rows = eventually(lambda: [row for row in self.service.log("bids") if row["bid_id"] == bid["id"]])
        self.assertEqual(len(rows), 1)
        return rows[0]

    def assert_gone(self, cookie: str) -> None:
        self.assertEqual(self.visitor(f"cookie:{cookie}").status, 200)
        self.erase(f"cookie:{cookie}")
        self.assertEqual(self.visitor(f"cookie:{cookie}").status, 404)
        self.assert_out("buyers", buyeruid=cookie)
        self.assert_out("shoes", buyeruid=cookie)
        # Who is unknown begins anew: what was done before is not brought back by doing more.
        self.send(view({"cookie": cookie}))
        self.assertLessEqual(len(self.acts(f"cookie:{cookie}")), 1)
        self.assert_out("shoes", buyeruid=cookie)

    def test_who_is_known_has_a_surrogate_in_the_log_that_finds_them(self) -> None:
        self.aim("known", viewed())
        ifa = new_ifa()
        self.send(view({"ifa": ifa}))
        (bid,) = self.client.bid(EXCHANGE, of("known.example", ifa=ifa)).bids
        row = self.record(bid)
        self.assertEqual((row["consent"], row["strategy"]), ("full", "known"))
        self.assertRegex(row["visitor"] or "", r"^v[0-9a-f]{32}$")
        self.assertEqual(len(self.acts(row["visitor"][1:])), 1)
        self.erase(row["visitor"][1:])
        self.assertEqual(self.visitor(f"ifa:{ifa}").status, 404)

    def test_opting_in_again_makes_a_visitor_of_a_browser(self) -> None:
        self.aim("back", viewed())
        shopper = self.shopper()
        shopper.get("/optout")
        shopper.view()
        self.assertIsNone(shopper.id)
        shopper.get("/optin")
        shopper.view()
        self.assertIsNotNone(shopper.id)
        self.assert_in("back", buyeruid=shopper.id)

    def test_opting_in_again_reaches_the_profile_that_was_opted_out(self) -> None:
        self.aim("returned", viewed())
        shopper = self.shopper()
        shopper.view()
        shopper.sync("u-returned")
        cookie = shopper.id
        self.assert_in("returned", user="u-returned")
        shopper.get("/optout")
        self.assertTrue(self.visitor(f"cookie:{cookie}").json["opted_out"])
        shopper.get("/optin")
        self.assertNotIn("vendue_wayback", shopper.cookies)
        self.assertFalse(self.visitor(f"cookie:{cookie}").json["opted_out"])
        # What was known is gone; what the exchange calls the visitor counts again from here on.
        self.assert_out("returned", user="u-returned")
        shopper.sync("u-returned")
        shopper.view()
        self.assert_in("returned", user="u-returned")

    def test_consent_decides_what_is_used_and_what_is_kept(self) -> None:
        self.aim("asked", viewed())
        full, limited = tcf([1, 2, 3, 4, 7, 9, 10]), tcf([1, 2, 7])
        ifa = new_ifa()
        self.send(view({"ifa": ifa}, consent={"gdpr": 1, "tcf": full}))
        self.assert_in("asked", ifa=ifa)
        self.assert_in("asked", ifa=ifa, regs={"gdpr": 1}, consent=full)
        for regs, consent in (({"gdpr": 1}, None), ({"gdpr": 1}, limited), ({"gdpr": 1}, tcf([])), ({"coppa": 1}, None),
                              ({"us_privacy": "1YYN"}, None), ({"gpp": "DBABLA~BVVVVVVVVmA.QA", "gpp_sid": [7]}, None)):
            with self.subTest(regs=regs, consent=consent):
                self.assert_out("asked", ifa=ifa, regs=regs, **({"consent": consent} if consent else {}))
        for consent in (
            {"gdpr": 1}, {"gdpr": 1, "tcf": limited}, {"us_privacy": "1YYN"}, {"gdpr": 1, "tcf": "rubbish"},
        ):
            with self.subTest(consent=consent):
                stranger = new_ifa()
                answer = post_events(self.client, self.tokens[ADVERTISER], [view({"ifa": stranger}, consent=consent)])
                self.assertEqual(answer.status, 200)
                self.assertEqual(self.acts(f"ifa:{stranger}"), [])
                self.assert_out("asked", ifa=stranger)


class IdentityTests(AudienceCase):
    def test_an_event_with_two_identifiers_makes_one_visitor_of_two(self) -> None:
        self.aim("joined", {"all": [viewed(3), NOT_BOUGHT]})
        customer, ifa = f"c-{uuid.uuid4()}", new_ifa()
        self.send(view({"id": customer}), view({"id": customer}), view({"ifa": ifa}))
        self.assert_out("joined", ifa=ifa)
        self.send(event("login", {"id": customer, "ifa": ifa}))
        self.assert_in("joined", ifa=ifa)
        self.assertEqual(len(self.acts(f"own:{ADVERTISER}:{customer}")), 4)
        self.assertEqual(len(self.acts(f"ifa:{ifa}")), 4)
        # What is done under one name counts for the other.
        self.send(event("purchase", {"id": customer}))
        self.assert_out("joined", ifa=ifa)
        # Erased by one, gone by all.
        self.erase(f"ifa:{ifa}")
        self.assertEqual(self.visitor(f"own:{ADVERTISER}:{customer}").status, 404)

    def test_every_kind_of_identifier_recognises(self) -> None:
        self.aim("anyhow", viewed())
        mark = uuid.uuid4().hex
        # As this service makes them: 128 bits, so that the last of 22 characters is one of four.
        cookie = mark[:21] + "A"
        cases = (
            ({"ifa": new_ifa()}, lambda who: {"ifa": who["ifa"]}),
            ({"cookie": cookie}, lambda who: {"buyeruid": who["cookie"]}),
            ({"eids": [{"source": "id.example", "uids": [{"id": f"e-{mark}"}]}]},
             lambda who: {"eid": ("id.example", f"e-{mark}")}),
        )
        for who, request in cases:
            with self.subTest(who=list(who)):
                self.assert_out("anyhow", **request(who))
                self.send(view(who))
                self.assert_in("anyhow", **request(who))
        self.assert_out("anyhow", eid=("another.example", f"e-{mark}"))

    def test_a_device_id_of_zeros_is_nobodys(self) -> None:
        self.aim("zeros", viewed())
        zeros = "00000000-0000-0000-0000-000000000000"
        post_events(self.client, self.tokens[ADVERTISER], [view({"ifa": zeros})])
        self.assert_out("zeros", ifa=zeros)

    def test_an_advertisers_ids_are_its_own(self) -> None:
        self.aim("mine", viewed())
        same = f"customer-{uuid.uuid4()}"
        ifa = new_ifa()
        self.send(view({"id": same}))
        self.send(event("login", {"id": same, "ifa": ifa}), advertiser=OTHER)
        # Another advertiser's customer of the same number is another person.
        self.assert_out("mine", ifa=ifa)
        own, foreign = f"own:{ADVERTISER}:{same}", f"own:{OTHER}:{same}"
        mine = self.tokens[ADVERTISER]
        self.assertEqual(self.visitor(own, token=mine).status, 200)
        for id in (foreign, f"ifa:{ifa}"):
            for method in ("GET", "DELETE"):
                self.assertIn(self.visitor(id, method, token=mine).status, (403, 404), f"{method} {id}")
        self.assertEqual(len(self.acts(foreign)), 1)

    def test_a_sync_joins_a_browser_and_an_exchanges_user(self) -> None:
        self.aim("synced", viewed())
        uid = f"u-{uuid.uuid4()}"
        shopper = self.shopper()
        back = f"https://{SYNC_HOST}/back?id={{vendue_id}}"
        answer = shopper.sync(uid, r=back)
        self.assertEqual(answer.status, 302, answer.body)
        there = urlsplit(answer.headers["location"])
        self.assertEqual((there.scheme, there.netloc, there.path), ("https", SYNC_HOST, "/back"))
        self.assertEqual(there.query, f"id={shopper.id}")
        shopper.view()
        self.assert_in("synced", user=uid)
        self.assert_out("synced", user=uid, exchange=SECOND_EXCHANGE)
        # Without r it goes to the exchange's own address, which learns our cookie.
        self.assertEqual(shopper.sync(uid).headers["location"], f"https://{SYNC_HOST}/match?v={shopper.id}")

    def test_nobody_is_redirected_to_a_host_that_is_not_registered(self) -> None:
        shopper = self.shopper()
        for target in (
            "https://evil.example/", "//evil.example/", f"https://{SYNC_HOST}@evil.example/",
            f"https://{SYNC_HOST}.evil.example/", "https://evil.example/" + SYNC_HOST,
            f"https:\\\\evil.example\\{SYNC_HOST}",
            "javascript:alert(1)", f"https://{SYNC_HOST}\r\nLocation: https://evil.example/", f"http://{SYNC_HOST}/",
            f"https://{SYNC_HOST}%2eevil.example/", "https://evil.example#" + SYNC_HOST, "/relative",
        ):
            with self.subTest(target):
                answer = shopper.sync("u-1", r=target)
                self.assertNotEqual(answer.status, 302, answer.headers)
                self.assertNotIn("location", answer.headers)


class EventTests(AudienceCase):
    def test_a_bad_line_is_refused_alone_and_by_its_number(self) -> None:
        self.aim("lines", viewed(2))
        ifa = new_ifa()
        good = [view({"ifa": ifa}), view({"ifa": ifa})]
        body = ndjson(good[:1]) + b'{"type":\n' + b'{"visitor":{"ifa":"x"}}\n' + b'"text"\n' + ndjson(good[1:])
        answer = post_events(self.client, self.tokens[ADVERTISER], body, {"Content-Type": "application/x-ndjson"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual((answer.json["accepted"], answer.json["duplicates"]), (2, 0))
        self.assertEqual([refused["line"] for refused in answer.json["refused"]], [2, 3, 4])
        self.assertTrue(all(refused["reason"] for refused in answer.json["refused"]))
        self.assertIn("type", answer.json["refused"][1]["reason"])
        self.assertTrue(eventually(lambda: self.price("lines", ifa=ifa) != PLAIN, 0.1))

    def test_without_a_token_nothing_is_taken(self) -> None:
        for token in ("", "vendue_" + "x" * 43):
            self.assertEqual(post_events(self.client, token, [view({"ifa": new_ifa()})]).status, 401)

    def test_a_repeat_counts_once(self) -> None:
        self.aim("repeats", viewed(2))
        ifa = new_ifa()
        first = view({"ifa": ifa})
        answer = self.send(first, first)
        self.assertEqual((answer["accepted"], answer["duplicates"]), (1, 1))
        self.assertEqual(self.send(first)["duplicates"], 1)
        self.assert_out("repeats", ifa=ifa)
        self.assertEqual(len(self.acts(f"ifa:{ifa}")), 1)
        self.send(view({"ifa": ifa}))
        self.assert_in("repeats", ifa=ifa)

    def test_events_count_when_they_happened_in_whatever_order_they_come(self) -> None:
        self.aim("recent", viewed(2, "1h"))
        ifa = new_ifa()
        self.send(view({"ifa": ifa}))
        self.send(view({"ifa": ifa}, time=moment(-7200)))
        self.assert_out("recent", ifa=ifa)
        self.send(view({"ifa": ifa}, time=moment(-1800)))
        self.assert_in("recent", ifa=ifa)
        times = [act["time"] for act in self.acts(f"ifa:{ifa}")]
        self.assertEqual(times, sorted(times))

    def test_a_purchase_that_is_told_late_takes_a_visitor_out(self) -> None:
        steps = [{"event": "cart"}, {"not": {"event": "purchase"}, "within": "1h"}]
        self.aim("abandoned", {"sequence": steps, "within": "7d"})
        ifa = new_ifa()
        self.send(event("cart", {"ifa": ifa}, time=moment(-3000)))
        self.assert_out("abandoned", ifa=ifa)
        self.send(event("cart", {"ifa": ifa}, time=moment(-7200)))
        self.assert_in("abandoned", ifa=ifa)
        self.send(event("purchase", {"ifa": ifa}, time=moment(-5400)))
        self.assert_out("abandoned", ifa=ifa)

    def test_what_was_spent_adds_up(self) -> None:
        spent = {"property": "amount", "at_least": "100.00"}
        self.aim("spenders", {"event": "purchase", "within": "30d", "sum": spent})
        ifa = new_ifa()
        self.send(event("purchase", {"ifa": ifa}, properties={"amount": "60.00"}))
        self.assert_out("spenders", ifa=ifa)
        self.send(event("purchase", {"ifa": ifa}, properties={"amount": 39.99}))
        self.assert_out("spenders", ifa=ifa)
        self.send(event("purchase", {"ifa": ifa}, properties={"amount": "0.01"}))
        self.assert_in("spenders", ifa=ifa)

    def test_a_conversion_is_an_act_of_the_browser(self) -> None:
        self.aim("ordered", {"event": "purchase", "within": "1d"})
        shopper = self.shopper()
        shopper.view()
        shopper.get(f"/conversion/{ADVERTISER}?event=purchase&order={uuid.uuid4()}&value=10&currency=USD")
        self.assertTrue(eventually(lambda: self.price("ordered", buyeruid=shopper.id) != PLAIN, 1))


if __name__ == "__main__":
    unittest.main()
