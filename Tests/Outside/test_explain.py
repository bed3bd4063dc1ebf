"""Why a strategy bids or does not: asked in one call, by the command, and counted."""

import json

import documents
from documents import EXCHANGE, banner, bid_request, strategy
from service import ServiceCase, eventually, run


class ExplainTests(ServiceCase):
    @classmethod
    def prepare(cls) -> None:
        cls.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[
                strategy("winner", cpm="3.00"),
                strategy("second", cpm="2.00"),
                strategy("abroad", targeting={"country": ["DEU"]}),
                strategy("cheap", cpm="0.10"),
                strategy("asleep", state="paused"),
                strategy("blocked", creatives=[banner(cat=["IAB7-1"])]),
                strategy("large", creatives=[banner(w=970, h=250)]),
                strategy("private", deals=["deal-1"]),
            ])

    @staticmethod
    def request() -> dict:
        return bid_request(
            imp={"bidfloor": 0.5}, bcat=["IAB7"], device={"ua": "Mozilla/5.0", "geo": {"country": "USA"}})

    REASONS = {
        "winner": None, "second": "outbid", "abroad": "targeting", "cheap": "floor", "asleep": "notInFlight",
        "blocked": "category", "large": "format", "private": "deal",
    }

    def explain(self, **body: object) -> dict:
        with self.service.control() as control:
            answer = control.request("POST", "/v1/explain", {"request": self.request(), **body})
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def test_every_strategy_is_told_the_first_rule_that_stopped_it(self) -> None:
        answer = self.explain()
        self.assertEqual({v["strategy"]: v["reason"] for v in answer["verdicts"]}, self.REASONS)
        self.assertIsNone(answer["no_bid"])
        for verdict in answer["verdicts"]:
            if verdict["reason"] and verdict["strategy"] != "asleep":
                self.assertTrue(verdict["rule"] and verdict["ours"] and verdict["theirs"], verdict)
        abroad = next(v for v in answer["verdicts"] if v["strategy"] == "abroad")
        self.assertEqual((abroad["rule"], abroad["ours"], abroad["theirs"]), ("targeting.country", "deu", "USA"))

    def test_what_is_explained_is_what_is_bid_and_explaining_spends_nothing(self) -> None:
        before = self.service.books()["accounts"]
        for _ in range(3):
            self.explain()
        self.assertEqual(self.service.books()["accounts"], before)
        with self.service.client() as client:
            bids = client.bid(EXCHANGE, self.request()).bids
        self.assertEqual([bid["cid"] for bid in bids], ["winner"])

    def test_the_command_asks_for_one_strategy_and_reads_an_auction_from_the_log(self) -> None:
        place = f"{self.service.control_address[0]}:{self.service.control_address[1]}"
        request = json.dumps(self.request())
        told = run(
            "explain", "--request", "-", "--strategy", "cheap", "--control", place, "--data", self.folder / "data",
            stdin=request)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("floor", told.stdout)
        self.assertNotIn("winner", told.stdout)
        for strategy_id, word in [("nobody", "no strategy")]:
            refused = run(
                "explain", "--request", "-", "--strategy", strategy_id, "--control", place, "--data",
                self.folder / "data", stdin=request)
            self.assertEqual(refused.returncode, 1)
            self.assertIn(word, refused.stderr)
        with self.service.client() as client:
            client.bid(EXCHANGE, {**self.request(), "id": "auction-of-the-log"})
        logged = eventually(lambda: run(
            "explain", "--auction", "auction-of-the-log", "--data", self.folder / "data").stdout.strip())
        self.assertIn("winner", logged)
        self.assertEqual(run("explain", "--auction", "never", "--data", self.folder / "data").returncode, 1)
        self.assertEqual(run("explain").returncode, 2)

    def test_passes_are_counted_by_strategy(self) -> None:
        def passes(strategy_id: str) -> dict:
            with self.service.control() as control:
                return control.request("GET", f"/v1/reports/passes?strategy={strategy_id}").json["passes"]

        before = passes("blocked").get("category", 0)
        with self.service.client() as client:
            for _ in range(5):
                client.bid(EXCHANGE, self.request())
        self.assertEqual(passes("blocked").get("category", 0), before + 5)
        self.assertEqual(passes("winner"), {})
