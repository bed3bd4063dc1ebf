"""What a disk, a scheduler or an operator may do to the running process: nothing acknowledged is lost, nothing twice.

The process is the real one; calls fail by strace's fault injection, on the log's files alone. Each test says what was
injected and what was lost. $VENDUE_FAULTS is how many positions are tried, each from the first call on; $VENDUE_FROZEN
how many seconds the process stands still.
"""

import os
import shutil
import signal
import subprocess
import time
import unittest
from typing import Dict, List, Tuple

import documents
from crash_table import Row, again
from load import Load, Sent
from service import ANSWER_SECONDS, Service, eventually, executable, temporary_folder

POSITIONS = int(os.environ.get("VENDUE_FAULTS", "4"))
FROZEN_SECONDS = float(os.environ.get("VENDUE_FROZEN", "5"))


class FaultCase(unittest.TestCase):
    def setUp(self) -> None:
        self.service = Service(temporary_folder(self) / "data")
        self.service.start()
        self.addCleanup(self.service.kill)
        self.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("fault", cpm="5.00")])
        self.acknowledged: Dict[Tuple[str, str], Sent] = {}

    def keep(self, load: Load) -> None:
        self.acknowledged.update(load.acknowledged)


class DiskFaultTests(FaultCase):
    def test_a_failed_sync_ends_the_process_and_loses_nothing(self) -> None:
        self.inject_each("fdatasync", "EIO")

    def test_a_failed_write_ends_the_process_and_loses_nothing(self) -> None:
        self.inject_each("pwrite64", "ENOSPC")

    def test_syncs_that_fail_from_some_moment_on(self) -> None:
        row = Row(self, "fdatasync fails with EIO from the second on")
        self.inject("fdatasync:error=EIO:when=2+", row)
        row.reckon(self.service, self.acknowledged)

    def inject_each(self, call: str, error: str) -> None:
        """Fails the first call, then, after a restart, the second, and so on."""
        row = Row(self, f"{call} n fails with {error}, n = 1 to {POSITIONS}")
        for position in range(1, POSITIONS + 1):
            self.inject(f"{call}:error={error}:when={position}", row)
            row.reckon(self.service, self.acknowledged)

    def inject(self, what: str, row: Row) -> None:
        """Makes calls on the log fail under load; the process must end by itself, with status 1, and starts again."""
        if not shutil.which("strace"):
            row.skip("strace is not installed")
        # The segment is there once something was written.
        first = Load(self.service, threads=1).start()
        self.assertTrue(eventually(lambda: len(first.acknowledged) > 5))
        first.finish()
        self.keep(first)
        tracer = self.trace(what, row)
        load = Load(self.service).start()
        ended = eventually(lambda: not self.service.is_running, 20)
        load.finish()
        self.end(tracer)
        self.assertTrue(ended, f"{what}: the process goes on")
        self.assertEqual(self.service.wait(1), 1, f"{what}\n{self.service.tail()}")
        row.times += 1
        self.keep(load)
        self.service.start()
        # Nobody knows whether these were taken; sent again, each is there once.
        unsure = load.unanswered + load.refused
        self.assertLessEqual(set(again(self.service, unsure)), {200, 204, 302}, what)
        self.acknowledged.update({(sent.bid_id, sent.kind): sent for sent in unsure})

    def trace(self, what: str, row: Row) -> "subprocess.Popen[str]":
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
            row.skip(f"strace cannot attach here: {tracer.stderr.read().strip()[:200]}")
        return tracer

    @staticmethod
    def end(tracer: "subprocess.Popen[str]") -> None:
        if tracer.poll() is None:
            tracer.terminate()
        tracer.wait(10)
        tracer.stderr.close()


class FrozenTests(FaultCase):
    def test_a_process_that_stands_still_for_a_while_goes_on_as_if_nothing_had_been(self) -> None:
        row = Row(self, f"SIGSTOP for {FROZEN_SECONDS:.0f} s under load")
        load = Load(self.service, patience=FROZEN_SECONDS + ANSWER_SECONDS).start()
        time.sleep(1)
        self.service.process.send_signal(signal.SIGSTOP)
        row.times += 1
        time.sleep(FROZEN_SECONDS)
        before = len(load.acknowledged)
        self.service.process.send_signal(signal.SIGCONT)
        self.assertTrue(eventually(lambda: len(load.acknowledged) > before + 50, 15), "it takes no notices afterwards")
        load.finish()
        self.assertEqual(load.broken, [])
        self.keep(load)
        row.reckon(self.service, self.acknowledged)


class SecondProcessTests(FaultCase):
    def test_a_second_process_on_one_directory_is_refused_under_load(self) -> None:
        row = Row(self, "a second process on the same directory")
        load = Load(self.service).start()
        time.sleep(0.5)
        second = subprocess.run(
            [executable(), "serve", "--data", str(self.service.data), "--bid", "127.0.0.1:0", "--control",
             "127.0.0.1:0"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False)
        row.times += 1
        time.sleep(0.5)
        load.finish()
        self.assertEqual(second.returncode, 2, second.stderr)
        self.assertIn(str(self.service.data), second.stderr)
        self.keep(load)
        self.assertEqual((load.broken, dict(load.ended_early)), ([], {}))
        self.assertGreater(len(self.acknowledged), 20)
        row.reckon(self.service, self.acknowledged)


if __name__ == "__main__":
    unittest.main()
