"""The digest: read off a real store, told once when its time comes, whoever restarts or dies."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.config.load import from_text
from bot.core.answers.digest import Period, ServiceDigest, digest
from bot.core.history.ranges import SPANS, Point, RangeHistory
from bot.core.history.rollups import Rollup, chunks
from bot.core.messages.compose import card
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.snapshot import Snapshot
from bot.delivery.self_notices import OWN, SelfNotices
from bot.desk.digests import Digests
from bot.jobs.digests import DigestJob
from bot.process import Process
from bot.scheduling.cron import Recurring
from bot.settings import Channel, Component, Digest, Service, Settings, Watching
from bot.store.codec import INCIDENT, LEDGER_ENTRY, SNAPSHOT
from bot.store.types import START, Claimant, Commit, DeliveryWrite, IncidentWrite, LedgerWrite
from probes.model import State
from tests.support.configuration import OWN as OWN_SERVICE
from tests.support.configuration import complaints

NINE = datetime(2026, 4, 14, 9, tzinfo=UTC).timestamp()
DAY_S = 86_400.0
DAILY = Digest("day", Recurring((), "0 9 * * *", "UTC", 12 * 3_600.0), ("console",))
CLAUDE = Service("claude", "Claude", components=(Component("claude-api", "claude", "Claude API"),))
OTHER = Service("openai", "OpenAI", components=(Component("openai-api", "openai", "OpenAI API"),))
SETTINGS = Settings((CLAUDE, OTHER), watching=Watching(digests=(DAILY,)))


def trouble(name, began, lasted, **more):
    """An incident that is over, or goes on (None)."""
    over = None if lasted is None else began + lasted
    status = IncidentStatus.OPEN if lasted is None else IncidentStatus.RESOLVED
    fixed = (name, "claude", "failures", status, ("claude-api",), State.MAJOR, began, began + 60)
    return Incident(*fixed, resolved_at=over, **more)


def held(up_s, down_s):
    sums = Rollup()
    sums.held_ms = [round(up_s * 1000), 0, 0, round(down_s * 1000), 0]
    sums.counts = [10, 0, 1, 0]
    return sums


@pytest.fixture
async def judged(store):
    """A day of Claude with an hour's outage, of which the page spoke after ten minutes; the day before was well."""
    token = await store.lease("claude", "judge", 600_000)
    began = NINE - 10 * 3_600
    incidents = (trouble("4F7K", began, 3_600.0), trouble("9ZZZ", NINE - 40 * 3_600, 60.0))
    rows = [
        LedgerEntry(
            "claude",
            ("claude-api",),
            Source.MEASURED,
            "4F7K",
            began,
            began + 60,
            began + 3_600,
            page_seen_at=began + 600,
        ),
        LedgerEntry("claude", ("claude-api",), Source.MEASURED, "7QQQ", began, began + 60, began + 3_600),
    ]
    minutes = {
        NINE - 10 * 3_600: held(0, 3_600),
        NINE - 9 * 3_600: held(3_600, 0),
        NINE - 30 * 3_600: held(3_600, 0),
        NINE + 3_600: held(3_600, 0),
    }
    commit = Commit(
        START,
        b"",
        incidents=tuple(IncidentWrite(i.id, i.opened_at, INCIDENT.dump(i)) for i in incidents),
        ledger=tuple(LedgerWrite(row.at, LEDGER_ENTRY.dump(row)) for row in rows),
        rollups=chunks({"claude-api": {int(at // 60): sums for at, sums in minutes.items()}}, NINE),
        rolled_at=NINE,
    )
    assert await store.commit("claude", token, commit)
    return store


async def test_a_day_in_one_answer(judged):
    """Uptime beside the day before, the incident of that day alone, the page's lag, and who had no trouble."""
    answer, measured = await Digests(judged, SETTINGS.services).of("day", NINE)
    assert measured
    assert answer.title == "Last 24 hours: 1 incident, lowest uptime 50.0% (Claude API)"
    expected = (
        "uptime 50.0%, the day before 100%; 1 incident (4F7K) of 1h 0m; its page 10 min late; never admitted: 1 of 2"
    )
    assert answer.plainly().footer.startswith("13 Apr 09:00 UTC to 09:00 UTC · uptime is")
    assert answer.lines == (("Claude", expected), ("Not measured", "OpenAI"))
    assert answer.data["services"][0]["incidents"] == ["4F7K"]


async def test_ours_and_what_nobody_heard(judged):
    """Undeliverable messages and our own troubles of that time are in it; those of other days are not."""
    token = await judged.lease("claude", "judge", 600_000)
    body = SNAPSHOT.dump(Snapshot(NINE, "claude", "Claude", trouble("4F7K", NINE - 3_600, None), None, (), ""))
    write = DeliveryWrite("4F7K", "slack:C1", 1, body, urgent=True, due_at=NINE - 100)
    assert await judged.commit("claude", token, Commit(START, b"", deliveries=(write,)))
    (claimed,) = await judged.outbox.claim("claude", "slack", Claimant("me", 60_000), NINE - 90)
    assert await judged.outbox.give_up(claimed, "channel_not_found", NINE - 80)
    clock = [NINE - 3_000]
    news = SelfNotices(judged, "me", lambda: clock[0], lambda: None)
    await news.trouble("slack", "the Slack socket is dead", ("console",), over=False)
    clock[0] = NINE + 100
    await news.trouble("discord", "another day's", ("console",), over=False)
    answer, _ = await Digests(judged, SETTINGS.services).of("day", NINE)
    lines = dict(answer.lines)
    assert lines["Not delivered"] == "1 message, the latest to slack:C1: channel_not_found"
    assert lines["Our own"] == "the Slack socket is dead"


def telling(store, at, settings=SETTINGS, owner="one"):
    """One process at a time of day."""
    process = Process(store, settings, owner, lambda: at)
    return DigestJob(process, SelfNotices(store, owner, lambda: at, lambda: None))


async def told(store):
    """What stands in the outbox of ourselves."""
    return [d for d in await store.views.deliveries(OWN, 100) if d.subject.startswith("digest@")]


async def test_told_once_when_its_time_comes(judged):
    """Not before; once, also if the note of it is lost; a day later again."""
    assert await telling(judged, NINE - 60).look() == 0
    assert await telling(judged, NINE + 5).look() == 1
    assert await telling(judged, NINE + 65).look() == 0
    names = await judged.notes._link.call("KEYS", "*digest:*")
    await judged.notes._link.call("DEL", *names)
    await telling(judged, NINE + 95).look()
    assert [d.channel for d in await told(judged)] == ["console"]
    assert await telling(judged, NINE + DAY_S + 5).look() == 1
    assert len({d.subject for d in await told(judged)}) == 2


async def test_late_is_told_and_very_late_is_not(judged):
    """After an absence of hours the newest; after twelve the next one is near."""
    assert await telling(judged, NINE + 11 * 3_600).look() == 1
    assert await telling(judged, NINE + DAY_S + 13 * 3_600).look() == 0


async def test_nothing_was_measured(store):
    """A fresh installation is not told of a day it has not seen."""
    assert await telling(store, NINE + 5).look() == 0
    assert await told(store) == []


async def test_one_of_several_processes_tells_it(judged):
    """The others leave it to whoever has the turn."""
    assert await telling(judged, NINE + 5).look() == 1
    assert await telling(judged, NINE + 6, owner="two").look() == 0
    assert len(await told(judged)) == 1


async def test_a_channel_means_its_places(judged):
    channel = Channel("slack", "slack", {"channels": ["C1", "C2"]})
    both = replace(SETTINGS, channels=(channel,), watching=Watching(digests=(replace(DAILY, to=("slack",)),)))
    assert await telling(judged, NINE + 5, both).look() == 1
    assert {d.channel for d in await told(judged)} == {"slack:C1", "slack:C2"}


def told_of(name, up, **more):
    """One service of one component with this share of uptime."""
    point = Point(int(NINE - DAY_S), 86_400, held(DAY_S * up, DAY_S * (1 - up)))
    past = RangeHistory(name, f"{name}-api", f"{name} API", SPANS["24h"], NINE, NINE, (point,))
    return ServiceDigest(name, name, (past,), **more)


def test_it_stays_short():
    """A thousand components and a hundred services are a dozen lines, the worst first."""
    many = [told_of(f"v{n}", 0.9 + n / 2_000) for n in range(100)] + [told_of("calm", 1.0)]
    answer = digest(Period("day", NINE - DAY_S, NINE), many, [f"trouble {n}" for n in range(50)])
    assert [label for label, _ in answer.lines[:3]] == ["v0", "v1", "v2"]
    assert [label for label, _ in answer.lines[12:]] == ["And", "No trouble", "Our own"]
    assert all(len(text) <= 300 for _, text in answer.lines)
    assert answer.lines[-1][1].endswith("; and 47 more")


def test_hostile_names_are_harmless():
    """A name cannot break a line or the message."""
    evil = replace(told_of("x", 0.5), name="\x1b[2J<!channel>\n@everyone\u202e")
    answer = digest(Period("week", NINE - 7 * DAY_S, NINE), [evil], [])
    shown = Snapshot(NINE, OWN, "Groundtruth", None, None, (), answer.title, lines=answer.lines)
    told_card = card(shown, NINE)
    assert all(text.isprintable() for line in told_card.lines for text in line)
    assert told_card.closed, "it asks nobody for anything"
    assert told_card.headline.startswith("📋")


def test_several_incidents_and_one_that_goes_on():
    """Their number, the longest, and what goes on."""
    two = (trouble("AAAA", NINE - 7_200, 1_800.0), trouble("BBBB", NINE - 3_600, None))
    (line, *_) = digest(Period("day", NINE - DAY_S, NINE), [told_of("v", 0.9, incidents=two)], []).lines
    assert line[1] == "uptime 90.0%; 2 incidents, the longest 1h 0m (BBBB), still open: BBBB"


def test_configuration():
    """As it stands in the settings; all that is wrong at once."""
    text = OWN_SERVICE + "digest:\n  - {every: week, on: fri, at: '17:30', zone: Europe/Berlin, to: [console]}\n"
    (one,) = from_text(text, "f", {}).watching.digests
    assert (one.every, one.when.cron, one.when.zone, one.to) == ("week", "30 17 * * fri", "Europe/Berlin", ("console",))
    found = complaints(OWN_SERVICE + "digest:\n  - {every: hour, at: '9', zone: Berlin, to: [slac]}\n")
    assert [one.split(": ")[1] for one in found] == [f"digest[0].{k}" for k in ("every", "at", "zone", "to[0]")]


def test_what_was_not_measured_had_not_no_trouble():
    """Where nothing is known, nothing is said of trouble."""
    period = Period("day", NINE - DAY_S, NINE)
    well = RangeHistory("b", "b", "B", SPANS["24h"], NINE, NINE, (Point(0, 86_400, held(60.0, 0.0)),))

    nothing = digest(period, [ServiceDigest("a", "A")], ())
    one = digest(period, [ServiceDigest("a", "A"), ServiceDigest("b", "B", (well,))], ())

    assert nothing.title.endswith("nothing was measured")
    assert nothing.lines == (("Not measured", "A"),)
    assert one.lines == (("No trouble", "B"), ("Not measured", "A"))
