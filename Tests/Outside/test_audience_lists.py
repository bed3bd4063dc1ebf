"""Audiences that are lists: uploaded members, networks; and households, which stand for whoever lives there."""

import gzip
import time
import unittest
import uuid
from typing import Any, Dict, Optional

from audience import OTHER, PLAIN, AudienceCase, event, ndjson, new_ifa, post_events, view, viewed
from documents import ADVERTISER
from service import Answer, eventually

LINES = 200_000
# A debug build on a busy machine.
UPLOAD_SECONDS = 120
STRANGERS = 200
Headers = Optional[Dict[str, str]]


class MemberTests(AudienceCase):
    def upload(self, name: str, body: bytes, headers: Headers = None, token: Optional[str] = None) -> Answer:
        with self.service.control(token, UPLOAD_SECONDS) as control:
            return control.request(
                "PUT", f"/v1/audiences/{name}/members", body,
                {"Content-Type": "application/x-ndjson", **(headers or {})})

    def progress(self, name: str) -> Dict[str, Any]:
        with self.service.control() as control:
            return control.request("GET", f"/v1/audiences/{name}/members").json

    def assert_uploaded(self, name: str, answer: Answer, lines: int, members: int) -> None:
        self.assertLess(answer.status, 300, answer.body)
        ready = eventually(lambda: self.progress(name)["state"] == "ready", UPLOAD_SECONDS)
        self.assertTrue(ready, self.progress(name))
        found = self.progress(name)
        self.assertEqual((found["lines"], found["members"], found["refused"]), (lines, members, lines - members), found)

    def test_a_large_list_is_taken_and_replaced_as_a_whole(self) -> None:
        self.aim("listed", members=[])
        first = [new_ifa() for _ in range(LINES)]
        started = time.monotonic()
        answer = self.upload("listed", ndjson([{"ifa": ifa} for ifa in first]))
        print(f"\nmembers: {LINES} lines in {time.monotonic() - started:.2f} s", flush=True)
        self.assert_uploaded("listed", answer, LINES, LINES)
        samples = [first[place] for place in (0, 1, LINES // 2, LINES - 1)]
        for ifa in samples:
            self.assert_in("listed", ifa=ifa)
        self.assert_out("listed", ifa=new_ifa())
        second = [new_ifa() for _ in range(1000)] + first[:1]
        packed = gzip.compress(ndjson([{"ifa": ifa} for ifa in second]))
        answer = self.upload("listed", packed, {"Content-Encoding": "gzip"})
        self.assert_uploaded("listed", answer, len(second), len(second))
        for ifa in (second[0], second[999], first[0]):
            self.assert_in("listed", ifa=ifa)
        for ifa in samples[1:]:
            self.assert_out("listed", ifa=ifa)

    def test_each_kind_of_line_is_a_member_and_a_bad_one_is_told(self) -> None:
        self.aim("mixed", members=[])
        mark = uuid.uuid4().hex
        ifa, plain, named = new_ifa(), f"plain-{mark}", f"named-{mark}"
        lines = (
            plain, '{"id":"%s"}' % named, '{"ifa":"%s"}' % ifa, '{"ifa":7}', '{"x',
            '{"eids":[{"source":"id.example","uids":[{"id":"%s"}]}]}' % mark)
        answer = self.upload("mixed", "".join(line + "\n" for line in lines).encode())
        self.assert_uploaded("mixed", answer, 6, 4)
        self.assertEqual([reason["line"] for reason in self.progress("mixed")["reasons"]], [4, 5])
        self.assert_in("mixed", ifa=ifa)
        self.assert_in("mixed", eid=("id.example", mark))
        # A customer of the list is found by what an event joins to the customer's id, later too.
        for customer in (plain, named):
            device = new_ifa()
            self.assert_out("mixed", ifa=device)
            self.send(event("login", {"id": customer, "ifa": device}))
            self.assert_in("mixed", ifa=device)

    def test_what_breaks_off_or_is_damaged_changes_nothing(self) -> None:
        self.aim("whole", members=[])
        kept, lost = new_ifa(), new_ifa()
        self.assert_uploaded("whole", self.upload("whole", ndjson([{"ifa": kept}])), 1, 1)
        packed = gzip.compress(ndjson([{"ifa": lost}] + [{"ifa": new_ifa()} for _ in range(5000)]))
        damaged = packed[:len(packed) // 2] + bytes(64) + packed[len(packed) // 2 + 64:]
        for body in (packed[:-100], damaged, b"no gzip"):
            answer = self.upload("whole", body, {"Content-Encoding": "gzip"})
            self.assertEqual(answer.status, 400, answer.body)
        self.assert_in("whole", ifa=kept)
        self.assert_out("whole", ifa=lost)

    def test_a_list_is_its_advertisers(self) -> None:
        self.aim("theirs", members=[])
        body = ndjson([{"ifa": new_ifa()}])
        self.assertEqual(self.upload("theirs", body, token=self.tokens[OTHER]).status, 404)
        self.assertLess(self.upload("theirs", body, token=self.tokens[ADVERTISER]).status, 300)

    def test_members_of_a_document_are_members(self) -> None:
        ifa, customer, device = new_ifa(), f"c-{uuid.uuid4()}", new_ifa()
        self.aim("inline", members=[customer, {"ifa": ifa}])
        self.assertTrue(eventually(lambda: self.price("inline", ifa=ifa) != PLAIN))
        self.send(event("login", {"id": customer, "ifa": device}))
        self.assert_in("inline", ifa=device)


class NetworkTests(AudienceCase):
    def test_an_address_of_the_list_is_in_the_audience(self) -> None:
        self.aim("offices", cidr=["203.0.113.16/28", "203.0.113.200", "2001:db8:5::/48"])
        for ip in ("203.0.113.16", "203.0.113.31", "203.0.113.200", "2001:db8:5::1", "2001:db8:5:ffff::9"):
            self.assert_in("offices", ip=ip)
        for ip in ("203.0.113.15", "203.0.113.32", "203.0.113.201", "2001:db8:6::1", "2001:db8:4:ffff::1"):
            self.assert_out("offices", ip=ip)
        self.assert_out("offices")

    def test_a_list_that_is_changed_holds_for_the_next_bid(self) -> None:
        self.aim("moving", cidr=["198.51.100.0/25"])
        self.assert_in("moving", ip="198.51.100.9")
        with self.service.control() as control:
            document = {"id": "moving", "advertiser": ADVERTISER, "cidr": ["198.51.100.128/25"]}
            answer = control.request("PUT", "/v1/audiences/moving", document, {"Content-Type": "application/json"})
            self.assertLess(answer.status, 300, answer.body)
        self.assertTrue(eventually(lambda: self.price("moving", ip="198.51.100.9") == PLAIN, 1))
        self.assert_in("moving", ip="198.51.100.129")


class HouseholdTests(AudienceCase):
    def views_from(self, ip: str, visitors: int) -> None:
        self.send(*(view({"ifa": new_ifa()}, ip=ip) for _ in range(visitors)))

    def test_where_nobody_is_named_the_household_counts(self) -> None:
        self.aim("home", viewed())
        for ip in ("192.0.2.61", "2001:db8:61::5"):
            with self.subTest(ip):
                self.assert_out("home", ip=ip)
                self.views_from(ip, 1)
                self.assert_in("home", ip=ip)
        self.assert_out("home", ip="192.0.2.62")
        # Without consent an address is no household.
        for regs in ({"gdpr": 1}, {"coppa": 1}, {"us_privacy": "1YYN"}):
            self.assert_out("home", ip="192.0.2.61", regs=regs)

    def test_an_address_of_many_visitors_is_nobodys_home(self) -> None:
        self.aim("crowd", viewed())
        self.views_from("192.0.2.71", STRANGERS)
        self.assert_out("crowd", ip="192.0.2.71")

    def test_an_event_without_consent_leaves_no_trace_at_the_address(self) -> None:
        self.aim("silent", viewed())
        unkept = view({"ifa": new_ifa()}, ip="192.0.2.81", consent={"gdpr": 1})
        answer = post_events(self.client, self.tokens[ADVERTISER], [unkept])
        self.assertEqual(answer.status, 200, answer.body)
        self.assert_out("silent", ip="192.0.2.81")


if __name__ == "__main__":
    unittest.main()
