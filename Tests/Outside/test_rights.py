"""What an advertiser and the operator are told of one person, who may erase, and what a damaged log makes of it."""

import json
import unittest
import uuid
from typing import Any, Dict, List
from urllib.parse import parse_qs, urlsplit

from audience import OTHER, AudienceCase, event, new_ifa, of, post_events, view, viewed
from documents import ADVERTISER, EXCHANGE
from openrtb_markup import Tags
from service import eventually

OWN_MEMBERS = {"opted_out", "audiences", "acts", "unreadable"}


def types(export: Dict[str, Any]) -> List[str]:
    return sorted(act["type"] for act in export["acts"])


class RightsTests(AudienceCase):
    def person(self) -> Dict[str, str]:
        """Somebody of whom two advertisers and the operator have told."""
        who = {ADVERTISER: f"c-{uuid.uuid4()}", OTHER: f"d-{uuid.uuid4()}", "ifa": new_ifa()}
        self.send(view({"id": who[ADVERTISER], "ifa": who["ifa"]}), event("traits", {"ifa": who["ifa"]}))
        self.send(event("cart", {"id": who[OTHER], "ifa": who["ifa"]}), advertiser=OTHER)
        answer = post_events(self.client, self.service.token, [event("login", {"ifa": who["ifa"]})])
        self.assertEqual((answer.status, answer.json["accepted"]), (200, 1), answer.body)
        return who

    def test_an_advertiser_is_told_what_is_its_own(self) -> None:
        self.aim("rights-mine", viewed())
        self.aim("rights-theirs", {"event": "cart"}, advertiser=OTHER)
        who = self.person()
        for advertiser, audience, acts in (
            (ADVERTISER, "rights-mine", ["traits", "view"]), (OTHER, "rights-theirs", ["cart"]),
        ):
            with self.subTest(advertiser):
                answer = self.visitor(f"own:{advertiser}:{who[advertiser]}", token=self.tokens[advertiser])
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual(set(answer.json), OWN_MEMBERS)
                self.assertEqual(types(answer.json), acts)
                self.assertEqual([entry["id"] for entry in answer.json["audiences"]], [audience])
                self.assertEqual(answer.json["unreadable"], [])
        whole = self.visitor(f"ifa:{who['ifa']}").json
        self.assertEqual(types(whole), ["cart", "login", "traits", "view"])
        self.assertLessEqual({"rights-mine", "rights-theirs"}, {entry["id"] for entry in whole["audiences"]})
        self.assertGreater(set(whole), OWN_MEMBERS)

    def test_an_advertiser_erases_nobody(self) -> None:
        who = self.person()
        own = f"own:{ADVERTISER}:{who[ADVERTISER]}"
        refused = self.visitor(own, "DELETE", self.tokens[ADVERTISER])
        self.assertEqual(refused.status, 403, refused.body)
        self.assertIn("operator", refused.json["detail"])
        self.assertEqual(len(self.acts(f"ifa:{who['ifa']}")), 4)
        self.erase(own)
        self.assertEqual(self.visitor(f"ifa:{who['ifa']}").status, 404)

    def test_another_advertisers_click_joins_nobody(self) -> None:
        self.aim("clicked", viewed())
        ifa = new_ifa()
        self.send(view({"ifa": ifa}))
        click = self.click(ifa)
        stranger = f"d-{uuid.uuid4()}"
        for token, accepted in ((self.tokens[OTHER], 0), (self.tokens[ADVERTISER], 1), (self.service.token, 1)):
            told = {"type": "login", "click": click}
            if token == self.tokens[OTHER]:
                told["visitor"] = {"id": stranger}
            answer = post_events(self.client, token, [told])
            self.assertEqual((answer.status, answer.json["accepted"]), (200, accepted), answer.body)
            for refused in answer.json["refused"]:
                self.assertTrue(refused["reason"].startswith("click:"), refused)
        self.assertEqual(self.visitor(f"own:{OTHER}:{stranger}").status, 404)
        self.assertEqual(types(self.visitor(f"ifa:{ifa}").json), ["click", "login", "login", "view"])

    def click(self, ifa: str) -> str:
        """The `vclick` of a click on an ad for somebody."""
        (bid,) = self.client.bid(EXCHANGE, of("clicked.example", ifa=ifa)).bids
        landing = self.client.get(Tags(bid["adm"]).urls["a"][0]).headers["location"]
        self.assertTrue(eventually(lambda: "click" in types(self.visitor(f"ifa:{ifa}").json)))
        return parse_qs(urlsplit(landing).query)["vclick"][0]


class DamagedLogTests(AudienceCase):
    def test_a_damaged_log_is_said_with_its_segment(self) -> None:
        ifa = new_ifa()
        self.send(view({"ifa": ifa}), view({"ifa": ifa}))
        self.assertEqual(len(self.acts(f"ifa:{ifa}")), 2)
        segment = sorted((self.service.data / "log").glob("*.vlog"))[-1]
        # Within the first record.
        place = 100
        with open(segment, "r+b") as file:
            file.seek(place)
            byte = file.read(1)
            file.seek(place)
            file.write(bytes([byte[0] ^ 0xFF]))
        answer = self.visitor(f"ifa:{ifa}")
        self.assertEqual(answer.status, 500, answer.body)
        self.assertIn(segment.name, json.loads(answer.body)["detail"])
        with open(segment, "r+b") as file:
            file.seek(place)
            file.write(byte)
        self.assertEqual(len(self.acts(f"ifa:{ifa}")), 2)


if __name__ == "__main__":
    unittest.main()
