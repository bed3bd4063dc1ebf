"""Whom we do not buy from, and rates: files that the configuration names, and what changes when they change."""

import os
import re
import signal
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional

import documents
from documents import EXCHANGE, bid_request
from service import Service, ServiceCase, eventually, run, temporary_folder

RELOAD_SECONDS = 2
SELLER_DOMAIN = "adx.example"


def replace(path: Path, text: str) -> None:
    """All at once, as an operator should."""
    fresh = path.with_name("." + path.name)
    fresh.write_text(text)
    os.replace(fresh, path)


def chain(*hops: List[str], complete: int = 1) -> Dict[str, Any]:
    nodes = [{"asi": asi, "sid": sid, "hp": 1} for asi, sid in hops]
    return {"schain": {"ver": "1.0", "complete": complete, "nodes": nodes}}


class SupplyTests(ServiceCase):
    @classmethod
    def setUpClass(cls) -> None:
        files = cls.files = temporary_folder(cls)
        for folder in ("sellers", "ads", "apps"):
            (files / folder).mkdir()
        cls.rates = files / "rates.yaml"
        replace(cls.rates, 'EUR: "1.25"\n')
        cls.crawlers = files / "crawlers.txt"
        replace(cls.crawlers, "# ours\nAcmeFetch\n")
        cls.blocked = files / "blocked.txt"
        replace(cls.blocked, "bad.example\nssp.example/blocked\n")
        replace(files / "apps.tsv", "com.game\tdev.example\n")
        cls.ads_txt = files / "ads" / "news.example.txt"
        cls.authorize("17")
        replace(files / "apps" / "dev.example.txt", f"{SELLER_DOMAIN}, 17, DIRECT\n")
        replace(files / "sellers" / f"{SELLER_DOMAIN}.json",
                '{"version":"1.0","sellers":[{"seller_id":17,"seller_type":"publisher","domain":"news.example"}]}')
        cls.config = {
            "currency_rates": str(cls.rates), "crawlers": str(cls.crawlers),
            "supply_chain": {
                "sellers": str(files / "sellers"), "ads_txt": str(files / "ads"), "app_ads_txt": str(files / "apps"),
                "apps": str(files / "apps.tsv"), "blocked": str(cls.blocked),
            },
        }
        super().setUpClass()

    @classmethod
    def prepare(cls) -> None:
        cls.service.register(
            advertisers=[documents.advertiser()],
            exchanges=[documents.exchange(seller_domain=SELLER_DOMAIN)],
            strategies=[
                documents.strategy("open", cpm="5.00", targeting={"not": {"domain": [
                    "news.example", "euro.example"]}}),
                documents.strategy("euro", cpm="8.00", currency="EUR", targeting={"domain": ["euro.example"]}),
                documents.strategy("strict", cpm="3.00", targeting={"domain": ["news.example"]}, supply={
                    "chain": "complete", "sellers": "listed", "ads_txt": "direct", "nodes_max": 3}),
                documents.strategy("app", cpm="7.00", targeting={"bundle": ["com.game", "com.other"]},
                                   supply={"ads_txt": "authorized"}),
            ])

    @classmethod
    def authorize(cls, *accounts: str) -> None:
        replace(cls.ads_txt, "".join(f"{SELLER_DOMAIN}, {account}, DIRECT\n" for account in accounts))

    def price(self, **rest: Any) -> Optional[float]:
        answer = self.client.bid(EXCHANGE, bid_request(**rest))
        self.assertIn(answer.status, (200, 204), answer.body)
        return answer.bids[0]["price"] if answer.bids else None

    def metric(self, name: str, label: str = "", value: str = "") -> float:
        with self.service.control() as control:
            text = control.request("GET", "/metrics").body.decode()
        pattern = rf'^{name}{{[^}}]*{label}="{value}"[^}}]*}} (\S+)$' if label else rf"^{name} (\S+)$"
        return sum(float(number) for number in re.findall(pattern, text, re.MULTILINE))

    def refusal(self, reason: str, **rest: Any) -> None:
        """The request gets no bid, and the reason is counted."""
        before = self.metric("vendue_no_bids_total", "reason", reason)
        self.assertIsNone(self.price(**rest))
        after = eventually(
            lambda: self.metric("vendue_no_bids_total", "reason", reason) - before or None, RELOAD_SECONDS)
        self.assertEqual(after, 1.0, reason)

    def site(self, account: str = "17", domain: str = "news.example") -> Dict[str, Any]:
        return {"site": {"domain": domain, "publisher": {"id": account}}}

    def sold(self, account: str = "17", **rest: Any) -> Dict[str, Any]:
        """A request of the strict strategy's site, sold by an account."""
        return {**self.site(account), "source": chain([SELLER_DOMAIN, account], **rest)}

    def test_a_rate_that_changes_in_its_file_changes_the_price(self) -> None:
        self.addCleanup(replace, self.rates, 'EUR: "1.25"\n')
        page = {"domain": "euro.example"}
        self.assertEqual(self.price(site=page), 10.0)
        replace(self.rates, 'EUR: "1.5"\n')
        self.assertTrue(eventually(lambda: self.price(site=page) == 12.0, RELOAD_SECONDS), self.service.tail())

    def test_a_faulty_file_keeps_the_rates_of_before_and_is_named_with_its_line(self) -> None:
        self.addCleanup(replace, self.rates, 'EUR: "1.25"\n')
        page = {"domain": "euro.example"}
        self.assertTrue(eventually(lambda: self.price(site=page) == 10.0, RELOAD_SECONDS))
        failed = self.metric("vendue_file_reloads_total", "outcome", "failed")
        replace(self.rates, '# broken\nEUR: 1.5\n')
        self.assertTrue(eventually(
            lambda: self.metric("vendue_file_reloads_total", "outcome", "failed") > failed, RELOAD_SECONDS))
        self.assertEqual(self.price(site=page), 10.0)
        self.assertIn(f"{self.rates}:2:", self.service.tail())

    def test_a_rate_that_is_missing_is_no_bid_for_that_reason(self) -> None:
        page = {"domain": "euro.example"}

        def counted() -> float:
            return (self.metric("vendue_no_bids_total", "reason", "currency")
                    + self.metric("vendue_passes_total", "reason", "currency"))

        before = counted()
        self.assertIsNone(self.price(site=page, cur=["CHF"]))
        self.assertTrue(eventually(lambda: counted() > before, RELOAD_SECONDS))

    def test_a_signal_reads_the_files_at_once(self) -> None:
        self.addCleanup(replace, self.rates, 'EUR: "1.25"\n')
        replace(self.rates, 'EUR: "2"\n')
        self.service.process.send_signal(signal.SIGHUP)
        self.assertTrue(eventually(lambda: self.price(site={"domain": "euro.example"}) == 16.0, RELOAD_SECONDS))

    def test_crawlers_are_not_bid_on(self) -> None:
        page = {"domain": "blog.example"}
        for agent in ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "acmefetch/1.0"):
            with self.subTest(agent):
                self.refusal("knownCrawler", site=page, device={"ua": agent})
        self.assertEqual(self.price(site=page, device={"ua": "Mozilla/5.0 (X11; Linux x86_64) Firefox/132.0"}), 5.0)

    def test_a_crawler_added_to_the_file_is_refused_after_it(self) -> None:
        self.addCleanup(replace, self.crawlers, "# ours\nAcmeFetch\n")
        request = {"site": {"domain": "blog.example"}, "device": {"ua": "OtherFetch/1.0"}}
        self.assertEqual(self.price(**request), 5.0)
        replace(self.crawlers, "AcmeFetch\notherfetch\n")
        self.assertTrue(eventually(lambda: self.price(**request) is None, RELOAD_SECONDS))

    def test_blocked_sellers_are_not_bought_from(self) -> None:
        page = {"domain": "blog.example"}
        for hops in ([["bad.example", "1"], [SELLER_DOMAIN, "17"]], [["ssp.example", "blocked"]]):
            self.refusal("blockedSchainNode", site=page, source=chain(*hops))
        self.assertEqual(self.price(site=page, source=chain(["ssp.example", "1"])), 5.0)

    def test_a_strategy_buys_what_keeps_its_supply_rules(self) -> None:
        self.authorize("17")
        self.assertTrue(eventually(lambda: self.price(**self.sold()) == 3.0, RELOAD_SECONDS), self.service.tail())
        for name, request in (
            ("no chain", self.site()), ("an incomplete one", self.sold(complete=0)),
            ("an account that its system does not list", self.sold("18")),
            ("another account than the publisher's", {**self.site("18"), "source": chain([SELLER_DOMAIN, "17"])}),
            ("another exchange's chain", {**self.site(), "source": chain(["ssp.example", "17"])}),
            ("too many hops", {**self.site(), "source": chain(*[[SELLER_DOMAIN, "17"]] * 4)}),
        ):
            with self.subTest(name):
                before = self.metric("vendue_passes_total", "reason", "supplyChain")
                self.assertIsNone(self.price(**request))
                self.assertTrue(eventually(
                    lambda: self.metric("vendue_passes_total", "reason", "supplyChain") > before, RELOAD_SECONDS))

    def test_a_line_removed_from_ads_txt_ends_the_buying(self) -> None:
        self.addCleanup(self.authorize, "17")
        self.authorize("17")
        self.assertTrue(eventually(lambda: self.price(**self.sold()) == 3.0, RELOAD_SECONDS))
        self.authorize("18")
        self.assertTrue(eventually(lambda: self.price(**self.sold()) is None, RELOAD_SECONDS), self.service.tail())

    def test_an_apps_file_is_its_developers(self) -> None:
        for bundle, account, price in (("com.game", "17", 7.0), ("com.game", "18", 5.0), ("com.other", "17", 5.0)):
            with self.subTest(bundle=bundle, account=account):
                self.assertEqual(self.price(site=None, app={"bundle": bundle, "publisher": {"id": account}}), price)


class RequirementTests(unittest.TestCase):
    """What the operator requires, which is a reason for no bid at all; and what `vendue check` says of the files."""

    def setUp(self) -> None:
        self.folder = temporary_folder(self)
        (self.folder / "ads").mkdir()
        (self.folder / "ads" / "news.example.txt").write_text(f"{SELLER_DOMAIN}, 17, DIRECT\n<p>\n")

    def test_requirements_are_refusals(self) -> None:
        service = Service(self.folder / "data", {"supply_chain": {
            "ads_txt": str(self.folder / "ads"), "require": ["complete", "authorized"]}}).start()
        self.addCleanup(service.kill)
        service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange(seller_domain=SELLER_DOMAIN)],
            strategies=[documents.strategy("open", cpm="5.00")])
        with service.client() as client, service.control() as control:
            for reason, site, source in (
                (None, {"domain": "www.news.example"}, chain([SELLER_DOMAIN, "17"])),
                ("incompleteSchain", {"domain": "news.example"}, {}),
                ("incompleteSchain", {"domain": "news.example"}, chain([SELLER_DOMAIN, "17"], complete=0)),
                ("adsTxtViolation", {"domain": "news.example"}, chain([SELLER_DOMAIN, "18"])),
                ("adsTxtUnavailable", {"domain": "blog.example"}, chain([SELLER_DOMAIN, "17"])),
            ):
                with self.subTest(reason):
                    answer = client.bid(EXCHANGE, bid_request(site=site, source=source))
                    self.assertEqual(answer.status, 200 if reason is None else 204)
                    if reason:
                        counted = eventually(lambda: re.search(
                            rf'reason="{reason}"[^}}]*}} [1-9]', control.request("GET", "/metrics").body.decode()), 2)
                        self.assertTrue(counted, reason)

    def check(self, config: str) -> "tuple[int, str]":
        path = self.folder / "config.yaml"
        path.write_text(config)
        result = run("check", path)
        return result.returncode, result.stdout

    def test_check_reads_the_files_that_a_configuration_names(self) -> None:
        rates = self.folder / "rates.yaml"
        rates.write_text('EUR: "1.1"\nusd: "1"\n')
        blocked = self.folder / "blocked.txt"
        blocked.write_text("bad.example\nnot a domain\n")
        status, said = self.check(
            f"currency_rates: {rates}\nsupply_chain: {{ ads_txt: {self.folder / 'ads'}, blocked: {blocked} }}\n"
            f"crawlers: {self.folder / 'none.txt'}\n")
        self.assertEqual(status, 1, said)
        for place in (f"{rates}:2:", f"{blocked}:2:", f"{self.folder / 'none.txt'}: cannot be read"):
            self.assertIn(place, said)

    def test_lines_that_are_wrong_in_a_publishers_file_are_notes(self) -> None:
        status, said = self.check(f"supply_chain: {{ ads_txt: {self.folder / 'ads'} }}\n")
        self.assertEqual(status, 0, said)
        self.assertIn("news.example.txt:2:", said)

    def test_a_start_with_a_faulty_file_says_where(self) -> None:
        rates = self.folder / "rates.yaml"
        rates.write_text('EUR: "dear"\n')
        config = self.folder / "serve.yaml"
        config.write_text(f"currency_rates: {rates}\n")
        result = run("serve", "--data", self.folder / "data", "--config", config, "--bid", "127.0.0.1:0",
                     "--control", "127.0.0.1:0")
        self.assertEqual(result.returncode, 2, result.stderr)
        self.assertIn(f"{rates}:1:", result.stderr)


if __name__ == "__main__":
    unittest.main()
