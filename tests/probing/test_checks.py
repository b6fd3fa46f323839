"""The prober's loop: what is its own fault is never the vendor's, and extra looks have a bound."""

import asyncio
import json
import time
from dataclasses import replace
from types import MappingProxyType

from bot.core.health.connectivity import State
from bot.core.rate_limits import RateLimits, ReprobeBudget
from bot.core.sharing import Share
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


def two(target: str) -> tuple[Check, Check]:
    """One check of each of two components, of which the probers "eu.1" and "eu.2" have one each."""
    share = shared("eu.1")
    mine = next(name for name in map(str, range(100)) if share.mine(name))
    other = next(name for name in map(str, range(100)) if not share.mine(name))
    return tuple(replace(check(target), id=f"{name}/hello", component=name) for name in (mine, other))  # type: ignore[return-value]


def shared(name: str) -> Share:
    """One of two probers at a vantage."""
    share = Share(name)
    share.among(["eu.1", "eu.2"])
    return share


async def test_two_probers_of_a_vantage_share_its_checks() -> None:
    """Each component is one's, control hosts are both's, and what is left to the other is not late here."""
    seen: dict[str, list[str]] = {}
    now = 1000.0
    async with Transport() as transport, serve(answer(b"{}")) as site:
        control = replace(check(site.url()), id="control:1", kind="control", service="claude", component="")
        checks = (*two(site.url()), control)
        runners = {}
        for name in ("eu.1", "eu.2"):
            put = seen.setdefault(name, [])
            manners = ProbeLimits(share=shared(name))
            tools = Tools(transport, "eu", lambda: now)
            runners[name] = CheckRunner(checks, tools, None, lambda o, put=put: put.append(o.check), manners)  # type: ignore[misc]
        now += 200.0
        for runner in runners.values():
            for one in checks:
                await runner.due(one)
        late = [runner.late() for runner in runners.values()]
        runners["eu.1"]._manners.share.among([])
        assert runners["eu.1"].late() == [], "what was the other's a moment ago is not late yet"
        await runners["eu.1"].due(checks[1])
        now += 200.0
    assert seen == {"eu.1": [checks[0].id, "control:1", checks[1].id], "eu.2": [checks[1].id, "control:1"]}
    assert late == [[], []]
    assert set(runners["eu.1"].late()) == {one.id for one in checks}
    assert runners["eu.2"].late() == [checks[1].id, "control:1"]
