"""A store in which everything is on record that a page can show: three services, ninety days, an outage going on."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from bot.core.history.rollups import HELD, Rollup, chunks
from bot.core.incidents.evidence import Evidence, PageStatusChange, ResultSpan
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.report import Reports
from bot.core.model.service import About
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import MaintenanceWindow, PageStatus
from bot.core.stats.histogram import bin_of
from bot.settings import Component, Service, Settings, StatusPage
from bot.store.codec import ABOUT, ABOUT_FIELD, DOSSIER, INCIDENT, LEDGER_ENTRY, VOICES
from bot.store.store import Store
from bot.store.types import Commit, IncidentWrite, LedgerWrite, RecordWrite
from probes.model import State

NOW = 1_776_094_980.0
"""13 April 2026, 15:43 UTC."""
DAY_S = 86_400
ANN = Person("slack", "T1", "U1", "Ann")
HOSTILE = '<script>alert(1)</script> "onload=x" \u202e& elevated errors'


def _service(name: str, title: str, page: bool, **components: str) -> Service:
    parts = tuple(Component(c.replace("_", "-"), name, words) for c, words in components.items())
    where = StatusPage("https://status.example/api", page_url=f"https://status.{name}.example") if page else None
    return Service(name, title, page=where, components=parts)


SERVICES = (
    _service(
        "claude", "Claude", True,
        claude_ai="claude.ai", claude_api="Claude API", claude_code="Claude Code", claude_console="Console",
    ),
    _service("openai", "OpenAI", True, openai_api="OpenAI API", chatgpt="ChatGPT"),
    _service("gateway", "Our gateway", False, gw="Gateway"),
)  # fmt: skip
SETTINGS = Settings(SERVICES)
PUBLIC = frozenset({"claude", "openai"})


def measured(component: str, name: str, state: State = State.OPERATIONAL, **more) -> Measurement:
    """A component as it was measured seconds ago."""
    usual: dict[str, Any] = {
        "total": 160, "window_s": 720.0, "at": NOW - 12, "vantages": ("fra",), "all_vantages": ("fra", "iad"),
        "latency_ms": 312.0, "usual_latency_ms": 300.0, "high": 0.02, "why": "as usual",
    }  # fmt: skip
    return Measurement(component, name, state, **(usual | more))


def voices(service: Service) -> Iterator[ComponentStatus]:
    """What stands of each component: one is down, one fails now and then, one is blind, one is worked on."""
    down: dict[str, Any] = {
        "rate": 1.0, "low": 0.95, "high": 1.0, "failed": 48, "total": 48, "down": True, "since": NOW - 720,
        "symptoms": (("http_500", 41), ("timeout", 7)), "vantages": ("fra", "iad"),
        "request_ids": ("req_011CQ7example1",),
    }  # fmt: skip
    partly: dict[str, Any] = {"rate": 0.22, "low": 0.16, "high": 0.29, "failed": 35, "symptoms": (("http_529", 35),)}
    green = PageStatus(State.OPERATIONAL, "All Systems Operational", NOW - 31, since=NOW - 5 * DAY_S)
    red = PageStatus(State.PARTIAL, HOSTILE, NOW - 31, since=NOW - 400, posted_at=NOW - 460)
    work = MaintenanceWindow("m1", "Database upgrade, read only", NOW + 7_200, NOW + 10_800, NOW - 9_000)
    known: dict[str, tuple[State, dict[str, Any], PageStatus, Reports]] = {
        "claude-api": (State.MAJOR, down, green, Reports(affected=14, works=1, usual=0.4, surprise=9, since=NOW - 600)),
        "claude-code": (State.PARTIAL, partly, red, Reports(affected=3, usual=0.2)),
        "claude-console": (State.UNKNOWN, {"at": None, "total": 0}, green, Reports()),
        "chatgpt": (State.OPERATIONAL, {}, replace(green, works=(work,)), Reports()),
    }
    for one in service.components:
        state, more, page, people = known.get(one.id, (State.OPERATIONAL, {}, green, Reports()))
        yield ComponentStatus(measured(one.id, one.name, state, **more), page if service.page else PageStatus(), people)


def incidents() -> tuple[Incident, Incident]:
    """One that goes on, acknowledged by Ann; and one of the week before, resolved."""
    timeline = (
        TimelineEntry(NOW - 640, "opened", "48 of 48 requests failed in 80 s from 2 of 2 locations"),
        TimelineEntry(NOW - 500, "acknowledged", "by Ann on Slack"),
        TimelineEntry(NOW - 400, "status page", f'the page says partial outage of Claude Code: "{HOSTILE}"'),
    )
    open_one = Incident(
        "4F7K", "claude", "failures", IncidentStatus.OPEN, ("claude-api", "claude-code"), State.MAJOR, NOW - 720,
        NOW - 640, ("claude-api", "claude-code"), worst=State.MAJOR, peak_rate=0.98, acknowledged_at=NOW - 500,
        acknowledged_by=ANN, page_first_at=NOW - 400, reports=17, timeline=timeline,
    )  # fmt: skip
    over = NOW - 6 * DAY_S
    past = Incident(
        "9Q2M", "claude", "failures", IncidentStatus.RESOLVED, ("claude-api",), State.OPERATIONAL, over - 5_400,
        over - 5_330, (), version=6, worst=State.PARTIAL, peak_rate=0.41, resolved_at=over, page_first_at=over - 3_900,
        timeline=(
            TimelineEntry(over - 5_330, "opened", "31 of 76 requests failed in 9 min"),
            TimelineEntry(over - 3_900, "status page", "the page says degraded performance of Claude API"),
            TimelineEntry(over, "resolved", "quiet for 12 min"),
        ),
    )  # fmt: skip
    return open_one, past


def evidence(one: Incident, minutes: int) -> Evidence:
    """What was kept of an incident."""
    first = int(one.started_at // 60)
    dice = random.Random(one.id)
    course = tuple(
        ResultSpan(first + n, 1, round(8 * one.peak_rate * dice.uniform(0.5, 1.0)) if n < minutes - 3 else 0, 8)
        for n in range(minutes)
    )
    said = (
        PageStatusChange(one.started_at, "claude-code", State.OPERATIONAL, "All Systems Operational"),
        PageStatusChange(one.started_at + 320, "claude-code", State.PARTIAL, HOSTILE),
    )
    ids = ((one.started_at + 5, "req_011CQ7example1"),)
    return Evidence({"http_500": 41, "timeout": 7}, {"app_backend": 48}, ids, course, said, {"claude-api": 48})


def past(component: str, days: int = 80) -> dict[str, dict[int, Rollup]]:
    """The roll-ups of a component, one an hour: mostly fine, with some bad days, some maintenance, a night unseen."""
    dice = random.Random(component)
    minutes: dict[int, Rollup] = {}
    bad: dict[int, int] = {
        dice.randrange(days): dice.choice([1, 2, 2, 3]) for _ in range(7 if component.startswith("claude") else 2)
    }
    blind, work = dice.randrange(days), dice.randrange(days)
    today = int(NOW // DAY_S)
    for day in range(days):
        for hour in range(24):
            at = (today - days + 1 + day) * DAY_S + hour * 3_600
            if at >= NOW or (day == blind and hour < 15):
                continue
            rollup = Rollup()
            state = bad.get(day, 0) if 9 <= hour < 12 else 4 if day == work and hour < 3 else 0
            rollup.held_ms[state] = round(min(3_600.0, NOW - at) * 1000)
            if NOW - at < 3_600 and component == "claude-api":
                rollup.held_ms[0] -= 640_000
                rollup.held_ms[3] += 640_000
            failed = {0: 0, 1: 3, 2: 34, 3: 110, 4: 5}[state] + (dice.random() < 0.1)
            rollup.counts[:] = [120 - failed, 0, failed, 0]
            for _ in range(12):
                place = bin_of(dice.lognormvariate(5.75, 0.35) * (1 + (hour in {9, 10, 11}) * state))
                rollup.bins[place] = rollup.bins.get(place, 0) + 10
                if component == "claude-api":
                    rollup.first_tokens[place - 7] = rollup.first_tokens.get(place - 7, 0) + 10
            minutes[at // 60] = rollup
    assert len(HELD) == 5
    return {component: minutes}


def ledger() -> Iterator[LedgerEntry]:
    """Twelve troubles of Claude's, most admitted late, two never."""
    for n in range(12):
        began = NOW - (n + 1) * 6 * DAY_S
        spoke = None if n in {3, 8} else began + 300 + 240 * n
        yield LedgerEntry(
            "claude", ("claude-api",), Source.MEASURED, f"I{n}", began_at=began, alerted_at=began + 60,
            ended_at=began + 5_000, page_seen_at=spoke, page_ended_at=began + 6_200 if spoke else None,
        )  # fmt: skip


async def fill(store: Store, days: int = 80) -> None:
    """Write all of it, as the judge would have."""
    for number, service in enumerate(SERVICES):
        kept = {ABOUT_FIELD: ABOUT.dump(About(NOW - 2, (900.0, 3240.0) if service.page else None))}
        kept |= {v.measured.component: VOICES.dump(v) for v in voices(service)}
        token = await store.lease(service.id, "test", 600_000)
        assert token is not None
        ours = incidents() if service.id == "claude" else ()
        commit = Commit(
            f"{round(NOW * 1000)}-{number}",
            b"",
            kept,
            id=f"filled-{service.id}",
            incidents=tuple(IncidentWrite(i.id, i.opened_at, INCIDENT.dump(i)) for i in ours),
            records=tuple(RecordWrite(i.id, DOSSIER.dump(evidence(i, 12 + 78 * (i.id == "9Q2M")))) for i in ours),
            ledger=tuple(LedgerWrite(e.at, LEDGER_ENTRY.dump(e)) for e in ledger()) if service.id == "claude" else (),
            rollups=tuple(c for one in service.components for c in chunks(past(one.id, days), NOW)),
            rolled_at=NOW - 2,
        )
        assert await store.commit(service.id, token, commit)


async def well(store: Store, number: int) -> None:
    """Claude is well again: what the judge would have written, as its commit of that number."""
    kept = {}
    for one in voices(SERVICES[0]):
        fine = replace(one.measured, state=State.OPERATIONAL, rate=0.0, failed=0, down=False, at=NOW)
        kept[fine.component] = VOICES.dump(replace(one, measured=fine))
    token = await store.lease("claude", "test", 600_000)
    assert token is not None
    assert await store.commit("claude", token, Commit(f"{round(NOW * 1000) + 5_000}-{number}", b"", kept))
