"""A store that release 0.1.0 wrote, in the hands of today's judge, courier and desk.

It was recorded in the middle of an outage: an incident that somebody acknowledged, a silence on one of its components,
four discrepancies with the page, a subscription, all posted on Slack and Discord.
"""

import asyncio
import json
from collections import Counter
from dataclasses import replace

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.history.ranges import SPANS
from bot.core.messages.compose import card
from bot.core.model.incident import IncidentStatus
from bot.core.model.service import ServiceView
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.routes import Routes
from bot.desk.audit import Audit
from bot.desk.reader import Reader
from bot.judging.judge import Judge, JudgeContext
from bot.settings import Component, Service
from bot.store.stream_rows import decode, encode
from probes.model import Observation, Outcome, Timings
from tests.support.delivery import TIPS, Notebook
from tests.support.routing import tree
from tests.support.stores import readable, recorded, restore

STORE = "release-0.1.0.jsonl.gz"
NAMES = {"claude-ai": "claude.ai", "claude-api": "Claude API", "claude-code": "Claude Code"}
CONFIGURED = Service("claude", "Claude", components=tuple(Component(c, "claude", n) for c, n in NAMES.items()))
INCIDENT, SILENCE = "C6ZZ", "SXG1B"
DISCORD = "discord:1576927704295407619"
JUDGE = "gt:1:{claude}:judge"


LATE_S = 25 * 3600.0
"""After so long a page is not waited for any more, and the ledger's row is written."""


class Outlet(Notebook):
    """A channel that remembers under which keys it was told something."""

    def __init__(self, name):
        super().__init__(name)
        self.posted: list[str] = []
        self.followed: list[str] = []

    async def post(self, place, card, key):
        self.posted.append(key)
        return await super().post(place, card, key)

    async def edit(self, where, card):
        self.acts.append(("edit", card.headline))
        return where

    async def follow(self, where, entry, key):
        self.followed.append(key)
        await super().follow(where, entry, key)


class Upgraded:
    """Today's parts on the recorded store; the clock goes on from the moment of the recording."""

    def __init__(self, store, rows):
        self.store, self.rows = store, rows
        about = next(r["value"]["about:"] for r in rows if r["key"].endswith("{claude}:assessments"))
        self.now = json.loads(about)["at"]
        streams = next(r["value"] for r in rows if r["key"].endswith("{claude}:stream"))
        seen = [o for _, row in streams if isinstance(o := decode(row["r"].encode()), Observation)]
        self.page = next(o for o in seen if o.page and o.page.claims)
        page_ids = {
            c: next(k.id for k in readable(self.page.page).claims if k.name.startswith(n)) for c, n in NAMES.items()
        }
        self.view = ServiceView("claude", "Claude", NAMES, page_ids)
        self.checks = {o.check: o for o in seen if o.component in NAMES and not o.page}
        self.sent, self.readable = 0, True
        self.outlets = {name: Outlet(name) for name in ("slack", "discord")}
        self.routes = Routes(store.subscriptions, tree("slack:C1", "slack:C2", DISCORD))
        self.reader = Reader(store.views, (CONFIGURED,))

    async def healthy(self, results):
        """So many results that all is well, three a minute, with the page that says what it said."""
        last = 0
        for n in range(results // 20):
            rows = []
            for _ in range(20):
                self.now += 10.0
                one = list(self.checks.values())[last % len(self.checks)]
                last += 1
                rows.append(Observation(one.check, "claude", one.component, one.vantage, self.now, Outcome.OK,
                                        timings=Timings(total=80.0)))  # fmt: skip
            rows.append(replace(self.page, at=self.now))
            await self.store.append("claude", "today.1", self.sent + 1, [encode(row) for row in rows])
            self.sent += len(rows)
            await self.judged()
            if n % 5 == 0:
                await self.delivered()
        await self.delivered()

    async def judged(self):
        async with asyncio.timeout(20):
            while (await self.store.views.backlog("claude", 1))[0]:
                self.judge.news.set()
                await asyncio.sleep(0.005)

    async def delivered(self):
        context = CourierContext("today", lambda: self.now, self.worded, self.trouble)
        courier = Courier(self.store, ["claude"], self.outlets, context)
        for name in self.outlets:
            while await courier.round(name):
                pass

    async def worded(self, snapshot, now):
        return card(snapshot, now, TIPS)

    async def trouble(self, what, text, over):
        raise AssertionError(text)

    async def __aenter__(self):
        settings = AssessorSettings(components=tuple(NAMES), interval_s=30.0)
        bench = JudgeContext("today", lambda: self.now, self.routes.table, lambda: None)
        self.judge = Judge(self.store, self.view, settings, bench)
        self.task = asyncio.create_task(self.judge.run())
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def incident(self):
        found = await self.reader.incident("claude", INCIDENT)
        assert found is not None
        return found


def ids(standing):
    """The silences in force."""
    return [one.silence.id for one in standing.silences]


def as_recorded(rows):
    return rows


def with_state(change):
    """The recorded keys with another judgement's state."""

    def changed(rows):
        return [
            r | {"value": r["value"] | {"state": change(r["value"]["state"])}} if r["key"] == JUDGE else r for r in rows
        ]

    return changed


def of_another_version(state):
    """A detector's state that says it is of a version nobody knows."""
    fields = json.loads(state)
    return json.dumps(fields | {"assessor": fields["assessor"] | {"version": 99}})


STATES = {
    "as recorded": as_recorded,
    "no JSON": with_state(lambda state: state[:500]),
    "not valid": with_state(lambda state: json.dumps(json.loads(state) | {"heard": [1], "counted": "many"})),
    "of another version": with_state(of_another_version),
}


@pytest.fixture(params=STATES)
async def upgraded(store, request):
    rows = STATES[request.param](recorded(STORE))
    await restore(store, rows)
    made = Upgraded(store, rows)
    made.readable = request.param != "no JSON"
    return made


async def test_nothing_people_see_is_lost(store):
    """All that the release kept is read before anything is judged."""
    rows = recorded(STORE)
    await restore(store, rows)
    it = Upgraded(store, rows)
    standing = await it.reader.standing("claude")
    assert [(i.id, i.status) for i in standing.incidents] == [(INCIDENT, IncidentStatus.OPEN)]
    assert standing.incidents[0].acknowledged_by is not None
    assert ids(standing) == [SILENCE]
    assert {voice.measured.component for voice in standing.voices} == set(NAMES)
    assert list(await it.routes.subscribed()) == ["slack:C3 claude"]
    assert {deed.command for deed in await Audit(store).deeds(100)} == {"subscribe", "silence", "ack"}
    case = await it.reader.casefile("claude", standing.incidents[0])
    assert case.dossier is not None
    assert len(case.records) == 3
    assert {d.channel for d in case.deliveries} == {"slack:C1", "slack:C2", "slack:C3", DISCORD}


@pytest.mark.breaks
async def test_an_incident_of_the_release_is_closed_by_evidence(upgraded):
    """However little of the state can be read: it stays open until it is seen to be over, and is told of in place."""
    before = await upgraded.reader.standing("claude")
    said = {d.id: (d.done_version, d.version) for d in await upgraded.store.views.deliveries("claude")}
    async with upgraded:
        await upgraded.healthy(20)
        assert (await upgraded.incident()).status is IncidentStatus.OPEN
        standing = await upgraded.reader.standing("claude")
        if upgraded.readable:
            assert ids(standing) == ids(before)
        await upgraded.healthy(600)
    ended = await upgraded.incident()
    assert ended.status is IncidentStatus.RESOLVED
    assert not await upgraded.reader.going("claude")
    assert list(await upgraded.routes.subscribed()) == ["slack:C3 claude"]
    for outlet in upgraded.outlets.values():
        assert outlet.posted == [], "what stands there already is edited, never posted again"
        assert all(n == 1 for n in Counter(outlet.followed).values())
        assert any("resolved" in text.lower() or "🟢" in text for act, text in outlet.acts if act == "edit")
    now = {d.id: d for d in await upgraded.store.views.deliveries("claude")}
    assert now.keys() == said.keys()
    assert all(d.done_version == d.version for d in now.values())


async def test_the_past_goes_on(store):
    """The ledger's row tells of the whole trouble, and the history has what the release measured."""
    rows = recorded(STORE)
    await restore(store, rows)
    it = Upgraded(store, rows)
    recorded_at = it.now
    began = (await it.incident()).started_at
    async with it:
        await it.healthy(600)
        it.now += LATE_S
        await it.healthy(20)
    entries = await it.reader.ledger("claude")
    assert {(row.components, row.incident, row.began_at) for row in entries} == {((c,), INCIDENT, began) for c in NAMES}
    assert all(row.resolved_at is not None for row in entries)
    pasts = [await it.reader.history("claude", c, SPANS["7d"], it.now) for c in NAMES]
    failed = [sum(p.sums.failed for p in past[0].points if p.begins <= recorded_at) for past in pasts]
    assert all(n > 100 for n in failed), failed
