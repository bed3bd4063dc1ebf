"""Consent strings of the Transparency and Consent Framework, made as a consent dialogue makes them."""

import base64
import time
from typing import Iterable, List

VENDOR_MAX = 1000
# Purposes that may rest on a legitimate interest.
INTERESTS = (2, 7, 8, 9, 10, 11)


class Bits:
    def __init__(self) -> None:
        self.text = ""

    def add(self, value: int, width: int) -> "Bits":
        self.text += f"{value:0{width}b}"
        return self

    def flags(self, numbers: Iterable[int], width: int) -> "Bits":
        chosen = set(numbers)
        self.text += "".join("1" if number in chosen else "0" for number in range(1, width + 1))
        return self

    def vendors(self, last: int) -> "Bits":
        """Every vendor up to one, as a range; none for 0."""
        self.add(last, 16)
        return self.add(1, 1).add(1, 12).add(1, 1).add(1, 16).add(last, 16) if last else self.add(0, 1)

    @property
    def segment(self) -> str:
        padded = self.text + "0" * (-len(self.text) % 8)
        data = int(padded, 2).to_bytes(len(padded) // 8, "big")
        return base64.urlsafe_b64encode(data).decode().rstrip("=")


def tcf(purposes: List[int], vendors: int = VENDOR_MAX) -> str:
    """Consent to these purposes, made today, for vendors up to one, with all vendors disclosed.

    Source: TCF 2.3, consent string format.
    """
    today = int(time.time()) // 86400 * 864000
    letters = [ord(letter) - ord("A") for letter in "ENDE"]
    core = Bits().add(2, 6).add(today, 36).add(today, 36).add(31, 12).add(4, 12).add(1, 6)
    core.add(letters[0], 6).add(letters[1], 6).add(142, 12).add(5, 6).add(1, 1).add(0, 1)
    core.flags([1, 2] if purposes else [], 12).flags(purposes, 24)
    core.flags([purpose for purpose in purposes if purpose in INTERESTS], 24)
    core.add(0, 1).add(letters[2], 6).add(letters[3], 6)
    given = vendors if purposes else 0
    core.vendors(given).vendors(given).add(0, 12)
    return core.segment + "." + Bits().add(1, 3).vendors(vendors).segment
