"""What Groundtruth says of itself: tests of a target, and that a target or a whole channel cannot be reached.

It goes the way all notices go, through the outbox, as the service `OWN` that nobody can configure: services' names
have no capital letters.
"""

import logging
from collections.abc import Callable, Sequence

from pydantic import TypeAdapter

from bot.core.incident import Snapshot
from bot.core.words.durations import clock
from bot.errors import StoreError
from bot.store.store import Store
from bot.store.values import START, Commit, DeliveryWrite, outlet_of

log = logging.getLogger(__name__)

OWN = "GROUNDTRUTH"
LEASE_MS = 2_000
AT_ONCE = 20
"""Troubles told at the same time; more of them are one trouble, and the log has the rest."""

SNAPSHOT = TypeAdapter(Snapshot)


class OwnNews:
    """Says things to targets beside the judges. `said` is called when there is something to deliver."""

    def __init__(self, store: Store, owner: str, now: Callable[[], float], said: Callable[[], None]) -> None:
        self._store = store
        self._owner = owner
        self._now = now
        self._said = said

    async def tell(self, subject: str, text: str, targets: Sequence[str], *, over: bool = False) -> bool:
        """Say it, or bring it up to date; False when another process is just saying something. Raises StoreError."""
        now = self._now()
        snapshot = Snapshot(now, OWN, "Groundtruth", None, None, (), reason=text, over=over)
        body = SNAPSHOT.dump_json(snapshot, exclude_defaults=True).decode()
        token = await self._store.lease(OWN, self._owner, LEASE_MS)
        if token is None:
            return False
        edition = round(now * 1000)
        writes = tuple(DeliveryWrite(subject, t, edition, body, urgent=True) for t in targets)
        written = await self._store.commit(OWN, token, Commit(START, b"", deliveries=writes))
        await self._store.release(OWN, token)
        self._said()
        return written


class Troubles:
    """Tells those who watch the other targets that one cannot be reached, once, and when it can again."""

    def __init__(self, news: OwnNews, watchers: Sequence[str], now: Callable[[], float]) -> None:
        self._news = news
        self._watchers = watchers
        self._now = now
        self._open: dict[str, tuple[float, str]] = {}

    async def __call__(self, what: str, text: str, over: bool) -> None:
        """`what` is a target or a whole channel."""
        known = self._open.get(what)
        if over is (known is None) or (known is None and len(self._open) >= AT_ONCE):
            return
        since, first = known or (self._now(), text)
        told = f"{text} (since {clock(since, self._now())})" if known is None else f"{text}; it was: {first}"
        others = [w for w in self._watchers if w != what and (":" in what or outlet_of(w) != what)]
        try:
            if others and not await self._news.tell(f"trouble@{what}@{round(since)}", told, others, over=over):
                return
        except StoreError as error:
            log.warning("it could not be said that %s: %s", text, error)
            return
        if known is None:
            self._open[what] = since, text
        else:
            del self._open[what]
