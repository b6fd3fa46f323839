"""Control hosts: unrelated to any vendor, they tell our own network's failure from the vendor's.

Kind `control` looks at one of them as a check of its own; `Control` asks them when a failure needs their word.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import MappingProxyType, TracebackType
from typing import Self

from probes.fingerprints.read import read_error
from probes.fingerprints.values import Reading, TransportError
from probes.model import NETWORK_LAYERS, Check, Fault, Layer, Observation, Outcome
from probes.options import Options
from probes.tools import Tools, observe, patience
from probes.transport.client import Transport
from probes.transport.request import Fetched, Request

HOSTS = ("https://www.cloudflare.com/cdn-cgi/trace", "http://connectivitycheck.gstatic.com/generate_204")
"""Made for such questions, run by two companies on two networks."""

PAUSE_S = 1.0
"""Seconds between two questions: failures in between wait for the next one together."""
GONE_S = 5.0
"""That none answered holds this long: a failure said to be ours too often costs less than one laid on a vendor."""

OPTIONS: Options = MappingProxyType({})


def answered(url: str, fetched: Fetched) -> bool:
    """Whether this answer proves that the network works.

    Over https the certificate proves who answered, so any status will do. Over http a captive portal could have:
    only the empty 204 that the host is known for counts.
    """
    if fetched.answer is None:
        return False
    return url.lower().startswith("https:") or fetched.answer.status == 204


async def control(check: Check, tools: Tools) -> Observation:
    """Look at one control host. It is never a vendor's failure."""
    fetched = await tools.transport.fetch(_request(check.target, patience(check)))
    status = fetched.answer.status if fetched.answer else None
    if answered(check.target, fetched):
        return observe(check, tools, Reading(Outcome.OK, Fault.NONE, Layer.OK), fetched.timings, status)
    reading = read_error(fetched.error or TransportError("other", "something else answered for the control host"))
    reading = replace(reading, outcome=Outcome.INCONCLUSIVE, fault=Fault.OURS, layer=Layer.OUR_NETWORK)
    return observe(check, tools, reading, fetched.timings, status)


def _request(url: str, timeout_s: float) -> Request:
    return Request(url, timeout_s, redirects=0, max_bytes=64 * 1024)


class Control:
    """The control hosts' word on failures, asked for once however many failures want it at the same time.

    Our network may go at any moment, so an answer proves it only for what failed before the question: a failure later
    than the last question waits for the next one. Enter it before use: leaving ends a question that is still open.
    `pause_s`: seconds of the machine between two questions.
    """

    def __init__(
        self,
        transport: Transport,
        now: Callable[[], float],
        hosts: Sequence[str] = HOSTS,
        *,
        timeout_s: float = 5.0,
        pause_s: float = PAUSE_S,
    ) -> None:
        self._transport = transport
        self._now = now
        self.hosts = tuple(hosts)
        self._timeout_s = timeout_s
        self._pause_s = pause_s
        self._asked_at = float("-inf")
        self._began = float("-inf")
        self._asking: asyncio.Task[bool] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.wait([self._asking])

    async def reading(self, after: float) -> bool:
        """Whether at least one control host answered a question asked after that time (Unix seconds).

        That none answered may have been found out up to `GONE_S` before.
        """
        clock = asyncio.get_running_loop().time
        called = clock()
        while True:
            asking = self._asking
            if asking is None or (asking.done() and not self._holds(asking, after)):
                # Whoever waited first asks for all.
                if (rest := self._began + self._pause_s - clock()) > 0:
                    await asyncio.sleep(rest)
                    continue
                self._asked_at, self._began = self._now(), clock()
                asking = self._asking = asyncio.create_task(self._ask(), name="control hosts")
            late = self._asked_at < after and self._began < called
            # Shielded: the one who asked first may be cancelled while others wait.
            if not await asyncio.shield(asking) or not late:
                return asking.result()

    def _holds(self, asking: asyncio.Task[bool], after: float) -> bool:
        """Whether the answer to the last question says something of a failure at that time."""
        if asking.cancelled() or asking.exception() is not None:
            return False
        if asking.result():
            return self._asked_at >= after and self._now() - self._asked_at <= PAUSE_S
        return self._asked_at >= after - GONE_S and self._now() - self._asked_at <= GONE_S

    async def _ask(self) -> bool:
        asks = [asyncio.create_task(self._one(url)) for url in self.hosts]
        try:
            for first in asyncio.as_completed(asks):
                if await first:
                    return True
        finally:
            for ask in asks:
                ask.cancel()
            await asyncio.wait(asks)
        return False

    async def _one(self, url: str) -> bool:
        return answered(url, await self._transport.fetch(_request(url, self._timeout_s)))


async def attribute(observation: Observation, control: Control) -> Observation:
    """A failure that our own network could have caused, with the control hosts' word on it.

    Where they fail too, it is ours and says nothing of the vendor. Anything else comes back as it is.
    """
    if observation.outcome in (Outcome.OK, Outcome.SLOW) or observation.layer not in NETWORK_LAYERS:
        return observation
    fine = await control.reading(observation.at)
    if fine:
        return replace(observation, control=True)
    return replace(observation, control=False, outcome=Outcome.INCONCLUSIVE, fault=Fault.OURS, layer=Layer.OUR_NETWORK)
