"""A real cluster of three primaries and three replicas: everything works, whatever slot it is in."""

import asyncio
from itertools import count

import pytest

from bot.errors import StoreError, UserError
from bot.jobs.store_watch import PART
from bot.store import keys
from bot.store.archive import exported
from bot.store.client import CLUSTER_COMMANDS, COMMANDS, grant
from bot.store.connect import open_store, reconnect, servers
from bot.store.keys import keys_of
from bot.store.slots import SLOTS, slot_of
from bot.store.types import Commit, IncidentWrite
from tests.support.clusters import move, moving
from tests.support.writes import ANNA, delivery

pytestmark = [pytest.mark.slow, pytest.mark.timeout(90)]


def slot(service):
    """The slot of a service's keys."""
    return slot_of(("GET", keys_of(service).judge))


def service_of(third):
    """A service whose keys are on this one of the three primaries."""
    return next(name for n in count() if slot(name := f"s{n}") * 3 // SLOTS == third)


SERVICES = tuple(map(service_of, range(3)))


@pytest.fixture
async def store(cluster_url, tmp_path):
    """A store on an empty cluster."""
    async with open_store(cluster_url, tmp_path) as opened:
        yield opened


async def written(store, service):
    """Some of everything for one service."""
    assert (await store.append(service, "run1", 1, [b"a", b"b"])).last_seq == 2
    token = await store.lease(service, "judge", 60_000)
    commit = Commit("1-0", b"s", {"a": "1"}, {"a": "2"}, (IncidentWrite("i1", 1.0, "{}"),), (delivery(),), ("line",))
    assert await store.commit(service, token, commit)
    return token


async def test_every_service_is_on_its_own_node_and_all_are_read_together(store, cluster):
    """Streams, commits, deliveries, what belongs to nobody; positions of several services at once."""
    await asyncio.gather(*(written(store, service) for service in SERVICES))
    for service in SERVICES:
        assert [row for _, row in await store.read(service)] == [b"a", b"b"]
        [claimed] = await store.outbox.claim(service, "console", ANNA, 9.0)
        assert await store.outbox.done(claimed, 1, 0, "{}")
        assert len(await store.views.deliveries(service)) == 1
        assert await store.purse.reserve(service, (1, 0.1), (1, 0.1))
    assert await store.views.positions(SERVICES) == dict.fromkeys(SERVICES, "1-0")
    await store.vantages.announce(SERVICES, 1.0)
    await store.vantages.put("local", "{}", 1.0)
    await store.health.put("a/slack", "{}")
    await store.audit.add("{}", "me")
    assert await store.people.salt()
    assert await store.leases.acquire("gateway", "a", 60_000)
    assert await store.groups.admit("slack:C1", "a/1", 1.0, (30.0, 1), ("{}", "{}"))
    assert await store.vantages.services() == sorted(SERVICES)
    info = await store.info()
    assert (info.servers, info.mode, info.replicas) == (3, "cluster", 1)
    assert abs(await store.skew()) < 5
    holding = {port: await cluster.said(port, "DBSIZE") for port in await cluster.roles()}
    assert all(holding.values()), holding


async def test_a_backup_has_all_nodes_and_comes_back(store, cluster, tmp_path, background):
    """Written by several nodes, read back into an empty cluster; what one service has is of one moment."""
    for service in SERVICES:
        await written(store, service)
    await store.audit.add("{}", "me")
    lines = [line async for line in store.backup.lines()]
    assert {keys.tag_of(line.key) for line in lines} == {*SERVICES, "_"}
    for service in SERVICES:
        await store._link.call("DEL", keys_of(service).lease)
    rows = [(number, line.dump()) for number, line in enumerate(lines)]
    assert await store.backup.restore(rows, 3, replace=True) == len(lines)
    assert {line.key for line in lines} == {line.key async for line in exported(store._link)}
    assert [row for _, row in await store.read(SERVICES[1])] == [b"a", b"b"]
    changed = await store.backup.change(lambda line: line)
    assert changed == {}


async def test_a_node_that_does_not_know_a_script_gets_it(store, cluster):
    """Each node has its own."""
    for service in SERVICES:
        await store.append(service, "run1", 1, [b"a"])
    for port in await cluster.roles():
        await cluster.said(port, "SCRIPT", "FLUSH")
    for service in SERVICES:
        assert (await store.append(service, "run1", 2, [b"b"])).last_seq == 2


async def test_keys_of_several_services_are_never_one_write(store):
    """Also on a single server, so that every test sees it."""
    with pytest.raises(ValueError, match="several services"):
        await store._link.calls([("GET", keys_of(one).judge) for one in SERVICES[:2]])
    with pytest.raises(ValueError, match="several services"):
        await store._link.run("lease", (keys_of("a").lease, keys_of("b").fence), ("release", "x"))


async def test_a_slot_that_is_moved_loses_and_doubles_nothing(store, cluster):
    """Rows go on while half of the keys are here and half are there; afterwards they are all in the new place."""
    service, number, seq = SERVICES[0], slot(SERVICES[0]), count(3)
    token = await written(store, service)
    before, done = store.changes, asyncio.Event()

    async def go_on():
        while not done.is_set():
            sent = next(seq)
            while True:
                try:
                    assert (await store.append(service, "run1", sent, [b"%d" % sent])).last_seq == sent
                    break
                except StoreError:
                    await asyncio.sleep(0.02)
        return sent

    writing = asyncio.create_task(go_on())
    await asyncio.sleep(0.05)
    source, target = await moving(cluster, number)
    # What is not here yet is made there, and nothing beside it that is still here: that could not be moved any more.
    assert await store.leases.acquire_page(service, "page", "fra", 60_000)
    await move(cluster, number, source, target, most=7)
    # One key alone is found in both places.
    assert await store.views.timeline(service) == ["line"]
    assert (await store.load(service)).position == "1-0"
    assert await store.views.assessments(service) == {"a": "1"}
    assert await store.views.attention(service) == {"a": "2"}
    assert await store.views.incident(service, "i1") == "{}"
    assert len(await store.read(service)) >= 2
    await asyncio.sleep(0.1)
    await move(cluster, number, source, target)
    assert await store.renew(service, token, 60_000)
    await asyncio.sleep(0.1)
    done.set()
    sent = await writing
    rows = [row for _, row in await store.read(service, count=10_000)]
    assert rows == [b"a", b"b", *(b"%d" % one for one in range(3, sent + 1))]
    assert await cluster.owner(number, source) == target
    assert store.changes == before, "nothing was lost: nobody has to read anew"


async def test_a_commit_that_empties_a_key_of_a_moving_slot_is_written_whole(store, cluster):
    """The server lets no command name a key that the script itself has emptied."""
    service, number = SERVICES[1], slot(SERVICES[1])
    token = await written(store, service)
    k = keys_of(service)
    for key in (k.aside, k.undeliverable):
        await store._link.call("RPUSH", key, "{}")
    await store._link.call("ZADD", k.ledger, 1, "{}")
    source, target = await moving(cluster, number)
    await asyncio.sleep(0)
    emptied = Commit("1-1", b"t", {}, {}, (IncidentWrite("i2", 2.0, "{}"),), log=("more",))
    assert await store.commit(service, token, emptied)
    assert (await store.load(service)).position == "1-1"
    await move(cluster, number, source, target)
    assert await store.views.assessments(service) == {}
    assert len(await store.views.incidents(service)) == 2
    assert await store.views.timeline(service) == ["more", "line"]


async def test_a_slot_that_is_moved_at_once_goes_on(store, cluster):
    """Valkey 9 moves whole slots by itself."""
    service, number = SERVICES[2], slot(SERVICES[2])
    await written(store, service)
    source = await cluster.owner(number)
    target = next(port for port in sorted(await cluster.roles()) if port != source)
    await cluster.said(
        source, "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", number, number, "NODE", await cluster.name(target)
    )
    async with asyncio.timeout(20):
        while await cluster.owner(number, source) != target:
            await store.append(service, "run2", 1, [b"x"])
            await asyncio.sleep(0.05)
    assert (await store.append(service, "run2", 2, [b"y"])).last_seq == 2
    assert [row for _, row in await store.read(service)][-2:] == [b"x", b"y"]


async def test_a_primary_that_hands_over_is_noticed(store, cluster):
    """What was asked of the one before fails, is asked again, and is there."""
    service, number = SERVICES[0], slot(SERVICES[0])
    await written(store, service)
    old = await cluster.owner(number)
    [replica] = (await cluster.roles())[old]
    await cluster.said(replica, "CLUSTER", "FAILOVER")
    await cluster.moved(number, old)
    async with asyncio.timeout(20):
        while True:
            try:
                reply = await store.append(service, "run1", 3, [b"c"])
                break
            except StoreError:
                await asyncio.sleep(0.05)
    assert reply.last_seq == 3
    assert store.changes >= 1
    assert [row for _, row in await store.read(service)] == [b"a", b"b", b"c"]
    await cluster.settled(3)


async def test_another_password_is_taken_up(store, cluster_url):
    """New connections to all nodes; what was noticed before stays noticed."""
    store._link._servers.changes += 1
    await written(store, SERVICES[0])
    await reconnect(store, cluster_url)
    for service in SERVICES:
        await store.append(service, "run2", 1, [b"x"])
    assert store.changes == 1


async def test_a_node_that_was_emptied_is_noticed(store, cluster):
    """Two thirds of the store are as they were."""
    known = await store.identity()
    assert await store.identity() == known
    await cluster.said(await cluster.owner(slot(SERVICES[1])), "FLUSHALL")
    found = await store.identity()
    same = set(found) & set(known)
    assert 0 < len(same) < len(known)
    assert "a part of the store was emptied" in PART


RIGHTS = ["~gt:*", *(f"+{word.lower()}" for word in COMMANDS + CLUSTER_COMMANDS)]


async def test_a_user_with_the_rights_that_are_named(cluster, cluster_url, tmp_path):
    """On every node; where one lacks a right the whole list is said."""
    for port in cluster.running:
        await cluster.said(port, "ACL", "SETUSER", "bot", "reset", "on", ">pw", *RIGHTS)
    url = cluster_url.replace("://", "://bot:pw@")
    async with open_store(url, tmp_path) as store:
        for service in SERVICES:
            await written(store, service)
    await cluster.said(await cluster.owner(slot(SERVICES[2])), "ACL", "SETUSER", "bot", "-xadd")
    with pytest.raises(UserError, match="may not use XADD") as caught:
        async with open_store(url, tmp_path):
            pass
    assert grant(cluster=True) in str(caught.value)
    assert ":pw" not in str(caught.value)


async def test_each_kind_of_address_for_its_kind_of_store(cluster, cluster_url, redis_socket, tmp_path):
    """One sentence with the address to write, in both directions."""
    port = min(cluster.running)
    with pytest.raises(UserError, match=r"is a node of a cluster: write redis\+cluster://"):
        async with open_store(f"redis://127.0.0.1:{port}/0", tmp_path):
            pass
    async with open_store(f"redis+cluster://127.0.0.1:1,127.0.0.1:{port}", tmp_path) as store:
        assert (await store.info()).servers == 3
    with pytest.raises(StoreError, match="nobody answers there"):
        async with open_store("redis+cluster://127.0.0.1:1", tmp_path):
            pass


@pytest.mark.parametrize(
    "url",
    ["redis+cluster://", "redis+cluster://a:x", "redis+cluster://a:1/1", "redis+cluster://a:1?db=1",
     "redis+cluster://a:1?what=1", "redis+cluster://:s3cret@a:1,", "rediss+cluster://a:1?protocol=3"],
)  # fmt: skip
def test_an_address_that_is_none(url):
    """One sentence with an example, and no password in it."""
    with pytest.raises(UserError, match=r"is not an address: .*redis\+cluster://host:port,host:port") as caught:
        servers(url)
    assert "s3cret" not in str(caught.value)
