"""News for open pages: sent once something changes, resumed after a break, bounded for whoever reads slowly."""

import asyncio
import contextlib
import json
import re
import socket

import httpx
import pytest

from bot.process import Process
from bot.store.connect import open_store
from bot.web.pages import live
from bot.web.pages.live import Live
from bot.web.site import Site
from tests.support.site import bearer, page, with_page
from tests.support.site_world import NOW, PUBLIC, SETTINGS, fill, well

GIVEN = with_page(SETTINGS, public=PUBLIC)


class Stream:
    """One open page; `events` are (id, name, data)."""

    def __init__(self, client, after="", role=""):
        self._headers = ({"Last-Event-ID": after} if after else {}) | (bearer(role) if role else {})
        self._client = client

    @contextlib.asynccontextmanager
    async def open(self):
        async with self._client.stream("GET", "/events", headers=self._headers, timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            self._lines = answer.aiter_lines()
            yield self

    async def next(self, name):
        """The next event of that name."""
        fields = {}
        async with asyncio.timeout(20):
            async for line in self._lines:
                if line:
                    key, _, value = line.partition(": ")
                    fields[key] = value
                elif fields.get("event") == name:
                    return fields["id"], json.loads(fields["data"])
                else:
                    fields = {}
        raise AssertionError("the stream ended")


def states(told):
    return {one["id"]: one["word"] for one in told["changed"]}


async def test_a_change_is_heard_and_a_break_is_resumed(store):
    """By the id heard last, exactly what changed since; a foreign id hears everything; nothing of what is hidden."""
    await fill(store, 2)
    async with page(store, GIVEN, lambda: NOW) as client:
        async with Stream(client).open() as stream:
            before, tick = await stream.next("tick")
            assert (tick["stale"], tick["as_of"]) == (False, NOW)
            await well(store, 1)
            after, told = await stream.next("state")
            assert states(told)["c:claude-api"] == "operational"
            assert "c:chatgpt" not in states(told)
            assert before != after
        async with Stream(client, before).open() as stream:
            again, told = await stream.next("state")
            assert states(told)["c:claude-api"] == "operational"
            assert again == after
        foreign = f"{after.partition('.')[0]}.other1"
        async with Stream(client, foreign).open() as stream:
            everything = states((await stream.next("state"))[1])
            assert {"c:claude-api", "c:chatgpt", "i:4F7K"} <= set(everything)
            assert "c:gw" not in everything
        async with Stream(client, "nonsense", "viewer").open() as stream:
            assert "c:gw" in states((await stream.next("state"))[1])


async def test_after_an_id_nothing_is_told_twice(store):
    """What one has heard is not said again."""
    await fill(store, 2)
    site = Site(Process(store, GIVEN, "a", lambda: NOW))
    await site.read()
    news = Live(site)
    news.compare()
    shown = news._shown[False]
    assert shown.since((-1, 0))
    assert not shown.since(news._number)
    await well(store, 1)
    at = news._number
    await site.read()
    news.compare()
    assert "c:claude-api" in shown.since(at)
    assert not shown.since(news._number)


async def test_places_that_a_reader_makes_up_are_not_kept(store):
    """Ids with our mark and any number: each has its answer, and the memory is that of our own places."""
    await fill(store, 2)
    site = Site(Process(store, GIVEN, "a", lambda: NOW))
    await site.read()
    news = Live(site)
    news.compare()
    for number in range(500):
        for shown in (
            f"{number}-{number}.{site.epoch}",
            f"0-{number}.{site.epoch}",
            f"{10**18 + number}-0.{site.epoch}",
        ):
            news._since(news._place(shown), inside=False)
    assert len(news._made) <= 2
    assert news._since(news._place("foreign"), inside=False) == news._since((-1, 0), inside=False) != b""
    for _ in range(100):
        await well(store, 1)
        await site.read()
        news.compare()
    assert len(news._places) <= live.PLACES == 16


async def test_all_open_pages_hear_the_same(store):
    """A hundred here; the benchmark has two thousand. All hear the same event."""
    await fill(store, 1)
    async with page(store, GIVEN, lambda: NOW, limits=httpx.Limits(max_connections=None)) as client:
        async with contextlib.AsyncExitStack() as stack:
            streams = [await stack.enter_async_context(Stream(client).open()) for _ in range(100)]
            await asyncio.gather(*(one.next("tick") for one in streams))
            await well(store, 1)
            heard = await asyncio.gather(*(one.next("state") for one in streams))
        assert len({at for at, _ in heard}) == 1


async def test_who_takes_nothing_is_cut_off(store, monkeypatch):
    """Its buffers fill, its time is over, the connection goes; others hear all the same."""
    monkeypatch.setattr(live, "SLOW_S", 0.5)
    monkeypatch.setattr(live, "TICK_S", 0.001)
    await fill(store, 1)
    async with page(store, GIVEN, lambda: NOW) as client:
        port = client.base_url.port
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2_048)
            slow.setblocking(False)
            await asyncio.get_running_loop().sock_connect(slow, ("127.0.0.1", port))
            await asyncio.get_running_loop().sock_sendall(slow, b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
            async with Stream(client).open() as stream:
                await stream.next("tick")
                await asyncio.sleep(3)
                await well(store, 1)
                assert "c:claude-api" in states((await stream.next("state"))[1])


async def test_without_the_store_the_page_stays_and_says_so(tmp_path):
    """Stale and grey, the last that was read, with its age; badges and feeds do not claim more."""
    clock = [NOW]
    async with open_store(None, tmp_path / "state") as store:
        await fill(store, 1)
        context = page(store, GIVEN, lambda: clock[0])
        client = await context.__aenter__()
        assert 'class="stale"' not in (await client.get("/")).text
    clock[0] += 120
    await asyncio.sleep(1.5)
    answer = await client.get("/")
    assert answer.status_code == 200
    assert '<html lang="en" class="stale">' in answer.text
    words = re.sub(r"</?time[^>]*>", "", answer.text)
    assert "Stale: what you see is of 15:43:00 UTC, 2 min old" in words.replace("120 s", "2 min")
    assert "Claude API" in answer.text
    assert (await client.get("/badge/openai-api.json")).json()["message"] == "unknown"
    assert (await client.get("/history")).status_code == 503
    await context.__aexit__(None, None, None)


@pytest.mark.parametrize("shown", ["", "1-2", "x.y", "1-2-3.abc", "9" * 500])
async def test_any_event_id_has_an_answer(store, shown):
    """Garbage is a foreign id."""
    site = Site(Process(store, GIVEN, "a", lambda: NOW))
    assert Live(site)._place(shown) in {(-1, 0), (0, 0)}
