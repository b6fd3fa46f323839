"""From a prober to the store: rows are numbered, buffered while the store is away, and written exactly once."""

import asyncio
import contextlib
import logging
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Mapping

from bot.errors import StoreError
from bot.store.store import Store

log = logging.getLogger(__name__)

BUFFER_ROWS = 200_000
"""Rows kept in memory while the store is away (about 60 MB); beyond it the oldest are dropped, counted and said."""

BATCH_ROWS = 500
SENT_ROWS, SENT_S = 20_000, 60.0
"""Rows of one service kept after they were written, and for how long: a store that fails over, or whose machine loses
power, forgets its last moments, and gets them again."""
FLUSH_S = 0.1
GATHER_S = 1.0
"""How long a good result waits for others, so that they are written together; any other one is written at once."""
GATHER_SHARE = 0.25
"""Of the shortest interval, at most: failures are written at once, and those of one vantage must not be read rounds
before the good results that another one had of the same thing at that time."""
RETRY_S = (0.2, 0.5, 1.0, 2.0)


def gathering(intervals_s: Iterable[float], speed: float) -> float:
    """How long good results of checks with these intervals are gathered, in seconds of a clock of this speed."""
    return min([GATHER_S, *(GATHER_SHARE * each for each in intervals_s)]) / speed


def _nobody(_service: str, _plans: Mapping[str, str], _urgent: bool) -> None:
    """Nobody is told of writes yet."""


class StreamWriter:
    """The prober's end of every service's stream.

    Rows of one service get consecutive numbers under this run's own id, so that a batch sent again after a lost reply
    is not counted twice. `written` is called after each write with the service, its re-probe plans by component, and
    whether any of the rows should be judged at once.
    Rows that are not urgent are gathered for `gather_s` first.
    `dropped` counts the rows given up since the store is away, `lost` those of earlier times. Rows that the store has
    lost are written again, as far as they are still here.
    """

    def __init__(
        self,
        store: Store,
        vantage: str,
        written: Callable[[str, Mapping[str, str], bool], None] | None = None,
        buffer_rows: int = BUFFER_ROWS,
        gather_s: float = 0.0,
    ) -> None:
        self._store = store
        self._prober = f"{vantage}.{secrets.token_hex(6)}"
        self.written = written or _nobody
        """Who is told of writes; it changes with the configuration, what is queued here does not."""
        self._buffer_rows = buffer_rows
        self._rows: dict[str, deque[bytes]] = {}
        self._first: dict[str, int] = {}
        self._sent: dict[str, deque[tuple[float, bytes]]] = {}
        self._urgent: set[str] = set()
        self.gather_s = gather_s
        """It changes with the configuration too."""
        self._fresh, self._pressing = asyncio.Event(), asyncio.Event()
        self.waiting = 0
        self.dropped = 0
        self.lost = 0
        self.away_since: float | None = None

    def put(self, service: str, row: bytes, *, urgent: bool = True) -> None:
        """Queue one row; never waits. Unless `urgent`, or a service's first, it may be written and read later."""
        if urgent or service not in self._rows:
            self._urgent.add(service)
            self._pressing.set()
        rows = self._rows.setdefault(service, deque())
        self._first.setdefault(service, 1)
        rows.append(row)
        self.waiting += 1
        if self.waiting > self._buffer_rows:
            self._drop()
        self._fresh.set()

    async def run(self) -> None:
        """Write what is queued, a batch at a time, for ever; while the store is away keep trying."""
        failures = 0
        while True:
            await self._fresh.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.gather_s):
                    await self._pressing.wait()
            self._fresh.clear()
            self._pressing.clear()
            try:
                await self.flush()
            except StoreError as error:
                self._away(error)
                await asyncio.sleep(RETRY_S[min(failures, len(RETRY_S) - 1)])
                failures += 1
                self._fresh.set()
                self._pressing.set()
                continue
            failures = 0
            self._back()
            # A short pause gathers what is seen at the same moment into one write.
            await asyncio.sleep(FLUSH_S)

    async def flush(self) -> None:
        """Write everything queued now.

        Raises:
            StoreError: the store is away; what is not written stays queued.
        """
        # All services at once: the store's client makes one round trip of it.
        writes = (self._flush(service) for service, rows in tuple(self._rows.items()) if rows)
        errors = [error for error in await asyncio.gather(*writes, return_exceptions=True) if error is not None]
        if errors:
            raise errors[0]

    async def _flush(self, service: str) -> None:
        rows = self._rows[service]
        while rows:
            sent = self._sent.setdefault(service, deque())
            batch = [rows[i] for i in range(min(BATCH_ROWS, len(rows)))]
            first = self._first[service]
            reply = await self._store.append(service, self._prober, first, batch, first - len(sent))
            if reply.last_seq < first - 1:
                if self._first[service] == first:
                    self._again(service, reply.last_seq)
                continue
            # Rows may have been dropped at the front while the write was under way, all of them and more; what was sent
            # before went with them, and what is written now is next to what is left.
            sent = self._sent.setdefault(service, deque())
            written = max(0, first + len(batch) - self._first[service])
            now = asyncio.get_running_loop().time()
            for _ in range(written):
                sent.append((now, rows.popleft()))
            self.waiting -= written
            self._first[service] += written
            while sent and (len(sent) > SENT_ROWS or now - sent[0][0] > SENT_S):
                sent.popleft()
            self.written(service, reply.attention, service in self._urgent)
        self._urgent.discard(service)

    def _again(self, service: str, last: int) -> None:
        """The store has this service's rows until number `last` only: what is still here goes before the others."""
        sent, rows = self._sent[service], self._rows[service]
        missing = self._first[service] - 1 - last
        back = min(len(sent), missing)
        for _ in range(back):
            rows.appendleft(sent.pop()[1])
        self._first[service] -= back
        self.waiting += back
        # A store that was emptied has judged most of what it lost: how much is not known.
        lost = missing - back if last else 0
        self.lost += lost
        log.warning(
            "the store has lost rows of %s (a failover, or it was emptied): %d are written again, %d are lost",
            service, back, lost,
        )  # fmt: skip

    def _drop(self) -> None:
        service = max(self._rows, key=lambda name: len(self._rows[name]))
        self._rows[service].popleft()
        # What was written before is not next to what is left, and too old to be lost by a failover.
        self._sent.pop(service, None)
        self._first[service] += 1
        self.waiting -= 1
        self.dropped += 1

    def _away(self, error: StoreError) -> None:
        if self.away_since is None:
            self.away_since = asyncio.get_running_loop().time()
            log.warning("store is away (%s): results are kept in memory until it is back", error)

    def _back(self) -> None:
        if self.away_since is not None:
            gone = asyncio.get_running_loop().time() - self.away_since
            lost = f", {self.dropped} dropped" if self.dropped else ", none lost"
            log.warning("store is back after %.1f s: caught up with what was seen meanwhile%s", gone, lost)
            self.away_since = None
            self.lost += self.dropped
            self.dropped = 0
