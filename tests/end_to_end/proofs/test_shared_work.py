"""Two real processes at one vantage share checks and services; one is killed, and one that comes back gets its share.

`make proof` runs it: half a minute goes by with waiting for who is dead.
"""

import asyncio
import contextlib
import time
from collections import Counter
from itertools import pairwise

import pytest

from bot.demo.vendor import Vendor
from bot.sharing import BEAT_S, SETTLED_S, SILENT_S
from bot.store.codec import REMEMBERED
from bot.store.connect import open_store
from bot.store.keys import keys_of
from tests.fakes.web import answer, serve
from tests.support.instance import Instance
from tests.support.stores import readable

pytestmark = pytest.mark.timeout(180)

SERVICES = [f"service-{number}" for number in range(12)]
INTERVAL_S = 1.0


class Nobody(Vendor):
    """No vendor is asked."""

    def configuration(self, interval_s=INTERVAL_S, timeout_s=2.0):
        return {"channels": {"console": {"kind": "console"}}}


class Watched:
    """Services on loopback, and when each was asked."""

    def __init__(self):
        self.asked: dict[str, list[float]] = {name: [] for name in SERVICES}

    async def script(self, asked, wire):
        name = asked.target.strip("/")
        if name in self.asked:
            self.asked[name].append(time.monotonic())
        await answer(b"{}")(asked, wire)

    def since(self, began):
        """How often each was asked since then."""
        return {name: sum(at >= began for at in times) for name, times in self.asked.items()}

    def gap(self, began):
        """The longest time without a question since then."""
        now = time.monotonic()
        asked = ([*(at for at in times if at >= began), now] for times in self.asked.values())
        return max(b - a for times in asked for a, b in pairwise(times))


def services(site):
    """One check a service."""
    return [
        {
            "id": name,
            "name": name,
            "page": None,
            "components": {
                f"{name}-api": {
                    "name": name,
                    "checks": {"http": {"kind": "http", "target": site.url(f"/{name}"), "interval": INTERVAL_S}},
                }
            },
        }
        for name in SERVICES
    ]


def process(folder, site, redis_url):
    """A Groundtruth of its own at the vantage "here"."""
    folder.mkdir()
    control = [site.url("/one"), site.url("/two", "localhost")]
    calm = {"per_second": 1000, "at_once": 100}
    return Instance(folder, Nobody(), redis=redis_url, services=services(site), control=control, courtesy=calm)


async def ended(one):
    """Nothing runs on after a failure."""
    if one.process is not None and one.process.returncode is None:
        await one.kill()


async def judged_by(store):
    """How many services each process judges."""
    held = [await store._link.call("GET", keys_of(name).lease) for name in SERVICES]
    return Counter(raw.split()[1] for raw in held if raw)


async def until(true, within_s):
    """Wait for what other processes do; how long it took."""
    began = time.monotonic()
    async with asyncio.timeout(within_s):
        while not await true():  # noqa: ASYNC110  (another process)
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def counted(store):
    """Rows that judges have passed, and rows that they have counted; what came at the very end waits for the next."""
    passed = states = 0
    for name in SERVICES:
        loaded = await store.load(name)
        passed += sum(place(at) <= place(loaded.position) for at, _ in await store.read(name, count=100_000))
        states += readable(REMEMBERED.load(loaded.state)).counted if loaded.state else 0
    return passed, states


def place(position):
    """A position that compares."""
    return tuple(map(int, position.split("-")))


async def test_checks_and_services_are_shared(tmp_path, redis_url):
    """Nothing is checked twice while both live; all is checked again soon after one was killed; rows count once."""
    watched = Watched()
    async with (
        serve(watched.script) as site,
        open_store(redis_url, tmp_path) as store,
        contextlib.AsyncExitStack() as end,
    ):
        one, two, again = (process(tmp_path / name, site, redis_url) for name in ("one", "two", "again"))
        for each in (one, two, again):
            end.push_async_callback(ended, each)
        await one.start()

        async def all_asked():
            return all(watched.since(0.0).values())

        async def both():
            return len(await judged_by(store)) == 2 and sum((await judged_by(store)).values()) == len(SERVICES)

        async def alone():
            return list((await judged_by(store)).values()) == [len(SERVICES)]

        await until(all_asked, 60)
        await two.start()
        await two.until(lambda it: "Ctrl-C stops" in it.said, 60)
        home = await until(both, 60)
        began = time.monotonic()
        await asyncio.sleep(5)
        twice = max(watched.since(began).values())
        killed = time.monotonic()
        await two.kill()
        taken = await until(alone, 40)
        gap = watched.gap(killed - INTERVAL_S)
        await again.start()
        await again.until(lambda it: "Ctrl-C stops" in it.said, 60)
        back = await until(both, 60)
        for each in (one, again):
            await each.stop(15)
        rows, states = await counted(store)
    print(  # noqa: T201 - the reconciliation
        f"\nshared after {home:.1f} s; asked {twice} times at most in 5 s; killed: services taken over after"
        f" {taken:.1f} s, longest time without a check {gap:.1f} s; back after {back:.1f} s;"
        f" judged {rows}, counted {states}"
    )
    assert twice <= 5 / INTERVAL_S + 2
    assert gap <= SILENT_S + BEAT_S + 3 * INTERVAL_S
    assert back <= SETTLED_S + 15
    assert states == rows
