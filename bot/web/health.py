"""For those who run the process: does it live, and can it be relied on? Two addresses, small JSON, no secrets."""

import asyncio
import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Sequence

from bot.core.health.signs import HealthSign
from bot.errors import StoreError
from bot.health.status import HealthReader, not_ready_reasons
from bot.process import Process

PATIENCE_S = 1.0
"""Whoever asks has little time; a store that answers later is none to rely on."""
SAID = 10
"""Reasons in one answer."""
LONGEST = 200
"""Characters of a reason: a platform may have had its word in it."""


class Readiness:
    """Answers `/livez` and `/readyz`; `signs` are those of this process's own channels and couriers."""

    def __init__(self, process: Process, signs: Callable[[float], Sequence[HealthSign]]) -> None:
        self._process = process
        self._signs = signs
        self._health = HealthReader(process.store, process.settings)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        """Answer inside, if that is configured; the port, 0 without. Raises UserError where it cannot listen."""
        listen = self._process.settings.watching.listen
        if not listen:
            yield 0
            return
        addresses = importlib.import_module("bot.web.health_addresses")  # 10 MiB, spared where nothing listens
        server = addresses.health_server(listen, self.why_not)
        async with server.open():
            yield server.port

    async def why_not(self) -> list[str]:
        """Why we are not ready, a sentence each; nothing where we are."""
        now = self._process.now()
        found = [sign for sign in self._signs(now) if not sign.ok]
        try:
            async with asyncio.timeout(PATIENCE_S):
                found += await not_ready_reasons(self._health, now)
        except (StoreError, TimeoutError):
            return [*map(_said, found), "store: does not answer"][-SAID:]
        return list(dict.fromkeys(map(_said, found)))[:SAID]


def _said(sign: HealthSign) -> str:
    return f"{sign.name}: {sign.sentence}"[:LONGEST]
