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

FINE_S = 1.0
"""That a control host answered holds this long: our network may go at any moment, and what fails then is ours."""
GONE_S = 5.0
"""That none answered holds longer: a failure said to be ours too often costs less than one laid on a vendor."""

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
    """The control hosts' word, asked for once however many failures want it at the same time.

    Enter it before use: leaving ends a question that is still open.
    """

    def __init__(
        self,
        transport: Transport,
        now: Callable[[], float],
        hosts: Sequence[str] = HOSTS,
        *,
        timeout_s: float = 5.0,
    ) -> None:
        self._transport = transport
        self._now = now
        self.hosts = tuple(hosts)
        self._timeout_s = timeout_s
        self._asked_at = float("-inf")
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
        """Whether at least one control host answered at about that time (Unix seconds), later or shortly before."""
        if self._asking is None or self._stale(self._asking, after):
            self._asked_at = self._now()
            self._asking = asyncio.create_task(self._ask(), name="control hosts")
        # Shielded: the one who asked first may be cancelled while others wait.
        return await asyncio.shield(self._asking)

    def _stale(self, asking: asyncio.Task[bool], after: float) -> bool:
        if not asking.done():
            return False
        if asking.cancelled() or asking.exception() is not None:
            return True
        holds = FINE_S if asking.result() else GONE_S
        return self._asked_at < after - holds or self._now() - self._asked_at > holds

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
