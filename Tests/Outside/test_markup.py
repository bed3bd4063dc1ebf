"""The markup of every kind of bid, read by other people's parsers: lxml, html5lib, json."""

import json
import unittest
from typing import Any, Dict, Iterator, List, Tuple

import html5lib
from lxml import etree

import documents
import openrtb_markup
import vast_order
from documents import DOMAIN, EXCHANGE, bid_request
from service import ServiceCase
from vast_order import EVENTS

VERSIONS = {2: "2.0", 3: "3.0", 7: "4.0", 11: "4.1", 13: "4.2"}
WRAPPERS = {5: "2.0", 6: "3.0", 8: "4.0", 12: "4.1", 14: "4.2"}

# What a stranger may send where a value is due that the markup shows.
HOSTILE = [
    "news.example", "\"><script>alert(1)</script>", "'\"`<>&", "]]>", "<![CDATA[x]]>", "</script>", "--><!--",
    "\u2028\u2029", "\\", "\\\"", "${AUCTION_PRICE}", "{click}", "\u65e9\u304f\U0001f600", "a\tb\r\nc", " onclick=x ",
    "&amp;", "\x01\x7f", "é" * 300,
]

MACROS = (
    '<a href="{click}" title="{bundle}" data-x={bundle}>{bundle}</a>'
    '<img src="https://t.example/?b={bundle:url}&amp;u={click:url}&amp;c={crid}&amp;r={cachebuster}" alt="">'
    '<script>var said = "{bundle:js}";</script>')


def vast_with_macros() -> str:
    return (
        '<?xml version="1.0"?><!-- {bundle} <Impression> --><VAST version="4.2"><Ad id="{bundle}"><InLine>'
        "<AdSystem>{bundle}</AdSystem><Impression><![CDATA[https://own.example/i?b={bundle:url}]]></Impression>"
        "<AdServingId>1</AdServingId><AdTitle><![CDATA[a{bundle}z]]></AdTitle><Creatives><Creative><Linear>"
        "<Duration>00:00:15</Duration><MediaFiles>"
        "<MediaFile delivery='progressive' type='video/mp4' width='1' height='1'>"
        "<![CDATA[https://own.example/v.mp4?x=</Linear>]]></MediaFile></MediaFiles></Linear>"
        "<UniversalAdId idRegistry='own'>1</UniversalAdId></Creative></Creatives></InLine></Ad></VAST>")


def own_wrapper(version: str) -> str:
    tag = "<VASTAdTagURI>https://own.example/vast</VASTAdTagURI>"
    impression = "<Impression>https://own.example/i</Impression>"
    inner = impression + tag if version.startswith("4") else tag + impression + "<Creatives/>"
    return f'<VAST version="{version}"><Ad id="1"><Wrapper><AdSystem>own</AdSystem>{inner}</Wrapper></Ad></VAST>'


def shown(text: str) -> str:
    """What a reader of XML or HTML is to get of a value: at most 256 bytes, no control characters."""
    cut = text.encode()[:256].decode(errors="ignore")
    return "".join("\ufffd" if c < " " and c not in "\t\n" or c == "\x7f" else c for c in cut.replace("\r", " "))


def spot(**rest: Any) -> Dict[str, Any]:
    return {"mimes": ["video/mp4"], "duration": 15, **rest}


class MarkupCase(ServiceCase):
    """One exchange for each creative, so that each can be asked for by itself."""

    @classmethod
    def prepare(cls) -> None:
        creatives = [documents.creative(id, **format) for id, format in cls.formats()]
        cls.service.register(
            advertisers=[documents.advertiser()],
            exchanges=[documents.exchange(creative["id"]) for creative in creatives],
            strategies=[
                documents.strategy(creative["id"], [creative], targeting={"exchange": [creative["id"]]})
                for creative in creatives])

    @staticmethod
    def formats() -> Iterator[Tuple[str, Dict[str, Any]]]:
        media = {"media": f"https://cdn.{DOMAIN}/v.mp4?a=1&b=<2>"}
        yield "banner", {"banner": {"html": MACROS}}
        yield "video", {"name": "Shoes & <more>", "video": spot(w=640, h=360, bitrate=900, skip_after=5, **media)}
        yield "audio", {"audio": {**spot(**media), "mimes": ["audio/mp4"]}}
        yield "own", {"video": spot(vast=vast_with_macros())}
        for protocol, version in WRAPPERS.items():
            yield f"wrapper-{protocol}", {"video": spot(vast=own_wrapper(version))}
        native = documents.native()["native"]
        yield "native", {"native": {
            **native, "video": spot(**media), "privacy": "https://own.example/privacy",
            "impression_trackers": ["https://own.example/i"], "click_trackers": ["https://own.example/c"]}}

    def bid(self, exchange: str, imp: Dict[str, Any], **rest: Any) -> Dict[str, Any]:
        answer = self.client.bid(exchange, bid_request(imp={"banner": None, **imp}, **rest))
        self.assertEqual(answer.status, 200, f"{exchange}: {imp}")
        (bid,) = answer.bids
        return bid

    def vast(self, exchange: str, protocol: int, format: str = "video", **rest: Any) -> Any:
        """The document's root, checked to be as its version's schema has it."""
        slot = {"mimes": [f"{format}/mp4"], "protocols": [protocol]}
        return self.sound(self.bid(exchange, {format: slot}, **rest)["adm"], {**VERSIONS, **WRAPPERS}[protocol])

    def sound(self, adm: str, version: str) -> Any:
        root = etree.fromstring(adm.encode(), etree.XMLParser(resolve_entities=False))
        self.assertEqual(root.get("version"), version)
        self.assertEqual(list(vast_order.faults(root)), [], adm)
        self.assertEqual(vast_order.tracked(root, "/event/"), EVENTS, adm)
        self.assertTrue(any("/imp/" in (node.text or "") for node in root.iter("Impression")), adm)
        self.assertTrue(any("?e=error&code=[ERRORCODE]" in (node.text or "") for node in root.iter("Error")), adm)
        self.assertTrue(any("/click/" in (node.text or "") for node in root.find(".//VideoClicks")), adm)
        return root


class VASTMarkupTests(MarkupCase):
    def test_a_media_file_in_every_version(self) -> None:
        for protocol, version in VERSIONS.items():
            root = self.vast("video", protocol)
            self.assertEqual(root.findtext("Ad/InLine/AdTitle"), "Shoes & <more>")
            self.assertEqual(root.find(".//MediaFile").text, f"https://cdn.{DOMAIN}/v.mp4?a=1&b=<2>")
            self.assertEqual(root.find(".//Linear").get("skipoffset"), None if version == "2.0" else "00:00:05")
            sound = self.vast("audio", protocol, "audio")
            self.assertEqual(sound.find("Ad").get("adType"), "audio" if version in ("4.1", "4.2") else None)

    def test_wrappers_of_every_version(self) -> None:
        for protocol in WRAPPERS:
            root = self.vast(f"wrapper-{protocol}", protocol)
            self.assertIsNone(root.find(".//ClickThrough"))
            self.assertEqual(len(root.findall("Ad/Wrapper/Impression")), 2)

    def test_values_of_a_request_are_text_wherever_they_stand(self) -> None:
        for value in HOSTILE:
            root = self.vast("own", 13, app={"bundle": value}, site=None)
            self.assertEqual(root.find("Ad").get("id"), shown(value))
            self.assertEqual((root.findtext("Ad/InLine/AdSystem") or ""), shown(value))
            spaced = shown(value).translate({9: " ", 10: " ", 13: " "})
            self.assertEqual(root.findtext("Ad/InLine/AdTitle"), f"a{spaced}z")
            self.assertEqual(root.find(".//MediaFile").text, "https://own.example/v.mp4?x=</Linear>")

    def test_what_is_not_well_formed_is_refused_with_its_place(self) -> None:
        broken = {"<VAST><Ad>\n<InLine></Ad></VAST>": "line 2, column 9", "<VAST>&x;</VAST>": "line 1, column 7"}
        for vast, words in broken.items():
            document = documents.strategy("broken", [documents.creative("broken", video=spot(vast=vast))])
            with self.service.control() as control:
                answer = control.request("POST", "/v1/strategies", document, {"Content-Type": "application/json"})
            self.assertIn(answer.status, (400, 422))
            self.assertIn(words, answer.body.decode())


class BannerMarkupTests(MarkupCase):
    def test_values_of_a_request_are_text_wherever_they_stand(self) -> None:
        for value in HOSTILE:
            bid = self.bid("banner", {"banner": {"w": 300, "h": 250}}, app={"bundle": value}, site=None)
            tree = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False).parseFragment(bid["adm"])
            self.assertEqual([node.tag for node in tree], ["a", "img", "script", "img"], bid["adm"])
            link, image, script, pixel = tree
            # HTML reads a line end of any kind as one, and stranger characters as they are.
            want = shown(value)
            self.assertEqual(link.get("title"), want)
            self.assertEqual(link.get("data-x"), want)
            self.assertEqual(link.text or "", want)
            self.assertEqual(set(link.attrib), {"href", "title", "data-x"})
            self.assertEqual(len(link), 0)
            self.assertNotIn("<", script.text)
            self.assertNotIn("\u2028", script.text)
            self.assertIn("/imp/", pixel.get("src"))
            self.assertTrue(image.get("src").startswith("https://t.example/?b="))
            for part in ("</script", "<script>alert"):
                self.assertNotIn(part, bid["adm"].replace("</script><img", "", 1).replace("<\\/script><img", "", 1))

    def test_a_parser_that_is_strict_finds_nothing_wrong(self) -> None:
        for value in HOSTILE:
            bid = self.bid("banner", {"banner": {"w": 300, "h": 250}}, app={"bundle": value}, site=None)
            html5lib.HTMLParser(strict=True).parse(f"<!doctype html><title>t</title><body>{bid['adm']}")


class NativeMarkupTests(MarkupCase):
    ASKED = {
        "ver": "1.2", "privacy": 1, "eventtrackers": [{"event": 1, "methods": [1, 2]}, {"event": 2, "methods": [1]}],
        "assets": [
            {"id": 1, "required": 1, "title": {"len": 25}},
            {"id": 2, "required": 1, "img": {"type": 3, "wmin": 600, "hmin": 300, "mimes": ["image/jpeg"]}},
            {"id": 3, "required": 1, "img": {"type": 1}},
            {"id": 4, "required": 1, "video": {
                "mimes": ["video/mp4"], "minduration": 5, "maxduration": 30, "protocols": [2, 3, 13]}},
            *({"id": 10 + type, "required": 1, "data": {"type": type}} for type in range(1, 13))],
    }

    def test_every_kind_of_asset_is_answered(self) -> None:
        slot = {"request": json.dumps(self.ASKED)}
        adm = self.bid("native", {"native": slot})["adm"]
        self.assertEqual(list(openrtb_markup.native(adm, slot)), [])
        root = json.loads(adm)
        assets = {asset["id"]: asset for asset in root["assets"]}
        self.assertEqual(len(assets), 16)
        self.sound(assets[4]["video"]["vasttag"], "4.2")
        self.assertEqual(root["privacy"], "https://own.example/privacy")
        self.assertEqual(root["link"]["clicktrackers"], ["https://own.example/c"])
        self.assertEqual([tracker["event"] for tracker in root["eventtrackers"]], [1, 1, 2])
        self.assertIn("?e=viewableMRC50", root["eventtrackers"][2]["url"])
        self.assertNotIn("imptrackers", root)

    def test_what_cannot_be_answered_is_not_bid_on(self) -> None:
        for change in ({"title": {"len": 3}}, {"img": {"type": 3, "mimes": ["image/png"]}},
                       {"video": {"mimes": ["video/webm"], "protocols": [3]}},
                       {"video": {"mimes": ["video/mp4"], "protocols": [6]}}):
            slot = {"request": json.dumps({"assets": [{"id": 1, "required": 1, **change}]})}
            answer = self.client.bid("native", bid_request(imp={"banner": None, "native": slot}))
            self.assertEqual(answer.status, 204, change)


if __name__ == "__main__":
    unittest.main()
