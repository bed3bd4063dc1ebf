"""Planted identifiers, and the search for them in everything that the service writes."""

import base64
import gzip
import hashlib
import ipaddress
import uuid
import zlib
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional
from urllib.parse import quote


class Canary(NamedTuple):
    """A raw value that must not be found, and what it stands for."""

    name: str
    value: str


class Person:
    """Somebody with one of every identifier, none of which anybody else has."""

    def __init__(self, mark: str, address: str, address6: str):
        """`mark` tells people apart; the addresses are theirs alone."""
        token = uuid.uuid4().hex
        self.mark = mark
        self.ifa = str(uuid.uuid4())
        self.email = hashlib.sha256(f"{token}@example.com".encode()).hexdigest()
        self.cookie = token[:21] + "A"
        self.own = f"own-{mark}-{token[:12]}"
        self.eid = f"eid/{mark}+{token[12:24]}"
        self.user = f"user-{mark}-{token[4:20]}"
        self.address, self.address6 = address, address6
        self.agent = f"Mozilla/5.0 (Canary {mark}; {token[:8]}) Bird/7.31"
        self.note = f"jane.doe.{mark}.{token[:6]}@example.com"
        self.item = f"sku-{mark}-{token[6:14]}"

    @property
    def canaries(self) -> List[Canary]:
        """All but the item seen last, which a profile keeps as text until it is erased."""
        names = ("ifa", "email", "cookie", "own", "eid", "user", "address", "address6", "agent", "note")
        return [Canary(f"{self.mark}'s {name}", getattr(self, name)) for name in names]

    @property
    def last(self) -> Canary:
        return Canary(f"{self.mark}'s item", self.item)

    @property
    def visitor(self) -> Dict[str, object]:
        """As an event names them."""
        return {
            "id": self.own, "ifa": self.ifa, "email_sha256": self.email, "cookie": self.cookie,
            "eids": [{"source": "id.example", "uids": [{"id": self.eid}]}],
        }


def spellings(value: str) -> Dict[str, bytes]:
    """Ways in which a text could be written that somebody could read back."""
    raw = value.encode()
    found = {
        "as it is": raw, "in lower case": raw.lower(), "in upper case": raw.upper(),
        "percent-encoded": quote(value, safe="").encode(), "in hexadecimal": raw.hex().encode(),
        "in upper hexadecimal": raw.hex().upper().encode(),
        "as a JSON text": value.replace("/", "\\/").encode(), "in UTF-16": value.encode("utf-16-le"),
    }
    for shift in range(3):
        # Wherever in a longer text the value begins; the digits that its neighbours share are left out.
        text = base64.b64encode(bytes(shift) + raw).rstrip(b"=")
        text = text[[0, 2, 3][shift]:-1]
        found[f"in base64, shifted by {shift}"] = text
        found[f"in base64url, shifted by {shift}"] = text.translate(bytes.maketrans(b"+/", b"-_"))
    packed = bytes_of(value)
    if packed:
        found["as bytes"] = packed
    for name in ("md5", "sha1", "sha256"):
        # A hash without a key is an identifier by another name: anybody can try candidates.
        digest = hashlib.new(name, raw)
        found[f"as {name}"], found[f"as {name} in hexadecimal"] = digest.digest(), digest.hexdigest().encode()
    return found


def bytes_of(value: str) -> Optional[bytes]:
    """What a device's id, a digest or an IPv6 address stands for; four bytes would be found by chance."""
    digits = value.replace("-", "")
    try:
        return ipaddress.IPv6Address(value).packed if ":" in value else bytes.fromhex(digits.rjust(32, "x"))
    except ValueError:
        return None


class Search:
    """Looks for canaries in files and texts."""

    def __init__(self, canaries: List[Canary]):
        self.needles = [
            (f"{canary.name} {how}", needle) for canary in canaries for how, needle in spellings(canary.value).items()]
        self.bytes = 0

    def of(self, content: bytes, place: str) -> Iterator[str]:
        self.bytes += len(content)
        for name, needle in self.needles:
            if needle in content:
                yield f"{name} in {place}, byte {content.index(needle)}"
        inner = inflated(content)
        if inner:
            yield from self.of(inner, f"{place}, inflated")

    def folder(self, folder: Path) -> Iterator[str]:
        """Every file below, whatever it is called; the name is looked at too."""
        for path in sorted(folder.rglob("*")):
            yield from self.of(str(path.relative_to(folder)).encode(), f"the name of {path.name}")
            if path.is_file():
                try:
                    content = path.read_bytes()
                except FileNotFoundError:
                    continue  # The service deletes files of its own.
                # Room kept for what is to come holds nothing.
                yield from self.of(content.rstrip(b"\0"), str(path.relative_to(folder)))


def inflated(content: bytes) -> bytes:
    """What is packed in it, as gzip or zlib does, from its first byte; empty where nothing is."""
    if content[:2] == b"\x1f\x8b":
        try:
            return gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            return zlib.decompressobj(31).decompress(content)
    if content[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        try:
            return zlib.decompressobj().decompress(content)
        except zlib.error:
            return b""
    return b""
