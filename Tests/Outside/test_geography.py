"""What addresses tell: databases in MaxMind's format, written here, and lists of networks that nothing is bought from."""

import os
import re
import tempfile
import unittest
from pathlib import Path
from typing import Any, Dict, List, Optional

from mmdb_writer import MMDBWriter
from netaddr import IPSet

import documents
from documents import EXCHANGE, bid_request
from service import ServiceCase, eventually, run, temporary_folder

RELOAD_SECONDS = 2

OAKLAND = {"country": "US", "region": "CA", "city": "Oakland", "zip": "94601", "lat": 37.8, "lon": -122.2}
DENVER = {"country": "US", "region": "CO", "city": "Denver", "zip": "80202", "lat": 39.7, "lon": -105.0}
TORONTO = {"country": "CA", "region": "ON", "city": "Toronto", "zip": "M5H", "lat": 43.7, "lon": -79.4}


def record(place: Dict[str, Any]) -> Dict[str, Any]:
    """A place as a city database has it."""
    return {
        "country": {"iso_code": place["country"], "names": {"en": "?"}},
        "subdivisions": [{"iso_code": place["region"]}],
        "city": {"names": {"de": "?", "en": place["city"]}},
        "postal": {"code": place["zip"]},
        "location": {"latitude": place["lat"], "longitude": place["lon"], "accuracy_radius": 20},
    }


def replace(path: Path, content: bytes) -> None:
    """All at once, as an operator should."""
    fresh = path.with_name("." + path.name)
    fresh.write_bytes(content)
    os.replace(fresh, path)


def database(type: str, records: Dict[str, Dict[str, Any]]) -> bytes:
    """A database file, of records by range."""
    writer = MMDBWriter(ip_version=6, ipv4_compatible=True, database_type=type, languages=["en"], float_type="f64")
    for network, content in records.items():
        writer.insert_network(IPSet([network]), content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "database.mmdb"
        writer.to_db_file(str(path))
        return path.read_bytes()


class GeographyTests(ServiceCase):
    @classmethod
    def setUpClass(cls) -> None:
        files = cls.files = temporary_folder(cls)
        cls.city = files / "city.mmdb"
        cls.network = files / "network.mmdb"
        cls.data_centres = files / "data-centres.txt"
        cls.place(OAKLAND)
        replace(cls.network, database("GeoIP2-ISP", {
            "192.0.2.0/24": {"isp": "Acme Mobile", "connection_type": "Cellular"}}))
        replace(cls.data_centres, b"# ours\n203.0.113.0/24\n2001:db8:dc::/48\n")
        cls.config = {
            "geoip": {"city": str(cls.city), "network": str(cls.network)},
            "networks": {"data_centres": str(cls.data_centres)},
        }
        super().setUpClass()

    @classmethod
    def place(cls, place: Dict[str, Any]) -> None:
        """Writes a database that has an address of each family in a place, and finer ones in others."""
        replace(cls.city, database("GeoLite2-City", {
            "192.0.2.0/24": record(place), "2001:db8::/32": record(place), "198.51.100.0/25": record(OAKLAND),
            "198.51.100.128/25": record(DENVER)}))

    @classmethod
    def prepare(cls) -> None:
        def strategy(id: str, cpm: str, **targeting: Any) -> Dict[str, Any]:
            return documents.strategy(id, cpm=cpm, targeting=targeting)

        cls.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[
                strategy("anywhere", "1.00"),
                strategy("oakland", "5.00", all=[{"city": ["oakland"]}, {"region": ["USA-CA"]}]),
                strategy("denver", "6.00", city=["Denver"]),
                strategy("zip", "8.00", all=[{"zip": ["94601"]}, {"language": ["xx"]}]),
                strategy("mobile", "9.00", all=[
                    {"connection": [3]}, {"carrier": ["acme mobile"]}, {"language": ["yy"]}]),
            ])

    def tearDown(self) -> None:
        self.place(OAKLAND)
        self.assertTrue(eventually(lambda: self.price(ip="192.0.2.9") == 5.0, RELOAD_SECONDS), self.service.tail())

    def price(self, geo: Optional[Dict[str, Any]] = None, rest: Optional[Dict[str, Any]] = None,
              **device: Any) -> Optional[float]:
        if geo is not None:
            device["geo"] = geo
        answer = self.client.bid(EXCHANGE, bid_request(device=device, **(rest or {})))
        self.assertIn(answer.status, (200, 204), answer.body)
        return answer.bids[0]["price"] if answer.bids else None

    def metric(self, name: str, label: str, value: str) -> float:
        with self.service.control() as control:
            text = control.request("GET", "/metrics").body.decode()
        found: List[str] = re.findall(rf'^{name}{{[^}}]*{label}="{value}"[^}}]*}} (\S+)$', text, re.MULTILINE)
        return sum(float(number) for number in found)

    def test_a_request_without_geo_gets_the_bid_for_the_city_of_its_address(self) -> None:
        self.assertEqual(self.price(ip="192.0.2.9"), 5.0)
        self.assertEqual(self.price(ip="192.0.3.9"), 1.0)
        self.assertEqual(self.price(), 1.0)

    def test_an_address_of_ipv6_is_looked_up_too(self) -> None:
        self.assertEqual(self.price(ipv6="2001:db8:1:2::3"), 5.0)
        self.assertEqual(self.price(ipv6="2001:db9::1"), 1.0)

    def test_a_request_with_a_country_keeps_its_geo(self) -> None:
        self.assertEqual(self.price(ip="192.0.2.9", geo={"country": "USA", "city": "Denver"}), 6.0)
        self.assertEqual(self.price(ip="192.0.2.9", geo={"country": "USA"}), 1.0)

    def test_a_zip_is_used_only_where_consent_allows_it(self) -> None:
        self.assertEqual(self.price(ip="192.0.2.9", language="xx"), 8.0)
        self.assertEqual(self.price(ip="192.0.2.9", language="xx", rest={"regs": {"coppa": 1}}), 5.0)

    def test_what_is_finer_than_a_truncated_address_is_used_only_where_consent_allows_it(self) -> None:
        self.assertEqual(self.price(ip="198.51.100.200"), 6.0)
        self.assertEqual(self.price(ip="198.51.100.200", rest={"regs": {"coppa": 1}}), 5.0)

    def test_connection_and_carrier_come_from_the_other_database(self) -> None:
        self.assertEqual(self.price(ip="192.0.2.9", language="yy"), 9.0)
        self.assertEqual(self.price(ip="192.0.2.9", language="yy", connectiontype=2), 5.0)

    def test_another_database_in_the_place_of_one_changes_the_answer(self) -> None:
        self.place(DENVER)
        self.assertTrue(eventually(lambda: self.price(ip="192.0.2.9") == 6.0, RELOAD_SECONDS), self.service.tail())

    def test_a_damaged_database_keeps_the_one_before_and_is_named(self) -> None:
        whole = self.city.read_bytes()
        for content, said in [
                (whole[:len(whole) // 2], "is no database, or a damaged one"), (b"", "is no database"),
                (database("GeoLite2-ASN", {"192.0.2.0/24": {"autonomous_system_number": 7}}), "GeoLite2-ASN")]:
            with self.subTest(said):
                failed = self.metric("vendue_file_reloads_total", "outcome", "failed")
                replace(self.city, content)
                self.assertTrue(eventually(
                    lambda: self.metric("vendue_file_reloads_total", "outcome", "failed") > failed, RELOAD_SECONDS))
                self.assertEqual(self.price(ip="192.0.2.9"), 5.0)
                self.assertIn(said, self.service.tail())
                self.assertIn(str(self.city), self.service.tail())

    def test_a_file_that_is_cut_short_in_place_ends_nothing(self) -> None:
        with open(self.city, "r+b") as file:
            file.truncate(10)
        for _ in range(50):
            self.assertEqual(self.price(ip="192.0.2.9"), 5.0)
        self.assertTrue(self.service.is_running)

    def test_nothing_is_bid_on_addresses_of_data_centres(self) -> None:
        for device in ({"ip": "203.0.113.77"}, {"ipv6": "2001:db8:dc::1"}):
            with self.subTest(device):
                before = self.metric("vendue_no_bids_total", "reason", "proxyIP")
                self.assertIsNone(self.price(**device))
                self.assertEqual(self.metric("vendue_no_bids_total", "reason", "proxyIP"), before + 1)
        replace(self.data_centres, b"203.0.113.0/25\n")
        self.assertTrue(eventually(lambda: self.price(ip="203.0.113.200") == 1.0, RELOAD_SECONDS))
        replace(self.data_centres, b"203.0.113.0/24\n2001:db8:dc::/48\n")

    def test_a_faulty_list_is_named_with_its_line(self) -> None:
        self.addCleanup(replace, self.data_centres, b"203.0.113.0/24\n2001:db8:dc::/48\n")
        replace(self.data_centres, b"203.0.113.0/24\nexample.com\n")
        self.assertTrue(eventually(lambda: f"{self.data_centres}:2:1:" in self.service.tail(), RELOAD_SECONDS))
        self.assertIsNone(self.price(ip="203.0.113.77"))


class PreferenceTests(ServiceCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.city = temporary_folder(cls) / "city.mmdb"
        replace(cls.city, database("GeoLite2-City", {"192.0.2.0/24": record(TORONTO)}))
        cls.config = {"geoip": {"city": str(cls.city), "prefer": True}}
        super().setUpClass()

    @classmethod
    def prepare(cls) -> None:
        cls.service.register(
            advertisers=[documents.advertiser()], exchanges=[documents.exchange()],
            strategies=[documents.strategy("toronto", cpm="5.00", targeting={"city": ["Toronto"]}),
                        documents.strategy("denver", cpm="6.00", targeting={"city": ["Denver"]})])

    def test_the_database_is_believed_more_than_the_request_where_the_operator_says_so(self) -> None:
        for ip, price in (("192.0.2.9", 5.0), ("192.0.3.9", 6.0)):
            device = {"ip": ip, "geo": {"country": "USA", "city": "Denver"}}
            self.assertEqual(self.client.bid(EXCHANGE, bid_request(device=device)).bids[0]["price"], price)


class CheckTests(unittest.TestCase):
    def test_check_and_doctor_name_what_is_wrong_with_the_files(self) -> None:
        folder = temporary_folder(self)
        (folder / "city.mmdb").write_bytes(b"no database")
        (folder / "proxies.txt").write_text("10.0.0.0/8\nproxy.example\n")
        config = folder / "vendue.yaml"
        config.write_text(
            f"geoip: {{ city: {folder}/city.mmdb, network: {folder}/none.mmdb }}\n"
            f"networks: {{ proxies: {folder}/proxies.txt }}\n")
        for command in (["check", config], ["doctor", "--data", folder / "data", "--config", config]):
            with self.subTest(command[0]):
                result = run(*command)
                self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
                said = result.stdout + result.stderr
                self.assertIn("city.mmdb: is no database", said)
                self.assertIn("none.mmdb: cannot be read", said)
                self.assertIn("proxies.txt:2:1: is no address", said)


if __name__ == "__main__":
    unittest.main()
