"""One person cannot flood the record, whichever processes he comes by; everybody else goes on."""

from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Role
from bot.core.model.audit import AuditEntry
from bot.core.model.person import Person
from bot.desk.act_limits import ACTS, PER_MINUTE
from bot.desk.audit import Audit
from bot.desk.open import open_desk
from bot.store import keys
from bot.store.connect import open_store
from tests.support.desk import SETTINGS

NOW = 1_776_094_980.0
ANN, BEN = Person("slack", "T1", "U1", "Ann"), Person("slack", "T1", "U2", "Ben")


async def test_a_bucket_a_person(store):
    """Thirty at once, then one every two seconds; another person has a bucket of their own."""
    assert [await store.acts.wait_s(ANN, PER_MINUTE) for _ in range(PER_MINUTE)] == [0.0] * PER_MINUTE
    assert 0 < await store.acts.wait_s(ANN, PER_MINUTE) <= 2.0
    assert await store.acts.wait_s(BEN, PER_MINUTE) == 0.0
    buckets = await store._link.scan(keys.acts("*"))
    [key] = [one for one in buckets if await store._link.call("HGET", one, "said") != b"0"]
    await store._link.call("HINCRBY", key, "at", -2_000)
    assert await store.acts.wait_s(ANN, PER_MINUTE) == 0.0
    await store._link.call("HINCRBY", key, "at", 3_600_000)
    assert await store.acts.wait_s(ANN, PER_MINUTE) > 0, "a clock that is set back fills no bucket"


async def test_an_act_whose_answer_was_lost_counts_once(store):
    """It is sent again with the same nonce."""
    for _ in range(3):
        assert await store._link.run("acts", (keys.acts("ann"),), (2, "one")) == 0
    assert await store._link.run("acts", (keys.acts("ann"),), (2, "two")) == 0
    assert await store._link.run("acts", (keys.acts("ann"),), (2, "three")) > 0


def test_every_command_that_writes_is_counted():
    """Whatever needs a role but only reads is named here, so that a new command has to be thought of."""
    assert set(COMMANDS) >= ACTS
    assert {name for name, one in COMMANDS.items() if one.role is not Role.VIEWER} - ACTS == {"audit"}


async def test_a_flood_by_two_processes_changes_nothing_and_stands_in_the_audit_once(store, redis_url, tmp_path):
    """A script with Ann's rights: thirty in a minute, and not thirty of each process; questions are still answered."""
    async with open_store(redis_url, tmp_path) as other:
        desks = [open_desk(each, SETTINGS, now=lambda: NOW) for each in (store, other)]
        ann = Asker(ANN, Role.ADMIN, here="slack:C1")
        answers = [await desks[n % 2].ask("announce 4h all is well", ann, NOW) for n in range(PER_MINUTE + 10)]
        late = [one for one in answers if "too much at once from you" in one.title]
        assert 9 <= len(late) <= 10, "one more may be done in two seconds"
        assert all(one.refused for one in late)
        assert not (await desks[1].ask("status", ann, NOW)).refused
        assert sum("refused" in line for line in await store.audit.latest(100)) == 1


async def test_nobody_pushes_out_what_others_did(store, monkeypatch):
    """Beyond a person's share it is that person's oldest line that goes; a changed name makes no other person."""
    monkeypatch.setattr(keys, "AUDIT_EACH", 5)
    monkeypatch.setattr(keys, "AUDIT_KEPT", 12)
    audit = Audit(store)
    other = AuditEntry(NOW, BEN, "ack", "4F7K")
    await audit.record(other)
    hostile = f'"by":{{"platform":"slack","place":"T1","user":"{ANN.user}"'
    await audit.record(AuditEntry(NOW, BEN, "resolve", hostile))
    for n in range(40):
        named = Person("slack", "T1", ANN.user, f"{hostile} {n % 3}")
        await audit.record(AuditEntry(NOW + n, named, "ack", f"i{n}"))
    deeds = await audit.deeds(100)
    assert [one.about for one in deeds if one.by.user == ANN.user] == [f"i{n}" for n in range(39, 34, -1)]
    assert [one for one in deeds if one.by == BEN] == [AuditEntry(NOW, BEN, "resolve", hostile), other]


async def test_a_line_whose_answer_was_lost_stands_once(store):
    """The script may be sent again."""
    for _ in range(2):
        await store.audit.add('{"at":1.0}', "me")
    assert await store.audit.latest(9) == ['{"at":1.0}']
