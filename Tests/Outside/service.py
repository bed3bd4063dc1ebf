"""Starts the real executable and talks to it as other people's programs would: processes, HTTP, exit statuses."""

import atexit
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

ROOT = Path(__file__).resolve().parents[2]
READY = re.compile(r"^vendue ready bid=(\S+):(\d+) control=(\S+):(\d+)$")
START_SECONDS = 30
ANSWER_SECONDS = 20

Body = Union[None, bytes, str, dict, list]


def executable() -> str:
    """$VENDUE, else a debug build, else a release build."""
    named = os.environ.get("VENDUE")
    candidates = [Path(named)] if named else [ROOT / ".build/debug/vendue", ROOT / ".build/release/vendue"]
    for path in candidates:
        if path.is_file() and os.access(path, os.X_OK):
            return str(path.resolve())
    looked = ", ".join(str(path) for path in candidates)
    raise SystemExit(f"test-outside: no executable at {looked}; build it first, or name it in $VENDUE")


def environment() -> Dict[str, str]:
    """Ours without settings of the service, which would override what a test asks for."""
    return {key: value for key, value in os.environ.items() if not key.startswith("VENDUE_")}


def run(*arguments: Union[str, Path], seconds: float = 60, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """One command to its end; never inherits a terminal."""
    return subprocess.run(
        [executable(), *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=seconds,
        env=environment(), check=False)


def eventually(condition: Callable[[], Any], seconds: float = 5, every: float = 0.02) -> Any:
    """The first true value of a condition, or its last false one."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(every)


class Answer(NamedTuple):
    status: int
    headers: Dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def bids(self) -> List[dict]:
        """All bids of a bid response; none in a 204."""
        if self.status != 200:
            return []
        return [bid for seat in self.json.get("seatbid", []) for bid in seat["bid"]]


class Client:
    """One keep-alive connection; a new one when the service has closed it. For one thread at a time."""

    def __init__(
        self, host: str, port: int, headers: Optional[Dict[str, str]] = None, seconds: float = ANSWER_SECONDS
    ):
        self.host, self.port = host, port
        self.headers = headers or {}
        self.seconds = seconds
        self.connection: Optional[http.client.HTTPConnection] = None

    def request(self, method: str, path: str, body: Body = None, headers: Optional[Dict[str, str]] = None) -> Answer:
        """Sends once; what breaks after the first byte was sent is the test's to judge."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.host, self.port, timeout=self.seconds)
        fields = dict(self.headers)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            # A lone surrogate stays an escape; json.dumps writes ASCII.
            body = body.encode("utf-8")
        fields.update(headers or {})
        try:
            self.connection.request(method, path, body=body, headers=fields)
            response = self.connection.getresponse()
            content = response.read()
        except Exception:
            self.close()
            raise
        answer = Answer(response.status, joined(response.getheaders()), content)
        if response.will_close:
            self.close()
        return answer

    def get(self, url: str) -> Answer:
        """A URL of a bid: scheme and host are left out, as path and query alone identify a notice."""
        return self.request("GET", path_of(url))

    def bid(self, exchange: str, body: Body, headers: Optional[Dict[str, str]] = None) -> Answer:
        fields = {"Content-Type": "application/json", "x-openrtb-version": "2.6"}
        fields.update(headers or {})
        return self.request("POST", f"/bid/{exchange}", body, fields)

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()


def joined(headers: List[Tuple[str, str]]) -> Dict[str, str]:
    """Headers by their names in lower case; what came several times, as cookies do, is joined by line ends."""
    found: Dict[str, str] = {}
    for name, value in headers:
        name = name.lower()
        found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def path_of(url: str) -> str:
    """Path and query of a URL."""
    match = re.match(r"^https?://[^/]+(/.*)$", url)
    return match.group(1) if match else url


class Service:
    """`vendue serve` on a data directory, its ports chosen by the system."""

    running: "set[Service]" = set()

    def __init__(self, data: Path, config: Optional[dict] = None):
        self.data = Path(data)
        self.config = config
        # Of its next start, beside ours.
        self.variables: Dict[str, str] = {}
        self.process: Optional["subprocess.Popen[str]"] = None
        self.bid_address: Tuple[str, int] = ("", 0)
        self.control_address: Tuple[str, int] = ("", 0)
        self.errors = self.data.parent / (self.data.name + ".stderr")
        # What it wrote to stdout, over all its starts.
        self.output: List[str] = []

    def start(self) -> "Service":
        command = [executable(), "serve", "--data", str(self.data), "--bid", "127.0.0.1:0", "--control", "127.0.0.1:0"]
        if self.config is not None:
            path = self.data.parent / (self.data.name + ".config.yaml")
            path.write_text(json.dumps(self.config))  # JSON is YAML.
            command += ["--config", str(path)]
        if self.variables:
            # A library that is loaded before the executable may set variables when it starts, and the executable finds
            # its arguments beside them: so it starts, and sets them, in a process that only becomes ours.
            command = ["/usr/bin/env", *command]
        with open(self.errors, "ab") as errors:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                env={**environment(), **self.variables})
        Service.running.add(self)
        lines: List[str] = []
        reader = threading.Thread(target=self._read, args=(lines,), daemon=True)
        reader.start()
        eventually(lambda: lines or self.process.poll() is not None, START_SECONDS)
        match = READY.match(lines[0]) if lines else None
        if match is None:
            self.kill()
            raise AssertionError(f"not ready: {lines}, exit status {self.process.poll()}\n{self.tail()}")
        self.bid_address = (match.group(1), int(match.group(2)))
        self.control_address = (match.group(3), int(match.group(4)))
        return self

    def _read(self, lines: List[str]) -> None:
        with self.process.stdout as stdout:
            for line in stdout:
                lines.append(line.rstrip("\n"))
                self.output.append(lines[-1])

    def tail(self, lines: int = 15) -> str:
        """The end of what it wrote to stderr."""
        if not self.errors.exists():
            return ""
        return "\n".join(self.errors.read_text(errors="replace").splitlines()[-lines:])

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds: float = 15) -> int:
        """Its exit status; kills it when it takes longer."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running {seconds} s after it was asked to stop\n{self.tail()}") from None
        Service.running.discard(self)
        return status

    def stop(self) -> int:
        self.terminate()
        return self.wait()

    def kill(self) -> None:
        """As a power cut would end it."""
        if self.is_running:
            self.process.kill()
        if self.process is not None:
            self.process.wait(10)
        Service.running.discard(self)

    # Talking to it.

    @property
    def token(self) -> str:
        return (self.data / "operator.token").read_text().strip()

    def client(self, seconds: float = ANSWER_SECONDS) -> Client:
        return Client(*self.bid_address, seconds=seconds)

    def control(self, token: Optional[str] = None, seconds: float = ANSWER_SECONDS) -> Client:
        return Client(
            *self.control_address, headers={"Authorization": f"Bearer {token or self.token}"}, seconds=seconds)

    def register(self, **collections: List[dict]) -> None:
        """Registers documents, as `advertisers=[…], exchanges=[…], strategies=[…]`; fails on the first refusal."""
        with self.control() as control:
            for kind in ("advertisers", "exchanges", "audiences", "strategies"):
                for document in collections.get(kind, []):
                    answer = control.request(
                        "POST", f"/v1/{kind}", document, {"Content-Type": "application/json"})
                    assert answer.status == 201, f"{kind}/{document.get('id')}: {answer.status} {answer.body.decode()}"

    def books(self) -> dict:
        with self.control() as control:
            return control.request("GET", "/v1/books").json

    def account(self, strategy: str) -> Dict[str, Any]:
        """The books of one strategy; empty where nothing was ever reserved."""
        return next((entry for entry in self.books()["accounts"] if entry.get("strategy") == strategy), {})

    def log(self, kind: Optional[str] = None) -> List[dict]:
        return log(self.data, kind)


def log(data: Path, kind: Optional[str] = None) -> List[dict]:
    """Rows of the log, as `vendue log --format ndjson` prints them."""
    result = run("log", *([kind] if kind else []), "--format", "ndjson", "--data", data)
    assert result.returncode == 0, f"vendue log: {result.returncode} {result.stderr}"
    # Not splitlines(): a text may hold other line ends than ours.
    return [json.loads(line) for line in result.stdout.split("\n") if line]


class ServiceCase(unittest.TestCase):
    """Tests of one running service, started before the first of them on an empty data directory."""

    config: Optional[dict] = None
    service: Service
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = temporary_folder(cls)
        cls.service = Service(cls.folder / "data", cls.config).start()
        cls.addClassCleanup(cls.service.kill)
        cls.prepare()

    @classmethod
    def prepare(cls) -> None:
        """Registers what the tests need."""

    def setUp(self) -> None:
        self.assertTrue(self.service.is_running, f"the service has ended\n{self.service.tail()}")
        self.client = self.service.client()
        self.addCleanup(self.client.close)

    def count(self, kind: str, **columns: Any) -> int:
        """Rows of a kind whose columns have these values."""
        rows = self.service.log(kind)
        return sum(all(row[name] == value for name, value in columns.items()) for row in rows)


def temporary_folder(owner: Any) -> Path:
    """A folder that goes when the tests of a class, or one test, are over."""
    folder = Path(tempfile.mkdtemp(prefix="vendue-outside-"))
    add = owner.addClassCleanup if isinstance(owner, type) else owner.addCleanup
    add(shutil.rmtree, folder, ignore_errors=True)
    return folder


@atexit.register
def _end_all() -> None:
    for service in list(Service.running):
        service.kill()
