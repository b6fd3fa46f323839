"""Several vantages and one judge, on a Redis of their own that stops and dies: real processes, real servers."""

import asyncio
import io
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from bot.app import Role, Terminal, running
from bot.cli import ask
from bot.config.load import load
from bot.core.model.incident import Incident
from bot.demo.vendor import Vendor
from bot.store.codec import INCIDENT
from bot.store.connect import open_store
from bot.store.store import Store
from bot.store.stream_rows import decode
from probes.model import Observation
from tests.support.instance import Instance
from tests.support.servers import Server
from tests.support.stores import readable

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The shared Redis."""
    folder = tmp_path / "r"
    folder.mkdir()
    started = Server(folder)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait(10)


@asynccontextmanager
async def probers(folder: Path, server: Server, **vendors: Vendor) -> AsyncIterator[dict[str, Instance]]:
    """A prober process for each vantage, each looking at its vendor."""
    async with AsyncExitStack() as stack:
        started = {}
        for name, vendor in vendors.items():
            home = folder / name
            home.mkdir()
            started[name] = Instance(home, vendor, command=("probe", "--vantage", name), redis=server.url)
            await started[name].start()
            stack.push_async_callback(ended, started[name])
        yield started


async def ended(prober: Instance) -> None:
    """Stop it if it still runs."""
    if prober.process is not None and prober.process.returncode is None:
        await prober.stop(10)


@asynccontextmanager
async def judged(prober: Instance) -> AsyncIterator[Store]:
    """A judge and a courier, and nobody who looks, in this process."""
    async with running(load(str(prober.file), {}), Terminal(io.StringIO(), "json"), Role.JUDGE) as at_work:
        yield at_work.store


async def seen(store: Store) -> list[Observation]:
    """All observations of the stream, in its order."""
    rows = [decode(raw) for _, raw in await store.read("claude", count=100_000)]
    return [row for row in rows if isinstance(row, Observation) and row.page is None]


async def until_seen(store: Store, enough: Callable[[list[Observation]], bool], within_s: float = 40.0) -> None:
    """Wait for observations."""
    async with asyncio.timeout(within_s):
        while not enough(await seen(store)):  # noqa: ASYNC110  (written by other processes)
            await asyncio.sleep(0.05)


async def first_incident(store: Store) -> Incident:
    """Wait for it."""
    async with asyncio.timeout(60):
        while True:
            if found := await store.views.incidents("claude", 5):
                return readable(INCIDENT.load(found[-1]))
            await asyncio.sleep(0.05)


def everybody(rows: list[Observation], least: int) -> bool:
    """Whether both vantages have seen so much."""
    counts = Counter(row.vantage for row in rows)
    return min(counts["eu"], counts["us"]) >= least


async def told(prober: Instance, question: str) -> str:
    """What a person is told, as text."""
    answer = await ask.asked(load(str(prober.file), {}), question)
    table = [" | ".join(row) for row in answer.table.rows] if answer.table else []
    return "\n".join([answer.title, *(f"{label}: {text}" for label, text in answer.lines), *table])


async def test_what_all_vantages_see_is_the_vendors(tmp_path: Path, server: Server) -> None:
    """Observations carry their vantage, and the incident says that it is seen from all of them."""
    async with (
        Vendor(seed=3) as vendor,
        probers(tmp_path, server, eu=vendor, us=vendor) as at_work,
        judged(at_work["eu"]) as store,
    ):
        await until_seen(store, lambda rows: everybody(rows, 20))
        vendor.set("claude-api", rate=1.0, kinds="http_500")
        incident = await first_incident(store)
        said = await told(at_work["eu"], "status claude-api")

        assert {o.vantage for o in await seen(store)} == {"eu", "us"}
        assert incident.scope == "component"
        assert incident.components == ("claude-api",)
        assert "2 of 2 locations" in said


async def test_what_one_vantage_alone_sees_is_its_own_trouble(tmp_path: Path, server: Server) -> None:
    """Everything fails from there and works from elsewhere: said as such, and no incident of the vendor's."""
    async with (
        Vendor(seed=3) as fine,
        Vendor(seed=4) as broken,
        probers(tmp_path, server, eu=fine, us=broken) as at_work,
        judged(at_work["eu"]) as store,
    ):
        await until_seen(store, lambda rows: everybody(rows, 20))
        broken.set("claude-ai", "claude-api", "claude-code", rate=1.0, kinds="http_500")
        incident = await first_incident(store)
        await until_seen(store, lambda rows: sum(o.vantage == "us" and o.status == 500 for o in rows) >= 60)
        said, about = await told(at_work["eu"], "status"), await told(at_work["eu"], "status claude-api")
        incidents = INCIDENT.load_all(await store.views.incidents("claude", 10))

        assert (incident.scope, incident.vantage) == ("vantage", "us")
        assert [i.scope for i in incidents] == ["vantage"]
        assert "only from us" in said
        assert "0 of 3 components" in said or "All 3 components are operational" in said
        assert "us alone" in about


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL], ids=["stopped", "killed"])
async def test_a_prober_cut_off_catches_up_in_order(tmp_path: Path, server: Server, number: int) -> None:
    """It goes on looking; when Redis is back everything is written, once, in order, at its true times."""
    async with Vendor(seed=3) as vendor, probers(tmp_path, server, eu=vendor, us=vendor) as at_work:
        async with judged(at_work["eu"]) as store:
            await until_seen(store, lambda rows: everybody(rows, 10))
            server.signal(number)
            before = vendor.log.total
            await vendor.log.until(lambda log: log.total > before + 80, 40)
            back = time.time()
            if number == signal.SIGSTOP:
                server.signal(signal.SIGCONT)
            else:
                server.start()
            await until_seen(store, lambda rows: all(last(rows, v) > back + 1 for v in ("eu", "us")))
        for prober in at_work.values():
            assert await prober.stop(10) == 0
            assert "Traceback" not in prober.said
            assert number == signal.SIGSTOP or "none lost" in prober.said
        served = {entry.request_id for entry in vendor.log.entries if entry.request_id}
    rows = await left(server)
    ids = Counter(o.request_id for o in rows if o.request_id)

    assert max(ids.values()) == 1, "an observation was written twice"
    assert len(served - ids.keys()) <= 12, "more than was under way at the end is missing"
    for vantage in ("eu", "us"):
        times = [o.at for o in rows if o.vantage == vantage]
        assert all(b - a > -2.0 for a, b in pairwise(times)), "not in order"
        assert max(b - a for a, b in pairwise(times)) < 2.0, "a hole where Redis was away"


def last(rows: list[Observation], vantage: str) -> float:
    """When a vantage has seen something last."""
    return max((o.at for o in rows if o.vantage == vantage), default=0.0)


async def left(server: Server) -> list[Observation]:
    """All observations when everybody has gone."""
    async with asyncio.timeout(10):
        async with open_store(server.url, server.folder) as store:
            return await seen(store)
