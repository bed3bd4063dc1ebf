"""Documents to register and bid requests to send: the smallest that make a point, and ways to vary them."""

from typing import Any, Dict, List, Optional

EXCHANGE = "adx"
ADVERTISER = "acme"
DOMAIN = "acme.example"

NATIVE_DATA = {
    "sponsored": "Acme", "desc": "Shoes to run in", "rating": "5", "likes": "12", "downloads": "34", "price": "$10",
    "saleprice": "$8", "phone": "555", "address": "1 Road", "desc2": "Light", "displayurl": "acme.example",
    "ctatext": "Buy",
}


def creative(id: str, **rest: Any) -> Dict[str, Any]:
    document = {"id": id, "adomain": [DOMAIN], "landing": f"https://{DOMAIN}/shoes"}
    document.update(rest)
    return document


def banner(id: str = "b", w: Optional[int] = None, h: Optional[int] = None, **rest: Any) -> Dict[str, Any]:
    """Of any size when none is given."""
    markup: Dict[str, Any] = {"html": f'<a href="{{click}}"><img src="https://cdn.{DOMAIN}/s.png" alt=""></a>'}
    if w is not None:
        markup.update(w=w, h=h)
    return creative(id, banner=markup, **rest)


def video(id: str, duration: int = 15, mimes: Optional[List[str]] = None, **rest: Any) -> Dict[str, Any]:
    spot = {"mimes": mimes or ["video/mp4"], "duration": duration, "media": f"https://cdn.{DOMAIN}/{id}.mp4"}
    return creative(id, video=spot, **rest)


def wrapper(id: str, duration: int = 15, protocols: Optional[List[int]] = None, **rest: Any) -> Dict[str, Any]:
    """A video whose VAST, of version 3.0, refers to another server's."""
    vast = (
        '<VAST version="3.0"><Ad id="w"><Wrapper><AdSystem>Acme</AdSystem>'
        f"<VASTAdTagURI>https://vast.{DOMAIN}/tag</VASTAdTagURI><Creatives/></Wrapper></Ad></VAST>")
    spot: Dict[str, Any] = {"mimes": ["video/mp4"], "duration": duration, "vast": vast}
    if protocols:
        spot["protocols"] = protocols
    return creative(id, video=spot, **rest)


def audio(id: str, duration: int = 15, mimes: Optional[List[str]] = None, **rest: Any) -> Dict[str, Any]:
    spot = {"mimes": mimes or ["audio/mp4"], "duration": duration, "media": f"https://cdn.{DOMAIN}/{id}.m4a"}
    return creative(id, audio=spot, **rest)


def native(id: str = "n", w: int = 1200, h: int = 627, **rest: Any) -> Dict[str, Any]:
    return creative(id, native={
        "title": "Run faster",
        "image": {"url": f"https://cdn.{DOMAIN}/n.jpg", "w": w, "h": h},
        "icon": {"url": f"https://cdn.{DOMAIN}/i.png", "w": 256, "h": 256},
        "data": NATIVE_DATA,
    }, **rest)


def strategy(id: str, creatives: Optional[List[dict]] = None, cpm: str = "5.00", **rest: Any) -> Dict[str, Any]:
    document = {
        "id": id, "advertiser": ADVERTISER, "name": f"Strategy {id}", "bidder": "flat-price", "terms": {"cpm": cpm},
        "creatives": creatives or [banner()],
    }
    document.update(rest)
    return document


def advertiser(id: str = ADVERTISER) -> Dict[str, Any]:
    return {"id": id, "name": id}


def exchange(id: str = EXCHANGE, **rest: Any) -> Dict[str, Any]:
    return {"id": id, "name": id, **rest}


def bid_request(id: str = "r-1", imp: Optional[Dict[str, Any]] = None, **rest: Any) -> Dict[str, Any]:
    """A banner on a site; `imp` adds to or replaces members of the one impression."""
    return {
        "id": id, "tmax": 1000, "at": 1, "cur": ["USD"],
        "site": {"id": "s", "domain": "news.example", "page": "https://news.example/a"},
        "device": {"ua": "Mozilla/5.0", "ip": "198.51.100.7"},
        "imp": [{"id": "1", "banner": {"format": [{"w": 300, "h": 250}]}, **(imp or {})}], **rest,
    }


def filled(url: str, price: str = "1.50", **macros: str) -> str:
    """A notice URL with its macros replaced, as an exchange replaces them; unknown ones by nothing."""
    values = {
        "AUCTION_PRICE": price, "AUCTION_CURRENCY": "USD", "AUCTION_ID": "r-1", "AUCTION_LOSS": "102",
        "AUCTION_MIN_TO_WIN": "", "AUCTION_MULTIPLIER": "",
    }
    values.update(macros)
    for name, value in values.items():
        url = url.replace("${" + name + "}", value)
    return url
