"""The way from a bid to money: notices, pixels, clicks and conversions, each booked once or not at all."""

import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, Iterator, List
from urllib.parse import parse_qs, quote, urlsplit

import documents
from documents import ADVERTISER, EXCHANGE, bid_request, filled
from openrtb_markup import Tags
from service import Service, ServiceCase, eventually, path_of, run

LANDING = "https://shop.acme.example/shoes?from=ad#sizes"
CPM = 5.0
COPIES = 50


class NoticeCase(ServiceCase):
    @classmethod
    def prepare(cls) -> None:
        cls.service.register(
            advertisers=[documents.advertiser(), documents.advertiser("other")],
            exchanges=[documents.exchange(), documents.exchange("at-impression", bill_at="impression"),
                       documents.exchange("base64", price_encoding="base64")],
            strategies=[documents.strategy("shoes", [documents.banner("b", landing=LANDING)], cpm=str(CPM))])

    def bid(self, exchange: str = EXCHANGE, **rest: Any) -> Dict[str, Any]:
        answer = self.client.bid(exchange, bid_request(**rest))
        self.assertEqual(answer.status, 200, answer.body)
        (bid,) = answer.bids
        return bid

    def send(self, url: str) -> int:
        return self.client.get(url).status

    def settled(self) -> float:
        return float(self.service.account("shoes").get("settled", 0))

    def markup(self, bid: Dict[str, Any]) -> Dict[str, str]:
        """The click URL and the impression pixel of a banner."""
        tags = Tags(bid["adm"])
        pixels = [url for url in tags.urls["img"] if path_of(url).startswith("/imp/")]
        self.assertEqual(len(pixels), 1, bid["adm"])
        return {"click": tags.urls["a"][0], "impression": pixels[0]}


class RoundTests(NoticeCase):
    def test_a_bid_is_won_billed_seen_clicked_and_bought_from(self) -> None:
        bid = self.bid(id="round", device={"geo": {"country": "USA"}, "ip": "198.51.100.7"})
        urls = self.markup(bid)
        before = self.settled()
        self.assertEqual(self.send(filled(bid["nurl"], "1.25", AUCTION_MIN_TO_WIN="1.20")), 204)
        self.assertEqual(self.send(filled(bid["burl"], "1.25")), 204)
        self.pixel(filled(urls["impression"], "1.25"))
        click = self.click(urls["click"])
        path = f"/conversion/{ADVERTISER}?event=purchase&order=o-1&value=89.90&currency=EUR&click={quote(click)}"
        for _ in range(3):
            self.assertLess(self.send(path), 300)
        rows = {kind: [row for row in self.service.log(kind) if row["bid_id"] == bid["id"]] for kind in (
            "bids", "wins", "billings", "losses", "impressions", "clicks", "conversions")}
        self.assertEqual({kind: len(found) for kind, found in rows.items()}, {
            "bids": 1, "wins": 1, "billings": 1, "losses": 0, "impressions": 1, "clicks": 1, "conversions": 1})
        for kind, found in rows.items():
            for row in found:
                self.about_the_bid(kind, row)
        self.assertEqual((rows["wins"][0]["price_micros"], rows["billings"][0]["price_micros"]), (1250000, 1250000))
        self.assertEqual(rows["bids"][0]["price_micros"], 5000000)
        self.assertEqual(rows["conversions"][0]["label"], "purchase")
        self.assertTrue(eventually(lambda: abs(self.settled() - before - 0.00125) < 1e-9), self.service.account("shoes"))

    def about_the_bid(self, kind: str, row: Dict[str, Any]) -> None:
        known = {"exchange": EXCHANGE, "advertiser": ADVERTISER, "strategy": "shoes", "creative": "b", "seat": ADVERTISER,
                 "auction_id": "round", "imp_id": "1", "country": "USA", "domain": "news.example", "test": False}
        for column, value in known.items():
            # A conversion happens elsewhere than the auction; what it credits is the bid.
            if kind != "conversions" or column in ("advertiser", "strategy", "creative"):
                self.assertEqual(row[column], value, f"{kind}: {column}")
        self.assertEqual(row["kind"], {"losses": "loss"}.get(kind, kind[:-1]))
        self.assertIsInstance(row["event_id"], str)

    def pixel(self, url: str) -> None:
        answer = self.client.get(url)
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "image/gif"))
        self.assertEqual(answer.body[:6], b"GIF89a")
        self.assertEqual(answer.body[6:10], b"\x01\x00\x01\x00", "one pixel by one")
        self.assertTrue(answer.body.endswith(b";"))
        self.assertIn("no-store", answer.headers.get("cache-control", ""))

    def click(self, url: str) -> str:
        """Follows to the landing page, and returns the click's id."""
        answer = self.client.get(url)
        self.assertEqual(answer.status, 302)
        there, registered = urlsplit(answer.headers["location"]), urlsplit(LANDING)
        self.assertEqual(there[:3], registered[:3])
        self.assertEqual(there.fragment, registered.fragment)
        query = parse_qs(there.query)
        self.assertEqual(query["from"], ["ad"])
        return query["vclick"][0]

    def test_a_loss_keeps_its_reason_and_spends_nothing(self) -> None:
        bid, before = self.bid(), self.settled()
        self.assertEqual(self.send(filled(bid["lurl"], "7.77", AUCTION_LOSS="102", AUCTION_MIN_TO_WIN="7.77")), 204)
        (row,) = [row for row in self.service.log("losses") if row["bid_id"] == bid["id"]]
        self.assertTrue(row["reason"], row)
        self.assertEqual(self.settled(), before)

    def test_notices_work_with_post_and_with_get_and_count_once_between_them(self) -> None:
        bid = self.bid()
        for key, kind in (("nurl", "wins"), ("burl", "billings"), ("lurl", "losses")):
            url = path_of(filled(bid[key], "1"))
            for method, body in (("POST", None), ("POST", b"a=b"), ("GET", None)):
                self.assertEqual(self.client.request(method, url, body).status, 204, f"{method} {key}")
            self.assertEqual(self.count(kind, bid_id=bid["id"]), 1, kind)

    def test_fifty_parallel_copies_of_a_bill_are_one_record(self) -> None:
        bid, before = self.bid(), self.settled()
        url = filled(bid["burl"], "2.00")

        def copy(_: int) -> int:
            with self.service.client() as client:
                return client.get(url).status

        with ThreadPoolExecutor(COPIES) as pool:
            self.assertEqual(set(pool.map(copy, range(COPIES))), {204})
        self.assertEqual(self.count("billings", bid_id=bid["id"]), 1)
        self.assertTrue(eventually(lambda: abs(self.settled() - before - 0.002) < 1e-9))

    def test_the_same_order_counts_once_and_others_credit_nobody(self) -> None:
        bid = self.bid()
        vclick = self.click(self.markup(bid)["click"])
        path = "/conversion/{}?event=purchase&order={}&value=1&currency=USD&click={}"
        for advertiser, order in ((ADVERTISER, "once"), (ADVERTISER, "once"), ("other", "foreign")):
            self.assertLess(self.send(path.format(advertiser, order, vclick)), 300)
        self.assertLess(self.send(f"/conversion/{ADVERTISER}?event=purchase&order=direct&value=1&currency=USD"), 300)
        self.assertEqual(self.send("/conversion/nobody?event=purchase&order=x"), 404)
        rows = {row["order"]: row for row in self.service.log("conversions") if row["order"] in (
            "once", "foreign", "direct", "x")}
        self.assertEqual(sorted(rows), ["direct", "foreign", "once"])
        self.assertEqual(self.count("conversions", order="once"), 1)
        self.assertEqual(rows["once"]["strategy"], "shoes")
        self.assertIsNone(rows["foreign"]["strategy"], "a click of another advertiser was credited")
        self.assertIsNone(rows["direct"]["strategy"])

    def test_a_test_request_is_marked_and_spends_nothing(self) -> None:
        before = self.settled()
        bid = self.bid(test=1)
        self.assertEqual(self.send(filled(bid["burl"], "1.00")), 204)
        for row in self.service.log():
            if row["bid_id"] == bid["id"]:
                self.assertIs(row["test"], True, row)
        self.assertEqual(self.settled(), before)


class PriceTests(NoticeCase):
    def unbooked(self) -> Iterator[Any]:
        """Prices that book nothing, raw and percent-encoded."""
        yield from (("AUDIT", {}), ("", {}), ("5.000001", {}), ("1000000000", {}), ("abc", {}), ("-1", {}), ("NaN", {}))
        yield "AUDIT", {"AUCTION_LOSS": "AUDIT", "AUCTION_CURRENCY": "AUDIT", "AUCTION_MULTIPLIER": "AUDIT"}
        yield "1.00", {"AUCTION_CURRENCY": "EUR"}

    def urls(self, burl: str) -> List[str]:
        found = [filled(burl, price, **macros) for price, macros in self.unbooked()]
        bare = path_of(burl).split("?")[0]
        return found + [burl, burl.replace("${", quote("${")).replace("}", quote("}")), bare, bare + "?p", bare + "?p=%zz"]

    def test_a_bill_without_a_price_that_holds_is_answered_and_books_nothing(self) -> None:
        bid = self.bid()
        # Once the log holds the bids, their reservations are no longer counted as what it lacks.
        eventually(lambda: self.service.account("shoes")["unlogged"] == "0")
        account = self.service.account("shoes")
        for url in self.urls(bid["burl"]):
            self.assertEqual(self.send(url), 204, url)
        self.assertEqual(self.count("billings", bid_id=bid["id"]), 0)
        self.assertEqual(self.service.account("shoes"), account)
        # And the right one still counts.
        self.assertEqual(self.send(filled(bid["burl"], "5")), 204)
        self.assertEqual(self.count("billings", bid_id=bid["id"], price_micros=5000000), 1)

    def test_the_same_for_a_win(self) -> None:
        bid = self.bid()
        for url in self.urls(bid["nurl"]):
            self.assertEqual(self.send(url), 204, url)
        self.assertEqual(self.count("wins", bid_id=bid["id"]), 0)

    def test_prices_come_plain_encoded_and_with_many_digits(self) -> None:
        for price, micros in (
            ("1.5", 1500000), ("1.50", 1500000), ("MS41MA==", 1500000), ("MS41MA%3D%3D", 1500000), ("1.23456789", 1234567),
            ("1%2E5", 1500000), ("0.000001", 1), ("2", 2000000),
        ):
            with self.subTest(price):
                bid = self.bid()
                self.assertEqual(self.send(filled(bid["burl"], price)), 204)
                self.assertEqual(self.count("billings", bid_id=bid["id"], price_micros=micros), 1)

    def test_an_exchange_that_encodes_prices(self) -> None:
        bid = self.bid("base64")
        self.assertEqual(self.send(filled(bid["burl"], "1.50")), 204)
        self.assertEqual(self.count("billings", bid_id=bid["id"]), 0)
        self.assertEqual(self.send(filled(bid["burl"], "MS41MA")), 204)
        self.assertEqual(self.count("billings", bid_id=bid["id"], price_micros=1500000), 1)

    def test_several_impressions_of_one_play_cost_as_many_times_the_price(self) -> None:
        for multiplier, cost in (("", 0.015), ("2", 0.010), ("0.5", 0.0025), ("9", 0.015)):
            with self.subTest(multiplier):
                bid, before = self.bid(imp={"qty": {"multiplier": 3}}), self.settled()
                self.assertEqual(self.send(filled(bid["burl"], "5", AUCTION_MULTIPLIER=multiplier)), 204)
                self.assertTrue(eventually(lambda: self.settled() > before))
                self.assertAlmostEqual(self.settled() - before, cost, 9)

    def test_a_bill_after_a_loss_still_counts_and_the_books_balance(self) -> None:
        bid, before = self.bid(), self.settled()
        for url in (bid["lurl"], bid["burl"], bid["lurl"]):
            self.assertEqual(self.send(filled(url, "3")), 204)
        self.assertTrue(eventually(lambda: round(self.settled() - before, 9) == 0.003))
        self.assertTrue(self.service.account("shoes")["balanced"])
        verified = run("log", "verify", "--data", self.service.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)

    def bill_by_pixel(self, *prices: str) -> float:
        """What an exchange that bills at the impression is charged, the pixel loaded with each of these prices."""
        bid, before = self.bid("at-impression"), self.settled()
        pixel = self.markup(bid)["impression"]
        for price in prices:
            self.assertEqual(self.send(filled(pixel, price)), 200, price)
        eventually(lambda: self.settled() > before, 1)
        return round(self.settled() - before, 9)

    def test_where_the_impression_is_the_bill_it_settles_once(self) -> None:
        self.assertEqual(self.bill_by_pixel("2.00", "2.00"), 0.002)

    def test_a_pixel_with_a_price_that_does_not_hold_leaves_the_bill_open(self) -> None:
        for price in ("AUDIT", "", "${AUCTION_PRICE}", "9.00"):
            with self.subTest(price):
                self.assertEqual(self.bill_by_pixel(price), 0)
                self.assertEqual(self.bill_by_pixel(price, "2.00"), 0.002)


class AddressTests(NoticeCase):
    def test_secure_impressions_get_https_and_others_the_public_url(self) -> None:
        host, port = self.service.bid_address
        for secure, origin in ((1, f"https://{host}:{port}/"), (0, f"http://{host}:{port}/")):
            bid = self.bid(imp={"secure": secure})
            urls = {**{key: bid[key] for key in ("nurl", "burl", "lurl")}, **self.markup(bid)}
            for key, url in urls.items():
                self.assertTrue(url.startswith(origin), f"secure {secure}: {key} {url}")
            # Path and query alone identify it.
            self.assertEqual(self.send(filled(bid["burl"], "1")), 204)

    def test_urls_start_with_the_configured_public_url(self) -> None:
        service = Service(self.folder / "public", {"bid": {"public_url": "https://ads.acme.example"}}).start()
        self.addCleanup(service.kill)
        service.register(advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
                         strategies=[documents.strategy("shoes")])
        with service.client() as client:
            (bid,) = client.bid(EXCHANGE, bid_request()).bids
        for key in ("nurl", "burl", "lurl"):
            self.assertTrue(bid[key].startswith("https://ads.acme.example/"), bid[key])
        self.assertIn("https://ads.acme.example/click/", bid["adm"])

    def test_no_changed_token_has_an_effect(self) -> None:
        bid = self.bid()
        urls = {"burl": path_of(filled(bid["burl"], "1"))}
        urls.update({kind: path_of(filled(url, "1")) for kind, url in self.markup(bid).items()})
        rows = len(self.service.log())
        for kind, path in urls.items():
            for forged in self.forgeries(path):
                status = self.send(forged)
                self.assertEqual(status, 400, f"{kind}: {forged}, sealed was {path}")
        forged_click = urls["click"].split("/")[2][:-8]
        self.assertLess(self.send(f"/conversion/{ADVERTISER}?event=x&order=forged&click={forged_click}"), 500)
        self.assertEqual(self.count("conversions", order="forged", strategy="shoes"), 0)
        self.assertLessEqual(len(self.service.log()), rows + 1)
        self.assertEqual(self.send(urls["burl"]), 204)

    @staticmethod
    def forgeries(path: str) -> Iterator[str]:
        """One character changed to each class of others, at some fifty places; cut, extended and moved tokens."""
        _, kind, rest = path.split("/", 2)
        token, _, query = rest.partition("?")
        step = max(1, len(token) // 50)
        for position in {*range(0, len(token), step), len(token) - 1, len(token) - 2}:
            for other in "AZaz09-_.=%~":
                if other != token[position]:
                    yield f"/{kind}/{token[:position]}{other}{token[position + 1:]}?{query}"
        for changed in (token[:-1], token[:40], token[1:], token + "A", token + "=", token[::-1], token * 2, "x", ""):
            yield f"/{kind}/{changed}?{query}"
        for other in ("win", "bill", "loss", "imp", "click"):
            # Tokens for the exchange serve its three notices; those for browsers the other two.
            if (other in ("imp", "click")) != (kind in ("imp", "click")):
                yield f"/{other}/{token}?{query}"


if __name__ == "__main__":
    unittest.main()
