"""The semantic checker itself: it accepts a sound response, and names every fault planted in one."""

import json
import unittest
from decimal import Decimal
from typing import Any, Callable, Dict, List

from openrtb_check import Rates, check
from openrtb_values import read

RATES = Rates({"EUR": "1.10", "JPY": "0.0066"})
VAST = (
    '<VAST version="3.0"><Ad id="1"><InLine><Impression>x</Impression><Creatives><Creative><Linear>'
    '<Duration>00:00:15</Duration><MediaFiles><MediaFile delivery="progressive" type="video/mp4">https://c.example/v</MediaFile></MediaFiles>'
    "</Linear></Creative></Creatives></InLine></Ad></VAST>")
NATIVE_REQUEST = {
    "assets": [
        {"id": 1, "required": 1, "title": {"len": 10}},
        {"id": 2, "required": 1, "img": {"type": 3, "wmin": 300, "hmin": 200}},
        {"id": 3, "data": {"type": 2, "len": 20}},
    ],
    "eventtrackers": [{"event": 1, "methods": [1]}],
}


def native_answer(**changes: Any) -> str:
    answer: Dict[str, Any] = {
        "assets": [
            {"id": 1, "title": {"text": "Run faster"}},
            {"id": 2, "img": {"url": "https://c.example/i", "w": 300, "h": 250}},
        ],
        "link": {"url": "https://v.example/click/x"},
        "eventtrackers": [{"event": 1, "method": 1, "url": "https://v.example/imp/x"}],
    }
    answer.update(changes)
    return json.dumps(answer)


def request() -> Dict[str, Any]:
    return {
        "id": "r", "cur": ["USD", "EUR"], "site": {"domain": "n.example"}, "wseat": ["acme"], "bseat": ["other"],
        "badv": ["bad.example"], "bcat": ["IAB7"], "bapp": ["com.bad"], "wlang": ["en"],
        "imp": [
            {"id": "b", "secure": 1, "bidfloor": 2, "bidfloorcur": "EUR",
             "banner": {"format": [{"w": 300, "h": 250}], "battr": [8], "btype": [3]}},
            {"id": "v", "video": {"mimes": ["video/mp4"], "minduration": 5, "maxduration": 20, "protocols": [3], "delivery": [2], "maxbitrate": 800,
                                  "mincpmpersec": 0.1}},
            {"id": "n", "native": {"request": json.dumps(NATIVE_REQUEST)}},
            {"id": "p", "banner": {"w": 300, "h": 250}, "bidfloor": 9, "bidfloorcur": "EUR", "pmp": {
                "private_auction": 1, "deals": [
                    {"id": "d", "bidfloor": 1.5, "wseat": ["acme"], "wadomain": ["acme.example"]},
                    {"id": "fixed", "bidfloor": 3, "at": 3}]}},
        ],
    }


def bid(impid: str, mtype: int, price: str, adm: str, **rest: Any) -> Dict[str, Any]:
    urls = {key: f"https://v.example/{key}/x" for key in ("nurl", "burl", "lurl")}
    return {
        "id": f"bid-{impid}", "impid": impid, "mtype": mtype, "price": Decimal(price), "adm": adm, "adid": "c",
        "crid": "c", "cid": "s", "adomain": ["acme.example"], "cat": ["IAB17"], "attr": [1], "language": "en",
        **urls, **rest,
    }


def response() -> Dict[str, Any]:
    html = '<a href="https://v.example/c"><img src="https://c.example/i"></a>'
    return {"id": "r", "cur": "USD", "seatbid": [{"seat": "acme", "bid": [
        bid("b", 1, "2.20", html, w=300, h=250),
        bid("v", 2, "1.50", VAST, dur=15, w=640, h=360),
        bid("n", 4, "0.01", native_answer()),
        bid("p", 1, "1.50", html, w=300, h=250, dealid="d"),
    ]}]}


Change = Callable[[Dict[str, Any], List[Dict[str, Any]]], Any]


def set_bid(index: int, **values: Any) -> Change:
    return lambda response, bids: bids[index].update(values)


# Name, the fault to plant, the rule that must name it.
PLANTED = [
    ("another id", lambda r, b: r.update(id="x"), "id"),
    ("a currency not accepted", lambda r, b: r.update(cur="JPY"), "cur"),
    ("no bid", lambda r, b: r.update(seatbid=[]), "seatbid"),
    ("an empty seat", lambda r, b: b.clear(), "seatbid"),
    ("a seat not listed", lambda r, b: r["seatbid"][0].update(seat="x"), "wseat"),
    ("a blocked seat", lambda r, b: r["seatbid"][0].update(seat="other"), "bseat"),
    ("an unknown impression", set_bid(0, impid="zz"), "impid"),
    ("two bids for an impression", lambda r, b: b.append(dict(b[0], id="bid-2")), "repeated"),
    ("a bid id twice", set_bid(1, id="bid-b"), "repeated"),
    ("no adomain", set_bid(0, adomain=[]), "adomain"),
    ("no crid", set_bid(0, crid=""), "crid"),
    ("no burl", set_bid(0, burl=None), "burl"),
    ("price 0", set_bid(2, price=Decimal(0)), "price"),
    ("a millionth below the floor in euros", set_bid(0, price=Decimal("2.199999")), "floor"),
    ("below the floor by the second", set_bid(1, price=Decimal("1.499999")), "floor"),
    ("below the deal's floor", set_bid(3, price=Decimal("1.499999")), "floor"),
    ("above the fixed price", set_bid(3, dealid="fixed", price=Decimal("3.01")), "floor"),
    ("an open bid in a private auction", lambda r, b: b[3].pop("dealid"), "private_auction"),
    ("a deal that is not offered", set_bid(3, dealid="x"), "dealid"),
    ("a deal for other advertisers", set_bid(3, adomain=["x.example"]), "deal"),
    ("a format not offered", set_bid(0, mtype=2), "mtype"),
    ("another size", set_bid(0, w=320), "size"),
    ("too long", set_bid(1, dur=30), "duration"),
    ("another duration in the VAST", set_bid(1, adm=VAST.replace("00:15", "00:16")), "duration"),
    ("VAST of another version", set_bid(1, adm=VAST.replace("3.0", "4.0")), "protocols"),
    ("media of another type", set_bid(1, adm=VAST.replace("video/mp4", "video/webm")), "mimes"),
    ("broken XML", set_bid(1, adm=VAST.replace("</VAST>", "")), "adm"),
    ("JSON as banner", set_bid(0, adm="{}"), "adm"),
    ("an own macro left", set_bid(0, adm='<a href="{click}">'), "adm"),
    ("native without a required asset", set_bid(2, adm=native_answer(assets=[])), "native"),
    ("native text too long", set_bid(2, adm=native_answer().replace("Run faster", "Run much faster")), "native"),
    ("native image too small", set_bid(2, adm=native_answer().replace('"w": 300', '"w": 299')), "native"),
    ("native without a link", set_bid(2, adm=native_answer(link={})), "native"),
    ("a tracker not offered", set_bid(2, adm=native_answer(eventtrackers=[{"event": 2, "method": 1}])), "native"),
    ("a subdomain of a blocked domain", set_bid(0, adomain=["www.bad.example"]), "badv"),
    ("a category below a blocked one", set_bid(0, cat=["IAB7-3"]), "bcat"),
    ("a blocked app", set_bid(0, bundle="com.bad"), "bapp"),
    ("a blocked attribute", set_bid(0, attr=[8]), "battr"),
    ("another language", set_bid(0, language="fr"), "wlang"),
    ("http in a secure slot", set_bid(0, burl="http://v.example/burl/x"), "secure"),
    ("http in the markup of a secure slot", set_bid(0, adm='<img src="http://c.example/i">'), "secure"),
    ("a script where scripts are blocked", set_bid(0, adm="<script src='https://c.example/s'></script>"), "btype"),
    ("streaming only", set_bid(1, adm=VAST.replace("progressive", "streaming")), "delivery"),
    ("too many bits", set_bid(1, adm=VAST.replace("type=", 'bitrate="900" type=')), "bitrate"),
    ("a framework the slot lacks", set_bid(0, apis=[5]), "api"),
]

# Name, another request that the sound response does not answer, the rule.
REQUESTS = [
    ("site and app", {"app": {}}, "inventory"),
    ("transparency required", {"regs": {"ext": {"dsa": {"dsarequired": 2}}}}, "dsa"),
    ("accepted categories", {"acat": ["IAB1"]}, "acat"),
    ("the impression without a format", {"imp": [{"id": "b"}]}, "impid"),
    ("a single string where a list is due", {"bcat": "IAB17"}, "bcat"),
]


class CheckerTests(unittest.TestCase):
    def rules(self, request: Dict[str, Any], response: Dict[str, Any]) -> List[str]:
        def exact(value: Any) -> Any:
            return read(json.dumps(value, default=str))

        return [fault.rule for fault in check(exact(request), exact(response), RATES)]

    def test_a_sound_response_has_no_faults(self) -> None:
        self.assertEqual(check(request(), response(), RATES), [])

    def test_every_planted_fault_is_found(self) -> None:
        for name, plant, rule in PLANTED:
            with self.subTest(name):
                planted = response()
                plant(planted, planted["seatbid"][0]["bid"])
                self.assertIn(rule, self.rules(request(), planted))

    def test_the_same_response_to_another_request(self) -> None:
        for name, change, rule in REQUESTS:
            with self.subTest(name):
                self.assertIn(rule, self.rules({**request(), **change}, response()))

    def test_several_bids_for_an_impression_are_sound_where_they_were_agreed(self) -> None:
        answer = response()
        bids = answer["seatbid"][0]["bid"]
        bids.append(dict(bids[0], id="bid-2"))
        self.assertEqual(check(request(), answer, RATES, bids_per_imp=2), [])
        bids.append(dict(bids[0], id="bid-3"))
        self.assertEqual([fault.rule for fault in check(request(), answer, RATES, bids_per_imp=2)], ["repeated"])

    def pod(self, slots: List[Dict[str, Any]], bids: List[Dict[str, Any]], **members: Any) -> List[str]:
        """The rules that bids of 15 s on these video slots break."""
        asked = {"id": "r", "imp": [
            {"id": str(number), "video": {"mimes": ["video/mp4"], **slot}} for number, slot in enumerate(slots)]}
        ads = [
            bid(ad.pop("impid", "0"), 2, "1", VAST, **{
                "id": f"bid-{number}", "dur": 15, "w": 1, "h": 1, "adomain": [f"{number}.example"], "crid": str(number), **ad})
            for number, ad in enumerate(bids)]
        seatbid = {"seat": "acme", "bid": ads, **members.pop("seat", {})}
        return self.rules({**asked, **members}, {"id": "r", "cur": "USD", "seatbid": [seatbid]})

    def test_a_dynamic_pod_takes_several_ads_that_fit_it_together(self) -> None:
        for name, slot, ads, rules in (
            ("two that fill it", {"poddur": 30}, [{}, {}], []),
            ("longer than it", {"poddur": 29}, [{}, {}], ["pod"]),
            ("more than it takes", {"poddur": 60, "maxseq": 1}, [{}, {}], ["repeated"]),
            ("eleven", {"poddur": 600}, [{} for _ in range(11)], ["repeated"]),
            ("one advertiser twice", {"poddur": 30}, [{"adomain": ["A.example"]}, {"adomain": ["a.example"]}], ["pod"]),
            ("one creative twice", {"poddur": 30}, [{"crid": "c"}, {"crid": "c"}], ["pod"]),
            ("no pod", {}, [{}, {}], ["repeated"]),
        ):
            with self.subTest(name):
                self.assertEqual(self.pod([slot], ads), rules)

    def test_a_break_of_several_impressions_shows_an_advertiser_once(self) -> None:
        same = [{"adomain": ["a.example"]}, {"adomain": ["a.example"], "impid": "1"}]
        for name, slots, rules in (
            ("one break", [{"podid": "p"}, {"podid": "p"}], ["pod"]),
            ("one break, dynamic in part", [{"podid": "p"}, {"podid": "p", "poddur": 30}], ["pod"]),
            ("two breaks", [{"podid": "p"}, {"podid": "q"}], []),
            ("no break", [{}, {}], []),
        ):
            with self.subTest(name):
                self.assertEqual(self.pod(slots, [dict(ad) for ad in same]), rules)
        self.assertEqual(self.pod([{"podid": "p"}, {"podid": "p"}], [{}, {"impid": "1"}]), [])

    def test_a_group_is_on_all_impressions_of_a_page(self) -> None:
        both = [{}, {"impid": "1"}]
        group = {"group": 1}
        for name, ads, rest, rules in (
            ("all of all", both, {"allimps": 1, "seat": group}, []),
            ("some of all", both[:1], {"allimps": 1, "seat": group}, ["group"]),
            ("all of some", both, {"seat": group}, ["group"]),
            ("no group", both[:1], {"allimps": 1}, []),
        ):
            with self.subTest(name):
                self.assertEqual(self.pod([{}, {}], [dict(ad) for ad in ads], **dict(rest)), rules)

    def test_a_full_screen_takes_a_banner_of_at_least_half_of_it(self) -> None:
        for size, rules in (((300, 250), []), ((150, 125), []), ((149, 125), ["size"]), ((301, 250), ["size"])):
            with self.subTest(size=size):
                asked, answer = request(), response()
                asked["imp"][0]["instl"] = 1
                answer["seatbid"][0]["bid"][0].update(w=size[0], h=size[1])
                self.assertEqual(self.rules(asked, answer), rules)

    def test_categories_are_compared_within_one_taxonomy(self) -> None:
        for cattax, rules in ((1, ["bcat"]), (6, [])):
            with self.subTest(cattax=cattax):
                answer = response()
                answer["seatbid"][0]["bid"][0]["cat"] = ["IAB7-3"]
                self.assertEqual(self.rules({**request(), "cattax": cattax}, answer), rules)

    def test_numbers_in_strings_are_read(self) -> None:
        asked = request()
        asked["imp"][0].update(bidfloor="2.5", secure="1")
        self.assertEqual(self.rules(asked, response()), ["floor"])

    def test_the_first_of_two_equal_keys_counts(self) -> None:
        self.assertEqual(read('{"id":"a","id":"b"}'), {"id": "a"})

    def test_durfloors_come_before_the_plain_floor(self) -> None:
        asked = request()
        video = asked["imp"][1]["video"]
        del video["mincpmpersec"]
        video["durfloors"] = [{"mindur": 10, "maxdur": 20, "bidfloor": 1.6}]
        self.assertEqual(self.rules(asked, response()), ["floor"])


if __name__ == "__main__":
    unittest.main()
