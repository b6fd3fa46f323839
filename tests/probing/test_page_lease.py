"""Several probers and one page: one reads, the others stand by, and a dead reader is replaced."""

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

from bot.errors import StoreError
from bot.probing.checks import CheckRunner, ProbeLimits
from bot.probing.page_lease import KEPT, TICKS, PageLease
from bot.scheduling.scheduler import Schedule
from bot.store.connect import open_store
from bot.store.leases import Leases
from bot.store.store import Store
from probes.model import Check, Observation
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import TransportSettings
from tests.fakes.web import Site, answer, serve

GREEN = (Path(__file__).parents[1] / "data" / "status-pages" / "atlassian_green.json").read_bytes()
INTERVAL_S = 60.0
FAST = 10_000.0
"""By a clock this fast a turn has run out of the store in a few milliseconds."""


def page(site: Site, service: str = "claude") -> Check:
    """The reading of that site's page."""
    return Check(f"{service}:page", "statuspage", service, "", site.url(), INTERVAL_S, 5.0, MappingProxyType({}))


class Prober:
    """One prober whose time is set by the test."""

    def __init__(
        self, name: str, store: Store, transport: Transport, check: Check, now: Callable[[], float], speed: float = 1.0
    ) -> None:
        self.seen: list[Observation] = []
        self.check = check
        self.turns = PageLease(store, name, speed)
        self.watch = CheckRunner([check], Tools(transport, name, now), None, self.seen.append, ProbeLimits(self.turns))

    async def tick(self) -> int:
        """Look whose turn it is; how often the page was read so far."""
        await self.watch.read(self.check)
        return len(self.seen)


async def test_one_reads_and_the_others_stand_by(store: Store) -> None:
    """Over ten intervals three probers ask the page ten times together, not thirty."""
    now = 1000.0
    async with Transport(TransportSettings()) as transport, serve(answer(GREEN)) as site:
        probers = [Prober(name, store, transport, page(site), lambda: now) for name in ("fra", "iad", "syd")]
        for _ in range(10 * TICKS):
            for prober in probers:
                await prober.tick()
            now += INTERVAL_S / TICKS
        assert len(site.requests) == 10
        assert [len(prober.seen) for prober in probers] == [10, 0, 0]


async def test_another_takes_over_when_the_reader_is_gone(store: Store) -> None:
    """The turn runs out by itself; with the ticks that is within two intervals of the last reading."""
    assert KEPT + 1.2 / TICKS < 2
    async with Transport(TransportSettings()) as transport, serve(answer(GREEN)) as site:
        fra = Prober("fra", store, transport, page(site), lambda: 0.0, FAST)
        iad = Prober("iad", store, transport, page(site), lambda: 0.0)
        assert await fra.tick() == 1
        while await iad.tick() == 0:
            pass
        assert len(site.requests) == 2


async def test_who_cannot_read_the_page_passes_the_turn_on(store: Store) -> None:
    """A page that is closed to one place may be open to another; nobody asks twice as often for it."""
    async with (
        Transport(TransportSettings()) as transport,
        serve(answer(b"", 403)) as shut,
        serve(answer(GREEN)) as fine,
    ):
        fra = Prober("fra", store, transport, page(shut), lambda: 0.0, FAST)
        iad = Prober("iad", store, transport, page(fine), lambda: 0.0)
        assert await fra.tick() == 1
        assert fra.seen[0].page is not None
        assert fra.seen[0].page.unreadable
        while await iad.tick() == 0:
            pass
        assert iad.seen[0].page is not None
        assert iad.seen[0].page.claims
        syd = Prober("syd", store, transport, page(shut, "cursor"), lambda: 0.0)
        assert await syd.tick() == 1
        assert not await store.leases.acquire_page("cursor", "cursor:page", "syd", 1), (
            "for half an interval it is nobody's"
        )


async def test_a_page_is_not_read_before_it_is_due(store: Store) -> None:
    """Two ticks in one interval are one reading; a clock set back holds nothing up."""
    now = 1000.0
    async with Transport(TransportSettings()) as transport, serve(answer(GREEN)) as site:
        prober = Prober("fra", store, transport, page(site), lambda: now)
        assert await prober.tick() == 1
        now += 0.6 * INTERVAL_S
        assert await prober.tick() == 1
        now += 0.3 * INTERVAL_S
        assert await prober.tick() == 2
        now -= 1e6
        assert await prober.tick() == 3


async def test_while_the_store_is_away_the_last_reader_goes_on(redis_url: str, tmp_path: Path) -> None:
    """Nobody else begins to read, so that an outage of the store does not multiply the requests."""
    async with open_store(redis_url, tmp_path) as opened:
        gone = opened.leases = Away(opened._link)
        fra, iad = PageLease(opened, "fra"), PageLease(opened, "iad")
        check = Check("claude:page", "statuspage", "claude", "", "http://x", 60.0, 5.0, MappingProxyType({}))
        assert await fra.ours(check)
        assert not await iad.ours(check)
        gone.away = True
        assert (await fra.ours(check), await iad.ours(check)) == (True, False)
        await fra.passed(check)


class Away(Leases):
    """Leases whose server can be away."""

    away = False

    async def acquire_page(self, service: str, check: str, prober: str, ttl_ms: int) -> bool:
        if self.away:
            raise StoreError("away")
        return await super().acquire_page(service, check, prober, ttl_ms)

    async def release_page(self, service: str, check: str, prober: str, ttl_ms: int) -> None:
        if self.away:
            raise StoreError("away")
        await super().release_page(service, check, prober, ttl_ms)


async def test_the_schedule_looks_twice_an_interval(store: Store) -> None:
    """The page gets ticks of its own; with a fast clock the first reading comes at once."""
    async with (
        Transport(TransportSettings()) as transport,
        serve(answer(GREEN)) as site,
        Schedule(1.0) as schedule,
    ):
        prober = Prober("fra", store, transport, page(site), lambda: 0.0)
        prober.watch.start(schedule)
        [job] = [job for job in schedule._scheduler.get_jobs() if job.id == "claude:page"]
        assert job.trigger.interval.total_seconds() == INTERVAL_S / TICKS
