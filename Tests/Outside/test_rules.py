"""Rules that the samples hardly touch, one request each: whether there is a bid, at what price, and that it is sound."""

import json
import unittest
from typing import Any, Dict, Optional, Tuple, Union

import documents
from documents import EXCHANGE, bid_request
from openrtb_check import Rates, check
from openrtb_values import read
from service import ServiceCase, eventually

RATES = {"EUR": "1.25", "JPY": "0.008"}
Slot = Dict[str, Any]


def imp(**members: Any) -> Slot:
    """An impression of our own making, instead of the usual banner."""
    return {"id": "1", **members}


def spot(**members: Any) -> Slot:
    return imp(video={"mimes": ["video/mp4"], "protocols": [3, 7], **members})


def deal(*deals: Slot, private: int = 1, **members: Any) -> Slot:
    return imp(banner={"w": 300, "h": 250}, pmp={"private_auction": private, "deals": list(deals)}, **members)


BANNER = {"w": 300, "h": 250}
ANY = "any"
# Name, the impression, further members of the request, the price or ANY or None for no bid.
CASES: Tuple[Tuple[str, Slot, Dict[str, Any], Union[float, str, None]], ...] = (
    ("a floor that is met exactly", imp(banner=BANNER, bidfloor=5), {}, 5.0),
    ("a floor a millionth above", imp(banner=BANNER, bidfloor=5.000001), {}, None),
    ("a floor below a millionth above", imp(banner=BANNER, bidfloor=5.0000001), {}, None),
    ("a floor in euros, met exactly", imp(banner=BANNER, bidfloor=4, bidfloorcur="EUR"), {}, 5.0),
    ("a floor in euros above", imp(banner=BANNER, bidfloor=4.01, bidfloorcur="EUR"), {}, None),
    ("a floor in a currency without a rate", imp(banner=BANNER, bidfloor=0.01, bidfloorcur="XAU"), {}, None),
    ("bids in euros", imp(banner=BANNER), {"cur": ["EUR"]}, 4.0),
    ("bids in the first currency that can be had", imp(banner=BANNER), {"cur": ["XAU", "JPY", "USD"]}, 625.0),
    ("bids in no currency that can be had", imp(banner=BANNER), {"cur": ["XAU"]}, None),
    ("a size of several", imp(banner={"format": [{"w": 1, "h": 1}, {"w": 728, "h": 90}]}), {}, ANY),
    ("a flexible size", imp(banner={"format": [{"wratio": 6, "hratio": 5, "wmin": 300}]}), {}, ANY),
    ("a flexible size too wide", imp(banner={"format": [{"wratio": 6, "hratio": 5, "wmin": 301}]}), {}, None),
    ("no size", imp(banner={}), {}, None),
    ("negative sizes", imp(banner={"w": -300, "h": -250}), {}, None),
    ("images blocked", imp(banner={**BANNER, "btype": [2]}), {}, None),
    ("scripts blocked", imp(banner={**BANNER, "btype": [3, 4]}), {}, ANY),
    ("a duration within", spot(minduration=10, maxduration=15), {}, ANY),
    ("a duration above", spot(minduration=1, maxduration=14), {}, None),
    ("a duration above that may be exceeded", spot(maxduration=14, maxextended=1), {}, ANY),
    ("one exact duration", spot(rqddurs=[30, 15]), {}, ANY),
    ("other exact durations", spot(rqddurs=[14, 20]), {}, None),
    ("a pod too short", spot(poddur=10, maxseq=2), {}, None),
    ("another protocol", imp(video={"mimes": ["video/mp4"], "protocols": [1, 5]}), {}, None),
    ("only wrappers of the version", imp(video={"mimes": ["video/mp4"], "protocols": [6]}), {}, None),
    ("another type", imp(video={"mimes": ["video/webm"]}), {}, ANY),
    ("an unknown type", imp(video={"mimes": ["video/x-none"]}), {}, None),
    ("streaming only", spot(delivery=[1]), {}, None),
    ("non-linear only", spot(linearity=2), {}, None),
    ("a floor by the second, met", imp(video={"mimes": ["video/mp4"], "mincpmpersec": 0.333333}), {}, 5.0),
    ("a floor by the second, not met", imp(video={"mimes": ["video/mp4"], "mincpmpersec": 0.333334}), {}, None),
    ("a floor by the second instead of the plain one",
     imp(video={"mimes": ["video/mp4"], "mincpmpersec": 0.1}, bidfloor=9), {}, 5.0),
    ("floors by duration, the highest counts", spot(durfloors=[
        {"mindur": 1, "maxdur": 15, "bidfloor": 4}, {"mindur": 15, "maxdur": 30, "bidfloor": 5.1}]), {}, None),
    ("floors by duration, outside of all", imp(video={"mimes": ["video/mp4"], "durfloors": [
        {"mindur": 16, "bidfloor": 9}]}, bidfloor=4.9), {}, 5.0),
    ("an audio", imp(audio={"mimes": ["audio/mp4"], "maxduration": 15}), {}, ANY),
    ("a deal, its floor in dollars though the impression's is in euros",
     deal({"id": "d", "bidfloor": 8}, bidfloor=1, bidfloorcur="EUR"), {}, 8.0),
    ("a deal above our price", deal({"id": "d", "bidfloor": 8.01}), {}, None),
    ("a deal in euros", deal({"id": "d", "bidfloor": 6.4, "bidfloorcur": "EUR"}), {}, 8.0),
    ("a deal at a fixed price", deal({"id": "d", "bidfloor": 3.21, "at": 3}), {}, 3.21),
    ("a deal without a floor competes as an open bid", deal({"id": "d"}, bidfloor=8.5), {}, None),
    ("a deal of others in a private auction", deal({"id": "x"}), {}, None),
    ("a deal of others in an open auction", deal({"id": "x"}, private=0), {}, 5.0),
    ("our deal before our open bid", deal({"id": "d", "bidfloor": 1}, private=0), {}, 8.0),
    ("a deal for other seats", deal({"id": "d", "wseat": ["x"]}), {}, None),
    ("a deal for other seats leaves the open auction", deal({"id": "d", "wseat": ["x"]}, private=0), {}, 5.0),
    ("a deal for other advertisers", deal({"id": "d", "wadomain": ["x.example"]}), {}, None),
    ("a deal for our advertiser", deal({"id": "d", "wadomain": ["acme.example"]}), {}, 8.0),
    ("a seat list with ours", imp(banner=BANNER), {"wseat": ["x", "acme"]}, 5.0),
    ("a seat list without ours", imp(banner=BANNER), {"wseat": ["x"]}, None),
    ("a seat list in another case", imp(banner=BANNER), {"wseat": ["ACME"]}, None),
    ("our seat blocked", imp(banner=BANNER), {"bseat": ["acme"]}, None),
    ("allowed and blocked", imp(banner=BANNER), {"wseat": ["acme"], "bseat": ["acme"]}, None),
    ("our domain blocked in capitals", imp(banner=BANNER), {"badv": ["ACME.example"]}, None),
    ("a domain that only ends like ours", imp(banner=BANNER), {"badv": ["me.example"]}, 5.0),
    ("a domain below ours", imp(banner=BANNER), {"badv": ["www.acme.example"]}, 5.0),
    ("a category that only begins like ours", imp(banner=BANNER), {"bcat": ["IAB1"]}, 5.0),
    ("our category's parent", imp(banner=BANNER), {"bcat": ["IAB18"]}, None),
    ("accepted categories with ours", imp(banner=BANNER), {"acat": ["IAB18"]}, 5.0),
    ("accepted categories without ours", imp(banner=BANNER), {"acat": ["IAB1"]}, None),
    ("a language of another region", imp(banner=BANNER), {"wlangb": ["en-GB"]}, 5.0),
    ("another language", imp(banner=BANNER), {"wlang": ["de"]}, None),
    ("ten thousand blocked domains", imp(banner=BANNER), {"badv": [f"x{n}.example" for n in range(10_000)]}, 5.0),
    ("ten thousand and ours", imp(banner=BANNER), {"badv": [f"x{n}.example" for n in range(10_000)] + ["acme.example"]}, None),
    ("transparency that we cannot give", imp(banner=BANNER), {"regs": {"ext": {"dsa": {"dsarequired": 2}}}}, None),
    ("transparency that nobody requires", imp(banner=BANNER), {"regs": {"ext": {"dsa": {"dsarequired": 1}}}}, 5.0),
    ("a child-directed page", imp(banner=BANNER), {"regs": {"coppa": 1}}, 5.0),
    ("no time", imp(banner=BANNER), {"tmax": 0}, 5.0),
)


class RuleTests(ServiceCase):
    config = {"currency_rates": RATES}

    @classmethod
    def prepare(cls) -> None:
        said = {"cat": ["IAB18-1"], "language": "en"}
        creatives = [
            documents.banner("b-300", 300, 250, **said), documents.banner("b-728", 728, 90, **said),
            documents.video("v", 15, ["video/mp4", "video/webm"], **said), documents.audio("a", 15, **said),
        ]
        cls.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("open", creatives, cpm="5.00"),
                        documents.strategy("deal", creatives, cpm="8.00", deals=["d"])])

    def ask(self, request: Dict[str, Any]) -> Optional[Dict[str, Any]]:
        """The one bid, if any, after the checker has seen it."""
        answer = self.client.bid(EXCHANGE, request)
        self.assertIn(answer.status, (200, 204), answer.body)
        if answer.status == 204:
            return None
        faults = check(read(json.dumps(request)), read(answer.body), Rates(RATES))
        self.assertEqual(faults, [])
        (bid,) = answer.bids
        return bid

    def test_rules(self) -> None:
        for name, slot, rest, price in CASES:
            with self.subTest(name):
                bid = self.ask({**bid_request(), "imp": [slot], **rest})
                if price is None:
                    self.assertIsNone(bid)
                else:
                    self.assertIsNotNone(bid, "no bid")
                    self.assertEqual(bid["price"], bid["price"] if price == ANY else price)

    def test_of_several_impressions_the_sound_ones_are_bid_on(self) -> None:
        slots = [{"id": "a", "banner": BANNER}, {"banner": BANNER}, {"id": "b"}, {"id": "a", "banner": BANNER}, "x", None,
                 {"id": "c", "banner": BANNER, "bidfloor": 6}, {"id": "d", "banner": BANNER}]
        answer = self.client.bid(EXCHANGE, {**bid_request(), "imp": slots})
        self.assertEqual(sorted(bid["impid"] for bid in answer.bids), ["a", "d"])

    def test_a_vast_document_goes_where_its_own_version_is_accepted(self) -> None:
        self.service.register(strategies=[documents.strategy(
            "wrapped", [documents.wrapper("w")], targeting={"domain": ["vast.example"]}, cpm="20.00")])
        for protocols, price in (([6], 20.0), ([5], None), ([3], 5.0), ([], 20.0)):
            with self.subTest(protocols=protocols):
                slot = imp(video={"mimes": ["video/mp4"], "protocols": protocols})
                bid = self.ask({**bid_request(site={"domain": "vast.example"}), "imp": [slot]})
                self.assertEqual(bid and bid["price"], price)

    def test_a_strategy_in_another_currency_is_charged_in_its_own(self) -> None:
        self.service.register(strategies=[documents.strategy(
            "euro", cpm="8.00", currency="EUR", targeting={"domain": ["euro.example"]})])
        bid = self.ask(bid_request(site={"domain": "euro.example"}))
        self.assertEqual(bid["price"], 10.0)
        self.assertEqual(self.client.get(documents.filled(bid["burl"], "5.00")).status, 204)
        self.assertTrue(eventually(lambda: self.service.account("euro").get("settled") == "0.004"),
                        self.service.account("euro"))

    def test_targeting_reads_moved_fields_and_keeps_its_word(self) -> None:
        targeting = {"all": [{"country": ["USA"]}, {"not": {"domain": ["bad.example"]}}, {"device": ["mobile"]}]}
        self.service.register(strategies=[documents.strategy("aimed", cpm="20.00", targeting=targeting)])
        device = {"ua": "x", "devicetype": 4, "geo": {"country": "USA"}}
        for name, expected, rest in (
            ("all of it", 20.0, {"device": device}),
            ("two letters", 20.0, {"device": {**device, "geo": {"country": "US"}}}),
            ("another country", 5.0, {"device": {**device, "geo": {"country": "DEU"}}}),
            ("no country", 5.0, {"device": {**device, "geo": {}}}),
            ("the domain that is not wanted", 5.0, {"device": device, "site": {"domain": "bad.example"}}),
            ("another device", 5.0, {"device": {**device, "devicetype": 3}}),
        ):
            with self.subTest(name):
                bid = self.ask(bid_request(**rest))
                self.assertEqual(bid and bid["price"], expected)


if __name__ == "__main__":
    unittest.main()
