"""What was injected and what was lost: tests hold what was acknowledged against the log and the books, a row each.

With $VENDUE_CRASH_TABLE rows are added to that file, and `crash_table.py FILE` prints them: see scripts/crash.
"""

import json
import os
import sys
import time
import unittest
from collections import Counter
from typing import Dict, Iterable, List, NamedTuple, Optional, Tuple

from load import Sent
from service import Service, eventually, run

Notice = Tuple[str, str]

COLUMNS = ("injected", "times", "seconds", "acknowledged", "lost", "twice", "books")


class Reckoning(NamedTuple):
    """What the log and the books of a running service have of the notices that it acknowledged."""

    acknowledged: int
    lost: List[Notice]
    twice: List[Notice]
    # `balanced`, or what is wrong with them.
    books: str

    @staticmethod
    def of(service: Service, acknowledged: Iterable[Notice]) -> "Reckoning":
        rows = service.log()
        taken = Counter((row["bid_id"], row["kind"]) for row in rows if row["kind"] != "bid")
        events = Counter(row["event_id"] for row in rows)
        twice = [notice for notice, count in taken.items() if count > 1]
        twice += [(id, "event_id") for id, count in events.items() if count > 1]
        notices = list(acknowledged)
        lost = [notice for notice in notices if taken[notice] == 0]
        bills = sum(row["price_micros"] for row in rows if row["kind"] == "billing")
        return Reckoning(len(notices), lost, twice, books(service, bills))


def books(service: Service, bills: int) -> str:
    """Whether the books balance, have spent what was billed, and can be worked out from the files alone.

    `bills` are CPMs in micros: a bill is of a thousandth.
    """
    verified = run("log", "verify", "--data", service.data)
    if verified.returncode != 0:
        return f"log verify: {(verified.stdout + verified.stderr).strip()[:200]}"
    expected = f"{bills / 1e9:.6f}"

    def settled() -> str:
        accounts = service.books()["accounts"]
        return f"{sum(float(account['settled']) for account in accounts if 'strategy' in account):.6f}"

    # The books follow the log.
    if not eventually(lambda: settled() == expected):
        return f"{settled()} settled of {expected} billed"
    found = service.books()
    unbalanced = [entry for kind in ("accounts", "exchanges") for entry in found[kind] if not entry["balanced"]]
    return f"not balanced: {unbalanced[:2]}" if unbalanced else "balanced"


class Row:
    """A row of one test, written when the test is over, however it ended."""

    def __init__(self, test: unittest.TestCase, injected: str):
        self.test = test
        self.injected = injected
        self.times = 0
        self.started = time.monotonic()
        self.found: Optional[Reckoning] = None
        self.skipped: Optional[str] = None
        test.addCleanup(self._write)

    def skip(self, why: str) -> None:
        """Ends the test; the table says why."""
        self.skipped = why
        print(f"\n{self.injected}: not tried, {why}", flush=True)
        self.test.skipTest(why)

    def reckon(self, service: Service, acknowledged: Iterable[Notice]) -> None:
        """Fails unless everything acknowledged is in the log once, and the log and the books agree."""
        found = Reckoning.of(service, acknowledged)
        self.found = found
        print(f"\n{self.injected}, {self.times} so far: {found.acknowledged} notices acknowledged, "
              f"{len(found.lost)} lost, {len(found.twice)} twice, books {found.books}", flush=True)
        self.test.assertEqual((found.lost[:3], found.twice[:3], found.books), ([], [], "balanced"), self.injected)

    def _write(self) -> None:
        path = os.environ.get("VENDUE_CRASH_TABLE")
        if not path:
            return
        seconds = round(time.monotonic() - self.started)
        row: Dict[str, object] = {"injected": self.injected, "times": self.times, "seconds": seconds}
        if self.found is not None:
            found = self.found
            row.update(
                acknowledged=found.acknowledged, lost=len(found.lost), twice=len(found.twice), books=found.books)
        elif self.skipped:
            row.update(skipped=True, books=f"not tried: {self.skipped}")
        else:
            row["books"] = "not reckoned: the test failed"
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")


def table(rows: List[Dict[str, object]]) -> str:
    """Columns as wide as what stands in them; numbers to the right."""
    lines = [COLUMNS] + [tuple(str(row.get(column, "-")) for column in COLUMNS) for row in rows]
    widths = [max(len(line[index]) for line in lines) for index in range(len(COLUMNS))]

    def text(line: Tuple[str, ...]) -> str:
        cells = [
            cell.ljust(width) if column in ("injected", "books") else cell.rjust(width)
            for cell, width, column in zip(line, widths, COLUMNS)]
        return "  ".join(cells).rstrip()

    return "\n".join(map(text, lines))


def again(service: Service, notices: Iterable[Sent]) -> Counter:
    """Sends notices once more, as exchanges do; the statuses of the answers."""
    statuses: Counter = Counter()
    with service.client() as client:
        for sent in notices:
            statuses[client.get(sent.path).status] += 1
    return statuses


def main() -> int:
    """1 where something was lost or nobody knows, 3 where something could not be tried here."""
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    print(table(rows))
    if any(row["books"] != "balanced" and "skipped" not in row or row.get("lost") or row.get("twice") for row in rows):
        return 1
    return 3 if not rows or any("skipped" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
