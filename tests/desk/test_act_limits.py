"""One person cannot flood the record; everybody else goes on."""

from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Role
from bot.core.model.person import Person
from bot.desk.act_limits import ACTS, PER_MINUTE, ActLimits
from bot.desk.open import open_desk
from tests.support.desk import SETTINGS

NOW = 1_776_094_980.0
ANN, BEN = Person("slack", "T1", "U1", "Ann"), Person("slack", "T1", "U2", "Ben")


def test_a_bucket_a_person():
    """Thirty at once, then one every two seconds; another person has a bucket of their own."""
    limits = ActLimits()
    assert [limits.wait_s(ANN, NOW) for _ in range(PER_MINUTE)] == [0.0] * PER_MINUTE
    assert limits.wait_s(ANN, NOW) == 2.0
    assert limits.wait_s(BEN, NOW) == 0.0
    assert limits.wait_s(ANN, NOW + 2.0) == 0.0
    assert limits.wait_s(ANN, NOW + 2.0) > 0
    assert limits.wait_s(ANN, NOW - 3600.0) > 0, "a clock that is set back fills no bucket"


def test_every_command_that_writes_is_counted():
    """Whatever needs a role but only reads is named here, so that a new command has to be thought of."""
    assert set(COMMANDS) >= ACTS
    assert {name for name, one in COMMANDS.items() if one.role is not Role.VIEWER} - ACTS == {"audit"}


async def test_a_flood_changes_nothing_and_stands_in_the_audit_once(store):
    """A script with Ann's rights: refused in a sentence; questions are still answered."""
    desk = open_desk(store, SETTINGS, now=lambda: NOW)
    ann = Asker(ANN, Role.ADMIN, here="slack:C1")
    answers = [await desk.ask("announce 4h all is well", ann, NOW) for _ in range(PER_MINUTE + 10)]
    late = [one for one in answers if "too much at once from you" in one.title]
    assert len(late) == 10
    assert all(one.refused for one in late)
    assert not (await desk.ask("status", ann, NOW)).refused
    assert sum("refused" in line for line in await store.audit.latest(100)) == 1
