"""A disk filled to its last byte while money is on the way: bidding stops first, then notices, and none is lost.

The disk is a small tmpfs, which only root may mount, and the process the real one. Somebody else's file takes the room.
"""

import os
import re
import subprocess
import unittest
from pathlib import Path
from typing import Dict, List, Tuple

import documents
from audience import new_ifa, view
from crash_table import Row, again
from load import Load, Sent
from service import Client, Service, eventually, run, temporary_folder

MB = 1 << 20
DISK_MB = 48
SEGMENT_MB, FREE_MB, RESERVE_MB = 1, 8, 1
# Bids whose notices, four of some 180 bytes each, are more than the segment at hand and the reserve hold.
STOCK = 4000
RESTARTS = 3


class Disk:
    """A tmpfs, and a file on it that is nobody's here."""

    def __init__(self, path: Path):
        self.path = path
        self.filler = path / "filler"

    def mount(self) -> str:
        """Why it is refused, or nothing."""
        self.path.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(self.path)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        return "" if mounted.returncode == 0 else mounted.stderr.strip().split("\n")[0]

    def unmount(self) -> None:
        subprocess.run(["umount", "--lazy", str(self.path)], stdin=subprocess.DEVNULL, check=False)

    @property
    def free(self) -> int:
        figures = os.statvfs(self.path)
        return figures.f_bavail * figures.f_frsize

    def fill(self, leaving: int) -> None:
        """The filler takes all but so many bytes."""
        with open(self.filler, "ab") as file:
            while self.free > leaving:
                size = os.fstat(file.fileno()).st_size
                os.posix_fallocate(file.fileno(), size, self.free - leaving)

    def make_room(self) -> None:
        self.filler.unlink()


class Stock(Load):
    """Bids, and keeps what is to become of them."""

    def __init__(self, service: Service):
        super().__init__(service)
        self.kept: List[Sent] = []

    def _notify(self, client: Client, bid: Dict[str, str], count: int) -> bool:
        with self.lock:
            self.kept += self.notices(bid, count)
        return True


class Notices(Load):
    """Sends what was kept, until nothing is left."""

    def __init__(self, service: Service, kept: List[Sent]):
        super().__init__(service)
        self.kept = kept

    def _work(self, number: int) -> None:
        client = self.service.client()
        while not self.stopping.is_set():
            with self.lock:
                if not self.kept:
                    break
                sent = self.kept.pop()
            if not self._send(client, sent):
                return
        client.close()


class FullDiskTests(unittest.TestCase):
    def setUp(self) -> None:
        self.row = Row(self, f"tmpfs of {DISK_MB} MB filled to the last byte")
        folder = temporary_folder(self)
        self.disk = Disk(folder / "data")
        refusal = self.disk.mount()
        if refusal:
            self.row.skip(f"a tmpfs cannot be mounted here: {refusal}")
        self.addCleanup(self.disk.unmount)
        self.service = Service(
            folder / "data",
            {"log": {"segment_mb": SEGMENT_MB, "free_mb": FREE_MB, "reserve_mb": RESERVE_MB}}).start()
        self.addCleanup(self.service.kill)
        self.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("full", cpm="5.00")])
        self.acknowledged: Dict[Tuple[str, str], Sent] = {}

    def test_bidding_stops_then_notices_and_nothing_acknowledged_is_lost(self) -> None:
        stock = Stock(self.service).start()
        self.assertTrue(eventually(lambda: stock.bids >= STOCK, 60), f"{stock.bids} bids")
        stock.finish()
        self.fill_by_bidding()
        self.take_notices(stock.kept, 500)
        self.resume()
        self.fill_to_the_last_byte(stock.kept)
        self.start_without_room()
        self.disk.make_room()
        self.service.start()
        self.assertTrue(self.bids_within(5), "no bids after a restart with room")
        # Nobody knows whether these were taken; sent again, each is there once.
        self.assertLessEqual(set(again(self.service, self.unsure)), {200, 204, 302})
        self.row.reckon(self.service, [*self.acknowledged, *((sent.bid_id, sent.kind) for sent in self.unsure)])

    def fill_by_bidding(self) -> None:
        """Bids and notices take the rest of the room above the limit."""
        self.disk.fill(leaving=FREE_MB * MB + 2 * SEGMENT_MB * MB)
        self.assertEqual(self.metric('no_bids_total{reason="disk"}'), 0)
        load = Load(self.service).start()
        self.assertTrue(eventually(lambda: self.metric('no_bids_total{reason="disk"}') > 0, 60), "it goes on bidding")
        load.finish()
        self.acknowledged.update(load.acknowledged)
        self.assertGreater(load.bids, 100)
        self.assertLess(self.disk.free, FREE_MB * MB)
        self.assertEqual((self.metric("disk_has_room"), self.metric("disk_shortages_total")), (0, 1))
        self.assertEqual(self.readiness(), [503, 503])

    def take_notices(self, kept: List[Sent], count: int) -> None:
        """Notices land while nothing is bid."""
        before = self.counted()
        notices = Notices(self.service, [kept.pop() for _ in range(count)]).start()
        self.assertTrue(eventually(lambda: len(notices.acknowledged) == count, 30), notices.statuses)
        notices.finish()
        self.acknowledged.update(notices.acknowledged)
        self.assertTrue(eventually(lambda: self.counted() == before + count), "the books do not count them")
        self.assertEqual(self.bid_status(), 204)

    def resume(self) -> None:
        """With room again bidding goes on by itself."""
        self.disk.make_room()
        self.assertTrue(self.bids_within(5), "no bids with room again")
        self.assertEqual(self.readiness(), [200, 200])
        self.assertEqual(self.metric("disk_has_room"), 1)

    def fill_to_the_last_byte(self, kept: List[Sent]) -> None:
        """Notices land until the reserve is used up too; then the process ends."""
        self.assertEqual(self.metric("disk_reserve_bytes"), RESERVE_MB * MB)
        self.disk.fill(leaving=0)
        self.row.times += 1
        self.assertTrue(eventually(lambda: self.bid_status() == 204), "it bids on a full disk")
        self.refuse_strangers()
        notices = Notices(self.service, kept).start()
        self.assertTrue(eventually(lambda: self.metric("disk_reserve_bytes") == 0, 60), "the reserve is never used")
        acknowledged = len(notices.acknowledged)
        counted = self.counted()
        self.assertTrue(eventually(lambda: not self.service.is_running, 60), f"{len(kept)} left, {self.disk.free} free")
        notices.finish()
        self.assertEqual(self.service.wait(1), 1, self.service.tail())
        self.assertIn("No space left on device", self.service.tail())
        self.assertEqual(notices.broken, [])
        self.assertGreaterEqual(counted, acknowledged)
        last = len(notices.acknowledged) - acknowledged
        self.assertGreater(last, 500, "the reserve took hardly anything")
        self.acknowledged.update(notices.acknowledged)
        self.unsure = notices.unanswered + notices.refused
        print(f"\nfull disk: {acknowledged} notices taken before the reserve was used and {last} from it, "
              f"{len(notices.refused)} then refused and {len(notices.unanswered)} unanswered", flush=True)

    def refuse_strangers(self) -> None:
        """A first visitor's key finds no room: the event is refused, and nothing else comes of it."""
        with self.service.client() as client:
            answer = client.request("POST", "/v1/events", view({"ifa": new_ifa()}), {
                "Content-Type": "application/json", "Authorization": f"Bearer {self.service.token}"})
        self.assertEqual(answer.status, 503, answer.body)
        with self.service.control() as control:
            answer = control.request(
                "POST", "/v1/strategies", documents.strategy("late"), {"Content-Type": "application/json"})
        self.assertEqual((answer.status, "make room" in answer.json["detail"]), (503, True), answer.body)

    def start_without_room(self) -> None:
        """Whoever starts it again and again on the full disk loses nothing: it ends, or takes what finds room."""
        for _ in range(RESTARTS):
            try:
                self.service.start()
            except AssertionError:
                # Not even what a start writes found room.
                self.assertEqual(self.service.process.poll(), 1, self.service.tail())
                self.assertRegex(self.service.tail(3), "No space left on device|nearly full")
                continue
            self.assertEqual((self.bid_status(), self.readiness()), (204, [503, 503]))
            notices = Notices(self.service, list(self.unsure)).start()
            ended = eventually(lambda: not self.service.is_running or not notices.kept, 20)
            notices.finish()
            self.assertTrue(ended, "it neither takes notices nor ends")
            self.acknowledged.update(notices.acknowledged)
            self.service.kill()

    # What it says of itself.

    def metric(self, name: str) -> float:
        with self.service.control() as control:
            text = control.request("GET", "/metrics").body.decode()
        found = re.search(rf"^vendue_{re.escape(name)} (\S+)$", text, re.MULTILINE)
        return float(found.group(1)) if found else 0

    def counted(self) -> int:
        """Notices in the books."""
        kinds = ("wins", "billings", "losses", "impressions", "clicks")
        return sum(entry[kind] for entry in self.service.books()["delivery"] for kind in kinds)

    def readiness(self) -> List[int]:
        """Of the bid side and of the control side."""
        with self.service.client() as client, self.service.control() as control:
            return [side.request("GET", "/health/ready").status for side in (client, control)]

    def bid_status(self) -> int:
        with self.service.client() as client:
            return client.bid(documents.EXCHANGE, documents.bid_request()).status

    def bids_within(self, seconds: float) -> bool:
        return eventually(lambda: self.bid_status() == 200, seconds)


class FullStartTests(unittest.TestCase):
    """A start that finds no room after a stop in order."""

    def test_it_names_the_file_and_the_remedy_and_leaves_the_log_as_it_was(self) -> None:
        folder = temporary_folder(self)
        disk = Disk(folder / "data")
        refusal = disk.mount()
        if refusal:
            self.skipTest(f"a tmpfs cannot be mounted here: {refusal}")
        self.addCleanup(disk.unmount)
        service = Service(folder / "data").start()
        self.addCleanup(service.kill)
        self.assertEqual(service.stop(), 0)
        before = run("log", "verify", "--data", service.data).stdout
        disk.fill(leaving=0)
        failed = run("serve", "--data", service.data, "--bid", "127.0.0.1:0", "--control", "127.0.0.1:0", seconds=20)
        self.assertEqual(failed.returncode, 1, failed.stderr)
        self.assertRegex(failed.stderr, r"registry\.sqlite: its disk is full.*make room")
        self.assertEqual(run("log", "verify", "--data", service.data).stdout, before)


if __name__ == "__main__":
    unittest.main()
