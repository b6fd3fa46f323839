"""What Groundtruth measures, kept in memory: a thread listens for news and reports outcomes; no request waits for it.

Everything fails open: without Groundtruth, or with word that is too old, nothing is known of any component, and
nothing is decided by it.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

FRESH_S = 60.0
"""Word that is older is no word."""
POLL_S = 15.0
REPORT_S = 20.0
TIMEOUT_S = 10.0
SILENT_S = 45.0
"""The stream of news says something every 15 s: silent for so long it is dead."""
LARGEST = 4_000_000
MOST_CODES = 30


class Truth:
    """The states of the components at `url`, such as http://127.0.0.1:8080; with `token` outcomes are reported.

    Use it as a context manager, or call `start` and `close`. It is safe to use from many threads.
    """

    def __init__(self, url: str, token: str = "", *, fresh_s: float = FRESH_S, report_s: float = REPORT_S) -> None:
        self._url = urlsplit(url)
        if self._url.scheme not in {"http", "https"} or not self._url.hostname:
            raise ValueError(f"expected an address such as http://127.0.0.1:8080, not {url!r}")
        self._token = token
        self._fresh_s, self._report_s = fresh_s, report_s
        self._states: dict[str, str] = {}
        self._read_at = -float("inf")
        self._etag = ""
        self._counts: dict[str, Counter[str]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> Truth:
        """Begin to listen and report, in the background."""
        if not self._threads:
            self._threads = [threading.Thread(target=run, daemon=True) for run in (self._listen, self._report)]
            for thread in self._threads:
                thread.start()
        return self

    def close(self) -> None:
        """Report what is left, and stop."""
        self._stop.set()
        self.flush()

    def __enter__(self) -> Truth:  # noqa: PYI034 - Self is newer than Python 3.10
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    def state(self, component: str) -> str | None:
        """Such as `operational` or `major_outage`; None where nothing fresh is known."""
        if time.monotonic() - self._read_at > self._fresh_s:
            return None
        state = self._states.get(component)
        return None if state == "unknown" else state

    def count(self, component: str, code: str = "") -> None:
        """Note how a request ended: `code` is "" where it went well, else the HTTP status or a word such as timeout."""
        with self._lock:
            self._counts.setdefault(component, Counter())[code] += 1

    def flush(self) -> None:
        """Report the counts so far; those that cannot be sent are kept for the next time."""
        with self._lock:
            taken, self._counts = self._counts, {}
        if not taken or not self._token:
            return
        body = json.dumps({"outcomes": [_outcome(name, codes) for name, codes in list(taken.items())[:100]]})
        status = 0
        with contextlib.suppress(OSError, http.client.HTTPException):
            status, _, _ = self._ask("POST", "/v1/outcomes", body, {"Content-Type": "application/json"})
        if status in {0, 429} or status >= 500:
            with self._lock:
                for name, codes in taken.items():
                    self._counts.setdefault(name, Counter()).update(codes)

    def refresh(self) -> bool:
        """Read every state now; whether there was an answer."""
        try:
            status, headers, body = self._ask("GET", "/v1/components", None, {"If-None-Match": self._etag})
            if status == 200:
                told = json.loads(body)
                # What Groundtruth itself calls stale is no word.
                self._states = {} if told["stale"] else {c["id"]: c["state"] for c in told["components"]}
                self._etag = headers.get("ETag", "")
        except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
            return False
        if status in {200, 304}:
            self._read_at = time.monotonic()
        return status in {200, 304}

    def _listen(self) -> None:
        while not self._stop.is_set():
            if self.refresh():
                with contextlib.suppress(OSError, http.client.HTTPException):
                    self._follow()
            self._stop.wait(POLL_S)

    def _follow(self) -> None:
        """Read anew at each word of news, until the stream ends."""
        connection = self._connection(SILENT_S)
        try:
            connection.request("GET", f"{self._url.path.rstrip('/')}/events", headers=self._headers())
            stream = connection.getresponse()
            while stream.status == 200 and not self._stop.is_set():
                line = stream.readline(65_536)
                if not line:
                    return
                if line.startswith(b"event:") and not self.refresh():
                    return
        finally:
            connection.close()

    def _report(self) -> None:
        while not self._stop.wait(self._report_s):
            self.flush()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> tuple[int, Any, bytes]:
        connection = self._connection(TIMEOUT_S)
        try:
            connection.request(method, f"{self._url.path.rstrip('/')}{path}", body, self._headers() | headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read(LARGEST)
        finally:
            connection.close()

    def _connection(self, timeout_s: float) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
        return kind(str(self._url.hostname), self._url.port, timeout=timeout_s)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}


def _outcome(component: str, codes: Counter[str]) -> dict[str, Any]:
    failed = {code: n for code, n in codes.most_common(MOST_CODES + 1) if code}
    kept = dict(list(failed.items())[:MOST_CODES])
    total, bad = sum(codes.values()), sum(n for code, n in codes.items() if code)
    return {"component": component, "total": total, "failed": bad, "codes": kept}
