"""Backup, restore, schema and forgetting: on real servers, with a store that release 0.1.0 wrote."""

import gzip
import json

import pytest

from bot.cli.main import main
from bot.core.model.person import Person
from bot.core.text.forgetting import Forgetting
from bot.core.text.inline import mention, utc
from bot.errors import UserError
from bot.store import keys, schema
from bot.store.archive import LEFT_OUT, read_line
from bot.store.connect import open_store
from tests.support.stores import STORES, recorded, restore

RELEASES = sorted(path.name for path in STORES.glob("release-*.jsonl.gz"))
OWN = """\
services: [{id: own, name: Own, components: {gw: {name: G, checks: {a: {kind: tcp, target: "db:1"}}}}}]
"""


def commands(folder, name):
    """A configuration with a store of its own, and how a command is run on it."""
    file = folder / f"{name}.yaml"
    file.write_text(f"{OWN}state_dir: {folder / name}\n")
    return lambda *words: main(["--config", str(file), *words])


def rows(path):
    """The lines of a backup, without the time in the first."""
    raw = path.read_bytes()
    lines = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("release", RELEASES)
def test_what_a_release_wrote_goes_through_a_backup(tmp_path, release, capsys):
    """Restored, brought forward, exported, restored elsewhere and exported again: the same keys and values."""
    here, there = commands(tmp_path, "here"), commands(tmp_path, "there")
    first, second = tmp_path / "first.jsonl.gz", tmp_path / "second.jsonl"
    assert here("restore", str(STORES / release)) == 0
    assert here("export", str(first)) == 0
    assert there("restore", str(first)) == 0
    assert there("export", str(second)) == 0
    one, two = rows(first), rows(second)
    assert (one[0]["format"], one[0]["schema"]) == (1, schema.CURRENT)
    bare = [[{k: v for k, v in row.items() if k != "ttl_ms"} for row in found[1:]] for found in (one, two)]
    assert bare[0] == bare[1]
    wanted = {r["key"]: r["value"] for r in recorded(release) if keys.kind_name(r["key"]) not in LEFT_OUT}
    assert {row["key"]: row["value"] for row in one[1:]} == wanted
    assert first.stat().st_mode & 0o777 == 0o600
    assert there("restore", str(first)) == 2
    assert "the store is not empty" in capsys.readouterr().err
    assert there("restore", "--replace", str(first)) == 0


async def test_a_backup_has_every_type_and_no_secret(store, redis_url, tmp_path):
    """While a Groundtruth holds its leases; the salt and the workspaces' tokens stay."""
    await store.people.salt()
    await store.installations.put("T1", "sealed")
    await store.leases.acquire("gateway", "here", 60_000)
    await store.notes.put("n", "é\n", 60.0)
    found = {line.key: line async for line in store.backup.lines()}
    assert [key for key in found if keys.kind_name(key) in LEFT_OUT] == []
    again = read_line(found[keys.note("n")].dump(), 1)
    assert (again, 0 < again.ttl_ms <= 60_000) == (found[keys.note("n")], True)
    with pytest.raises(UserError, match="Groundtruth runs on this store"):
        await store.backup.restore([], 1, replace=True)


@pytest.mark.parametrize(
    "text", ["", "{}", '{"key": "x"}', '{"key":"gt:1:{a}:seq:x","type":"hash","ttl_ms":1,"value":{}}']
)
def test_a_line_that_is_none_is_refused(text):
    """With its number."""
    with pytest.raises(UserError, match="line 7: expected a key of a backup"):
        read_line(text, 7)


async def test_an_interrupted_restore_is_no_store(store, redis_url, tmp_path):
    """Nobody starts on half of one; another restore makes it whole."""
    with pytest.raises(UserError):
        await store.backup.restore([(2, "nonsense")], 1, replace=True)
    with pytest.raises(UserError, match=r"did not end: run `groundtruth restore --replace FILE`"):
        async with open_store(redis_url, tmp_path):
            pass
    await store.backup.restore([], 1, replace=True)
    async with open_store(redis_url, tmp_path):
        pass


async def test_a_newer_store_is_refused_with_what_to_do(store, redis_url, tmp_path):
    """By whoever starts and whoever asks, and it stays as it is."""
    mark = json.dumps({"schema": schema.CURRENT + 1, "version": "9.1.0"})
    await store._link.call("SET", keys.STATE_SCHEMA, mark)
    for start in (True, False):
        with pytest.raises(
            UserError, match=r"written by Groundtruth 9\.1\.0 .* install 9\.1\.0 or newer, or restore a backup"
        ):
            async with open_store(redis_url, tmp_path, start=start):
                pass
    assert await store._link.call("GET", keys.STATE_SCHEMA) == mark.encode()


@pytest.mark.parametrize("release", RELEASES)
async def test_a_store_of_a_release_is_brought_forward_once(store, redis_url, tmp_path, release):
    """Every step from its schema on, in order, once; who only asks changes nothing."""
    await store._link.call("FLUSHALL")
    await restore(store, recorded(release))
    assert (await schema.schema_of(store._link))[0] == 1
    await schema.ready(store._link, writes=False)
    assert (await schema.schema_of(store._link))[0] == 1
    done = []

    def step(number):
        async def run(_):
            done.append(number)

        return run

    steps = {number: step(number) for number in range(1, 5)}
    await schema.ready(store._link, writes=True, steps=steps, current=5)
    await schema.ready(store._link, writes=True, steps=steps, current=5)
    assert done == [1, 2, 3, 4]
    assert set(range(1, schema.CURRENT)) == set(schema.STEPS)


async def test_a_store_that_begins_is_marked(redis_url, tmp_path):
    """So that the next version knows what it has before it."""
    async with open_store(redis_url, tmp_path) as store:
        assert (await schema.schema_of(store._link))[0] == schema.CURRENT


def test_a_person_is_forgotten_everywhere(tmp_path, capsys):
    """In the audit, incidents, silences, subscriptions and sentences; acts stay, and nobody else is touched."""
    here = commands(tmp_path, "here")
    assert here("restore", str(STORES / RELEASES[0])) == 0
    before = tmp_path / "before.jsonl"
    assert here("export", str(before)) == 0
    audit = next(row for row in rows(before) if row.get("kind") == "audit")["value"]
    people = {(deed["by"]["user"], deed["by"]["name"]) for deed in map(json.loads, audit)}
    user, name = min(people)
    assert here("forget", user) == 0
    assert "audit 1" in capsys.readouterr().out
    after = tmp_path / "after.jsonl"
    assert here("export", str(after)) == 0
    text = after.read_text()
    assert f'"{user}"' not in text.replace("\\", "")
    assert f'"{name}"' not in text.replace("\\", "")
    assert len(rows(after)) == len(rows(before))
    others = {other for other, _ in people} - {user}
    assert all(other in text for other in others)
    assert here("forget", user) == 1
    assert "nothing is kept" in capsys.readouterr().out


def test_names_in_sentences_are_forgotten_too():
    """Whole words alone, and on the platform that was named."""
    ann = {"platform": "slack", "place": "T", "user": "U123", "name": "Ann Lee"}
    value = {"by": ann, "said": "acknowledged by @Ann Lee, not by Ann Leeds", "more": json.dumps([ann])}
    person = Forgetting("U123")
    person.learn(value)
    gone = person.without(value)
    assert gone["by"] == {**ann, "user": "", "name": "somebody"}
    assert gone["said"] == "acknowledged by somebody, not by Ann Leeds"
    assert json.loads(gone["more"]) == [gone["by"]]
    line = f"{mention(Person('slack', 'T', 'U123', 'Al'))} acknowledged Claude API"
    assert utc(person.without({"said": line})["said"], 0) == "somebody on Slack acknowledged Claude API"
    elsewhere = Forgetting("U123", "discord")
    assert elsewhere.without(line) == line
    elsewhere.learn(value)
    assert elsewhere.without({"by": ann}) == {"by": ann}
