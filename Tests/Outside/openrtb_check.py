"""What a schema cannot say about a bid response: whether it answers this request.

Written from ../shared/openrtb.md (sections 3, 4, 8 and 12), not from the service: an exchange's view of a bidder.
"""

from decimal import Decimal
from typing import Any, Dict, Iterator, List, Optional, Tuple

import openrtb_markup as markup
import openrtb_pods as pods
from openrtb_pods import MTYPES, Fault
from openrtb_values import decimal, flag, formats, integer, integers, member, objects, positive, text, texts

Finding = Tuple[str, str]


class Rates:
    """US dollars that one unit of each currency is worth."""

    def __init__(self, dollars: Optional[Dict[str, str]] = None):
        self.table = {"USD": Decimal(1)}
        self.table.update({currency: Decimal(rate) for currency, rate in (dollars or {}).items()})

    def dollars(self, amount: Decimal, currency: str) -> Optional[Decimal]:
        rate = self.table.get(currency.upper())
        return None if rate is None else amount * rate


def check(request: Dict[str, Any], response: Dict[str, Any], rates: Rates, bids_per_imp: int = 1) -> List[Fault]:
    """Everything that is wrong with a response; both as `openrtb_values.read` reads them.

    `bids_per_imp` is how many bids on one impression the exchange takes; a dynamic pod says that by itself.
    """
    faults: List[Fault] = []
    faults += [Fault(rule, None, detail) for rule, detail in envelope(request, response)]
    faults += pods.faults(request, response, bids_per_imp)
    currency = text(response.get("cur")) or "USD"
    seen: List[str] = []
    for seatbid in objects(response.get("seatbid")):
        for bid in objects(seatbid.get("bid")):
            impid = bid.get("impid")
            found = list(identity(bid, seen))
            imp = pods.imp_of(request, impid)
            if imp is None:
                found.append(("impid", f"“{impid}” is no sound impression of the request"))
            else:
                found += one_bid(request, imp, bid, text(seatbid.get("seat")), currency, rates)
            faults += [Fault(rule, impid, detail) for rule, detail in found]
    return faults


def envelope(request: Dict[str, Any], response: Dict[str, Any]) -> Iterator[Finding]:
    if response.get("id") != text(request.get("id")):
        yield "id", f"{response.get('id')!r} for {request.get('id')!r}"
    if sum(isinstance(request.get(key), dict) for key in ("site", "app", "dooh")) > 1:
        yield "inventory", "answers a request with more than one of site, app and dooh"
    accepted = [code.upper() for code in texts(request.get("cur"))]
    if accepted and (text(response.get("cur")) or "USD") not in accepted:
        yield "cur", f"{response.get('cur')}, accepted are {accepted}"
    if not objects(response.get("seatbid")):
        yield "seatbid", "a response of 200 without a bid"
    for seatbid in objects(response.get("seatbid")):
        seat = text(seatbid.get("seat"))
        if not objects(seatbid.get("bid")):
            yield "seatbid", f"seat {seat} without a bid"
        if texts(request.get("wseat")) and seat not in texts(request["wseat"]):
            yield "wseat", f"seat {seat}, allowed are {request['wseat']}"
        if seat in texts(request.get("bseat")):
            yield "bseat", f"seat {seat} is blocked"


def identity(bid: Dict[str, Any], seen: List[str]) -> Iterator[Finding]:
    """What every bid must carry, and what may be there once only; adds to `seen`."""
    for key in ("id", "adid", "crid", "cid", "adm", "nurl", "burl", "lurl"):
        if not isinstance(bid.get(key), str) or not bid[key]:
            yield key, "missing"
    if not texts(bid.get("adomain")):
        yield "adomain", "missing"
    if (decimal(bid.get("price")) or 0) <= 0:
        yield "price", f"{bid.get('price')} is not above 0"
    if bid.get("id") in seen:
        yield "repeated", f"a second bid {bid.get('id')}"
    seen.append(str(bid.get("id")))


def one_bid(
    request: Dict[str, Any], imp: Dict[str, Any], bid: Dict[str, Any], seat: Optional[str], currency: str, rates: Rates
) -> Iterator[Finding]:
    offered = formats(imp)
    format = MTYPES.get(bid.get("mtype"), "")
    if format not in offered:
        yield "mtype", f"{bid.get('mtype')}, offered are {sorted(offered)}"
        return
    slot = offered[format]
    yield from format_fit(request, imp, bid, format, slot)
    yield from blocks(request, bid, slot)
    deal = None
    if bid.get("dealid") is not None:
        deals = objects(member(imp, "pmp").get("deals"))
        deal = next((deal for deal in deals if text(deal.get("id")) == bid["dealid"]), None)
        if deal is None:
            yield "dealid", f"“{bid['dealid']}” is not offered"
        else:
            yield from deal_terms(bid, seat, deal)
    elif flag(member(imp, "pmp").get("private_auction")):
        yield "private_auction", "an open bid in a private auction"
    yield from floor(request, imp, bid, slot, deal, currency, rates)
    if flag(imp.get("secure")):
        yield from markup.insecure(bid)
    transparency = member(member(request, "regs"), "dsa") or member(member(member(request, "regs"), "ext"), "dsa")
    if (integer(transparency.get("dsarequired")) or 0) >= 2 and not member(member(bid, "ext"), "dsa"):
        yield "dsa", "transparency is required, and not given"


# Formats


def format_fit(
    request: Dict[str, Any], imp: Dict[str, Any], bid: Dict[str, Any], format: str, slot: Dict[str, Any]
) -> Iterator[Finding]:
    adm = text(bid.get("adm")) or ""
    needed = integers(bid.get("apis")) + integers(bid.get("api"))
    if not set(needed) <= set(integers(slot.get("api"))):
        yield "api", f"needs {needed}, supported are {slot.get('api')}"
    if format == "banner":
        yield from banner_size(request, imp, bid, slot)
        yield from markup.html(adm, slot)
    elif format == "native":
        yield from markup.native(adm, slot)
    else:
        duration = integer(bid.get("dur"))
        if duration is None or duration <= 0:
            yield "duration", "missing"
        elif not markup.accepts_duration(slot, duration):
            keys = ("minduration", "maxduration", "maxextended", "rqddurs", "poddur")
            yield "duration", f"{duration} s does not fit {({key: slot[key] for key in keys if key in slot})}"
        if integer(slot.get("linearity")) == 2:
            yield "linearity", "a linear ad for a non-linear slot"
        yield from markup.vast(adm, bid, slot)


def banner_size(
    request: Dict[str, Any], imp: Dict[str, Any], bid: Dict[str, Any], slot: Dict[str, Any]
) -> Iterator[Finding]:
    """One of `format`, else `w` and `h`, or at least half of it if full-screen; anything where the slot says nothing."""
    w, h = positive(bid.get("w")), positive(bid.get("h"))
    asked = objects(slot.get("format"))
    sizes = asked or ([slot] if "w" in slot or "h" in slot else [])
    for size in sizes:
        exact = positive(size.get("w")), positive(size.get("h"))
        if all(exact) and exact == (w, h):
            return
        ratio = positive(size.get("wratio")), positive(size.get("hratio"))
        if all(ratio) and w * ratio[1] == h * ratio[0] and w >= positive(size.get("wmin")):
            return
    if not sizes and w > 0 and h > 0:
        return
    if flag(imp.get("instl")) and any(
            w <= positive(size.get("w")) <= 2 * w and h <= positive(size.get("h")) <= 2 * h for size in sizes):
        return
    screen = member(request, "device")
    if flag(imp.get("instl")) and 0 < w <= positive(screen.get("w")) and 0 < h <= positive(screen.get("h")):
        return
    yield "size", f"{w}x{h}, offered are {sizes}"


# What publishers block


def blocks(request: Dict[str, Any], bid: Dict[str, Any], slot: Dict[str, Any]) -> Iterator[Finding]:
    for domain in texts(bid.get("adomain")):
        for blocked in texts(request.get("badv")):
            if within(domain.lower(), blocked.strip().lower()):
                yield "badv", f"{domain} is blocked by {blocked}"
    # Codes of different taxonomies cannot be compared.
    comparable = taxonomy(bid) == taxonomy(request)
    allowed = texts(request.get("acat"))
    accepted = any(below(code, parent) for code in texts(bid.get("cat")) for parent in allowed)
    if allowed and not (comparable and accepted):
        yield "acat", f"{bid.get('cat')}, allowed are {allowed}"
    for code in texts(bid.get("cat")):
        for blocked in texts(request.get("bcat")):
            if comparable and below(code, blocked):
                yield "bcat", f"{code} is blocked by {blocked}"
    if bid.get("bundle") in texts(request.get("bapp")):
        yield "bapp", f"{bid['bundle']} is blocked"
    for attribute in set(integers(bid.get("attr"))) & set(integers(slot.get("battr"))):
        yield "battr", f"attribute {attribute} is blocked"
    language = (text(bid.get("language")) or text(bid.get("langb")) or "xx").lower()
    accepted = [code.lower() for key in ("wlang", "wlangb") for code in texts(request.get(key))]
    if accepted and language != "xx" and not any(same_language(language, code) for code in accepted):
        yield "wlang", f"{language}, accepted are {accepted}"


def taxonomy(holder: Dict[str, Any]) -> int:
    return integer(holder.get("cattax")) or 1


def within(domain: str, blocked: str) -> bool:
    """A blocked domain blocks its subdomains."""
    return domain == blocked or domain.endswith("." + blocked)


def below(code: str, parent: str) -> bool:
    """IAB7 stands for IAB7-3 too."""
    return code == parent or code.startswith(parent + "-")


def same_language(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "-") or other.startswith(one + "-")


# Money


def deal_terms(bid: Dict[str, Any], seat: Optional[str], deal: Dict[str, Any]) -> Iterator[Finding]:
    seats = texts(deal.get("wseat"))
    if seats and seat not in seats:
        yield "deal", f"seat {seat}, the deal is for {seats}"
    domains = [domain.lower() for domain in texts(deal.get("wadomain"))]
    own = [domain.lower() for domain in texts(bid.get("adomain"))]
    if domains and not any(within(domain, allowed) for domain in own for allowed in domains):
        yield "deal", f"{own}, the deal is for {domains}"


def guidance(holder: Dict[str, Any], duration: int) -> Optional[Decimal]:
    """The floor of a video or audio by its duration; None where none applies."""
    if duration <= 0:
        return None
    ranges = [
        decimal(entry.get("bidfloor")) or Decimal(0)
        for entry in objects(holder.get("durfloors"))
        if (integer(entry.get("mindur")) or 0) <= duration
        and (integer(entry.get("maxdur")) is None or duration <= integer(entry["maxdur"]))
    ]
    if ranges:
        return max(ranges)
    per_second = decimal(holder.get("mincpmpersec"))
    return per_second * duration if per_second else None


def floor_of(imp: Dict[str, Any], slot: Dict[str, Any], deal: Optional[Dict[str, Any]], duration: int) -> Tuple[Decimal, str]:
    """The floor that applies, and its currency; a deal's is in US dollars unless it says otherwise."""
    if deal is not None:
        price = guidance(deal, duration)
        if price is None:
            price = decimal(deal.get("bidfloor")) or Decimal(0)
        if price > 0:
            return price, text(deal.get("bidfloorcur")) or "USD"
    price = guidance(slot, duration)
    if price is None:
        price = decimal(imp.get("bidfloor")) or Decimal(0)
    return price, text(imp.get("bidfloorcur")) or "USD"


def floor(
    request: Dict[str, Any], imp: Dict[str, Any], bid: Dict[str, Any], slot: Dict[str, Any],
    deal: Optional[Dict[str, Any]], currency: str, rates: Rates
) -> Iterator[Finding]:
    price = decimal(bid.get("price")) or Decimal(0)
    least, unit = floor_of(imp, slot, deal, integer(bid.get("dur")) or 0)
    paid, needed = rates.dollars(price, currency), rates.dollars(least, unit)
    if paid is None:
        yield "cur", f"no rate for {currency}"
    elif least > 0 and needed is None:
        yield "floor", f"a floor in {unit}, for which there is no rate"
    elif least > 0 and paid < needed:
        yield "floor", f"{price} {currency} is below {least} {unit}"
    auction = integer(deal.get("at")) if deal is not None else None
    if auction == 3 and paid is not None and needed is not None:
        # The deal's price is fixed; our unit is a millionth.
        if paid - needed > Decimal("0.000001") * max(rates.table[currency], Decimal(1)):
            yield "floor", f"{price} {currency} in a deal at the fixed price {least} {unit}"
