"""What the tests of audiences share: the world they play in, visitors' events, and a browser with its cookies."""

import json
import time
import uuid
from datetime import datetime, timedelta, timezone
from typing import Any, Dict, List, Optional
from urllib.parse import quote, urlencode

import documents
from documents import ADVERTISER, EXCHANGE, bid_request
from service import Answer, Client, Service, ServiceCase, eventually, path_of

VENDOR = 755
OTHER = "other"
SECOND_EXCHANGE = "bdx"
SYNC_HOST = "sync.adx.example"
# What a strategy pays for somebody of its audience, and what one pays for whoever comes.
AIMED, PLAIN = 5.0, 1.0
# How long an acknowledged event may take until bids know of it.
VISIBLE_SECONDS = 0.005
# What tests of anything else allow: a debug build on a busy machine is slower.
SETTLED_SECONDS = 0.1
EFFECT_SECONDS = 5.0
JSON = {"Content-Type": "application/json"}
COOKIE, OPTED_OUT = "vendue_id", "vendue_optout"

Document = Dict[str, Any]


def moment(seconds: float = 0) -> str:
    """RFC 3339, so many seconds from now; before now where negative."""
    return (datetime.now(timezone.utc) + timedelta(seconds=seconds)).isoformat(timespec="milliseconds").replace(
        "+00:00", "Z")


def event(type: str, visitor: Document, **rest: Any) -> Document:
    """An event of its own id; `properties`, `time`, `ip`, `consent` as they are given."""
    return {"event_id": str(uuid.uuid4()), "type": type, "visitor": visitor, **rest}


def view(visitor: Document, category: str = "shoes", **rest: Any) -> Document:
    return event("view", visitor, properties={"category": category}, **rest)


def viewed(times: int = 1, within: str = "7d") -> Document:
    """The rule that shoes were viewed so often."""
    return {"event": "view", "where": {"category": ["shoes"]}, "at_least": times, "within": within}


def new_ifa() -> str:
    return str(uuid.uuid4())


def of(domain: str, **who: Any) -> Document:
    """A bid request on a domain by somebody known as `ifa`, `buyeruid`, `user`, `eid` (source, id), `ip`, or nobody."""
    device: Document = {"ua": "Mozilla/5.0"}
    user: Document = {}
    if "ifa" in who:
        device["ifa"] = who["ifa"]
    if "ip" in who:
        device["ipv6" if ":" in who["ip"] else "ip"] = who["ip"]
    for name, member in (("buyeruid", "buyeruid"), ("user", "id")):
        if name in who:
            user[member] = who[name]
    if "eid" in who:
        source, id = who["eid"]
        user["eids"] = [{"source": source, "uids": [{"id": id, "atype": 1}]}]
    rest = {"regs": who["regs"]} if "regs" in who else {}
    if "consent" in who:
        user["consent"] = who["consent"]
    return bid_request(id=str(uuid.uuid4()), device=device, user=user, site={"domain": domain}, **rest)


class Shopper:
    """A browser as the service sees one: it sends the cookies that it was given, and follows no redirect."""

    def __init__(self, service: Service, headers: Optional[Dict[str, str]] = None):
        self.client = service.client()
        self.cookies: Dict[str, str] = {}
        self.paths: Dict[str, str] = {}
        self.headers = headers or {}

    def get(self, path: str) -> Answer:
        headers = dict(self.headers)
        sent = [f"{name}={value}" for name, value in self.cookies.items() if path.startswith(self.paths.get(name, "/"))]
        if sent:
            headers["Cookie"] = "; ".join(sent)
        answer = self.client.request("GET", path_of(path), None, headers)
        for line in filter(None, answer.headers.get("set-cookie", "").split("\n")):
            self._keep(line)
        return answer

    def _keep(self, line: str) -> None:
        pair, *attributes = [part.strip() for part in line.split(";")]
        name, _, value = pair.partition("=")
        if not value or any(attribute.lower() == "max-age=0" for attribute in attributes):
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value
            self.paths[name] = next((part[5:] for part in attributes if part.lower().startswith("path=")), "/")

    def view(self, category: str = "shoes", **parameters: str) -> Answer:
        query = urlencode({"event": "view", "p.category": category, **parameters})
        return self.get(f"/pixel/{ADVERTISER}?{query}")

    def sync(self, uid: str, exchange: str = EXCHANGE, **parameters: str) -> Answer:
        return self.get(f"/sync/{exchange}?" + urlencode({"uid": uid, **parameters}))

    @property
    def id(self) -> Optional[str]:
        """Our cookie, which an exchange hands back as `buyeruid`."""
        return self.cookies.get(COOKIE)


def make_token(service: Service, role: str, **rest: str) -> str:
    """A bearer token's secret."""
    with service.control() as control:
        answer = control.request("POST", "/v1/tokens", {"role": role, "name": f"a {role}", **rest}, JSON)
        assert answer.status == 201, answer.body
        return answer.json["secret"]


def post_events(client: Client, token: str, body: Any, headers: Optional[Dict[str, str]] = None) -> Answer:
    return client.request("POST", "/v1/events", body, {**JSON, "Authorization": f"Bearer {token}", **(headers or {})})


def prepare(service: Service) -> Dict[str, str]:
    """Two advertisers, two exchanges, and a strategy that bids on everybody; gives each advertiser's token."""
    sync = {"url": f"https://{SYNC_HOST}/match?v={{vendue_id}}", "redirect_hosts": [SYNC_HOST]}
    service.register(
        advertisers=[documents.advertiser(), documents.advertiser(OTHER)],
        exchanges=[documents.exchange(sync=sync), documents.exchange(SECOND_EXCHANGE)],
        strategies=[documents.strategy("plain", cpm=f"{PLAIN:.2f}")])
    tokens = {id: make_token(service, "advertiser", advertiser=id) for id in (ADVERTISER, OTHER)}
    with service.client() as client:
        for token in tokens.values():
            known = eventually(lambda: post_events(client, token, []).status == 200, EFFECT_SECONDS)
            assert known, "a new token may send no events"
    return tokens


class AudienceCase(ServiceCase):
    """Each audience has a domain of its own, where one strategy is aimed at it: a bid there tells who is in it."""

    config = {"consent": {"vendor_id": VENDOR}}
    tokens: Dict[str, str]

    @classmethod
    def prepare(cls) -> None:
        cls.tokens = prepare(cls.service)

    def aim(self, name: str, when: Optional[Document] = None, advertiser: str = ADVERTISER, **form: Any) -> None:
        """Registers an audience and the strategy aimed at it."""
        audience = {"id": name, "advertiser": advertiser, **({"when": when} if when else form)}
        targeting = {"all": [{"domain": [f"{name}.example"]}, {"segment": [name]}]}
        aimed = documents.strategy(name, cpm=f"{AIMED:.2f}", targeting=targeting, advertiser=advertiser)
        self.service.register(audiences=[audience], strategies=[aimed])

    def shopper(self, headers: Optional[Dict[str, str]] = None) -> Shopper:
        """A browser for this test, without a cookie yet."""
        shopper = Shopper(self.service, headers)
        self.addCleanup(shopper.client.close)
        return shopper

    def reconnect(self) -> None:
        """After a start: the ports are others."""
        self.client.close()
        self.client = self.service.client()
        self.addCleanup(self.client.close)

    def send(self, *events: Document, advertiser: str = ADVERTISER) -> Document:
        """Sends events that are sound, and waits until bids must know of them."""
        answer = post_events(self.client, self.tokens[advertiser], list(events))
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["refused"], [])
        self.assertEqual(answer.json["accepted"] + answer.json["duplicates"], len(events), answer.json)
        time.sleep(SETTLED_SECONDS)
        return answer.json

    def price(self, name: str, exchange: str = EXCHANGE, **who: Any) -> Optional[float]:
        """What is bid where the audience is wanted, on somebody; None for no bid."""
        answer = self.client.bid(exchange, of(f"{name}.example", **who))
        self.assertIn(answer.status, (200, 204), answer.body)
        return answer.bids[0]["price"] if answer.bids else None

    def assert_in(self, name: str, **who: Any) -> None:
        self.assertEqual(self.price(name, **who), AIMED, f"{who} is not in {name}")

    def assert_out(self, name: str, **who: Any) -> None:
        """Not in the audience, but bid on as anybody."""
        self.assertEqual(self.price(name, **who), PLAIN, f"{who} is in {name}, or nobody bids at all")

    def visitor(self, id: str, method: str = "GET", token: Optional[str] = None) -> Answer:
        with self.service.control(token) as control:
            return control.request(method, "/v1/visitors/" + quote(id, safe=":"))

    def acts(self, id: str) -> List[Document]:
        """What the export of a visitor says that they did, none where nobody is known."""
        return acts_of(self.visitor(id))

    def erase(self, id: str) -> None:
        answer = self.visitor(id, "DELETE")
        self.assertIn(answer.status, (200, 204), answer.body)


def acts_of(export: Answer) -> List[Document]:
    if export.status == 404:
        return []
    assert export.status == 200, export.body
    return export.json["acts"]


def ndjson(lines: List[Any]) -> bytes:
    """One JSON value a line."""
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)
