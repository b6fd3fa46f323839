"""Heartbeats as the prober reads them: from a real store, by one prober of all, and nothing of a network."""

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from redis.asyncio import Redis

from bot.probing.checks import CheckRunner
from bot.probing.pings import PingReader
from bot.store import keys
from bot.store.store import Store
from probes.model import Check, Observation, Outcome
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport

OPTIONS: Mapping[str, Any] = MappingProxyType({"every": 3600.0, "grace": 60.0})
CHECK = Check("backup/ping", "heartbeat", "jobs", "backup", "backup", 30.0, 10.0, OPTIONS, own=True)


async def test_the_states_of_a_job(store: Store, redis_url: str) -> None:
    """Unknown, fine, failed, and a failure that a success followed before anybody read it; then missed."""
    async with Transport() as transport, Redis.from_url(redis_url) as redis:
        tools = Tools(transport, "here", time.time, pings=PingReader(store.pings, time.time))

        async def read() -> tuple[Outcome, str]:
            seen = await look(CHECK, tools)
            assert seen.vantage == "pings"
            return seen.outcome, seen.symptom

        assert await read() == (Outcome.INCONCLUSIVE, "no_ping_yet")
        await store.pings.add("backup", "ok")
        assert await read() == (Outcome.OK, "")
        await store.pings.add("backup", "fail", code=3)
        await store.pings.add("backup", "ok")
        assert await read() == (Outcome.FAILED, "run_failed")
        assert await read() == (Outcome.OK, "")
        await store.pings.add("backup", "fail", code=3)
        assert await read() == (Outcome.FAILED, "exit_code_3")
        await store.pings.add("backup", "ok")
        old = str(time.time() - 5_000)
        await redis.hset(keys.ping("backup"), mapping={"last_at": old, "ok_at": old})
        assert await read() == (Outcome.FAILED, "ping_missed")
        await redis.hset(keys.ping("backup"), "started_at", old)
        assert await read() == (Outcome.FAILED, "run_overdue")


async def test_a_door_that_was_closed_excuses_it(store: Store, redis_url: str) -> None:
    """The ping may have been lost: unknown, never missed."""
    async with Transport() as transport, Redis.from_url(redis_url) as redis:
        tools = Tools(transport, "here", time.time, pings=PingReader(store.pings, time.time))
        old = str(time.time() - 4_000)
        await redis.hset(keys.ping("backup"), mapping={"last_at": old, "ok_at": old})
        await redis.hset(keys.DOOR, "open_at", str(time.time() - 600))
        seen = await look(CHECK, tools)
        assert (seen.outcome, seen.symptom) == (Outcome.INCONCLUSIVE, "door_closed")


async def test_without_a_store_nothing_is_known() -> None:
    """As in `groundtruth check`, which opens none."""
    async with Transport() as transport:
        seen = await look(CHECK, Tools(transport, "here", time.time))
    assert (seen.outcome, seen.symptom) == (Outcome.INCONCLUSIVE, "no_store")


async def test_a_heartbeat_says_nothing_of_our_network(store: Store) -> None:
    """Neither a good one nor a missed one: nothing was asked. It is never repeated to confirm it."""
    rows: list[Observation] = []
    await store.pings.add("backup", "fail")
    async with Transport() as transport:
        tools = Tools(transport, "here", time.time, pings=PingReader(store.pings, time.time))
        runner = CheckRunner([CHECK], tools, None, rows.append)
        before = runner.connectivity.state
        await runner.once(CHECK)
        assert runner.connectivity.state is before
        assert not runner.connectivity.proof
    assert [row.symptom for row in rows] == ["run_failed"]
    assert "backup" not in runner._turn
