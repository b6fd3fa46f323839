"""The Python recipes, run against the demo vendor while three requests in ten fail, or all."""

import asyncio

import httpx
import pytest

from bot.demo.vendor import Vendor
from bot.recipes.python import backoff, breaker, cache, fallback

CALLS = 200
BODY = {"model": "claude-haiku-4-5", "max_tokens": 4, "messages": [{"role": "user", "content": "Hi"}]}
KINDS = ["http_500", "overloaded_529", "reset", "nginx_502", "sse_abort"]


@pytest.fixture
async def vendor():
    """Quick, and wrong three times in ten, in five different ways."""
    async with Vendor(seed=7) as made:
        made.set("claude-api", "openai", rate=0.3, kinds=KINDS, latency_ms=0, spread=0)
        yield made


class Program:
    """Somebody's program: calls a recipe many times in a thread of its own."""

    def __init__(self, vendor):
        self.client = httpx.Client(trust_env=False, headers={"x-api-key": "k"})
        self.url = vendor.url("claude-api") + "/v1/messages"
        self.other = vendor.url("openai") + "/v1/chat/completions"

    def post(self, number=0):
        return self.client.post(self.url, json=BODY | {"messages": [{"role": "user", "content": str(number)}]})

    def elsewhere(self):
        return self.client.post(self.other, json=BODY | {"model": "gpt-5-mini"})

    async def good(self, once, calls=CALLS):
        """How many of the calls came to a good answer."""

        def run():
            good = 0
            for number in range(calls):
                try:
                    good += bool(once(number))
                except httpx.HTTPError:
                    continue
            return good

        return await asyncio.to_thread(run)


@pytest.fixture
def program(vendor):
    made = Program(vendor)
    yield made
    made.client.close()


async def test_without_a_recipe_three_in_ten_are_lost(program):
    """What the recipes are measured against."""
    good = await program.good(lambda _: program.post().is_success)

    assert 120 <= good <= 160


async def test_backoff(program):
    """At least 198 of 200 calls succeed."""
    good = await program.good(lambda _: backoff.ask(program.post, first_s=0.002).is_success)

    assert good >= 198


async def test_backoff_waits_as_long_as_it_is_told(vendor, program):
    """retry-after of an error is honoured, one too long ends it; without it the wait stays below the doubling bound."""
    slept: list[float] = []
    vendor.set("claude-api", rate=0)
    vendor.next("claude-api", "edge_429", "http_500", "http_500")
    await program.good(lambda _: backoff.ask(program.post, sleep=slept.append).is_success, 1)
    vendor.next("claude-api", "cloudflare_522")
    lost = await program.good(lambda _: backoff.ask(program.post, sleep=slept.append).is_success, 1)

    assert slept[0] == 10
    assert 0 <= slept[1] <= 1
    assert 0 <= slept[2] <= 2
    assert (len(slept), lost) == (3, 0)


async def test_backoff_does_not_repeat_what_cannot_help(vendor, program):
    """A refused key is asked about once."""
    vendor.set("claude-api", rate=1, kinds="forbidden_403")
    await program.good(lambda _: backoff.ask(program.post, first_s=0.002).is_success, 5)

    assert vendor.log.count("claude-api") == 5


async def test_fallback(vendor, program):
    """All 200 calls succeed while both routes fail three times in ten, and while the first one is dead."""

    def once(_):
        return fallback.ask([program.post, program.elsewhere], first_s=0.002).is_success

    assert await program.good(once) >= 199
    vendor.set("claude-api", rate=1)
    vendor.set("openai", rate=0)
    assert await program.good(once, 50) == 50


async def test_breaker_stays_closed_and_stops_hammering(vendor, program):
    """At three in ten nearly all requests go out; while all fail five go, and after each rest one."""
    time = [0.0]
    one = breaker.Breaker(rest_s=30, clock=lambda: time[0])
    said: list[str] = []

    def once(_):
        answer = one.ask(program.post, otherwise=lambda: said.append("later"))
        return answer is not None and answer.is_success

    good = await program.good(once)
    assert good >= 120
    assert good + len(said) == CALLS
    assert vendor.log.count("claude-api") == CALLS

    vendor.set("claude-api", rate=1, kinds="http_500")
    before = vendor.log.count("claude-api")
    await program.good(once)
    assert vendor.log.count("claude-api") - before == 5
    for rest in range(1, 4):
        time[0] += 31
        await program.good(once, 50)
        assert vendor.log.count("claude-api") - before == 5 + rest

    vendor.set("claude-api", rate=0)
    time[0] += 31
    assert await program.good(once, 50) == 50


async def test_cache_serves_the_last_good(vendor, program, tmp_path):
    """Once each question was answered all 200 calls are, at three failures in ten and at ten in ten."""
    time = [0.0]
    kept = cache.Cache(tmp_path / "answers", clock=lambda: time[0])
    ages: list[float] = []

    def once(number):
        text, age = kept.ask({"n": number % 20}, lambda: program.post(number % 20))
        ages.append(age)
        return "stop_reason" in text

    vendor.set("claude-api", rate=0)
    assert await program.good(once, 20) == 20
    time[0] = (tmp_path / "answers").stat().st_mtime + 100
    vendor.set("claude-api", rate=0.3)
    assert await program.good(once) == CALLS
    vendor.set("claude-api", rate=1)
    assert await program.good(once) == CALLS
    assert max(ages) >= 60
    time[0] += 2 * cache.OLDEST_S
    assert await program.good(once, 20) == 0
