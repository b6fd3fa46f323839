"""Good answers are kept and served, with their age, while there is no new one. Needs httpx; copy it as it is.

    cache = Cache(Path("answers"))
    text, age_s = cache.ask(body, lambda: client.post(url, headers=headers, json=body))

Fresh answers for `FRESH_S` are not asked for again. Not across users: whoever can ask the same can read it.
"""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

FRESH_S = 60.0
OLDEST_S = 86_400.0


class Cache:
    """Answers by the whole request, one file each, written so that a crash leaves the old one."""

    def __init__(self, folder: Path, fresh_s: float = FRESH_S, clock: Callable[[], float] = time.time) -> None:
        self._folder, self._fresh_s, self._clock = folder, fresh_s, clock
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def ask(self, body: Mapping[str, Any], send: Callable[[], httpx.Response]) -> tuple[str, float]:
        """The answer's text and its age in seconds (0: new).

        Raises:
            httpx.HTTPError: there is no new answer and none that may still be served.
        """
        kept = self._folder / hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
        age = self._clock() - kept.stat().st_mtime if kept.exists() else None
        if age is not None and age <= self._fresh_s:
            return kept.read_text("utf-8"), max(0.0, age)
        try:
            text = send().raise_for_status().text
        except httpx.HTTPError:
            if age is None or age > OLDEST_S:
                raise
            return kept.read_text("utf-8"), age
        new = kept.with_suffix(".new")
        new.write_text(text, "utf-8")
        new.replace(kept)
        return text, 0.0
