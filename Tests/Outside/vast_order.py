"""Whether a VAST document has what its version's schema requires, in the schema's order.

The elements that this service writes or adds to, and their neighbours; written down from the schemas of the versions,
for lxml, which keeps names and order as they stand. Each check yields what is wrong, in words.
"""

from typing import Any, Dict, Iterator, List

OLD = {
    "InLine": "AdSystem! AdTitle! Description Advertiser Pricing Survey Error Impression! Creatives! Extensions",
    "Wrapper": "AdSystem! VASTAdTagURI! Error Impression! Creatives! Extensions",
    "Linear": "Icons CreativeExtensions Duration TrackingEvents AdParameters VideoClicks MediaFiles",
    "VideoClicks": "ClickThrough ClickTracking CustomClick",
}
BASE = "AdSystem! Error Extensions Impression! Pricing ViewableImpression "
NEW = {
    "InLine": BASE + "AdTitle! AdVerifications Advertiser Category Creatives! Description Survey",
    "Wrapper": BASE + "AdVerifications BlockedAdCategories Creatives VASTAdTagURI!",
    "Linear": "Icons TrackingEvents AdParameters Duration MediaFiles VideoClicks",
    "VideoClicks": "ClickTracking ClickThrough CustomClick",
}
SERVING = {**NEW, "InLine": NEW["InLine"].replace("AdTitle!", "AdServingId! AdTitle!").replace(
    "Description", "Description Expires")}
ORDERS: Dict[str, Dict[str, str]] = {"2.0": OLD, "3.0": OLD, "4.0": NEW, "4.1": SERVING, "4.2": SERVING}

EVENTS = ["start", "firstQuartile", "midpoint", "thirdQuartile", "complete"]


def faults(root: Any) -> Iterator[str]:
    """Of a document parsed by lxml."""
    version = root.get("version")
    if version not in ORDERS:
        yield f"VAST version {version}"
        return
    for name, wanted in ORDERS[version].items():
        for element in root.iter(name):
            yield from children(element, wanted.split())
    for creative in root.iterfind("Ad/InLine/Creatives/Creative"):
        ids = creative.findall("UniversalAdId")
        if len(ids) != version.startswith("4"):
            yield f"{len(ids)} UniversalAdId in VAST {version}"
        for id in ids:
            wanted_names = {"idRegistry", "idValue"} if version == "4.0" else {"idRegistry"}
            if set(id.attrib) != wanted_names or not (id.text or "").strip():
                yield f"UniversalAdId {dict(id.attrib)} in VAST {version}"
    for linear in root.iter("Linear"):
        if linear.get("skipoffset") and version == "2.0":
            yield "skipoffset in VAST 2.0"
        if linear.getparent().getparent().getparent().tag == "InLine":
            yield from (f"Linear without {name}" for name in ("Duration", "MediaFiles") if linear.find(name) is None)
    for file in root.iter("MediaFile"):
        missing = {"delivery", "type", "width", "height"} - set(file.attrib)
        if missing:
            yield f"MediaFile without {sorted(missing)}"
    if root.find("Ad").get("adType") and version not in ("4.1", "4.2"):
        yield f"adType in VAST {version}"


def children(element: Any, wanted: List[str]) -> Iterator[str]:
    """An exclamation mark stands behind what must be there."""
    names = [name.rstrip("!") for name in wanted]
    found = [child.tag for child in element if isinstance(child.tag, str)]
    strange = [name for name in found if name not in names]
    if strange:
        yield f"{element.tag} holds {strange}"
        return
    places = [names.index(name) for name in found]
    if places != sorted(places):
        yield f"{element.tag} holds {found}, out of order"
    for name in wanted:
        if name.endswith("!") and name[:-1] not in found:
            yield f"{element.tag} lacks {name[:-1]}"


def tracked(root: Any, marker: str) -> List[str]:
    """The events of each linear creative that call a URL of ours, in order."""
    return [
        tracking.get("event") for tracking in root.iter("Tracking") if marker in (tracking.text or "")
    ]
