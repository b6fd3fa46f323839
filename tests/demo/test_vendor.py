"""The vendor as a whole: rates, spells, the script and the hand over it, what is counted, how it ends."""

import asyncio
import itertools
import time
from collections import Counter

import httpx
import pytest

from bot.demo.scenario_files import load
from bot.demo.vendor import COMPONENTS, Vendor
from tests.support.clock import Clock

PROMPT = {"latency_ms": 0, "first_token_ms": 0}


async def test_resets_and_refusals(web: httpx.AsyncClient):
    """A reset before the headers; a port that refuses and comes back under the same address."""
    async with Vendor() as vendor:
        url = vendor.url("claude-api") + "/api/hello"
        vendor.next("claude-api", "reset")
        with pytest.raises(httpx.ReadError):
            await web.get(url)
        assert (await web.get(url)).status_code == 200
        await vendor.refuse("claude-api", "control-1")
        with pytest.raises(httpx.ConnectError):
            await web.get(url)
        assert (await web.get(vendor.url("control-2") + "/")).status_code == 204
        await vendor.restore()
        assert (await web.get(url)).status_code == 200


async def test_rates_come_out_and_repeat(web: httpx.AsyncClient):
    """With a seed the failures are the same requests in each run, and as many as the log says."""
    runs = []
    for _ in range(2):
        async with Vendor(seed=5) as vendor:
            vendor.set("claude-api", rate=0.25, **PROMPT)
            url = vendor.url("claude-api") + "/api/hello"
            runs.append([(await web.get(url)).status_code for _ in range(200)])
            assert vendor.log.kinds("claude-api") == {"ok": runs[-1].count(200), "http_500": runs[-1].count(500)}
    assert runs[0] == runs[1]
    assert Counter(runs[0]) == {200: 145, 500: 55}


async def test_requests_side_by_side_are_all_counted_once(web: httpx.AsyncClient):
    """A hundred at once: as many answers of each kind as log entries, each with an id of its own."""
    async with Vendor(seed=1) as vendor:
        vendor.set("claude-api", rate=0.3, **PROMPT)
        url = vendor.url("claude-api") + "/api/hello"
        answers = await asyncio.gather(*(web.get(url) for _ in range(100)))
        assert vendor.log.total == 100
        assert vendor.log.count("claude-api", kind="http_500") == sum(a.status_code == 500 for a in answers)
        assert {a.headers["cf-ray"] for a in answers} == {served.ray for served in vendor.log.entries}


async def test_the_script_is_followed_and_overridden(web: httpx.AsyncClient, clock: Clock):
    """By the story a quarter fails from 15:31 on; a hand overrides it until it is told to follow again."""
    story = load("april-13")
    async with Vendor(story, clock=clock) as vendor:
        url = vendor.url("claude-login") + "/v1/oauth/hello"
        assert vendor.behaviour("claude-code").rate == 0
        clock.at = vendor.began + story.at("15:31:01")
        assert {c: vendor.behaviour(c).rate for c in COMPONENTS if c.startswith("claude")} == dict.fromkeys(
            ("claude-ai", "claude-api", "claude-code"), 0.25
        )
        vendor.set("claude-code", rate=1, kinds="overloaded_529")
        assert (await web.get(url)).status_code == 529
        vendor.follow()
        assert vendor.behaviour("claude-code").rate == 0.25
        clock.at = vendor.began + story.at("16:19")
        assert vendor.behaviour("claude-code").rate == 0
        assert (await web.get(url)).status_code == 200
        with pytest.raises(KeyError, match="claude-cli"):
            vendor.set("claude-cli", rate=1)


async def test_spells_follow_the_clock(web: httpx.AsyncClient, clock: Clock):
    """All requests of one moment share a fate; over time both come, in runs."""
    async with Vendor(clock=clock, seed=3) as vendor:
        vendor.set("claude-api", rate=0.4, spell_s=60, **PROMPT)
        url = vendor.url("claude-api") + "/api/hello"
        fates = []
        for _ in range(60):
            clock.at += 10
            codes = {(await web.get(url)).status_code for _ in range(3)}
            assert len(codes) == 1
            fates.append(codes.pop())
        changes = sum(a != b for a, b in itertools.pairwise(fates))
        assert set(fates) == {200, 500}
        assert changes < 25


async def test_a_slow_vendor_is_slow(web: httpx.AsyncClient):
    """The headers wait for the latency asked for."""
    async with Vendor() as vendor:
        vendor.set("claude-api", latency_ms=150, spread=0)
        began = time.monotonic()
        await web.get(vendor.url("claude-api") + "/api/hello")
        assert time.monotonic() - began >= 0.15


async def test_the_log_is_bounded_and_its_counts_exact(web: httpx.AsyncClient):
    """Old entries go, counts stay, and strangers' paths make no keys."""
    async with Vendor() as vendor:
        vendor.log.entries = type(vendor.log.entries)(maxlen=5)
        vendor.set("claude-api", **PROMPT)
        for number in range(20):
            await web.get(vendor.url("claude-api") + f"/{number}")
        await web.get(vendor.url("page") + "/never/heard")
        assert (len(vendor.log.entries), vendor.log.total) == (5, 21)
        assert vendor.log.count(path="(other)") == 21
        with pytest.raises(TimeoutError):
            await vendor.log.until(lambda log: log.total > 21, deadline_s=0.01)


async def test_closing_leaves_nothing_behind(web: httpx.AsyncClient):
    """Hanging requests end with the vendor; no task is left, and every port refuses."""
    before = asyncio.all_tasks()
    async with Vendor() as vendor:
        urls = vendor.urls
        vendor.set("claude-api", rate=1, kinds="hang")
        hanging = [asyncio.create_task(web.get(urls["claude-api"] + "/api/hello")) for _ in range(5)]
        await vendor.log.until(lambda log: log.count("claude-api", kind="hang") == 5)
        assert not any(task.done() for task in hanging)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    results = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(result, httpx.TransportError) for result in results)
    assert asyncio.all_tasks() == before
    for url in urls.values():
        with pytest.raises(httpx.ConnectError):
            await web.get(url)


async def test_a_client_that_gives_up_frees_its_request(web: httpx.AsyncClient):
    """A hanging answer lasts no longer than its client."""
    async with Vendor() as vendor:
        vendor.set("claude-api", rate=1, kinds="hang")
        before = len(asyncio.all_tasks())
        for _ in range(20):
            with pytest.raises(httpx.ReadTimeout):
                await web.get(vendor.url("claude-api") + "/api/hello", timeout=0.02)
        async with asyncio.timeout(5):
            while len(asyncio.all_tasks()) > before:  # noqa: ASYNC110 -- tasks announce their end to nobody
                await asyncio.sleep(0)
        assert vendor.log.count(kind="hang") == 20
