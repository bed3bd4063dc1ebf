"""What bids on one impression, in one pod or in one group must keep together.

Written from ../shared/openrtb.md (sections 4 and 6), not from the service.
"""

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from openrtb_values import flag, formats, integer, objects, positive, text, texts

MTYPES = {1: "banner", 2: "video", 3: "audio", 4: "native"}
# Where a dynamic pod does not say how many ads it takes.
ADS_MAX = 10
Bid = Dict[str, Any]


class Fault(NamedTuple):
    rule: str
    impid: Optional[str]
    detail: str


def imp_of(request: Dict[str, Any], impid: Any) -> Optional[Dict[str, Any]]:
    """The first impression with this id that offers a format."""
    for imp in objects(request.get("imp")):
        if text(imp.get("id")) == impid and formats(imp):
            return imp
    return None


def faults(request: Dict[str, Any], response: Dict[str, Any], bids_per_imp: int) -> Iterator[Fault]:
    bids = [bid for seatbid in objects(response.get("seatbid")) for bid in objects(seatbid.get("bid"))]
    yield from impressions(request, bids, bids_per_imp)
    yield from breaks(request, bids)
    yield from groups(request, response)


def slot_of(request: Dict[str, Any], bid: Bid) -> Dict[str, Any]:
    """The format that a bid fills; empty where it fills none."""
    imp = imp_of(request, bid.get("impid"))
    return formats(imp).get(MTYPES.get(bid.get("mtype"), ""), {}) if imp else {}


def impressions(request: Dict[str, Any], bids: List[Bid], bids_per_imp: int) -> Iterator[Fault]:
    for impid in {text(bid.get("impid")) for bid in bids}:
        own = [bid for bid in bids if text(bid.get("impid")) == impid]
        dynamic = [bid for bid in own if positive(slot_of(request, bid).get("poddur"))]
        if len(own) - len(dynamic) > bids_per_imp:
            yield Fault("repeated", impid, f"{len(own)} bids for imp {impid}")
        for format in {bid.get("mtype") for bid in dynamic}:
            ads = [bid for bid in dynamic if bid.get("mtype") == format]
            slot = slot_of(request, ads[0])
            most, seconds = positive(slot.get("maxseq")) or ADS_MAX, sum(positive(bid.get("dur")) for bid in ads)
            if len(ads) > most:
                yield Fault("repeated", impid, f"{len(ads)} bids for a pod of {most} ads")
            if seconds > positive(slot["poddur"]):
                yield Fault("pod", impid, f"{seconds} s of ads for a pod of {slot['poddur']} s")


def breaks(request: Dict[str, Any], bids: List[Bid]) -> Iterator[Fault]:
    """No advertiser and no creative twice in one break: one pod, or one dynamic impression that names none."""
    seen: Dict[Tuple[Any, ...], set] = {}
    for bid in bids:
        slot = slot_of(request, bid)
        pod = text(slot.get("podid"))
        if not pod and not positive(slot.get("poddur")):
            continue
        own = {f"advertiser {domain.lower()}" for domain in texts(bid.get("adomain"))}
        own.add(f"creative {bid.get('cid')}/{bid.get('crid')}")
        ads = seen.setdefault((bid.get("mtype"), "pod", pod) if pod else (bid.get("mtype"), "imp", bid.get("impid")), set())
        for repeated in sorted(own & ads):
            yield Fault("pod", text(bid.get("impid")), f"{repeated} twice in pod {pod}")
        ads |= own


def groups(request: Dict[str, Any], response: Dict[str, Any]) -> Iterator[Fault]:
    """All or nothing makes sense only where all is there to be had, and is bid on."""
    for seatbid in objects(response.get("seatbid")):
        if integer(seatbid.get("group")) != 1:
            continue
        offered = {text(imp.get("id")) for imp in objects(request.get("imp")) if formats(imp)}
        filled = {text(bid.get("impid")) for bid in objects(seatbid.get("bid"))}
        if not flag(request.get("allimps")):
            yield Fault("group", None, "a group where not all impressions of the page are offered")
        if filled != offered:
            yield Fault("group", None, f"a group on {sorted(map(str, filled))} of {sorted(map(str, offered))}")
