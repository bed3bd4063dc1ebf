"""Registering: what changes takes effect within a second, what is broken is named whole, what is bought stays bought."""

import json
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List, Optional

import documents
from documents import ADVERTISER, EXCHANGE, bid_request, filled
from service import Answer, Service, ServiceCase, run, temporary_folder

EFFECT_SECONDS = 1.0
JSON = {"Content-Type": "application/json"}

BROKEN_YAML = """\
id: broken
advertiser: acme
bidder: flat-price
terms: { cpm: "2.50" }
budget:
  dayly: "10.00"
creatives:
  - id: b
    adomain: [acme.example]
    landing: https://acme.example/
    banner: { w: 300, h: tall, html: x }
"""
SOUND_YAML = """\
advertisers:
  - id: yaml-advertiser
    name: From a file
strategies:
  - id: yaml-strategy
    advertiser: yaml-advertiser
    bidder: flat-price
    terms: { cpm: "4.00" }
    targeting: { domain: [yaml.example] }
    creatives:
      - id: b
        adomain: [acme.example]
        landing: https://acme.example/
        banner: { html: "<a href=\\"{click}\\">x</a>" }
"""


class ControlCase(ServiceCase):
    @classmethod
    def prepare(cls) -> None:
        cls.service.register(advertisers=[documents.advertiser()], exchanges=[documents.exchange()])

    def setUp(self) -> None:
        super().setUp()
        self.control = self.service.control()
        self.addCleanup(self.control.close)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        fields = dict(JSON) if body is not None else {}
        fields.update({name.replace("_", "-"): value for name, value in headers.items()})
        return self.control.request(method, path, body, fields)

    def price(self, domain: str) -> Optional[float]:
        """What is bid on a domain; None for no bid."""
        answer = self.client.bid(EXCHANGE, bid_request(site={"domain": domain}))
        self.assertIn(answer.status, (200, 204))
        return answer.bids[0]["price"] if answer.status == 200 else None

    def assert_soon(self, price: Optional[float], domain: str) -> None:
        """Within a second of now, and from then on on every loop."""
        end = time.monotonic() + EFFECT_SECONDS
        while self.price(domain) != price:
            self.assertLess(time.monotonic(), end, f"still {self.price(domain)} instead of {price}")
            time.sleep(0.01)
        for _ in range(8):
            with self.service.client() as other:
                answer = other.bid(EXCHANGE, bid_request(site={"domain": domain}))
                self.assertEqual(answer.bids[0]["price"] if answer.status == 200 else None, price, "another loop")


class ChangeTests(ControlCase):
    def test_every_change_takes_effect_within_a_second(self) -> None:
        domain = "change.example"
        path = "/v1/strategies/changing"
        document = documents.strategy("changing", cpm="2.00", targeting={"domain": [domain]})
        self.assertIsNone(self.price(domain))
        self.assertEqual(self.call("POST", "/v1/strategies", document).status, 201)
        self.assert_soon(2.0, domain)
        self.assertEqual(self.call("POST", f"{path}/pause").status, 200)
        self.assert_soon(None, domain)
        self.assertEqual(self.call("POST", f"{path}/resume").status, 200)
        self.assert_soon(2.0, domain)
        seen = self.call("GET", path).headers["etag"]
        patched = self.call("PATCH", path, {"terms": {"cpm": "3.50"}}, If_Match=seen)
        self.assertEqual(patched.status, 200, patched.body)
        self.assertNotEqual(patched.headers["etag"], seen)
        self.assert_soon(3.5, domain)
        self.assertEqual(self.call("PATCH", path, {"terms": {"cpm": "9.99"}}, If_Match=seen).status, 412)
        self.assertEqual(self.price(domain), 3.5)
        self.assertEqual(self.call("PUT", path, {**document, "terms": {"cpm": "1.00"}}).status, 200)
        self.assert_soon(1.0, domain)
        self.assertEqual(self.call("DELETE", path).status, 204)
        self.assert_soon(None, domain)
        self.assertEqual(self.call("GET", path).status, 404)

    def test_a_key_makes_a_repeat_harmless(self) -> None:
        document = documents.strategy("keyed", targeting={"domain": ["keyed.example"]})
        first = self.call("POST", "/v1/strategies", document, Idempotency_Key="k-1")
        again = self.call("POST", "/v1/strategies", document, Idempotency_Key="k-1")
        self.assertEqual((first.status, again.status, again.body), (201, 201, first.body))
        self.assertEqual(self.call("POST", "/v1/strategies", document).status, 409)

    def test_many_at_once_have_an_answer_each(self) -> None:
        good = [documents.strategy(f"bulk-{number}", targeting={"domain": ["bulk.example"]}) for number in range(3)]
        lines = [json.dumps(good[0]), '{"id":"bulk-broken"}', "no json", json.dumps(good[1]), json.dumps(good[2])]
        answer = self.control.request(
            "POST", "/v1/strategies", "\n".join(lines), {"Content-Type": "application/x-ndjson"})
        self.assertEqual(answer.status, 200, answer.body)
        answers = [json.loads(line) for line in answer.body.decode().splitlines()]
        self.assertEqual([entry["status"] // 100 for entry in answers], [2, 4, 4, 2, 2])
        self.assertTrue(answers[1]["faults"])
        self.assert_soon(5.0, "bulk.example")

    def test_pages_hold_everything_once(self) -> None:
        for number in range(5):
            self.assertEqual(self.call("POST", "/v1/advertisers", documents.advertiser(f"page-{number}")).status, 201)
        seen: List[str] = []
        cursor = ""
        while True:
            page = self.call("GET", f"/v1/advertisers?limit=2{cursor}").json
            seen += [item["id"] for item in page["items"]]
            if not page.get("next"):
                break
            cursor = f"&cursor={page['next']}"
        self.assertEqual(len(seen), len(set(seen)))
        self.assertLessEqual({f"page-{number}" for number in range(5)}, set(seen))


class FaultTests(ControlCase):
    def test_all_faults_of_a_strategy_come_at_once_with_pointers_and_hints(self) -> None:
        broken = documents.strategy("broken", [documents.banner("b"), {"id": "c"}], cpm="two", colour="red")
        broken["budget"] = {"dayly": "1.00", "total": "ten"}
        broken["targeting"] = {"contry": ["USA"]}
        broken["bidder"] = "flat-prize"
        answer = self.call("POST", "/v1/strategies", broken)
        self.assertEqual(answer.status, 422, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/problem+json")
        faults = {fault["pointer"]: fault for fault in answer.json["faults"]}
        for pointer, word in {
            "/budget/dayly": "daily", "/budget/total": "", "/targeting/contry": "country", "/bidder": "flat-price",
            "/colour": "", "/creatives/1/adomain": "", "/creatives/1/landing": "",
        }.items():
            self.assertIn(pointer, faults, sorted(faults))
            said = str(faults[pointer].get("hint")) + faults[pointer]["message"]
            self.assertIn(word, said, f"the nearest name is missing: {faults[pointer]}")
        self.assertTrue(all(fault.get("hint") for fault in faults.values()), [
            fault for fault in faults.values() if not fault.get("hint")])
        self.assertEqual(self.call("GET", "/v1/strategies/broken").status, 404)

    def test_terms_are_checked_too(self) -> None:
        for terms in ({}, {"cpm": "two"}, {"cpm": "-1"}, {"cpm": "1.00", "cpn": "2"}, {"cpm": 1e400}, "x", None):
            document = {**documents.strategy("terms"), "terms": terms}
            answer = self.call("POST", "/v1/strategies", json.dumps(document).replace("Infinity", "1e400"))
            self.assertIn(answer.status, (400, 422), terms)
            self.assertTrue(answer.json["faults"][0]["pointer"].startswith("/terms") or answer.status == 400, answer.body)

    def test_a_body_that_is_no_json_is_400_with_its_place(self) -> None:
        answer = self.call("POST", "/v1/strategies", '{"id": "x",\n  "advertiser" "acme"}')
        self.assertEqual((answer.status, answer.headers["content-type"]), (400, "application/problem+json"))
        self.assertEqual(answer.json["faults"][0]["line"], 2)

    def test_without_a_right_token_everything_is_401(self) -> None:
        for given in (None, "Bearer x", "Bearer ", "Basic abc", self.service.token, f"Bearer {self.service.token}x"):
            for method, path in (("GET", "/v1/strategies"), ("POST", "/v1/strategies"), ("GET", "/v1/books"),
                                 ("DELETE", f"/v1/advertisers/{ADVERTISER}"), ("GET", "/v1/tokens")):
                with self.subTest(given=given and given[:10], path=path):
                    with Service.client(self.service) as bare:
                        bare.host, bare.port = self.service.control_address
                        headers = {"Authorization": given} if given else {}
                        answer = bare.request(method, path, None, headers)
                    self.assertEqual(answer.status, 401)
                    self.assertEqual(answer.headers["content-type"], "application/problem+json")
                    self.assertIn("Bearer", answer.headers.get("www-authenticate", ""))
        self.assertEqual(self.call("GET", f"/v1/advertisers/{ADVERTISER}").status, 200)

    def test_the_operator_token_is_for_its_owner_alone(self) -> None:
        mode = (self.service.data / "operator.token").stat().st_mode & 0o777
        self.assertEqual(mode, 0o600)

    def test_figures_and_health(self) -> None:
        metrics = self.call("GET", "/metrics")
        self.assertEqual(metrics.status, 200)
        self.assertRegex(metrics.body.decode(), r"(?m)^vendue_\w+(\{[^}]*\})? \d")
        self.assertIn("paths", self.call("GET", "/openapi.json").json)
        for client in (self.client, self.control):
            for path in ("/health/live", "/health/ready", "/status"):
                self.assertEqual(client.request("GET", path).status, 200, path)


class CommandTests(ControlCase):
    def file(self, name: str, text: str) -> str:
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def test_check_names_file_line_and_column_of_every_fault(self) -> None:
        path = self.file("broken.yaml", BROKEN_YAML)
        result = run("check", path)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        said = result.stdout + result.stderr
        self.assertRegex(said, rf"{path}:6:\d+.*/budget/dayly")
        self.assertRegex(said, rf"{path}:11:\d+.*/creatives/0/banner/h")
        self.assertIn("daily", said)
        self.assertEqual(run("check", self.file("no.yaml", "id: [1,\n b")).returncode, 1)
        self.assertEqual(run("check", self.file("sound.yaml", SOUND_YAML)).returncode, 0)
        self.assertEqual(run("check", str(self.folder / "missing.yaml")).returncode, 2)
        self.assertEqual(run("check").returncode, 2)

    def test_apply_registers_and_replaces(self) -> None:
        host, port = self.service.control_address
        flags = ["--control", f"{host}:{port}", "--token", self.service.token]
        self.assertNotEqual(run("apply", self.file("broken.yaml", BROKEN_YAML), *flags).returncode, 0)
        for price, text in ((4.0, SOUND_YAML), (6.0, SOUND_YAML.replace("4.00", "6.00"))):
            result = run("apply", self.file("sound.yaml", text), *flags)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assert_soon(price, "yaml.example")
        wrong = run("apply", self.file("sound.yaml", SOUND_YAML), *flags[:-1], "vendue_wrong")
        self.assertNotEqual(wrong.returncode, 0)

    def test_every_subcommand_has_help_with_an_example(self) -> None:
        for name in ("serve", "demo", "check", "apply", "log", "doctor", "version"):
            result = run(name, "--help")
            self.assertEqual(result.returncode, 0, name)
            if name != "version":
                self.assertIn("xample", result.stdout, name)
        self.assertEqual(run("serve", "--bid", "nonsense").returncode, 2)
        self.assertEqual(run("nonsense").returncode, 2)


class RestartTests(unittest.TestCase):
    """A budget of ten cents at a CPM of five dollars buys twenty impressions, however often the service restarts."""

    def setUp(self) -> None:
        self.service = Service(temporary_folder(self) / "data").start()
        self.addCleanup(self.service.kill)
        self.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("small", cpm="5.00", budget={"total": "0.10", "pacing": "asap"})])

    def restart(self) -> None:
        self.assertEqual(self.service.stop(), 0)
        self.service.start()

    def buy(self, bills: bool) -> int:
        """Bids until there is none."""
        bought = 0
        with self.service.client() as client:
            refused = 0
            for number in range(200):
                answer = client.bid(EXCHANGE, bid_request(id=f"a-{number}"))
                if answer.status == 204:
                    # Of a small budget the next bid may have to wait until the log holds the one before.
                    refused += 1
                    if refused == 8:
                        break
                    time.sleep(0.01)
                    continue
                refused = 0
                bought += 1
                if bills:
                    self.assertEqual(client.get(filled(answer.bids[0]["burl"], "5.00")).status, 204)
        return bought

    def test_what_was_billed_is_not_spent_again(self) -> None:
        bought = self.buy(bills=True)
        self.assertIn(bought, range(15, 21))
        token = self.service.token
        for _ in range(2):
            self.restart()
            self.assertEqual(self.service.token, token)
            with self.service.control() as control:
                self.assertEqual(control.request("GET", "/v1/strategies/small").status, 200)
            self.assertEqual(self.buy(bills=True), 20 - bought)
            bought = 20
            account: Dict[str, Any] = self.service.account("small")
            self.assertEqual((float(account["settled"]), account["balanced"]), (0.1, True))
        self.assertEqual(len(self.service.log("billings")), 20)
        self.assertEqual(run("log", "verify", "--data", self.service.data).returncode, 0)

    def test_many_at_once_cannot_overspend(self) -> None:
        with ThreadPoolExecutor(16) as pool:
            self.assertEqual(sum(pool.map(lambda _: self.buy(bills=False), range(16))), 20)

    def test_what_is_reserved_stays_reserved(self) -> None:
        # Bills of these may still come: bidding the money again would spend it twice.
        self.assertEqual(self.buy(bills=False), 20)
        self.restart()
        self.assertEqual(self.buy(bills=False), 0)


if __name__ == "__main__":
    unittest.main()
