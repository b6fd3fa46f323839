"""A page is made once for all who see the same, and nobody waits for it who can have the last one."""

import asyncio

import pytest

from bot.web.pages import renderings
from bot.web.pages.renderings import Renderings
from bot.web.replies import TEXT, Body
from tests.support.site import page, with_page


class Slow:
    """Makes a body when it is let."""

    def __init__(self):
        self.made, self.go = 0, asyncio.Event()

    async def __call__(self):
        self.made += 1
        number = self.made
        await self.go.wait()
        return Body(str(number).encode(), TEXT)


async def test_many_who_ask_at_once_wait_for_one_rendering():
    """The first makes it; afterwards it is there."""
    kept, slow = Renderings(), Slow()
    asked = [asyncio.create_task(kept.of(("a",), slow)) for _ in range(50)]
    await asyncio.sleep(0)
    slow.go.set()
    assert {(await one).content for one in asked} == {b"1"}
    assert (await kept.of(("a",), slow)).content == b"1"
    assert slow.made == 1


async def test_while_the_next_is_made_others_have_the_last(monkeypatch):
    """One request pays for it; who comes meanwhile does not wait."""
    monkeypatch.setattr(renderings, "KEPT_S", 0.0)
    kept, slow = Renderings(), Slow()
    slow.go.set()
    assert (await kept.of(("a",), slow)).content == b"1"
    slow.go.clear()
    paying = asyncio.create_task(kept.of(("a",), slow))
    await asyncio.sleep(0)
    assert (await kept.of(("a",), slow)).content == b"1"
    slow.go.set()
    assert ((await paying).content, slow.made) == (b"2", 2)
    monkeypatch.setattr(renderings, "OLD_S", 0.0)
    slow.go.clear()
    paying = asyncio.create_task(kept.of(("a",), slow))
    waiting = asyncio.create_task(kept.of(("a",), slow))
    await asyncio.sleep(0)
    slow.go.set()
    assert {(await paying).content, (await waiting).content} <= {b"3", b"4"}, "what is too old is given to nobody"


async def test_what_fails_is_not_kept():
    """Neither the fault nor a place for it."""

    async def broken():
        raise ValueError("no such page")

    kept, slow = Renderings(), Slow()
    with pytest.raises(ValueError, match="no such page"):
        await kept.of(("a",), broken)
    slow.go.set()
    assert (await kept.of(("a",), slow)).content == b"1"


async def test_a_query_that_means_nothing_costs_nothing(store, monkeypatch):
    """Whoever puts another word behind the address each time has the same rendering as everybody."""
    monkeypatch.setattr(renderings, "KEPT_S", 1_000.0)
    async with page(store, with_page()) as client:
        tags = {(await client.get("/", params={"x": str(n)})).headers["etag"] for n in range(3)}
    assert len(tags) == 1
