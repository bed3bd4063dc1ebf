"""Whether the markup of a bid is of its kind, and answers what the impression asked for.

Each check yields (rule, detail) for every fault.
"""

import json
import re
import xml.etree.ElementTree as ElementTree
from html.parser import HTMLParser
from typing import Any, Dict, Iterator, List, Tuple

from openrtb_values import decimal, flag, integer, integers, member, native_root, objects, positive, text, texts

Finding = Tuple[str, str]

# Protocol values of VAST versions: inline, wrapper. Source: AdCOM 1.0, List: Creative Subtypes - Audio/Video.
PROTOCOLS = {
    "1.0": (1, 4), "2.0": (2, 5), "3.0": (3, 6), "4.0": (7, 8), "4.1": (11, 12), "4.2": (13, 14), "4.3": (15, 16),
}

DELIVERY = {"streaming": 1, "progressive": 2}


class Tags(HTMLParser):
    """Start tags, and the URLs in their attributes."""

    def __init__(self, markup: str):
        super().__init__()
        self.names: List[str] = []
        self.urls: Dict[str, List[str]] = {}
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.names.append(tag)
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.urls.setdefault(tag, []).append(value)


def banner_type(tags: Tags) -> int:
    """As `btype` counts: 1 text, 2 an image or the like in a link, 3 script, 4 frame."""
    if "script" in tags.names:
        return 3
    if "iframe" in tags.names:
        return 4
    shown = [url for url in tags.urls.get("img", []) if "/imp/" not in url]
    return 2 if shown else 1


def html(adm: str, slot: Dict[str, Any]) -> Iterator[Finding]:
    tags = Tags(adm)
    if banner_type(tags) in integers(slot.get("btype")):
        yield "btype", f"an ad of type {banner_type(tags)}, blocked are {slot['btype']}"
    if not tags.names or adm.lstrip().startswith(("{", "<VAST", "<?xml")):
        yield "adm", "is no HTML"
    if "{click}" in adm or "{impression}" in adm:
        yield "adm", "an own macro stands unreplaced in the HTML"


def seconds(clock: str) -> int:
    """HH:MM:SS of VAST; -1 for anything else."""
    match = re.match(r"^(\d\d):(\d\d):(\d\d)(\.\d+)?$", clock.strip())
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]) if match else -1


def vast(adm: str, bid: Dict[str, Any], slot: Dict[str, Any]) -> Iterator[Finding]:
    try:
        root = ElementTree.fromstring(adm)
    except ElementTree.ParseError as error:
        yield "adm", f"is no well-formed XML: {error}"
        return
    if root.tag != "VAST":
        yield "adm", f"the root is {root.tag}, not VAST"
        return
    version = root.get("version", "")
    ads = root.findall("Ad")
    if len(ads) != 1:
        yield "adm", f"VAST with {len(ads)} ads"
        return
    is_wrapper = ads[0].find("Wrapper") is not None
    protocols = integers(slot.get("protocols"))
    if version not in PROTOCOLS:
        yield "protocols", f"unknown VAST version “{version}”"
    elif protocols and PROTOCOLS[version][is_wrapper] not in protocols:
        yield "protocols", f"VAST {version}{' wrapper' if is_wrapper else ''}, accepted are {protocols}"
    if ads[0].find(".//Impression") is None:
        yield "adm", "VAST without Impression"
    if is_wrapper:
        return
    durations = [seconds(element.text or "") for element in ads[0].iter("Duration")]
    if durations != [integer(bid.get("dur"))]:
        yield "duration", f"VAST says {durations}, the bid {bid.get('dur')}"
    media = list(ads[0].iter("MediaFile"))
    if not media:
        yield "adm", "VAST without MediaFile"
    yield from media_fit(media, slot)


def media_fit(media: List[ElementTree.Element], slot: Dict[str, Any]) -> Iterator[Finding]:
    """At least one file that the player takes."""
    methods = integers(slot.get("delivery"))
    delivered = {DELIVERY.get(element.get("delivery", ""), 0) for element in media}
    if methods and not delivered & {*methods}:
        yield "delivery", f"{[element.get('delivery') for element in media]}, accepted are {methods}"
    rates = [integer(element.get("bitrate")) for element in media if element.get("bitrate")]
    low, high = positive(slot.get("minbitrate")), positive(slot.get("maxbitrate"))
    if rates and not any(low <= rate and (high == 0 or rate <= high) for rate in rates if rate is not None):
        yield "bitrate", f"{rates} kbit/s, accepted are {low} to {high}"
    mimes = [mime.lower() for mime in texts(slot.get("mimes"))]
    if mimes and not any(element.get("type", "").lower() in mimes for element in media):
        yield "mimes", f"media of {[element.get('type') for element in media]}, accepted are {mimes}"


def native(adm: str, slot: Dict[str, Any]) -> Iterator[Finding]:
    asked = native_root(slot)
    try:
        answer = json.loads(adm)
    except ValueError:
        yield "native", "adm is no JSON"
        return
    if asked is None:
        yield "native", "answers a request that cannot be read"
        return
    answer = member(answer, "native") or answer
    if not text(member(answer, "link").get("url")):
        yield "native", "no link.url"
    answered: Dict[Any, Dict[str, Any]] = {}
    for asset in objects(answer.get("assets")):
        if asset.get("id") in answered:
            yield "native", f"asset {asset.get('id')} is answered twice"
        answered[asset.get("id")] = asset
    wanted = {integer(asset.get("id")): asset for asset in objects(asked.get("assets"))}
    for number in answered:
        if number not in wanted:
            yield "native", f"asset {number} was not asked for"
    for number, asset in wanted.items():
        if number in answered:
            yield from asset_fit(number, asset, answered[number])
        elif flag(asset.get("required")):
            yield "native", f"required asset {number} is not answered"
    yield from trackers(asked, answer)


def asset_fit(number: Any, asset: Dict[str, Any], given: Dict[str, Any]) -> Iterator[Finding]:
    """Whether an answer is of the kind that was asked for, and fits."""
    kinds = [kind for kind in ("title", "img", "video", "data") if isinstance(asset.get(kind), dict)]
    kind = next((kind for kind in kinds if isinstance(given.get(kind), dict)), None)
    if kind is None:
        yield "native", f"asset {number} asks for {kinds}, the answer has {sorted(given)}"
        return
    want, have = asset[kind], given[kind]
    if kind in ("title", "data"):
        words = have.get("text" if kind == "title" else "value")
        if not isinstance(words, str) or not words:
            yield "native", f"asset {number} has no text"
        elif 0 < positive(want.get("len")) < len(words):
            yield "native", f"asset {number} has {len(words)} characters, at most {want['len']} are allowed"
    if kind == "img":
        if not text(have.get("url")):
            yield "native", f"asset {number} has no url"
        for side, least in (("w", "wmin"), ("h", "hmin")):
            size = positive(have.get(side))
            if positive(want.get(least)):
                if size < positive(want[least]):
                    yield "native", f"image {number}: {side} {size} is below {want[least]}"
            elif positive(want.get(side)) and size != positive(want[side]):
                yield "native", f"image {number}: {side} {size}, {want[side]} was asked for"


def trackers(asked: Dict[str, Any], answer: Dict[str, Any]) -> Iterator[Finding]:
    """Event trackers only for events and methods that were offered."""
    offered = {
        (integer(tracker.get("event")), method)
        for tracker in objects(asked.get("eventtrackers")) for method in integers(tracker.get("methods"))
    }
    for tracker in objects(answer.get("eventtrackers")):
        if (tracker.get("event"), tracker.get("method")) not in offered:
            yield "native", f"tracker {tracker.get('event')}/{tracker.get('method')} was not offered"


def insecure(bid: Dict[str, Any]) -> Iterator[Finding]:
    """Every address that is not https, in notices and markup."""
    for key in ("nurl", "burl", "lurl", "iurl", "adm"):
        value = bid.get(key)
        if isinstance(value, str) and "http://" in value.replace("\\/", "/").lower():
            yield "secure", f"{key} holds an http address"


def accepts_duration(slot: Dict[str, Any], duration: int) -> bool:
    """minduration, maxduration with maxextended, or exactly one of rqddurs; and within the pod."""
    exact = integers(slot.get("rqddurs"))
    if exact:
        return duration in exact
    extended = integer(slot.get("maxextended")) or 0
    most = decimal(slot.get("maxduration"))
    if duration < (decimal(slot.get("minduration")) or 0):
        return False
    if 0 < positive(slot.get("poddur")) < duration:
        return False
    return most is None or most <= 0 or extended == -1 or duration <= most + max(extended, 0)
