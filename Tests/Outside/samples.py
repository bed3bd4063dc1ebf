"""The sample requests beside the checkout, and a world of strategies that could answer all of them."""

import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Set, Tuple

import documents
from openrtb_markup import accepts_duration
from openrtb_values import formats, integer, member, native_root, objects, positive, read, text, texts
from service import ROOT

FOLDER = ROOT.parent / "shared" / "openrtb-samples"
MISSING = f"{FOLDER} is not there; this test needs the OpenRTB samples beside the checkout"

# Dollars per unit. Currencies without a rate stay in the samples, and must not be bid on or against.
RATES = {
    "AUD": "0.65", "CHF": "1.12", "EUR": "1.08", "GBP": "1.27", "JPY": "0.0067", "MXN": "0.055", "NZD": "0.6",
}
CPM = "50.00"
DURATIONS = (15, 30, 120, 2, 10, 20)


def available() -> bool:
    return (FOLDER / "requests.ndjson").is_file()


def lines(name: str) -> List[bytes]:
    return (FOLDER / name).read_bytes().splitlines()


class Samples:
    """All requests, as sent and as read."""

    def __init__(self) -> None:
        self.raw = lines("requests.ndjson")
        self.requests: List[Dict[str, Any]] = [read(line) for line in self.raw]

    def imps(self) -> Iterator[Dict[str, Any]]:
        for request in self.requests:
            yield from objects(request.get("imp"))

    def deals(self) -> Iterator[Dict[str, Any]]:
        for imp in self.imps():
            yield from objects(member(imp, "pmp").get("deals"))

    # What strategies need, to fit everywhere.

    def deal_ids(self) -> List[str]:
        return sorted({text(deal.get("id")) or "" for deal in self.deals()} - {""})

    def deal_domains(self) -> List[str]:
        return sorted({domain.lower() for deal in self.deals() for domain in texts(deal.get("wadomain"))})

    def seats(self) -> List[str]:
        return sorted({seat for request in self.requests for seat in texts(request.get("wseat"))})

    def deal_seats(self) -> List[str]:
        return sorted({seat for deal in self.deals() for seat in texts(deal.get("wseat"))})

    def spots(self, format: str) -> List[Tuple[str, int]]:
        """Types and durations that between them fit every video, or audio."""
        usual = "video/mp4" if format == "video" else "audio/mp4"
        found: Set[Tuple[str, int]] = {(usual, duration) for duration in DURATIONS[:2]}
        for imp in self.imps():
            slot = formats(imp).get(format)
            if slot is None:
                continue
            mimes = [mime.lower() for mime in texts(slot.get("mimes"))] or [usual]
            duration = next((duration for duration in DURATIONS if accepts_duration(slot, duration)), None)
            if duration is not None:
                found.add((usual if usual in mimes else mimes[0], duration))
        return sorted(found)

    def images(self) -> List[Tuple[int, int]]:
        """Sizes that native requests ask for exactly."""
        found: Set[Tuple[int, int]] = set()
        for imp in self.imps():
            root = native_root(formats(imp).get("native", {})) or {}
            for asset in objects(root.get("assets")):
                size = member(asset, "img")
                if integer(size.get("type")) != 1 and positive(size.get("w")) and positive(size.get("h")):
                    found.add((positive(size["w"]), positive(size["h"])))
        return sorted(found)

    def creatives(self, **identity: Any) -> List[Dict[str, Any]]:
        """Of every size, duration and type that the samples offer."""
        found = [documents.banner("any-size", **identity), documents.native("native", **identity)]
        found += [documents.native(f"native-{w}x{h}", w, h, **identity) for w, h in self.images()]
        found += [documents.wrapper("wrapper", 15, [6], **identity)]
        for make, format in ((documents.video, "video"), (documents.audio, "audio")):
            for mime, duration in self.spots(format):
                id = f"{format}-{duration}s-" + "".join(c if c.isalnum() else "-" for c in mime)
                found.append(make(id, duration, [mime], **identity))
        return found


class World:
    """What was registered, to hold a bid against."""

    def __init__(self, strategies: List[Dict[str, Any]]):
        self.strategies = strategies
        self.creatives = {
            (strategy["id"], creative["id"]): creative
            for strategy in strategies for creative in strategy["creatives"]
        }

    def dishonest(self, bid: Dict[str, Any]) -> Optional[str]:
        """What a bid says of its creative that is not what was registered: the checker relies on it."""
        creative = self.creatives.get((bid.get("cid"), bid.get("crid")))
        if creative is None:
            return f"cid {bid.get('cid')} and crid {bid.get('crid')} are not registered"
        for key, absent in (("adomain", []), ("cat", []), ("attr", []), ("language", None), ("bundle", None)):
            if bid.get(key, absent) != creative.get(key, absent):
                return f"{key} {bid.get(key)}, registered is {creative.get(key)}"
        return None


def open_world(samples: Samples) -> World:
    """Accepts any size and format, in any seat and deal that the samples name."""
    plain = {"language": "en", "cat": ["IAB17-44"]}
    strategies = [documents.strategy("open", samples.creatives(**plain), cpm=CPM, seat="outside")]
    for number, seat in enumerate(samples.seats()):
        strategies.append(documents.strategy(f"seat-{number}", samples.creatives(**plain), cpm=CPM, seat=seat))
    invited = {"adomain": [documents.DOMAIN, *samples.deal_domains()], **plain}
    for number, seat in enumerate(["outside", *samples.deal_seats()]):
        strategies.append(documents.strategy(
            f"deal-{number}", samples.creatives(**invited), cpm=CPM, seat=seat, deals=samples.deal_ids()))
    return World(strategies)


# Per kind of list: what a creative says so that some samples block it.
BLOCKABLE = {
    "badv": {"adomain": ["www.ford.com"]},
    "bcat": {"cat": ["IAB25-3"]},
    "bapp": {"bundle": "com.foo.mygame"},
    "battr": {"attr": [1]},
    "wlang": {"language": "fr"},
}


# The seat to which most of the samples with block lists are open, in deals.
INVITED_SEAT = "Agency1"


def blocked_world(samples: Samples) -> World:
    """Per kind of list one exchange on which every creative is what some samples block; and two to compare with.

    `clean` has none of that, `mixed` has both kinds side by side.
    """
    strategies = []
    for name, rest in {"clean": {}, **BLOCKABLE}.items():
        identity = {"adomain": [documents.DOMAIN], **rest}
        invited = {**identity, "adomain": identity["adomain"] + samples.deal_domains()}
        for exchange, prefix in ((name, ""), ("mixed", "mixed-")):
            common = {"cpm": CPM, "targeting": {"exchange": [exchange]}}
            strategies += [
                documents.strategy(f"{prefix}{name}", samples.creatives(**identity), **common),
                documents.strategy(f"{prefix}{name}-seat", samples.creatives(**identity), seat=INVITED_SEAT, **common),
                documents.strategy(
                    f"{prefix}{name}-deal", samples.creatives(**invited), seat=INVITED_SEAT, deals=samples.deal_ids(),
                    **common),
            ]
    return World(strategies)


def dump(value: Any, length: int = 600) -> str:
    """A request or a bid for a message, cut where it is long."""
    line = json.dumps(value, default=str)
    return line if len(line) <= length else line[:length] + " …"
