"""Kind `tcp`: whether a port takes connections, and how long the name and the handshake take."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import MappingProxyType
from urllib.parse import urlsplit

from probes.fingerprints.read import read_error
from probes.fingerprints.values import Reading
from probes.model import Check, Fault, Layer, Observation, Outcome, Timings
from probes.options import Options
from probes.tools import Tools, observe, ours, patience
from probes.transport.errors import BREAKS, BrokenError, read_break
from probes.transport.phases import NOW, Phases, Stage
from probes.transport.wire import Wire

OPTIONS: Options = MappingProxyType({})


async def tcp(check: Check, tools: Tools) -> Observation:
    """Connect once and hang up. The target is `host:port`; our proxy, if there is one, is not asked."""
    where = place(check.target)
    if where is None:
        return observe(check, tools, ours("bad_target", "the target must be host:port", Layer.OUR_REQUEST))
    started = time.perf_counter()
    try:
        async with connected(tools, *where, patience(check)):
            pass
    except BrokenError as broken:
        return observe(check, tools, read_error(broken.error), passed(started))
    return observe(check, tools, Reading(Outcome.OK, Fault.NONE, Layer.OK), passed(started))


def place(target: str, port: int | None = None) -> tuple[str, int] | None:
    """Host and port of `host:port`, `[address]:port` or a URL; `port` where it names none. None: it is no place."""
    try:
        parts = urlsplit(target if "://" in target else f"//{target}")
        found = parts.port or port
    except ValueError:
        return None
    return (parts.hostname, found) if parts.hostname and found else None


@asynccontextmanager
async def connected(tools: Tools, host: str, port: int, timeout_s: float, *, tls: bool = False) -> AsyncIterator[Wire]:
    """A connection, closed when the block ends. Raises BrokenError. Its phases are those of `NOW`."""
    NOW.set(Phases())
    wire: Wire | None = None
    try:
        async with asyncio.timeout(timeout_s):
            wire = await tools.transport.dialler.connect(host, port)
            if tls:
                NOW.get().enter(Stage.TLS)
                await wire.start_tls(tools.transport.tls, host)
            NOW.get().enter(Stage.SEND)
            yield wire
    except BREAKS as error:
        raise BrokenError(read_break(error, NOW.get().stage, proxied=False)) from error
    finally:
        if wire is not None:
            wire.close()


def passed(started: float) -> Timings:
    """The phases since then, by `time.perf_counter`."""
    return NOW.get().timings((time.perf_counter() - started) * 1000)
