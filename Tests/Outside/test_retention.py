"""A log of two months, of which `retention.log_days` keeps one: files go, and not one figure of the books changes."""

import re
import shutil
import time
import unittest
from collections import Counter
from pathlib import Path
from typing import Dict, Optional

import documents
from audience import event, new_ifa, post_events
from load import Load
from service import Service, eventually, run, temporary_folder

FAKE_TIME = next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)
PRICE = "2.00"
LOG = {"segment_mb": 1, "free_mb": 0, "reserve_mb": 0}


def start(service: Service, days_ago: int = 0) -> None:
    service.variables = {} if days_ago == 0 else {
        "LD_PRELOAD": str(FAKE_TIME), "FAKETIME": f"-{days_ago}d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    service.start()


def segments_of(service: Service) -> "list[str]":
    return sorted(path.name for path in (service.data / "log").glob("*.vlog"))


def load(service: Service, segments: int) -> Load:
    """Bids and notices for a second, and until so many segments are there."""
    load = Load(service, price=PRICE).start()
    time.sleep(1)
    grown = eventually(lambda: len(segments_of(service)) >= segments, 90, 0.1)
    load.finish()
    assert grown, f"{segments_of(service)} after {load.bids} bids"
    return load


class RetentionTests(unittest.TestCase):
    """Each test on a copy of one directory: two old segments, a crash among them, and what happened today."""

    origin: Path
    today: Load

    @classmethod
    def setUpClass(cls) -> None:
        if FAKE_TIME is None:
            raise unittest.SkipTest("faketime is not installed: nothing is old")
        cls.origin = temporary_folder(cls) / "data"
        service = Service(cls.origin, {"log": LOG})
        cls.addClassCleanup(service.kill)
        start(service, days_ago=60)
        service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("kept", [documents.banner()], cpm="5.00", budget={"total": "9000"})])
        load(service, segments=2)
        service.kill()
        start(service, days_ago=45)
        load(service, segments=3)
        assert service.stop() == 0
        start(service)
        cls.today = load(service, segments=3)
        assert service.stop() == 0

    def setUp(self) -> None:
        data = temporary_folder(self) / "data"
        shutil.copytree(self.origin, data)
        self.service = Service(data, {"log": LOG})
        self.addCleanup(self.service.kill)

    def segments(self) -> "list[str]":
        return segments_of(self.service)

    def checkpoints(self) -> "list[str]":
        return sorted(path.name for path in (self.service.data / "log").glob("*.checkpoint"))

    def figure(self, name: str) -> float:
        with self.service.control() as control:
            text = control.request("GET", "/metrics").body.decode()
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE).group(1))

    def settled_books(self) -> Dict[str, dict]:
        """The books once nothing in them moves any more but by new events."""
        return {
            kind: [
                {key: value for key, value in entry.items() if key not in ("held", "left", "slice", "unlogged")}
                for entry in entries
            ] if isinstance(entries, list) else entries
            for kind, entries in self.service.books().items()
        }

    def verify(self) -> str:
        verified = run("log", "verify", "--data", self.service.data)
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        return verified.stdout

    def table(self, verified: str) -> "list[str]":
        """What verify says of accounts and exchanges."""
        return [line for line in verified.splitlines() if line.startswith(("strategy ", "advertiser ", "exchange "))]

    def test_old_segments_go_and_the_books_stay(self) -> None:
        before = self.table(self.verify())
        rows = Counter(row["event_id"] for row in self.service.log())
        segments = self.segments()
        self.service.start()
        books = self.settled_books()
        self.assertEqual(self.service.stop(), 0)

        self.service.config = {"log": LOG, "retention": {"log_days": 32}}
        self.service.start()
        dropped = eventually(lambda: self.figure("vendue_log_dropped_segments_total"), 30, 0.2)
        self.assertGreaterEqual(dropped, 2, self.service.tail())
        self.assertEqual(self.figure("vendue_log_retention_failures_total"), 0, self.service.tail())
        self.assertEqual(len(self.checkpoints()), 1)
        self.assertEqual(self.segments()[:1], segments[int(dropped):int(dropped) + 1])
        self.assertEqual(self.settled_books(), books)
        kept = self.verify()
        through = int(self.figure("vendue_log_dropped_through"))
        self.assertIn(f"books from record {through + 1} on a checkpoint of records 1 to {through}", kept)
        self.assertEqual(self.table(kept), before)
        self.assertIn(f"records 1 to {through}", self.service.errors.read_text())
        left = Counter(row["event_id"] for row in self.service.log())
        self.assertTrue(left and left <= rows and len(left) < len(rows))
        print(f"\nretention: {int(dropped)} of {len(segments)} segments dropped, {through} of "
              f"{through + len(left)} records, books as before", flush=True)

        # The start that finds a checkpoint, after a crash.
        self.service.kill()
        self.service.start()
        self.assertEqual(self.settled_books(), books)
        # What came today is known: a repeat is answered, and is there once.
        with self.service.client() as client:
            for sent in list(self.today.acknowledged.values())[-300:]:
                self.assertIn(client.request("GET", sent.path).status, (200, 204, 302))
        self.assertEqual(Counter(row["event_id"] for row in self.service.log()), left)
        self.assertEqual(self.service.stop(), 0)
        self.assertEqual(self.table(self.verify()), before)

    def test_an_operator_trims_by_hand(self) -> None:
        self.service.start()
        self.assert_trim("another vendue runs", 60, running=True)
        self.assertEqual(self.service.stop(), 0)
        before = self.table(self.verify())
        segments = self.segments()
        # What notices are told from is not lost by mistake.
        self.assert_trim("--forget-notices", 31)
        self.assert_trim("no time", None)
        self.assertEqual(self.segments(), segments)
        done = run("log", "trim", "--older-than", "50d", "--data", self.service.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("stands for records 1 to", done.stdout)
        first = len(segments) - len(self.segments())
        self.assertGreater(first, 0)
        done = run("log", "trim", "--older-than", "32d", "--data", self.service.data)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertGreater(len(segments) - len(self.segments()), first)
        self.assertEqual(len(self.checkpoints()), 1)
        self.assertEqual(self.table(self.verify()), before)
        doctor = run("doctor", "--data", self.service.data)
        self.assertIn("a sound checkpoint stands for records 1 to", doctor.stdout + doctor.stderr)
        self.service.start()
        self.assertEqual(self.service.stop(), 0)

    def test_a_checkpoint_that_is_missing_or_damaged_refuses_the_start(self) -> None:
        self.assertEqual(run("log", "trim", "--older-than", "32d", "--data", self.service.data).returncode, 0)
        path = self.service.data / "log" / self.checkpoints()[0]
        sound = path.read_bytes()
        path.write_bytes(sound[:-1] + bytes([sound[-1] ^ 1]))
        self.assert_refused(path.name)
        path.unlink()
        self.assert_refused("no checkpoint stands for them")
        path.write_bytes(sound)
        self.service.start()
        self.assertEqual(self.service.stop(), 0)

    def assert_trim(self, words: str, days: Optional[int], running: bool = False) -> None:
        age = "soon" if days is None else f"{days}d"
        refused = run("log", "trim", "--older-than", age, "--data", self.service.data)
        self.assertNotEqual(refused.returncode, 0, refused.stdout)
        self.assertIn(words, refused.stderr)
        self.assertEqual(self.service.is_running, running)

    def assert_refused(self, words: str) -> None:
        with self.assertRaises(AssertionError) as refused:
            self.service.start()
        self.assertIn(words, str(refused.exception))
        verified = run("log", "verify", "--data", self.service.data)
        self.assertNotEqual(verified.returncode, 0)
        self.assertIn(words, verified.stdout + verified.stderr)


class VisitorRetentionTests(unittest.TestCase):
    """What old records say of visitors goes only when a snapshot has it."""

    def test_visitors_outlive_the_records_about_them(self) -> None:
        if FAKE_TIME is None:
            self.skipTest("faketime is not installed: nothing is old")
        service = Service(temporary_folder(self) / "data", {"log": LOG})
        self.addCleanup(service.kill)
        start(service, days_ago=60)
        service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("kept", [documents.banner()], cpm="5.00")])
        known, erased = new_ifa(), new_ifa()
        self.tell(service, known)
        load(service, segments=2)
        service.kill()
        before = segments_of(service)
        self.assertIn("is about a visitor, and no snapshot has it yet", self.trim(service))
        self.assertEqual(segments_of(service), before)

        # To erase somebody makes a snapshot at once.
        start(service)
        self.tell(service, erased)
        self.assertEqual(self.visitor(service, erased, "DELETE"), 204)
        self.assertTrue(eventually(lambda: self.snapshots(service), 20), service.tail())
        self.assertEqual(service.stop(), 0)
        self.assertIn("stands for records 1 to", self.trim(service))
        self.assertLess(len(segments_of(service)), len(before))

        start(service)
        self.assertEqual(self.visitor(service, known), 200)
        self.assertEqual(self.visitor(service, erased), 404)
        self.assertEqual(service.stop(), 0)

        # Without the snapshot nobody would know of them any more, and of who opted out.
        aside = service.data / "aside"
        shutil.copytree(service.data / "audience", aside)
        for path in self.snapshots(service):
            path.unlink()
        with self.assertRaises(AssertionError) as refused:
            service.start()
        self.assertIn("the log was trimmed", str(refused.exception))
        shutil.rmtree(service.data / "audience")
        aside.rename(service.data / "audience")
        service.start()
        self.assertEqual(self.visitor(service, known), 200)
        self.assertEqual(service.stop(), 0)

    def tell(self, service: Service, ifa: str) -> None:
        with service.client() as client:
            answer = post_events(client, service.token, [event("login", {"ifa": ifa})])
        self.assertEqual((answer.status, answer.json["accepted"]), (200, 1), answer.body)

    def visitor(self, service: Service, ifa: str, method: str = "GET") -> int:
        with service.control() as control:
            return control.request(method, f"/v1/visitors/ifa:{ifa}").status

    def snapshots(self, service: Service) -> "list[Path]":
        return [path for path in (service.data / "audience").iterdir() if path.suffix in (".snapshot", ".histories")]

    def trim(self, service: Service) -> str:
        done = run("log", "trim", "--older-than", "32d", "--data", service.data)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout


if __name__ == "__main__":
    unittest.main()
