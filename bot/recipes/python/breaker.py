"""A circuit breaker: after some failures in a row nothing is sent for a while, then one request tries. Needs httpx.

    breaker = Breaker()
    answer = breaker.ask(lambda: client.post(url, headers=headers, json=body), otherwise=lambda: "come back later")

It stays closed while a part of the requests works: five failures in a row are one in 400 at three in ten.
"""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

import httpx

IN_A_ROW = 5
REST_S = 30.0

Other = TypeVar("Other")


class Breaker:
    """One for each route; safe to share between threads. `clock` gives seconds that never go back."""

    def __init__(self, rest_s: float = REST_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._rest_s, self._clock = rest_s, clock
        self._lock = threading.Lock()
        self._failures = 0
        self._rests_until = 0.0

    def ask(self, send: Callable[[], httpx.Response], otherwise: Callable[[], Other]) -> httpx.Response | Other:
        """A good answer, or what `otherwise` says while there is none."""
        if not self._may():
            return otherwise()
        try:
            answer = send()
        except httpx.TransportError:
            self._note(failed=True)
            return otherwise()
        failed = answer.status_code >= 500 or answer.status_code in {408, 429}
        self._note(failed=failed)
        return otherwise() if failed else answer

    def _may(self) -> bool:
        """Whether to send; after a rest one request goes, and the others wait for what becomes of it."""
        with self._lock:
            if self._failures < IN_A_ROW:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until = self._clock() + self._rest_s
            return True

    def _note(self, *, failed: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if failed else 0
            if self._failures >= IN_A_ROW:
                self._rests_until = self._clock() + self._rest_s
