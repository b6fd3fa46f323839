"""One press on a message about several, and one form about an incident with several components."""

from dataclasses import replace

import pytest

from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from bot.core.messages.compose import card
from bot.core.model.action import ActionRequest
from bot.core.model.group import Kind
from bot.core.model.person import Person
from bot.core.model.report import Report
from bot.core.model.snapshot import Snapshot
from bot.core.routing.grouping import Group, Member, told_as_one
from bot.desk.open import open_desk
from bot.store.codec import GROUP, MEMBER
from bot.store.codec import INCIDENT as WRITTEN
from bot.store.stream_rows import decode
from bot.store.types import START, Commit, IncidentWrite
from probes.model import State
from tests.support.desk import SETTINGS
from tests.support.situations import INCIDENT, NOW

ANN = Asker(Person("slack", "T1", "U1", "Ann"), Role.RESPONDER, here="slack:C1", id="press-1")
STORM = Group(Kind.INCIDENTS, "slack:C1", NOW)
MEMBERS = {f"claude/{name}": Member("Claude", 1, State.MAJOR, NOW) for name in ("2B3C", "5D6E")}


async def written(store, *incidents) -> None:
    token = await store.lease("claude", "judge", 60_000)
    writes = tuple(IncidentWrite(one.id, one.opened_at, WRITTEN.dump(one)) for one in incidents)
    assert await store.commit("claude", token, Commit(START, b"", incidents=writes))


async def rows(store):
    return [decode(raw) for _, raw in await store.read("claude", START, 100)]


@pytest.fixture
async def desk(store):
    await written(store, *(replace(INCIDENT, id=name) for name in ("2B3C", "5D6E")))
    for name, one in {"claude/0000": Member("Claude", 1, State.MAJOR, NOW), **MEMBERS}.items():
        await store.groups.admit(STORM.name, name, NOW, (30.0, 1), (MEMBER.dump(one), GROUP.dump(STORM)))
    return open_desk(store, SETTINGS)


def storm() -> Snapshot:
    several = told_as_one(Kind.INCIDENTS, STORM.id, MEMBERS.values())
    return Snapshot(NOW, "GROUNDTRUTH", "Groundtruth", None, None, (), "", several=several)


def test_the_message_about_several_has_buttons_for_all():
    """Show all, acknowledge all, silence all."""
    said = [(action.label, f"{action.verb} {action.subject}") for action in card(storm(), NOW).actions]
    assert said == [
        ("Show all", f"incidents group@{STORM.id}"),
        ("Acknowledge all", f"ack group@{STORM.id}"),
        ("Silence all", f"silence group@{STORM.id}"),
    ]


async def test_one_press_acts_on_all_of_them(desk, store):
    """Each incident gets an act of its own, once however often the press is sent; the audit has one deed."""
    show, ack, silence = (f"{one.verb} {one.subject}" for one in card(storm(), NOW).actions)
    shown = await desk.ask(show, ANN, NOW)
    assert shown.table is not None
    assert {row[0] for row in shown.table.rows} == {"2B3C", "5D6E"}
    for _ in range(2):
        answer = await desk.ask(ack, ANN, NOW)
    quiet = await desk.ask(f"{silence} 2h", replace(ANN, id="press-2"), NOW)
    assert (answer.title, answer.changed) == ("You're on 2 incidents", True)
    assert quiet.title == "You silenced 2 incidents"
    acts = [(row.verb, row.args) for row in await rows(store) if isinstance(row, ActionRequest)]
    assert sorted(acts) == [
        ("ack", ("2B3C",)),
        ("ack", ("5D6E",)),
        ("silence", ("2B3C", "7200s")),
        ("silence", ("5D6E", "7200s")),
    ]


async def test_a_group_that_is_over_is_said_to_be(desk):
    """A late press is answered."""
    answer = await desk.ask("ack group@ZZZZ", ANN, NOW)
    assert answer.title == "that message is about nothing that is open now"


async def test_an_incident_of_several_components_asks_which(desk, store):
    """Never picks one: the form has all of them, and the answer names each."""
    both = replace(INCIDENT, components=("claude-api", "claude-code"), active=("claude-api", "claude-code"))
    await written(store, both)
    asked = await desk.ask("report 4F7K", ANN, NOW)
    assert asked.choice is not None
    assert [value for _, value in asked.choice.options] == ["claude-api", "claude-code"]
    assert not await rows(store)

    done = await desk.ask("report 4F7K components=claude-api,claude-code login loops", ANN, NOW)
    assert done.title == "Thanks. Noted for 2 components"
    assert len(done.lines) == 2
    said = [row for row in await rows(store) if isinstance(row, Report)]
    assert [(row.component, row.text) for row in said] == [
        ("claude-api", "login loops"),
        ("claude-code", "login loops"),
    ]
    wrong = await desk.ask("report 4F7K components=nonsense", ANN, NOW)
    assert wrong.title == "'nonsense' is no component of incident 4F7K"
