"""Planted identifiers go through every door; nowhere in what the service writes are they found again."""

import base64
import gzip
import json
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional
from urllib.parse import quote, urlencode

from audience import (
    AIMED, COOKIE, OPTED_OUT, PLAIN, AudienceCase, Shopper, event, ndjson, of, post_events, viewed)
from canaries import Person, Search
from documents import ADVERTISER, EXCHANGE, filled
from openrtb_markup import Tags
from service import eventually, path_of, run

NDJSON = {"Content-Type": "application/x-ndjson"}
KINDS = ("bids", "wins", "billings", "losses", "impressions", "clicks", "conversions")
# By which a request or an event says that its visitor may not be known.
WITHOUT: Dict[str, Dict[str, Any]] = {
    "nostring": {"regs": {"gdpr": 1}, "consent": {"gdpr": 1}},
    "sold": {"regs": {"us_privacy": "1YYN"}, "consent": {"us_privacy": "1YYN"}},
    "child": {"regs": {"coppa": 1}, "consent": None},
    "gpp": {"regs": {"gpp": "DBABLA~BVVVVVVVVmA.QA", "gpp_sid": [7]},
            "consent": {"gpp": "DBABLA~BVVVVVVVVmA.QA", "gpp_sid": [7]}},
    "gpc": {"regs": {"ext": {"gpc": "1"}, "gpp_sid": [7]}, "consent": None, "headers": {"Sec-GPC": "1"}},
    "optout": {"regs": {}, "consent": None, "cookies": {OPTED_OUT: "1"}},
}


class CanaryTests(AudienceCase):
    @classmethod
    def prepare(cls) -> None:
        super().prepare()
        cls.people = 0

    def person(self, mark: str) -> Person:
        type(self).people += 1
        number = 100 + self.people
        return Person(mark, f"203.0.113.{number}", f"2001:db8:c0de:{number:x}:ab:cd:ef:{number:x}")

    # The doors.

    def bid(self, person: Person, regs: Optional[Dict[str, Any]] = None, six: bool = False) -> List[Dict[str, Any]]:
        request = of("canary.example", ifa=person.ifa, buyeruid=person.cookie, user=person.user,
                     eid=("id.example", person.eid), ip=person.address6 if six else person.address)
        request["device"].update(ua=person.agent, geo={"country": "USA"})
        request["user"].update(customdata=person.note, keywords=person.note)
        if regs:
            request["regs"] = regs
        return self.client.bid(EXCHANGE, request).bids

    def notices(self, person: Person, bids: List[Dict[str, Any]]) -> None:
        """All that follows a bid, called by a browser that says who it is."""
        for bid in bids:
            tags = Tags(bid["adm"])
            pixels = [url for url in tags.urls["img"] if path_of(url).startswith("/imp/")]
            shopper = self.browser_of(person)
            for url in (bid["nurl"], bid["burl"], *pixels, tags.urls["a"][0]):
                self.assertLess(shopper.get(filled(url)).status, 400)

    def browser_of(self, person: Person, signals: Optional[Dict[str, Any]] = None) -> Shopper:
        headers = {
            "User-Agent": person.agent, "X-Forwarded-For": person.address, "Referer": f"https://x/?{person.note}"}
        shopper = self.shopper({**headers, **(signals or {}).get("headers", {})})
        shopper.cookies = {COOKIE: person.cookie, **(signals or {}).get("cookies", {})}
        return shopper

    def browse(self, person: Person, signals: Optional[Dict[str, Any]] = None) -> None:
        """Pixel, sync and conversion."""
        consent = {name: str(value) for name, value in ((signals or {}).get("consent") or {}).items()
                   if not isinstance(value, list)}
        if "gpp" in consent:
            consent["gpp_sid"] = "7"
        shopper = self.browser_of(person, signals)
        answers = [
            shopper.view(uid=person.own, email_sha256=person.email, **{"p.note": person.note, **consent}),
            shopper.sync(person.user, **consent),
            shopper.get(f"/conversion/{ADVERTISER}?" + urlencode({"event": "purchase", "order": "o-7", **consent})),
        ]
        for answer in answers:
            self.assertIn(answer.status, (200, 204, 302), answer)

    def events(self, person: Person, consent: Optional[Dict[str, Any]] = None) -> Dict[str, Any]:
        properties = {"category": "shoes", "note": person.note, "item": person.item}
        rest = {"consent": consent} if consent else {}
        lines: List[Any] = [
            event("view", person.visitor, properties=properties, ip=ip, **rest)
            for ip in (person.address, person.address6)]
        # What is refused is not kept either, nor told to anybody but the sender.
        lines += [{"type": person.note, "visitor": {"ifa": person.ifa, person.own: 1}},
                  {"type": "view", "visitor": {"email_sha256": person.note}}, {person.email: person.cookie}]
        answer = post_events(self.client, self.tokens[ADVERTISER], ndjson(lines), NDJSON)
        self.assertEqual(answer.status, 200, answer.body)
        self.assertGreaterEqual(len(answer.json["refused"]), 3)
        return answer.json

    def ask(self, person: Person, method: str) -> List[int]:
        """By every name, with what the control side says."""
        names = (f"own:{ADVERTISER}:{person.own}", f"cookie:{person.cookie}", f"ifa:{person.ifa}",
                 f"email:{person.email}", f"eid:id.example:{person.eid}", f"user:{EXCHANGE}:{person.user}")
        return [self.visitor(name, method).status for name in names]

    # The search.

    def found(self, *people: Person, erased: bool = False) -> List[str]:
        canaries = [canary for person in people for canary in person.canaries + ([person.last] if erased else [])]
        search = Search(canaries)
        found = list(search.folder(self.service.data))
        for place, content in self.told().items():
            found += search.of(content, place)
        self.assertGreater(search.bytes, 10_000, "hardly anything was searched")
        return found

    def told(self) -> Dict[str, bytes]:
        """Everything that the service and its commands print."""
        texts = {"stdout": "\n".join(self.service.output).encode(), "stderr": self.service.errors.read_bytes()}
        with self.service.control() as control:
            for path in ("/metrics", "/v1/books", "/v1/audiences", "/v1/strategies", "/v1/tokens"):
                texts[path] = control.request("GET", path).body
        texts["/status"] = self.client.get("/status").body
        data = self.service.data
        for arguments in (["verify"], *([kind, "--format", format] for kind in KINDS
                                        for format in ("table", "ndjson", "csv"))):
            result = run("log", *arguments, "--data", data)
            self.assertEqual(result.returncode, 0, result.stderr)
            texts["vendue log " + " ".join(arguments)] = (result.stdout + result.stderr).encode()
        with tempfile.TemporaryDirectory() as folder:
            # Where this version exports, what it exported.
            result = run("log", "export", "--data", data, "--to", folder)
            if result.returncode == 0:
                for path in Path(folder).rglob("*"):
                    if path.is_file():
                        texts[f"export {path.name}"] = path.read_bytes()
        return texts

    def assert_nowhere(self, *people: Person, erased: bool = False) -> None:
        self.assertEqual(self.found(*people, erased=erased)[:10], [])

    # The claims.

    def test_without_consent_nothing_is_kept(self) -> None:
        people = []
        for mark, signals in WITHOUT.items():
            with self.subTest(mark):
                person = self.person(mark)
                people.append(person)
                if mark == "optout":
                    self.browse_then_opt_out(person)
                bids = self.bid(person, signals["regs"]) + self.bid(person, signals["regs"], six=True)
                self.assertEqual(len(bids), 2, "a request without consent may be bid on")
                self.notices(person, bids)
                for row in self.rows(bids):
                    self.assertEqual((row["consent"], row["visitor"]), ("contextual", None))
                self.browse(person, signals)
                if signals["consent"]:
                    self.events(person, signals["consent"])
                    self.assertEqual(set(self.ask(person, "GET")), {404})
        self.assert_nowhere(*people)
        self.restart()
        self.assert_nowhere(*people)

    def browse_then_opt_out(self, person: Person) -> None:
        """Somebody known by all their names, who then says no."""
        self.browse(person)
        self.events(person)
        self.assertEqual(self.browser_of(person).get("/optout").status, 200)

    def rows(self, bids: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        ids = {bid["id"] for bid in bids}
        rows = eventually(
            lambda: [found for found in [[row for row in self.service.log("bids") if row["bid_id"] in ids]]
                     if len(found) == len(ids)])
        self.assertTrue(rows, "the log has no record of the bids")
        return rows[0]

    def test_with_consent_only_keyed_hashes_are_kept_and_after_erasing_nothing_is_known(self) -> None:
        self.aim("canary", viewed())
        one, listed = self.person("full"), self.person("listed")
        self.assertEqual(self.events(one)["accepted"], 2)
        self.browse(one)
        bids = self.bid(one) + self.bid(one, six=True)
        self.assertEqual([row["consent"] for row in self.rows(bids)], ["full", "full"])
        self.assertEqual([bid["price"] for bid in bids], [AIMED, AIMED], "the planted visitor is not recognised")
        self.notices(one, bids)
        self.upload(listed)
        self.assertEqual(set(self.ask(one, "GET")), {200})
        self.assert_nowhere(one, listed)
        self.restart()
        self.assertEqual(set(self.ask(one, "GET")), {200})
        self.assert_nowhere(one, listed)
        # The first name erases the person, so that the others name nobody.
        statuses = self.ask(one, "DELETE")
        self.assertIn(statuses[0], (200, 204))
        self.assertEqual(set(self.ask(one, "GET")), {404})
        self.ask(listed, "DELETE")
        eventually(lambda: not self.found(one, listed, erased=True), 10, 0.5)
        self.assertEqual(self.found(one, listed, erased=True), [])
        self.restart()
        self.assertEqual(set(self.ask(one, "GET")), {404})
        self.assert_nowhere(one, listed, erased=True)
        self.assertEqual([bid["price"] for bid in self.bid(one)], [PLAIN])

    def upload(self, person: Person) -> None:
        self.aim("uploaded", members=[])
        lines = [person.own, {"ifa": person.ifa}, {"email_sha256": person.email}, {"cookie": person.cookie},
                 {"eids": [{"source": "id.example", "uids": [{"id": person.eid}]}]}, {"email_sha256": person.note},
                 {person.user: 1}]
        with self.service.control() as control:
            answer = control.request("PUT", "/v1/audiences/uploaded/members", ndjson(lines), NDJSON)
        self.assertLess(answer.status, 300, answer.body)

    def restart(self) -> None:
        """What is in memory goes; what is written is read."""
        self.assertEqual(self.service.stop(), 0)
        self.service.start()
        self.reconnect()

    def test_a_bid_without_consent_names_nobody(self) -> None:
        for mark, signals in list(WITHOUT.items())[:3]:
            person = self.person(mark)
            search = Search(person.canaries)
            for bid in self.bid(person, signals["regs"]):
                self.assertEqual(list(search.of(json.dumps(bid).encode(), "the bid")), [])


class SearchTests(unittest.TestCase):
    """The search finds what is there: otherwise that it finds nothing says nothing."""

    def test_every_spelling_is_found_wherever_it_stands(self) -> None:
        person = Person("x", "203.0.113.99", "2001:db8:c0de::99")
        search = Search(person.canaries)
        for canary in person.canaries:
            raw = canary.value.encode()
            for content in (
                raw, raw.upper(), quote(canary.value, safe="").encode(), raw.hex().encode(),
                *(base64.b64encode(b"x" * lead + raw + b"tail") for lead in range(6)),
                *(base64.urlsafe_b64encode(b"\xff" * lead + raw + b"\xff\xfe") for lead in range(6)),
                gzip.compress(b"head" + raw), gzip.compress(b"head" + raw * 3)[:-4],
            ):
                with self.subTest(canary.name, content=content[:60]):
                    before = b"" if content[:1] == b"\x1f" else b"before "
                    self.assertTrue(list(search.of(before + content, "here")))
        self.assertEqual(list(search.of(b"nothing of the kind", "here")), [])


if __name__ == "__main__":
    unittest.main()
