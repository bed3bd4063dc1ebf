"""What a disk, a scheduler or an operator may do to the running process: nothing acknowledged is lost, nothing twice.

The process is the real one; calls fail by strace's fault injection, on the log's files alone. Each test says in one line
what was injected and what was lost. $VENDUE_FAULTS is how many positions are tried, $VENDUE_FROZEN how many seconds the
process stands still.
"""

import os
import shutil
import signal
import subprocess
import time
import unittest
from collections import Counter
from typing import Dict, List, Tuple

import documents
from load import Load, Sent
from service import Service, eventually, executable, run, temporary_folder

POSITIONS = int(os.environ.get("VENDUE_FAULTS", "4"))
FROZEN_SECONDS = float(os.environ.get("VENDUE_FROZEN", "5"))


class FaultCase(unittest.TestCase):
    def setUp(self) -> None:
        self.service = self.make_service()
        self.service.start()
        self.addCleanup(self.service.kill)
        self.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("fault", cpm="5.00")])
        self.acknowledged: Dict[Tuple[str, str], Sent] = {}

    def make_service(self) -> Service:
        return Service(temporary_folder(self) / "data")

    def keep(self, load: Load) -> None:
        self.acknowledged.update(load.acknowledged)

    def check_books(self, *, after: str) -> None:
        """Everything acknowledged is in the log once, and the log and the books agree."""
        verified = run("log", "verify", "--data", self.service.data)
        self.assertEqual(verified.returncode, 0, f"{after}\n{verified.stdout}{verified.stderr}")
        taken = Counter((row["bid_id"], row["kind"]) for row in self.service.log() if row["kind"] != "bid")
        lost = [notice for notice in self.acknowledged if taken[notice] == 0]
        twice = [notice for notice, count in taken.items() if count > 1]
        print(f"\n{after}: {len(self.acknowledged)} notices acknowledged, {len(lost)} lost, {len(twice)} twice",
              flush=True)
        self.assertEqual((lost[:3], twice[:3]), ([], []), after)
        self.assertTrue(all(account["balanced"] for account in self.service.books()["accounts"]), after)


@unittest.skipUnless(shutil.which("strace"), "strace is not installed")
class DiskFaultTests(FaultCase):
    def test_a_failed_sync_ends_the_process_and_loses_nothing(self) -> None:
        for position in range(1, POSITIONS + 1):
            self.inject(f"fdatasync:error=EIO:when={position * 3}", f"fdatasync {position * 3} failed with EIO")

    def test_a_failed_write_ends_the_process_and_loses_nothing(self) -> None:
        for position in range(1, POSITIONS + 1):
            self.inject(f"pwrite64:error=ENOSPC:when={position * 3}", f"write {position * 3} failed with ENOSPC")

    def test_syncs_that_fail_from_some_moment_on(self) -> None:
        self.inject("fdatasync:error=EIO:when=2+", "every fdatasync from the second on failed with EIO")

    def inject(self, what: str, after: str) -> None:
        """Makes calls on the log fail under load; the process must end by itself, with status 1."""
        # The segment is there once something was written.
        first = Load(self.service, threads=1).start()
        self.assertTrue(eventually(lambda: len(first.acknowledged) > 5))
        first.finish()
        self.keep(first)
        paths: List[str] = []
        for path in (self.service.data / "log").glob("*.vlog"):
            paths += ["-P", str(path)]
        call = what.split(":")[0]
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", "/dev/null", *paths, "-e", f"trace={call}", "-e", f"inject={what}",
             "-p", str(self.service.process.pid)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, tracer)
        # Whether it may be traced at all is the machine's to say.
        time.sleep(0.5)
        if tracer.poll() is not None:
            self.skipTest(f"strace cannot attach here: {tracer.stderr.read().strip()[:200]}")
        load = Load(self.service).start()
        ended = eventually(lambda: not self.service.is_running, 20)
        load.finish()
        self.end(tracer)
        self.assertTrue(ended, f"{after}: the process goes on")
        self.assertEqual(self.service.wait(1), 1, f"{after}\n{self.service.tail()}")
        self.keep(load)
        self.service.start()
        self.check_books(after=after)

    @staticmethod
    def end(tracer: "subprocess.Popen[str]") -> None:
        if tracer.poll() is None:
            tracer.terminate()
        tracer.wait(10)
        tracer.stderr.close()


class FrozenTests(FaultCase):
    def test_a_process_that_stands_still_for_a_while_goes_on_as_if_nothing_had_been(self) -> None:
        load = Load(self.service).start()
        time.sleep(1)
        self.service.process.send_signal(signal.SIGSTOP)
        time.sleep(FROZEN_SECONDS)
        before = len(load.acknowledged)
        self.service.process.send_signal(signal.SIGCONT)
        self.assertTrue(eventually(lambda: len(load.acknowledged) > before + 50, 15), "it takes no notices afterwards")
        load.finish()
        self.assertEqual(load.broken, [])
        self.keep(load)
        self.check_books(after=f"stopped for {FROZEN_SECONDS:.0f} s")


class SecondProcessTests(FaultCase):
    def test_a_second_process_on_one_directory_is_refused(self) -> None:
        second = subprocess.run(
            [executable(), "serve", "--data", str(self.service.data), "--bid", "127.0.0.1:0", "--control", "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
        self.assertEqual(second.returncode, 2, second.stderr)
        self.assertIn(str(self.service.data), second.stderr)
        load = Load(self.service).start()
        time.sleep(0.5)
        load.finish()
        self.keep(load)
        self.assertGreater(len(self.acknowledged), 20)
        self.check_books(after="a second process was started")


if __name__ == "__main__":
    unittest.main()
