"""Politeness towards hosts: so many at once, so many a second, and nobody waits for ever."""

import asyncio

import pytest

from bot.core.rate_limits import RateLimits
from bot.probing.rate_limiter import HostRateLimiter, host_of
from probes.model import Check


def check(target: str, interval_s: float = 30.0) -> Check:
    """A check of that target."""
    return Check(target, "http", "claude", "claude-api", target, interval_s, 5.0)


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("https://API.anthropic.com/v1/models?x", "api.anthropic.com"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("api.openai.com", "api.openai.com"),
    ],
)
def test_whom_a_target_asks(target: str, host: str) -> None:
    """Paths do not tell hosts apart, ports do."""
    assert host_of(target) == host


async def test_no_more_at_once_than_allowed_and_hosts_apart() -> None:
    """A third one waits until one leaves, and gets in then; another host is not concerned."""
    courtesy, here = HostRateLimiter(RateLimits(2, 1e6)), check("http://a/1")
    assert await courtesy.enter(here)
    assert await courtesy.enter(check("http://a/2"))
    third = asyncio.create_task(courtesy.enter(here))
    assert await courtesy.enter(check("http://b/"))
    assert not third.done()
    courtesy.leave(here)
    assert await third


async def test_who_would_wait_longer_than_half_its_interval_is_left_out_and_counted() -> None:
    """Whether all places are taken or the next moment is too far; its place is free for others."""
    courtesy = HostRateLimiter(RateLimits(1, 0.1))
    assert await courtesy.enter(check("http://a/"))
    assert not await courtesy.enter(check("http://a/", 0.02))
    courtesy.leave(check("http://a/"))
    assert not await courtesy.enter(check("http://a/", 10.0))
    assert courtesy.skipped == 2
    assert not courtesy._place(check("http://a/")).room.locked()


async def test_requests_begin_apart() -> None:
    """Ten at once at fifty a second take a fifth of a second."""
    courtesy = HostRateLimiter(RateLimits(10, 50))
    began = asyncio.get_running_loop().time()
    assert all(await asyncio.gather(*(courtesy.enter(check("http://a/")) for _ in range(10))))
    assert asyncio.get_running_loop().time() - began >= 9 / 50


async def test_whoever_gives_up_waiting_leaves_its_place() -> None:
    """A look cancelled before its turn holds nobody up."""
    courtesy = HostRateLimiter(RateLimits(1, 0.01))
    assert await courtesy.enter(check("http://a/", 1e6))
    courtesy.leave(check("http://a/"))
    waiting = asyncio.create_task(courtesy.enter(check("http://a/", 1e6)))
    while not courtesy._place(check("http://a/")).room.locked():  # noqa: ASYNC110
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not courtesy._place(check("http://a/")).room.locked()
