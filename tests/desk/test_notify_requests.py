"""`notify`: one direct message when it is over, however often it was asked for and whoever dies in between."""

from dataclasses import replace

import pytest

from bot.core.commands.asker import Asker
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.person import Person
from bot.core.model.snapshot import Snapshot
from bot.core.text.inline import utc
from bot.delivery.self_notices import OWN, SelfNotices
from bot.desk.open import open_desk
from bot.jobs.notify_requests import NotifyRequestJob
from bot.process import Process
from bot.store.codec import INCIDENT as WRITTEN
from bot.store.codec import SNAPSHOT
from bot.store.types import START, Claimant, Commit, IncidentWrite
from probes.model import State
from tests.support.desk import SETTINGS
from tests.support.situations import INCIDENT, NOW

ANN = Asker(Person("slack", "T1", "U1", "Ann"), here="slack:C1", direct="slack:U1")
BEN = replace(ANN, person=Person("discord", "1", "22", "Ben"), direct="discord:@22")


async def written(store, one: Incident) -> None:
    token = await store.lease("claude", "judge", 60_000)
    write = IncidentWrite(one.id, one.opened_at, WRITTEN.dump(one))
    assert await store.commit("claude", token, Commit(START, b"", incidents=(write,)))


@pytest.fixture
async def desk(store):
    await written(store, INCIDENT)
    return open_desk(store, SETTINGS)


def job(store) -> NotifyRequestJob:
    news = SelfNotices(store, "one", lambda: NOW + 60, lambda: None)
    return NotifyRequestJob(Process(store, SETTINGS, "one", lambda: NOW + 60), news)


async def told(store, target: str) -> list[Snapshot]:
    claimed = await store.outbox.claim(OWN, target.partition(":")[0], Claimant("courier", 30), NOW + 120)
    assert {one.channel for one in claimed} == {target}
    return [found for one in claimed if (found := SNAPSHOT.load(one.body)) is not None]


async def test_whoever_asked_is_told_once(desk, store):
    """Not before it is over; each person directly; a second wish is the first."""
    first = await desk.ask("notify 4F7K", ANN, NOW)
    again = await desk.ask("notify 4F7K", ANN, NOW)
    sentence = await desk.ask("tell me when it's over", BEN, NOW)
    assert first.title == "I'll send you one direct message when it's over"
    assert (first.changed, again.changed, sentence.changed) == (True, False, True)
    assert await job(store).look() == 0

    await written(store, replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=NOW, state=State.OPERATIONAL))
    assert await job(store).look() == 2
    assert await job(store).look() == 0
    (ann,), (ben,) = await told(store, "slack:U1"), await told(store, "discord:@22")
    assert ann == ben
    assert "4F7K" in ann.reason
    assert ann.over
    assert await store.notify_requests.all() == {}


async def test_a_wish_that_was_written_but_not_dropped_is_one_message(desk, store):
    """Who dies between the two says the same again, under the same subject."""
    await desk.ask("notify 4F7K", ANN, NOW)
    waiting = await store.notify_requests.all()
    await written(store, replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=NOW, state=State.OPERATIONAL))
    assert await job(store).look() == 1
    for name, body in waiting.items():
        await store.notify_requests.add(name, body)
    assert await job(store).look() == 1
    assert len(await told(store, "slack:U1")) == 1


async def test_what_cannot_be_told_is_said(desk, store):
    """Nobody waits for a message that cannot come."""
    nowhere = await desk.ask("notify 4F7K", replace(ANN, direct=""), NOW)
    assert nowhere.title == "I can't write to you directly from here: ask on Slack or Discord"
    await written(store, replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=NOW))
    assert (await desk.ask("notify 4F7K", ANN, NOW)).title == "It is over already"
    assert await store.notify_requests.all() == {}


async def test_it_is_audited_as_ones_own(desk, store):
    """Like every other deed."""
    await desk.ask("notify 4F7K", ANN, NOW)
    admin = replace(ANN, role=type(ANN.role).ADMIN)
    answer = await desk.ask("audit", admin, NOW)
    assert answer.table is not None
    who, what = answer.table.rows[0][1:3]
    assert (utc(who, NOW), what) == ("Ann on Slack", "notify 4F7K")
