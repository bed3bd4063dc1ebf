"""Headless Chromium, driven by its DevTools protocol over a websocket: enough to open a page, look at it and click."""

import base64
import itertools
import json
import os
import shutil
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from service import eventually

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium here (apt-get install chromium, or name one in $CHROMIUM): ads are not tried in a browser"
START_SECONDS = 30
ANSWER_SECONDS = 30


def chromium() -> Optional[str]:
    """$CHROMIUM, else the system's."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """One browser with one page, in a profile of its own."""

    def __init__(self, folder: Path, width: int = 800, height: int = 600):
        self.profile = folder / "profile"
        self.errors = open(folder / "chromium.stderr", "wb")
        self.process = subprocess.Popen(
            [chromium() or "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--mute-audio", "--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0",
             "--hide-scrollbars", f"--window-size={width},{height}", f"--user-data-dir={self.profile}", "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors)
        self.numbers = itertools.count(1)
        self.socket: Any = None

    def connect(self) -> "Browser":
        import websocket

        port_file = self.profile / "DevToolsActivePort"
        if not eventually(lambda: port_file.is_file() and port_file.read_text().strip(), START_SECONDS):
            raise AssertionError(f"Chromium does not start, exit status {self.process.poll()}")
        port = int(port_file.read_text().splitlines()[0])
        page = eventually(lambda: self._page(port), START_SECONDS)
        self.socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], timeout=ANSWER_SECONDS, suppress_origin=True)
        self.call("Page.enable")
        self.call("Runtime.enable")
        return self

    @staticmethod
    def _page(port: int) -> Optional[Dict[str, Any]]:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/json/list", timeout=ANSWER_SECONDS) as answer:
            return next((target for target in json.load(answer) if target["type"] == "page"), None)

    def call(self, method: str, **parameters: Any) -> Dict[str, Any]:
        """One command and its result; events that arrive meanwhile are not kept."""
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        end = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < end:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]
        raise AssertionError(f"{method}: no answer in {ANSWER_SECONDS} s")

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def value(self, script: str) -> Any:
        """Of a JavaScript expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def click(self, place: Tuple[float, float]) -> None:
        """With a mouse, as a person does; what lies there is the browser's to find out."""
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def screenshot(self, name: str) -> bytes:
        """A PNG, also kept in $VENDUE_SCREENSHOTS where that is set."""
        image = base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])
        folder = os.environ.get("VENDUE_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / f"{name}.png").write_bytes(image)
        return image

    def close(self) -> None:
        if self.socket is not None:
            self.socket.close()
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self.errors.close()
