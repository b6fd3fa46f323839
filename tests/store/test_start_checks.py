"""What is said of a server at the start, and not found out by the first write: its rights, its role, its settings."""

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.errors import GroundtruthError, StoreError, UserError
from bot.store.client import CLUSTER_COMMANDS, COMMANDS, grant
from bot.store.connect import open_store
from bot.store.embedded_binary import find_binary
from bot.store.store import worst
from bot.store.suitability import _of_all, judge_server
from bot.store.types import Info
from tests.support.sentinels import free_port
from tests.support.writes import SERVICE, claim_one, delivery, say


@asynccontextmanager
async def server(folder, *words):
    """A server on loopback, and its port."""
    port, quiet = await free_port(), asyncio.subprocess.DEVNULL
    arguments = ("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder), "--save", "", *words)
    process = await asyncio.create_subprocess_exec(str(find_binary()), *arguments, stdout=quiet, stderr=quiet)
    try:
        async with asyncio.timeout(10):
            while True:
                try:
                    async with Redis(port=port) as redis:
                        await redis.ping()
                        break
                except OSError:
                    await asyncio.sleep(0.02)
                except Exception:  # noqa: BLE001 - not up yet
                    await asyncio.sleep(0.02)
        yield port
    finally:
        process.kill()
        await process.wait()


async def with_rights(port, rights):
    """A user of the server with these rights, as an address."""
    async with Redis(port=port) as redis:
        await redis.execute_command("ACL", "SETUSER", "bot", "reset", "on", ">pw", *rights)
    return f"redis://bot:pw@127.0.0.1:{port}/0"


RIGHTS = ["~gt:*", *(f"+{word.lower()}" for word in COMMANDS)]


async def test_the_rights_that_are_named_are_enough(tmp_path):
    """A user with the list and no more can do everything."""
    async with server(tmp_path) as port, open_store(await with_rights(port, RIGHTS), tmp_path) as store:
        await store.append(SERVICE, "run1", 1, [b"a"])
        await say(store, delivery(trail=("t",)))
        assert await store.outbox.done(await claim_one(store, 9.0), 1, 1, "{}")
        await store.vantages.announce([SERVICE], 1.0)
        await store.vantages.put("local", "{}", 1.0)
        await store.health.put("a/slack", "{}")
        await store.audit.add("{}", "me")
        assert await store.views.rollups(SERVICE, ["api"], [("minutes", 1)])
        assert await store.views.backlog(SERVICE, 10)
        assert (await store.info()).product == "Valkey"
        assert abs(await store.skew()) < 5


@pytest.mark.parametrize("word", ["info", "eval", "role", "hset", "xtrim", "zpopmin", "exec"])
async def test_a_missing_right_is_said_at_the_start_with_all_that_are_needed(tmp_path, word):
    """One sentence with the command that gives them, not a strange error at three in the morning."""
    async with server(tmp_path) as port:
        url = await with_rights(
            port, [right for right in RIGHTS if right not in {f"+{word}", "+info" if word == "eval" else ""}]
        )
        with pytest.raises(GroundtruthError) as caught:
            async with open_store(url, tmp_path) as store:
                await store.vantages.announce([SERVICE], 1.0)
        assert grant() in str(caught.value)
        assert ":pw" not in str(caught.value)


def test_the_list_has_every_command_that_is_used():
    """Whatever stands in a script or in the store's room."""
    used = set()
    for file in (Path(str(files("bot.store"))) / "lua").iterdir():
        used |= set(re.findall(r"call\('([A-Z]+)'", file.read_text()))
    for file in Path(str(files("bot.store"))).glob("*.py"):
        used |= set(re.findall(r'(?:call\(|calls\(\[|\()"([A-Z]{3,})"', file.read_text()))
    known = {*COMMANDS, *(word.partition("|")[0] for word in CLUSTER_COMMANDS), "SENTINEL"}
    assert used - {"BLOCK", "MINID", "NOREPLICAS", "SCRIPT", "STREAMS"} <= known


async def test_a_replica_is_refused_by_whoever_writes(tmp_path):
    """Before anything is lost there; whoever only asks may."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        server(tmp_path / "a") as first,
        server(tmp_path / "b", "--replicaof", "127.0.0.1", str(first)) as second,
    ):
        with pytest.raises(UserError, match=f"this server is a replica of 127.0.0.1:{first}"):
            async with open_store(f"redis://127.0.0.1:{second}/0", tmp_path):
                pass


async def test_a_primary_that_lacks_replicas_says_so_in_words(tmp_path):
    """Writes are refused by the server's own guard: the sentence names it, and not the embedded store's copy."""
    async with server(tmp_path, "--min-replicas-to-write", "1") as port:
        with pytest.raises(StoreError, match=r"too few replicas \(min-replicas-to-write\)"):
            async with open_store(f"redis://127.0.0.1:{port}/0", tmp_path):
                pass


@pytest.mark.parametrize(
    ("info", "sentence"),
    [
        ({"connected_slaves": 2}, "set min-replicas-to-write 1 and min-replicas-max-lag 10"),
        ({"maxmemory": 100, "used_memory": 95}, "nearly full"),
        ({"maxmemory_policy": "allkeys-lru"}, "set noeviction"),
        ({"aof_enabled": 0}, "set appendonly yes"),
        ({"dragonfly_version": "df-v1.40.1"}, "the store is Dragonfly, with which Groundtruth is not tested"),
        ({"mvcc_depth": 0}, "the store is KeyDB, with which"),
        ({"executable": "/usr/bin/keydb-server"}, "the store is KeyDB, with which"),
    ],
)
def test_settings_that_lose_data_are_warned_of(info, sentence):
    """Each with the setting that mends it."""
    fine = {"redis_version": "7.2.4", "role": "master", "aof_enabled": 1}
    assert judge_server(fine, writes=True) == ()
    assert judge_server({**fine, "connected_slaves": 2, "min_slaves_good_slaves": 2}) == ()
    [warning] = judge_server(fine | info)
    assert sentence in warning


def test_what_a_cluster_lacks_as_a_whole_is_said():
    """No node knows it of itself."""
    assert list(_of_all([], [], 1.9)) == []
    silent, alone, clocks = _of_all(["a:1", "b:2"], ["c:3"], 61.0)
    assert "do not answer: a:1, b:2" in silent
    assert "nobody has a copy of what is on c:3" in alone
    assert "differ by 61 s" in clocks


def test_several_servers_are_as_well_as_the_worst_of_them():
    """The one that is nearly full counts, and the one that forgets."""
    fine = Info("Valkey", "9.1.2", 10, "on", "noeviction", "cluster", 100, replicas=1, guarded=True)
    full = replace(fine, memory_bytes=95, version="9.0.0", replicas=0)
    lossy = replace(fine, memory_bytes=5_000, memory_limit=0, aof="failing", eviction="allkeys-lru", guarded=False)
    found = worst([fine, full, lossy])
    assert (found.memory_bytes, found.memory_limit, found.aof, found.eviction) == (95, 100, "failing", "allkeys-lru")
    assert (found.version, found.replicas, found.guarded, found.servers) == ("9.0.0 and 9.1.2", 0, False, 3)


async def test_a_cluster_s_address_of_a_single_server_is_said_with_what_to_write(tmp_path):
    """One clear sentence, at the start."""
    async with server(tmp_path) as port:
        url = f"redis+cluster://127.0.0.1:{port}"
        with pytest.raises(UserError) as caught:
            async with open_store(url, tmp_path):
                pass
    expected = "this server is no cluster: write redis://host:port, or redis+sentinel://host:26379/name"
    assert str(caught.value) == f"store {url}: {expected}"
