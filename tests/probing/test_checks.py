"""The prober's loop: what is its own fault is never the vendor's, and extra looks have a bound."""

import asyncio
import json
import time
from types import MappingProxyType

from bot.core.health.sight import State
from bot.core.rate_limits import RateLimits, ReprobeBudget
from bot.probing.checks import CheckRunner, ProbeLimits
from bot.probing.rate_limiter import HostRateLimiter
from bot.scheduling.scheduler import Schedule
from probes.model import Check, Fault, Observation, Outcome
from probes.tools import Tools
from probes.transport.client import Transport
from tests.fakes.web import Asked, Wire, answer, serve


async def silent(_asked: Asked, wire: Wire) -> None:
    """Never answers."""
    await wire.gone()


def check(target: str, timeout_s: float = 5.0) -> Check:
    """A check of one component."""
    return Check("claude-api/hello", "http", "claude", "claude-api", target, 30.0, timeout_s, MappingProxyType({}))


async def test_a_vendor_that_hangs_is_the_vendors_fault() -> None:
    """The deadline is kept, so it failed."""
    seen: list[Observation] = []
    async with Transport() as transport, serve(silent) as site:
        watch = CheckRunner([check(site.url(), 0.2)], Tools(transport, "here", time.time), None, seen.append)
        await watch.once(check(site.url(), 0.2))
    assert [(o.outcome, o.fault) for o in seen] == [(Outcome.FAILED, Fault.VENDOR)]


async def test_a_deadline_missed_because_we_were_busy_is_our_own() -> None:
    """When this process does not come to look for an answer in time, nothing follows about the vendor."""
    seen: list[Observation] = []
    async with Transport() as transport, serve(silent) as site:
        watch = CheckRunner([check(site.url(), 0.2)], Tools(transport, "here", time.time), None, seen.append)
        looking = asyncio.create_task(watch.once(check(site.url(), 0.2)))
        await site.asked()
        time.sleep(1.0)  # noqa: ASYNC251  (blocking the loop is what is tested)
        await looking
    assert [(o.outcome, o.fault, o.symptom) for o in seen] == [(Outcome.INCONCLUSIVE, Fault.OURS, "overloaded")]


async def test_extra_looks_end_at_their_bound() -> None:
    """A plan that goes on wanting looks gets as many as an hour allows; the interval's own look is not counted."""
    now = 1000.0
    plan = json.dumps({"from_s": now, "until_s": now + 1000, "every_s": 5.0, "vantages": ["here"]})
    async with Transport() as transport, serve(answer(b"{}")) as site, Schedule() as schedule:
        manners = ProbeLimits(courtesy=HostRateLimiter(RateLimits(100, 1e6)), extras=ReprobeBudget(3))
        seen: list[Observation] = []
        watch = CheckRunner([check(site.url())], Tools(transport, "here", lambda: now), None, seen.append, manners)
        watch.planned("claude", {"claude-api": plan})
        for number in range(10):
            now += 5.0
            await watch.follow(schedule)
            async with asyncio.timeout(5):
                while len(seen) < min(number + 1, 3):  # noqa: ASYNC110
                    await asyncio.sleep(0)
        await watch.once(check(site.url()))
    assert len(site.requests) == 4
    assert manners.extras.refused == 7


async def test_the_end_of_our_own_trouble_is_told_when_it_is_proved(caplog) -> None:
    """With other control hosts too, and not before one of them, or something watched, has answered."""

    def control(target: str) -> Check:
        return Check(f"control/{target}", "control", "", "", target, 30.0, 0.2, MappingProxyType({}))

    gone, seen = "http://127.0.0.1:1/", list[Observation]()
    async with Transport() as transport, serve(answer(b"", 204)) as site:
        tools = Tools(transport, "here", time.time)
        before = CheckRunner([check(gone), control(gone)], tools, None, seen.append)
        for one in (check(gone), control(gone)):
            await before.once(one)
        assert before.told is State.BLIND
        since = before.sight_since

        after = [check(gone), control(site.url())]
        watch = CheckRunner(after, tools, None, seen.append, ProbeLimits(past=before.past()))
        await watch.once(check(gone))
        assert (watch.told, watch.sight_since) == (State.BLIND, since)
        await watch.once(control(site.url()))
        assert watch.told is State.CLEAR
    said = [record.getMessage() for record in caplog.records if "our own network" in record.getMessage()]
    assert [one.partition(":")[0] for one in said] == ["our own network fails", "our own network works again"]
    assert said[1].endswith("from here a control host answers")
