"""What the vendor served: the last entries whole, everything in exact counts, so that results can be compared."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

KEPT = 10_000


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """One request and what was decided for it. `at` is the vendor's clock; `status` 0 means that no header was sent."""

    at: float
    component: str
    host: str
    method: str
    path: str
    kind: str
    status: int
    request_id: str = ""
    ray: str = ""
    model: str = ""


class Log:
    """Bounded: `entries` holds the last ones, the counts hold all (their keys are few: routes and kinds)."""

    def __init__(self, keep: int = KEPT) -> None:
        self.entries: deque[ServedRequest] = deque(maxlen=keep)
        self.total = 0
        self._counts: Counter[tuple[str, str, str, str]] = Counter()
        self._news = asyncio.Condition()

    async def add(self, served: ServedRequest) -> None:
        """Count one request; wakes those who wait."""
        self.entries.append(served)
        self.total += 1
        self._counts[served.component, served.host, served.path, served.kind] += 1
        async with self._news:
            self._news.notify_all()

    def count(self, component: str = "", *, host: str = "", path: str = "", kind: str = "") -> int:
        """How many requests of that component, host, path and kind were served; an empty word means any."""
        wanted = (component, host, path, kind)
        return sum(n for key, n in self._counts.items() if all(w in ("", k) for w, k in zip(wanted, key, strict=True)))

    def kinds(self, component: str = "") -> dict[str, int]:
        """How often each kind of answer was given."""
        found: Counter[str] = Counter()
        for (name, _, _, kind), n in self._counts.items():
            if component in ("", name):
                found[kind] += n
        return dict(found)

    async def until(self, true: Callable[["Log"], bool], deadline_s: float = 10.0) -> None:
        """Wait until the log is so. Raises TimeoutError after the deadline."""
        async with asyncio.timeout(deadline_s), self._news:
            await self._news.wait_for(lambda: true(self))
