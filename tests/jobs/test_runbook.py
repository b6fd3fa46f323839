"""Each notice of ours names its entry in the runbook, and every entry is there."""

from itertools import count

import pytest

from bot.core.health.signs import CONFIGURATION, EMPTIED, GAP, LOST, Kind
from bot.delivery.self_notices import OWN, SelfNotices
from bot.store.codec import SNAPSHOT
from bot.store.keys import keys_of
from tests.docs.links import anchors
from tests.docs.pages import DOCS


@pytest.mark.parametrize("entry", [*Kind, GAP, LOST, CONFIGURATION, EMPTIED])
def test_every_entry_is_there(entry):
    """A kind of trouble without an entry would link to nothing."""
    assert str(entry) in anchors((DOCS / "operations.md").read_text())


async def test_a_trouble_links_to_its_entry_and_its_end_does_not(store):
    """Under the address that the configuration gives; where the end is told nothing is left to do."""
    news = SelfNotices(store, "me", count(1_776_000_000).__next__, lambda: None, "https://wiki.example.com/ops")
    assert await news.trouble("watch:queue", "messages wait", ["console"], over=False, entry=Kind.QUEUE)
    assert [label for label, _ in await lines(store)] == ["Since", "Runbook"]
    assert ("Runbook", "https://wiki.example.com/ops#queue") in await lines(store)
    assert await news.trouble("watch:queue", "sent again", ["console"], over=True, entry=Kind.QUEUE)
    ((label, was),) = await lines(store)
    assert (label, was.partition(",")[0]) == ("Was", "messages wait")
    assert await SelfNotices(store, "me", lambda: 1.0, lambda: None).tell("gap@1", "gap", ["console"], entry=GAP)


async def lines(store):
    """The labelled lines of the one notice in the outbox."""
    [row] = await store.views.deliveries(OWN)
    snapshot = SNAPSHOT.load(await store._link.call("HGET", keys_of(OWN).delivery(row.id), "body"))
    assert snapshot is not None
    return snapshot.lines
