"""The last good answers, for when nothing else answers."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Any


class LastGood:
    """At most `size` answers by key, none older than `max_age_s`. In memory alone."""

    def __init__(self, size: int = 1_000, max_age_s: float = 3_600.0) -> None:
        self._size, self._max_age_s = size, max_age_s
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()
        self._lock = threading.Lock()

    def put(self, key: str, answer: Any) -> None:
        """Keep an answer."""
        with self._lock:
            self._kept[key] = (time.monotonic(), answer)
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def get(self, key: str) -> Any:
        """The answer, None where there is none that is fresh enough."""
        with self._lock:
            at, answer = self._kept.get(key, (-float("inf"), None))
        return answer if time.monotonic() - at <= self._max_age_s else None
