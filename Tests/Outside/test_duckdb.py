"""The log as analysts read it: exports opened by DuckDB, its types and sums right without a word of help."""

import csv
import io
import json
import unittest
from pathlib import Path
from typing import Any, Dict, List

import duckdb

import documents
from documents import EXCHANGE, bid_request, filled
from service import ServiceCase, run

# In every export, in this order. Source: CONTRACT.md, Log.
COLUMNS = [
    "event_id", "time", "kind", "bid_id", "auction_id", "imp_id", "exchange", "advertiser", "strategy", "creative", "seat",
    "deal", "visitor", "country", "domain", "price_micros", "currency", "reason", "label", "consent", "test",
]
IDS = ["event_id", "bid_id", "auction_id", "imp_id", "exchange", "advertiser", "strategy", "creative", "seat"]
FOREIGN = ["auction_id", "imp_id"]
# Identifiers as others send them: digits only, with leading zeros, too long for an integer, with separators in them.
AUCTIONS = [str(number) for number in range(1, 31)] + ["007", "9" * 30, "1e5", "2026-11-01", 'a,"b"', "line\nline", "ü 😀"]


class DuckDBTests(ServiceCase):
    @classmethod
    def prepare(cls) -> None:
        cls.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("duck", cpm="50.00")])
        with cls.service.client() as client:
            for number, auction in enumerate(AUCTIONS):
                (bid,) = client.bid(EXCHANGE, bid_request(id=auction)).bids
                price = f"{1 + number * 1.000001:.6f}"
                for key in ("nurl", "burl"):
                    assert client.get(filled(bid[key], price)).status == 204

    def export(self, kind: str, format: str) -> str:
        """A file with what `vendue log` prints."""
        result = run("log", kind, "--format", format, "--data", self.service.data)
        self.assertEqual(result.returncode, 0, result.stderr)
        path = self.folder / f"{kind}.{format}"
        path.write_bytes(result.stdout.encode())
        return str(path)

    def types(self, source: str) -> Dict[str, str]:
        return {name: type for name, type, *_ in duckdb.sql(f"DESCRIBE SELECT * FROM {source}").fetchall()}

    def check_rows(self, source: str, rows: List[Dict[str, Any]]) -> None:
        """Columns, count, sums, and every identifier as it was sent."""
        self.assertEqual(list(self.types(source))[:len(COLUMNS)], COLUMNS)
        query = (
            "SELECT count(*), count(DISTINCT event_id), sum(price_micros), min(kind), max(kind), "
            f"count(CAST(time AS TIMESTAMP)) FROM {source}")
        count, kind = len(AUCTIONS), rows[0]["kind"]
        total = sum(row["price_micros"] for row in rows)
        self.assertEqual(duckdb.sql(query).fetchone(), (count, count, total, kind, kind, count))
        found = {row[0] for row in duckdb.sql(f"SELECT auction_id FROM {source}").fetchall()}
        self.assertEqual(found, set(AUCTIONS))

    def check_types(self, source: str, ids: List[str]) -> None:
        types = self.types(source)
        self.assertEqual({name: types[name] for name in ids}, {name: "VARCHAR" for name in ids})
        self.assertEqual((types["price_micros"], types["test"]), ("BIGINT", "BOOLEAN"))

    def test_ndjson(self) -> None:
        for kind in ("wins", "billings"):
            rows = self.service.log(kind)
            self.assertEqual(sum(row["price_micros"] for row in rows), sum(
                1_000_000 + number * 1_000_001 for number in range(len(AUCTIONS))))
            source = f"read_json('{self.export(kind, 'ndjson')}')"
            self.check_rows(source, rows)
            self.check_types(source, IDS)

    def test_csv(self) -> None:
        """Others' identifiers may be digits only, and CSV cannot say that they are text; its reader has to."""
        path = self.export("wins", "csv")
        told = ", ".join(f"'{name}': 'VARCHAR'" for name in FOREIGN)
        source = f"read_csv('{path}', types={{{told}}})"
        self.check_rows(source, self.service.log("wins"))
        self.check_types(f"read_csv('{path}')", [name for name in IDS if name not in FOREIGN])

    def test_csv_and_ndjson_say_the_same(self) -> None:
        text = Path(self.export("wins", "csv")).read_bytes().decode()
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        rows = self.service.log("wins")
        self.assertEqual(len(table), len(rows))
        for line, row in zip(table, rows):
            self.assertEqual(list(line), list(row))
            for name, value in row.items():
                shown = "" if value is None else json.dumps(value) if isinstance(value, bool) else str(value)
                self.assertEqual(line[name], shown, name)

    def test_digits_alone_stay_text(self) -> None:
        """An export in which every auction id looks like a number still says that it is none."""
        lines = Path(self.export("wins", "ndjson")).read_text("utf-8").split("\n")
        digits = [line for line in lines if line and json.loads(line)["auction_id"] in AUCTIONS[:30]]
        self.assertEqual(len(digits), 30)
        path = self.folder / "digits.ndjson"
        path.write_text("\n".join(digits) + "\n", "utf-8")
        self.check_types(f"read_json('{path}')", IDS)


if __name__ == "__main__":
    unittest.main()
