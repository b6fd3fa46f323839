"""What we say of ourselves, through a real store: silent vantages, rows set aside, and their ends, once each."""

import json
from dataclasses import dataclass

import pytest

from bot.config.load import load
from bot.core.health.breaks import SetAside
from bot.core.health.signs import SILENT_S, VANTAGE_FORGOTTEN_S, Presence, presence
from bot.core.health.text import doctor
from bot.delivery.routes import configured_routes
from bot.delivery.self_notices import OWN, TOLD, SelfNotices
from bot.health.reporter import HealthReporter
from bot.health.status import HealthReader
from bot.jobs.self_monitoring import EVERY_S, SelfMonitor
from bot.process import Process
from bot.store.set_aside import SET_ASIDE
from bot.store.types import START, Commit

CONFIG = """\
services:
  - id: gateway
    name: Gateway
    page: null
    components:
      gateway-api:
        name: Gateway API
        checks:
          http: {kind: http, target: "http://127.0.0.1:9/", interval: 30}
"""
BEGAN = 1_776_000_000.0


@dataclass
class World:
    """A store, the watch over ourselves, and a clock."""

    process: Process
    watch: SelfMonitor
    now: float = BEGAN

    async def word(self, vantage):
        await self.process.store.vantages.put(vantage, json.dumps({"at": self.now}), self.now)

    async def passes(self, seconds, *here):
        """Look as often as it looks, while these vantages are at work."""
        end = self.now + seconds
        while self.now < end:
            self.now += EVERY_S
            for vantage in here:
                await self.word(vantage)
            await self.watch.look()

    async def told(self, about):
        """What was told of it: the sentence and whether it was the end, first told first."""
        lines = TOLD.load_all(await self.process.store.views.timeline(OWN))
        return [(line.text, line.over) for line in reversed(lines) if about in line.text]


@pytest.fixture
def world(store, tmp_path):
    file = tmp_path / "groundtruth.yaml"
    file.write_text(CONFIG)
    settings = load(str(file), {})
    made = World.__new__(World)

    def now():
        return made.now

    process, routes = Process(store, settings, "me", now), configured_routes(store, settings)
    made.process, made.watch, made.now = (
        process,
        SelfMonitor(process, routes, SelfNotices(store, "me", now, lambda: None)),
        BEGAN,
    )
    return made


async def test_two_probers_of_one_vantage_speak_for_it_together(world):
    """What ails one ails the vantage; one that is no more is nobody's trouble while the other is here."""
    health, vantages = HealthReader(world.process.store, world.process.settings), world.process.store.vantages
    await vantages.put("eu", json.dumps({"at": world.now, "waiting": 1, "late": ["a"], "lost": 2}), world.now)
    await vantages.put("eu/2", json.dumps({"at": world.now, "waiting": 2, "late": ["b"], "skew": -9.0}), world.now)
    signs = {sign.name: sign.sentence for sign in await health.signs(world.now) if "eu" in sign.name}
    world.now += SILENT_S + 1
    await vantages.put("eu", json.dumps({"at": world.now}), world.now)
    later = {sign.name: sign.sentence for sign in await health.signs(world.now) if "eu" in sign.name}

    assert set(signs) == {"vantage eu", "checks of eu", "clock of vantage eu"}
    assert signs["vantage eu"] == "3 results waiting, no checks left out, 2 results lost, 2 probers share its checks"
    assert "a and b" in signs["checks of eu"]
    assert set(later) == {"vantage eu"}
    assert later["vantage eu"] == "no results waiting, no checks left out"
    assert await health.forgotten(world.now) == ["eu/2"]
    world.now += SILENT_S + 1
    [silent] = [sign for sign in await health.signs(world.now) if "eu" in sign.name]
    assert not silent.ok


def test_a_vantage_is_here_then_silent_then_forgotten():
    assert presence(BEGAN + 5, BEGAN) is Presence.HERE
    assert presence(BEGAN - SILENT_S, BEGAN) is Presence.HERE
    assert presence(BEGAN - SILENT_S - 1, BEGAN) is Presence.SILENT
    assert presence(BEGAN - VANTAGE_FORGOTTEN_S, BEGAN) is Presence.SILENT
    assert presence(BEGAN - VANTAGE_FORGOTTEN_S - 1, BEGAN) is Presence.FORGOTTEN


async def test_a_renamed_vantage_is_told_once_and_then_forgotten(world):
    """A container restarted under another host name: its old name is told within minutes, and goes after 12 hours."""
    await world.passes(300, "first")
    await world.passes(300, "second")
    [(silent, over)] = await world.told("vantage first")
    assert not over
    assert "silent, so nothing it measured counts now; forgotten 12h 0m after its last heartbeat" in silent
    assert "Was its host renamed? Set vantage.name" in silent

    for _ in range(24):
        world.now += 1780.0
        await world.passes(30, "second")
    await world.passes(120, "second")
    assert set(await world.process.store.vantages.all()) == {"second"}
    told = await world.told("vantage first")
    assert [over for _, over in told] == [False, True]
    assert "forgotten, as if it had never been" in told[1][0]
    answer = doctor(await HealthReader(world.process.store, world.process.settings).every(world.now), (), world.now)
    assert "first" not in str(answer.table)
    assert await world.told("vantage second") == []


async def test_a_vantage_that_comes_back_is_heard_of_again(world):
    await world.passes(60, "first", "second")
    await world.passes(400, "second")
    await world.passes(200, "first", "second")
    told = await world.told("vantage first")

    assert [over for _, over in told] == [False, True]
    assert "heard of again" in told[1][0]


async def test_rows_set_aside_are_told_once_and_listed(world):
    """Told at once, ended an hour after the last; doctor has the list, and its data the traceback."""
    store = world.process.store
    one = SetAside(
        BEGAN, "1-1", "ZeroDivisionError: division by zero", "alternatives.py:63 of_success", "Traceback", "{}"
    )
    token = await store.lease("gateway", "me", 60_000)
    assert await store.commit("gateway", token, Commit(START, b"{}", aside=(SET_ASIDE.dump(one), SET_ASIDE.dump(one))))
    health = HealthReader(store, world.process.settings)
    await world.passes(60)
    [(text, over)] = await world.told("set aside")
    answer = doctor(await health.every(world.now), (), world.now)
    await world.passes(3_700)

    assert not over
    assert "Gateway: 2 rows could not be judged and were set aside" in text
    assert "ZeroDivisionError (alternatives.py:63 of_success)" in text
    assert "2 rows could not be judged" in str(answer.table)
    assert answer.data["services"][0]["aside"][0]["trace"] == "Traceback"
    assert [over for _, over in await world.told("set aside")] == [False, True]


async def test_a_worker_that_broke_is_in_doctor_until_it_is_well(world):
    """Its process says so with its pulse, and takes it back."""
    broken = {"digests": 3}
    pulse = HealthReporter(world.process, {}, lambda _: "", lambda: broken)
    health = HealthReader(world.process.store, world.process.settings)
    await pulse.beat()
    before = [sign for sign in await health.signs(world.now) if sign.name == "digests"]
    broken.clear()
    await pulse.beat()
    after = [sign for sign in await health.signs(world.now) if sign.name == "digests"]

    assert [sign.sentence for sign in before] == ["broke 3 times and goes on; the traceback is in the log"]
    assert not before[0].ok
    assert after == []
