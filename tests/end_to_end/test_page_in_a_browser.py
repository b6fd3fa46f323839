"""The page in a real browser without a network: accessibility, keyboard, widths, no script, news, a server's end."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from bot.desk.open import open_desk
from bot.process import Process
from bot.settings import Channel
from bot.supervision import Supervisor
from bot.web import listener
from bot.web.assets import asset
from bot.web.pages.live import Live
from bot.web.serving import served
from tests.support.browser import needs_browser, visit
from tests.support.site import with_page
from tests.support.site_world import NOW, PUBLIC, SETTINGS, fill, well

pytestmark = [needs_browser, pytest.mark.timeout(300)]

GIVEN = with_page(replace(SETTINGS, channels=(Channel("slack", "slack"),)), public=PUBLIC)
PAGES = (
    "/", "/wall", "/s/claude", "/c/claude-api", "/c/claude-api/2026-04-01", "/i/4F7K", "/i/9Q2M",
    "/history?month=2026-04", "/honesty", "/honesty/claude", "/maintenance", "/subscribe", "/login",
    "/embed/claude-api", "/nothing",
)  # fmt: skip
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (Not Found)"


class Watched(Live):
    """News that a test can look at."""

    latest: Live

    def __init__(self, site):
        super().__init__(site)
        Watched.latest = self


async def watched():
    """Until a page listens."""
    async with asyncio.timeout(120):
        while not Watched.latest._watchers:  # noqa: ASYNC110 - a browser, which nothing here could wake
            await asyncio.sleep(0.05)
    await asyncio.sleep(1)


@pytest.fixture(autouse=True)
def news_that_is_seen(monkeypatch):
    monkeypatch.setattr(listener, "Live", Watched)


@pytest.fixture
async def base(store):
    await fill(store, 30)
    process = Process(store, GIVEN, "test", lambda: NOW)
    async with served(process, open_desk(store, GIVEN, now=lambda: NOW), Supervisor()) as port:
        yield f"http://127.0.0.1:{port}"


async def test_no_page_breaks_a_rule_of_accessibility(base):
    """axe's rules of WCAG 2.2 AA and its best practice, every page in both themes; nothing is asked of anybody else."""
    seen = await visit([{"url": base + p, "scheme": s, "axe": True} for p in PAGES for s in ("light", "dark")])
    for one in seen:
        assert one["violations"] == [], one["url"]
        assert [e for e in one["errors"] if e != NOT_FOUND] == [], one["url"]
        assert all(asked.startswith(base) for asked in one["asked"]), one["url"]


async def test_no_width_scrolls_sideways_and_no_script_is_needed(base):
    """From a small phone to a wall."""
    pages = ("/", "/wall", "/c/claude-api", "/i/9Q2M")
    sizes = [{"url": base + p, "width": w, "eval": SIDEWAYS} for p in pages for w in (320, 768, 2560)]
    plain = [{"url": base + p, "js": False, "width": 320} for p in pages]
    seen = await visit([*sizes, *plain])
    assert [(one["url"], one["value"]) for one in seen[: len(sizes)] if one["value"] > 0] == []
    assert [one["status"] for one in seen[len(sizes) :]] == [200] * len(plain)


async def test_the_keyboard_is_enough(base):
    """Skip to the content, walk through it, open a component, press a day; what has the focus is seen."""
    focus = "[document.activeElement.textContent.trim(), getComputedStyle(document.activeElement).outlineStyle]"
    first, second, into, day = await visit([
        {"url": f"{base}/", "keys": ["Tab"], "eval": focus},
        {"url": f"{base}/", "keys": ["Tab", "Enter", "Tab"], "eval": focus},
        {
            "url": f"{base}/s/openai", "keys": ["Tab", "Enter", "Tab", "Tab", "Tab", "Enter"],
            "wait": "location.pathname != '/s/openai'",
        },
        {"url": f"{base}/", "click": "a.bar", "wait": "location.pathname.split('/').length == 4"},
    ])  # fmt: skip
    assert first["value"] == ["Skip to the content", "solid"]
    assert second["value"][0].startswith("Claude: ")
    assert second["value"][1] == "solid"
    assert into["location"] == f"{base}/c/openai-api"
    assert day["location"].startswith(f"{base}/c/claude-ai/2026-")


async def test_an_open_page_hears_of_a_change(base, store):
    """Without being loaded again; it is said aloud once."""
    word = "document.querySelector('[data-live=\"c:claude-api\"] .word').textContent"
    said = "document.getElementById('say').textContent"
    seeing = asyncio.create_task(
        visit([{"url": f"{base}/", "wait": f"{word} == 'operational' && {said}", "patience": 120_000, "eval": said}])
    )
    await watched()
    await well(store, 1)
    [seen] = await seeing
    assert "Claude API: operational" in seen["value"]
    assert seen["errors"] == []


async def test_a_page_whose_server_is_gone_greys_itself(store):
    """By its script soon, and without one by its style after five minutes."""
    await fill(store, 2)
    process = Process(store, GIVEN, "test", lambda: NOW)
    lost = "document.documentElement.classList.contains('lost')"
    grey = "getComputedStyle(document.getElementById('main')).filter"
    async with contextlib.AsyncExitStack() as stack:
        desk = open_desk(store, GIVEN, now=lambda: NOW)
        port = await stack.enter_async_context(served(process, desk, Supervisor()))
        url = f"http://127.0.0.1:{port}/"
        seeing = asyncio.create_task(visit([{"url": url, "wait": lost, "patience": 120_000, "eval": grey}]))
        await watched()
        await stack.aclose()
        [seen] = await seeing
    assert seen["value"] == "grayscale(1)"
    assert b"main{animation:aged 0s 300s forwards}" in asset("page.css").body.content
