"""Clients that bid and send notices as fast as they are answered, keeping what was acknowledged."""

import threading
import time
from collections import Counter
from typing import Dict, List, NamedTuple, Optional, Tuple

import documents
from openrtb_markup import Tags
from service import ANSWER_SECONDS, Answer, Client, Service, path_of

# URL member of a bid, and the kind of record that it makes.
NOTICES = {"nurl": "win", "burl": "billing", "lurl": "loss"}


class Sent(NamedTuple):
    bid_id: str
    kind: str
    path: str


class Load:
    """Threads with a connection each, until stopped or until the service is gone."""

    def __init__(self, service: Service, threads: int = 8, price: str = "2.00", patience: float = ANSWER_SECONDS):
        self.service = service
        self.price = price
        # Seconds that an answer may take.
        self.patience = patience
        self.acknowledged: Dict[Tuple[str, str], Sent] = {}
        self.unanswered: List[Sent] = []
        # Told to come again.
        self.refused: List[Sent] = []
        self.bids = 0
        self.statuses: Counter = Counter()
        self.broken: List[str] = []
        self.ended_early: Counter = Counter()
        self.stopping = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._work, args=(number,), daemon=True) for number in range(threads)]

    def start(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def finish(self, seconds: float = 30) -> None:
        self.stopping.set()
        end = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.1, end - time.monotonic()))
            assert not thread.is_alive(), "a client waits for an answer that never comes"

    def _work(self, number: int) -> None:
        client = self.service.client(self.patience)
        count = 0
        while not self.stopping.is_set():
            count += 1
            id = f"load-{number}-{count}-{time.monotonic_ns()}"
            answer = self._ask(client, "POST", f"/bid/{documents.EXCHANGE}", id)
            if answer is None:
                return
            for bid in answer.bids:
                with self.lock:
                    self.bids += 1
                if not self._notify(client, bid, count):
                    return
        client.close()

    def _notify(self, client: Client, bid: Dict[str, str], count: int) -> bool:
        return all(self._send(client, sent) for sent in self.notices(bid, count))

    def notices(self, bid: Dict[str, str], count: int) -> List[Sent]:
        """What becomes of a bid: of four one is lost, and is shown all the same."""
        urls = {kind: bid[key] for key, kind in NOTICES.items() if kind != ("loss" if count % 4 else "billing")}
        tags = Tags(bid["adm"])
        urls["impression"] = next(url for url in tags.urls["img"] if path_of(url).startswith("/imp/"))
        urls["click"] = tags.urls["a"][0]
        return [
            Sent(bid["id"], kind, path_of(documents.filled(url, self.price))) for kind, url in urls.items()]

    def _send(self, client: Client, sent: Sent) -> bool:
        """False when the service is gone."""
        answer = self._ask(client, "GET", sent.path, None)
        with self.lock:
            if answer is None:
                self.unanswered.append(sent)
            elif answer.status in (200, 204, 302):
                self.acknowledged[(sent.bid_id, sent.kind)] = sent
            elif answer.status == 503:
                self.refused.append(sent)
        return answer is not None

    def _ask(self, client: Client, method: str, path: str, id: Optional[str]) -> Optional[Answer]:
        """None when the service is gone; an answer that began and did not end whole is remembered as broken."""
        try:
            if id is None:
                answer = client.request(method, path)
            else:
                answer = client.bid(documents.EXCHANGE, documents.bid_request(id=id))
                if answer.status == 200 and answer.json["id"] != id:
                    raise ValueError(f"answer {answer.json['id']} to request {id}")
        except (ConnectionError, OSError) as error:
            # No answer began: RemoteDisconnected and resets before the first byte.
            with self.lock:
                self.ended_early[type(error).__name__] += 1
            return None
        except Exception as error:  # Half a head, half a body, no JSON.
            with self.lock:
                self.broken.append(f"{method} {path[:60]}: {type(error).__name__}: {error}")
            return None
        with self.lock:
            self.statuses[answer.status] += 1
        return answer
