"""Planned work that comes again: each window is announced once, whoever restarts, dies or calls it off."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config.load import from_text
from bot.jobs.planned_maintenance import AHEAD_S, PlannedMaintenanceJob
from bot.process import Process
from bot.scheduling.cron import Recurring, windows
from bot.settings import Component, Service, Settings
from bot.store.codec import ABOUT, ABOUT_FIELD
from tests.support.configuration import OWN, complaints
from tests.support.scene import Scene
from tests.support.stores import readable

HOUR_S = 3_600.0
CLAUDE = Service("claude", "Claude", components=(Component("claude-api", "claude", "Claude API"),))


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def said(work, now, most=3):
    return [
        datetime.fromtimestamp(w.begins, ZoneInfo(work.zone)).strftime("%m-%d %H:%M %Z")
        for w in windows(work, now, most)
    ]


def test_windows_are_those_of_the_zone():
    """At 22:00 there, in winter and in summer."""
    work = Recurring(("claude",), "0 22 * * sun", "Europe/Berlin", 2 * HOUR_S)
    assert said(work, at("2026-03-20T12:00")) == ["03-22 22:00 CET", "03-29 22:00 CEST", "04-05 22:00 CEST"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-03-28T12:00", ["03-29 03:30 CEST", "03-30 02:30 CEST"]),
        ("2026-10-24T12:00", ["10-25 02:30 CEST", "10-26 02:30 CET"]),
    ],
)
def test_when_the_clock_changes(now, expected):
    """A time of day that is skipped comes an hour later, one that comes twice is one window."""
    work = Recurring(("claude",), "30 2 * * *", "Europe/Berlin", HOUR_S)
    assert said(work, at(now), 2) == expected


def test_the_window_under_way_is_one():
    """After a start in the middle of it the rest is announced; one that is over is not."""
    work = Recurring(("claude",), "0 22 * * *", "UTC", 2 * HOUR_S)
    assert said(work, at("2026-05-01T23:59"), 2) == ["05-01 22:00 UTC", "05-02 22:00 UTC"]
    assert said(work, at("2026-05-02T00:00"), 2) == ["05-02 22:00 UTC", "05-03 22:00 UTC"]


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"]),
    now=st.floats(at("2026-01-01"), at("2027-01-01")),
    lasts=st.floats(60.0, 20 * HOUR_S),
)
def test_windows_follow_each_other(minute, hour, zone, now, lasts):
    """In order, each as long as it is said, none over; the same ones whenever they are asked for."""
    work = Recurring(("claude",), f"{minute} {hour} * * *", zone, lasts)
    found = windows(work, now, 4)
    assert len(found) == 4
    assert all(w.ends > now and abs(w.ends - w.begins - lasts) < 0.001 for w in found)
    assert all(before.begins < after.begins for before, after in pairwise(found))
    assert windows(work, found[0].begins + lasts / 2, 4)[0] == found[0]


class Planned(Scene):
    """A scene with work in an hour, for half an hour, every day."""

    began = 0.0

    def plan(self, after_s=HOUR_S, lasts_s=HOUR_S / 2, about=("claude-api",)):
        """Whoever announces it; another one is another process."""
        begins = datetime.fromtimestamp(self.began + after_s, UTC)
        work = Recurring(about, f"{begins.minute} {begins.hour} * * *", "UTC", lasts_s, "index rebuild")
        settings = Settings((CLAUDE,), maintenance=(work,))
        process = Process(self.store, settings, "one", lambda: self.now)
        return PlannedMaintenanceJob(process, self.acts())

    async def silences(self):
        """What stands by the judge's word."""
        await self.see(False)
        await self.remembered(self.sent)
        kept = readable(ABOUT.load((await self.store.views.assessed("claude", [ABOUT_FIELD]))[ABOUT_FIELD]))
        return [s.silence for s in kept.silences]


@pytest.fixture
async def planned(store):
    scene = Planned(store)
    # Windows begin at full minutes.
    scene.now += 60 - scene.now % 60
    scene.began = scene.now
    scene.awake = scene.judge("one")
    async with scene.at_work(scene.awake):
        yield scene


def test_every_hour_is_every_hour():
    """Also the one that a clock shows twice."""
    work = Recurring(("claude",), "30 * * * *", "Europe/Berlin", HOUR_S / 2)
    found = windows(work, at("2026-10-25T00:00"), 5)
    assert [after.begins - before.begins for before, after in pairwise(found)] == [HOUR_S] * 4


async def test_announced_once_by_whoever_comes_first(planned):
    """Two processes, many looks, a note that was lost with the one who would have written it: one window stands."""
    assert await planned.plan().look() == 1
    assert await planned.plan().look() == 0
    (one,) = await planned.silences()
    assert (one.target, one.work, one.reason, one.by.platform) == ("claude-api", True, "index rebuild", "configuration")
    assert (one.since, one.until - one.since) == (planned.began + HOUR_S, HOUR_S / 2)

    await planned.store.notes._link.call("DEL", *await planned.store.notes._link.call("KEYS", "*maintenance:cron*"))
    assert await planned.plan().look() == 1
    assert await planned.silences() == [one]


async def test_what_is_called_off_stays_called_off(planned):
    """Until the next one, a day later."""
    await planned.plan().look()
    (one,) = await planned.silences()
    done = await planned.acts().submit("claude", planned.wish("unsilence", one.id, id="off"))
    assert done.ok
    assert await planned.plan().look() == 0
    assert await planned.silences() == []


async def test_trouble_in_the_window_is_recorded_and_not_said(planned):
    """As under work that people announce; a start in the middle of it is in time for the rest."""
    await planned.plan(after_s=-600.0, lasts_s=6 * HOUR_S).look()
    name = await planned.outage()
    incident = await planned.incident(name)
    assert incident.silence is not None
    assert incident.silence.until == planned.began - 600 + 6 * HOUR_S
    assert [d for d in await planned.store.views.deliveries("claude", 100) if d.subject == name] == []


async def test_not_more_than_a_day_ahead(planned):
    """And of one that is over only the next."""
    assert await planned.plan(after_s=-HOUR_S).look() == 1
    (one,) = await planned.silences()
    assert one.since == planned.began - HOUR_S + AHEAD_S


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        ("{about: [own], cron: '0 22 * *', lasts: 2h}", "maintenance[0].cron: expected cron's five fields"),
        ("{about: [own], cron: '0 25 * * *', lasts: 2h}", "maintenance[0].cron: expected cron's five fields"),
        (
            "{about: [own], cron: '0 22 30 2 *', lasts: 2h}",
            "maintenance[0]: expected a cron line that fires more than once",
        ),
        (
            "{about: [own], cron: '0 * * * *', lasts: 2h}",
            "maintenance[0]: expected windows that don't overlap: lasts reaches into the next",
        ),
        ("{about: [own], cron: '0 0,6,12,23 * * *', lasts: 2h}", "maintenance[0]: expected windows that don't overlap"),
        ("{about: [own], cron: '0 0 * * *', lasts: 24h}", "maintenance[0]: expected time between two windows"),
        ("{about: [own], cron: '0 22 * * sun', lasts: 0s}", "maintenance[0].lasts: expected at least 60"),
        ("{about: [own], cron: '0 22 * * sun', lasts: -1h}", "maintenance[0].lasts: expected a duration such as"),
        ("{about: [own], cron: '0 22 * * sun', lasts: 10000d}", "maintenance[0].lasts: expected at most 604800"),
        ("{about: [own], cron: '0 22 * * sun', lasts: until resolved}", "maintenance[0].lasts: expected a duration"),
        (
            "{about: [gx], cron: '0 22 * * *', lasts: 2h}",
            "maintenance[0].about[0]: unknown service or component",
        ),
        ("{about: [own], cron: '0 22 * * *', lasts: 2h, zone: Berlin}", "maintenance[0].zone: expected a time zone"),
        ("{about: [own], cron: '0 22 * * *'}", "maintenance[0].lasts"),
    ],
)
def test_complaints(part, complaint):
    """One sentence each, with the line."""
    found = complaints(OWN + f"maintenance:\n  - {part}\n")
    assert len(found) == 1, found
    assert found[0].startswith("f:10:")
    assert complaint in found[0]


def test_a_right_one():
    """As it stands in the settings."""
    text = OWN + "maintenance:\n  - {about: [gw], cron: '0 22 * * sun', lasts: 2h, zone: Europe/Berlin}\n"
    assert from_text(text, "f", {}).maintenance == (Recurring(("gw",), "0 22 * * sun", "Europe/Berlin", 2 * HOUR_S),)
