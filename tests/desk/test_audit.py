"""The audit: every act, also the refused, once, with who, where and when."""

import pytest

from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Role
from bot.core.model.person import Person
from bot.core.text.inline import utc
from bot.delivery.subscriptions import Subscriptions
from bot.desk.desk import Desk
from bot.desk.open import open_desk
from bot.store.store import Store
from tests.support.desk import SETTINGS

NOW = 1_776_094_980.0
ANN = Asker(Person("slack", "T1", "U1", "Ann"), Role.ADMIN, here="slack:C1")
VIC = Asker(Person("discord", "G1", "U2", "Vic"), here="discord:5")


class Subscribes(Subscriptions):
    """Says yes, without a courier that would post the test message."""

    def __init__(self):
        pass

    async def add(self, target, interest, person, now):
        return f"{target} is subscribed"

    async def remove(self, target, about, person, now):
        return f"{target} is not subscribed any more"

    async def list(self, target):
        return []

    async def probe(self, target):
        return f"a test message was posted to {target}"


def desk(store: Store) -> Desk:
    return open_desk(store, SETTINGS, subscribes=Subscribes())


async def test_acts_stand_in_the_audit_newest_first(store: Store) -> None:
    """Who, what, where, when; questions do not."""
    reception = desk(store)
    await reception.ask("subscribe claude", ANN, NOW)
    await reception.ask("status", ANN, NOW + 1)
    await reception.ask("test", ANN, NOW + 2)
    answer = await reception.ask("audit", ANN, NOW + 3)
    assert answer.title == "the latest 2 acts of people, none refused"
    assert answer.table is not None
    assert [tuple(utc(cell, NOW) for cell in row[1:]) for row in answer.table.rows] == [
        ("Ann on Slack", "test", "slack:C1", "done"),
        ("Ann on Slack", "subscribe claude", "slack:C1", "done"),
    ]
    assert [deed["at"] for deed in answer.data["deeds"]] == [NOW + 2, NOW]


async def test_a_refusal_is_written_once_and_cannot_push_deeds_out(store: Store) -> None:
    """However often it is tried."""
    reception = desk(store)
    for n in range(50):
        assert (await reception.ask("subscribe claude", VIC, NOW + n)).refused
    answer = await reception.ask("audit", ANN, NOW + 100)
    assert answer.title == "the latest 1 act of people, 1 refused"


async def test_the_audit_is_for_admins(store: Store) -> None:
    """It names people."""
    assert (await desk(store).ask("audit", VIC, NOW)).refused


@pytest.mark.parametrize("command", sorted(COMMANDS))
async def test_no_command_of_a_responder_takes_a_line_out(store: Store, command: str) -> None:
    """Whatever is asked, what stood there stands there afterwards, as it was."""
    reception = desk(store)
    await reception.ask("subscribe claude", ANN, NOW)
    before = await store.audit.latest(10)
    rob = Asker(Person("slack", "T1", "U9", "Rob"), Role.RESPONDER, here="slack:C1")
    for words in ("", " claude-api", " all 1h", " audit"):
        await reception.ask(command + words, rob, NOW + 1)
    after = await store.audit.latest(100)
    assert after[-len(before) :] == before
