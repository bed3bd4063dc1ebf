"""What a browser makes of our ads: banners, native ads and VAST are loaded, seen, clicked and played in Chromium."""

import html
import json
import unittest
from typing import Any, Dict, List

import browser
import documents
from browser import Browser
from documents import EXCHANGE, bid_request, filled
from publisher import Publisher, tone
from service import Service, eventually, temporary_folder
from vast_order import EVENTS

SECONDS = 4

BANNER = (
    '<a href="{click}" target="_top" style="display:block;width:300px;height:250px;background:#c33" '
    'title="{domain}">{domain}<script>window.said = "{domain:js}"</script></a>')

# What a page does with a native ad: its assets side by side, its trackers as images, its link around all.
NATIVE_PAGE = """<!doctype html><title>native</title><body><script>
const answer = JSON.parse(%s), root = answer.native || answer;
const link = document.createElement("a");
link.href = root.link.url; link.id = "ad";
link.style.cssText = "display:block;width:400px;height:300px;background:#cde";
for (const asset of root.assets) {
  const part = document.createElement(asset.img ? "img" : "p");
  if (asset.img) { part.src = asset.img.url; part.width = 100; part.height = 100; }
  else part.textContent = asset.title ? asset.title.text : asset.data.value;
  link.append(part);
}
document.body.append(link);
for (const url of root.imptrackers || []) new Image().src = url;
for (const tracker of root.eventtrackers || [])
  if (tracker.event === 1 && tracker.method === 1) new Image().src = tracker.url;
</script>"""

# The least player that VAST knows: it calls one URL after the other, each before the next.
PLAYER_PAGE = """<!doctype html><title>player</title><body><script>
const xml = new DOMParser().parseFromString(%s, "application/xml");
window.done = xml.querySelector("parsererror") ? "no XML" : "";
const texts = (name) => [...xml.querySelectorAll(name)].map((node) => node.textContent.trim());
let last = Promise.resolve();
const fetched = (url) => fetch(url, { mode: "no-cors" });
const call = (urls) => { for (const url of urls) last = last.then(() => fetched(url)).catch(() => {}); };
const track = (event) => call(texts(`Tracking[event="${event}"]`));
const player = document.createElement(%s);
const quarters = [["firstQuartile", .25], ["midpoint", .5], ["thirdQuartile", .75]];
player.src = texts("MediaFile")[0];
player.controls = true;
player.onplaying = () => { player.onplaying = null; call(texts("Impression")); track("start"); };
player.ontimeupdate = () => {
  while (quarters.length && player.currentTime >= player.duration * quarters[0][1]) track(quarters.shift()[0]);
};
player.onended = () => { track("complete"); last.then(() => { window.done = "complete"; }); };
player.onerror = () => {
  call(texts("Error").map((url) => url.replace("[ERRORCODE]", "405")));
  last.then(() => { window.done = "error"; });
};
player.onclick = () => { location.href = texts("ClickThrough")[0]; };
document.body.append(player);
player.play().catch((error) => { window.done = window.done || String(error); });
</script>"""


def literal(text: str) -> str:
    """As a JavaScript string that no `</script>` within it ends."""
    return json.dumps(text).replace("<", "\\u003c")


@unittest.skipUnless(browser.chromium(), browser.MISSING)
class BrowserCase(unittest.TestCase):
    """One service behind one publisher, a browser for each test."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = temporary_folder(cls)
        cls.publisher = Publisher()
        cls.addClassCleanup(cls.publisher.close)
        cls.service = Service(cls.folder / "data", {"bid": {"public_url": cls.publisher.origin}}).start()
        cls.addClassCleanup(cls.service.kill)
        cls.publisher.service = cls.service.bid_address
        cls.publisher.page("/landing", "<!doctype html><title>landing</title><h1>Shoes</h1>")
        cls.publisher.pages["/spot.wav"] = ("audio/wav", tone(SECONDS))
        cls.publisher.page("/i.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml")
        cls.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("all", cls.creatives())])

    @classmethod
    def creatives(cls) -> List[Dict[str, Any]]:
        origin = cls.publisher.origin
        identity = {"adomain": [documents.DOMAIN], "landing": f"{origin}/landing?from=ad"}
        spot = {"duration": SECONDS, "media": f"{origin}/spot.wav"}
        picture = {"url": f"{origin}/i.svg", "w": 1200, "h": 627}
        return [
            {"id": "banner", "banner": {"w": 300, "h": 250, "html": BANNER}, **identity},
            {"id": "video", "video": {"mimes": ["video/mp4"], **spot}, **identity},
            {"id": "broken", "video": {"mimes": ["video/webm"], **spot, "media": f"{origin}/gone.webm"}, **identity},
            {"id": "audio", "audio": {"mimes": ["audio/wav"], **spot}, **identity},
            {"id": "native", "native": {
                "title": "Run <b>faster</b> & \"further\"", "image": picture,
                "data": {"sponsored": "Acme", "ctatext": "Buy </script>"}}, **identity},
        ]

    def setUp(self) -> None:
        self.publisher.calls.clear()
        self.publisher.visits.clear()
        folder = temporary_folder(self)
        self.browser = Browser(folder)
        self.addCleanup(self.browser.close)
        self.browser.connect()

    def bid(self, slot: Dict[str, Any], **rest: Any) -> Dict[str, Any]:
        imp = {"banner": None, **slot}
        with self.service.client() as client:
            answer = client.bid(EXCHANGE, bid_request(imp={k: v for k, v in imp.items()}, **rest))
        self.assertEqual(answer.status, 200, answer.body)
        (bid,) = answer.bids
        return {**bid, "adm": filled(bid["adm"])}

    def rows(self, kind: str, bid: Dict[str, Any]) -> int:
        return sum(row["bid_id"] == bid["id"] for row in self.service.log(kind))

    def wait(self, kinds: List[str], seconds: float = 15) -> None:
        """Until the service had exactly these calls, in this order, and accepted each."""
        eventually(lambda: len(self.publisher.calls) >= len(kinds), seconds)
        self.assertEqual(self.publisher.kinds(), kinds)
        refused = [call for call in self.publisher.calls if call.status >= 400]
        self.assertEqual(refused, [], "the service refused calls of its own markup")

    def assert_landed(self, bid: Dict[str, Any]) -> None:
        landed = eventually(lambda: self.browser.value("document.title") == "landing", 15)
        self.assertTrue(landed, self.browser.value("location.href"))
        (visit,) = [path for path in self.publisher.visits if path.startswith("/landing")]
        self.assertTrue(visit.startswith("/landing?from=ad&vclick="), visit)
        self.assertEqual(self.rows("clicks", bid), 1)


class BannerTests(BrowserCase):
    def test_a_banner_is_seen_and_clicked(self) -> None:
        hostile = "x\"'><script>window.top.broken = 1</script>\u2028"
        bid = self.bid({"banner": {"w": 300, "h": 250}}, site={"domain": hostile})
        self.assertEqual(self.rows("impressions", bid), 0)
        frame = html.escape(bid["adm"], quote=True)
        page = self.publisher.page("/page", (
            "<!doctype html><title>news</title><body style='margin:0'><p style='height:50px;margin:0'>News</p>"
            f"<iframe width=300 height=250 frameborder=0 srcdoc=\"{frame}\"></iframe>"))
        self.browser.open(page)
        self.wait(["imp"])
        self.assertEqual(self.rows("impressions", bid), 1)
        self.browser.screenshot("banner")
        self.assertEqual(self.browser.value("document.querySelector('iframe').contentWindow.said"), hostile)
        self.assertIsNone(self.browser.value("window.broken"), "a value of the request ran as a script")
        self.browser.click((150, 150))
        self.assert_landed(bid)
        self.assertEqual(self.publisher.kinds(), ["imp", "click"])
        self.browser.screenshot("landing")


class NativeTests(BrowserCase):
    def test_a_native_ad_is_assembled_seen_and_clicked(self) -> None:
        assets = [{"id": 1, "required": 1, "title": {"len": 90}}, {"id": 2, "required": 1, "img": {"type": 3}},
                  {"id": 3, "required": 1, "data": {"type": 1}}, {"id": 4, "required": 1, "data": {"type": 12}}]
        for trackers in ([{"event": 1, "methods": [1]}], []):
            self.publisher.calls.clear()
            self.publisher.visits.clear()
            request = json.dumps({"ver": "1.2", "assets": assets, "eventtrackers": trackers})
            bid = self.bid({"native": {"request": request}})
            self.browser.open(self.publisher.page("/native", NATIVE_PAGE % literal(bid["adm"])))
            self.wait(["imp"])
            self.assertEqual(self.rows("impressions", bid), 1)
            self.browser.screenshot("native")
            texts = self.browser.value("[...document.querySelectorAll('#ad p')].map((part) => part.textContent)")
            self.assertEqual(texts, ['Run <b>faster</b> & "further"', "Acme", "Buy </script>"])
            self.assertIn("/i.svg", self.publisher.visits)
            self.browser.click((200, 250))
            self.assert_landed(bid)


class PlayerTests(BrowserCase):
    """The media is sound: Chromium plays WAV without any codec of a licence, in a video element too."""

    def play(self, slot: Dict[str, Any], element: str) -> Dict[str, Any]:
        bid = self.bid(slot)
        self.browser.open(self.publisher.page(f"/{element}", PLAYER_PAGE % (literal(bid["adm"]), literal(element))))
        eventually(lambda: self.browser.value("window.done"), SECONDS + 20)
        self.browser.screenshot(f"player-{element}")
        return bid

    def test_a_video_and_an_audio_spot_tell_how_far_they_were_played(self) -> None:
        video = {"mimes": ["video/mp4"], "protocols": [2, 3, 7, 11, 13]}
        for slot, element in (({"video": video}, "video"), ({"audio": {**video, "mimes": ["audio/wav"]}}, "audio")):
            with self.subTest(element):
                self.publisher.calls.clear()
                bid = self.play(slot, element)
                self.assertEqual(self.browser.value("window.done"), "complete")
                self.wait(["imp", *EVENTS])
                self.assertEqual(self.rows("impressions", bid), 1)

    def test_a_click_on_a_video_leads_to_the_landing_page(self) -> None:
        bid = self.play({"video": {"mimes": ["video/mp4"], "protocols": [3]}}, "video")
        self.browser.click((100, 30))
        self.assert_landed(bid)

    def test_a_spot_that_cannot_be_played_tells_why(self) -> None:
        self.play({"video": {"mimes": ["video/webm"], "protocols": [13]}}, "video")
        self.assertEqual(self.browser.value("window.done"), "error")
        self.wait(["error"])
        self.assertEqual(self.publisher.calls[0].query["code"], ["405"])


if __name__ == "__main__":
    unittest.main()
