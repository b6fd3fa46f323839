"""The one reader: what moved is read, what is away ages, and what one may not see is not there."""

from bot.process import Process
from bot.store.connect import open_store
from bot.web.site import STALE_S, Site
from bot.web.visitors import ANYBODY, Visitor
from tests.support.site import NOW, with_page


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


async def test_before_anything_is_judged_all_is_unknown(store):
    """Known by configuration, in its order; nothing moves while nothing is written."""
    site = Site(Process(store, with_page(), "a", lambda: NOW))
    assert (site.freshness(NOW).as_of, site.freshness(NOW).stale) == (None, True)
    await site.read()
    assert [v.measured.state for v in site.standings["claude"].voices] == ["unknown"] * 3
    revision = site.revision
    await site.read()
    assert site.revision == revision
    assert site.freshness(NOW).stale is False


async def test_without_the_store_what_was_read_grows_old(tmp_path):
    """It stays, with its age."""
    clock = Clock()
    async with open_store(None, tmp_path / "state") as store:
        site = Site(Process(store, with_page(), "a", clock))
        await site.read()
    clock.now += STALE_S + 1
    await site.first()
    fresh = site.freshness(clock.now)
    assert (fresh.as_of, fresh.age_s, fresh.stale) == (NOW, STALE_S + 1, True)
    assert site.standings


async def test_services_of_ones_own_are_hidden_from_anybody(store):
    """Unless they are listed."""
    site = Site(Process(store, with_page(public=frozenset()), "a", lambda: NOW))
    await site.read()
    assert not site.visible(ANYBODY)
    assert list(site.visible(Visitor(inside=True))) == ["claude"]
