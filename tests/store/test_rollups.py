"""Roll-ups in the store: what is added there is what adds up here, once, and is forgotten in time."""

import random
from dataclasses import replace

from bot.core.history.rollups import DAYS, HOURS, LEVELS, MINUTES, Chunk, Rollup, chunks, total
from bot.core.stats.histogram import BINS
from bot.store.keys import KINDS, keys_of
from bot.store.store import Store
from bot.store.types import START, Commit
from tests.support.writes import SERVICE, leased

MINUTE = 29_600_000
NOW = MINUTE * 60.0


def rollup(dice: random.Random) -> Rollup:
    """Any sum: empty ones, huge ones, with latencies close together or far apart."""
    made = Rollup([dice.choice((0, 1, 10**9)) for _ in range(4)], [dice.choice((0, 60_000)) for _ in range(5)])
    for _ in range(dice.choice((0, 1, 30))):
        made.bins[dice.randrange(BINS)] = dice.choice((1, 9, 10**6))
    for _ in range(dice.choice((0, 0, 1, 9))):
        made.first_tokens[dice.randrange(BINS)] = dice.choice((1, 10**6))
    return made


async def kept(store: Store, level: str, chunk: int, component: str = "api") -> dict[int, str]:
    _, (buckets,) = await store.views.rollups(SERVICE, [component], [(level, chunk)])
    return buckets


async def test_the_store_adds_as_we_do(store: Store) -> None:
    """Random sums into a few buckets, in many commits: the same figures as added here."""
    dice, token = random.Random(6), await leased(store)
    sums: dict[int, Rollup] = {}
    for n in range(60):
        pending = {"api": {MINUTE + dice.randrange(5): rollup(dice) for _ in range(dice.randrange(4))}}
        for minute, more in pending["api"].items():
            sums.setdefault(minute, Rollup()).add(more)
        commit = Commit(f"{n}-0", b"", rollups=chunks(pending, NOW), rolled_at=NOW + n)
        assert await store.commit(SERVICE, token, commit)
    whole = Rollup()
    for one in sums.values():
        whole.add(one)

    minutes = await kept(store, "minutes", MINUTE // 60)
    assert {n: Rollup.unpacked(text) for n, text in minutes.items()} == sums
    assert {n: Rollup.unpacked(t) for n, t in (await kept(store, "hours", MINUTE // 1440)).items()} == {
        MINUTE // 60: whole
    }
    assert [Rollup.unpacked(t) for t in (await kept(store, "days", MINUTE // 1440 // 128)).values()] == [whole]
    assert (await store.views.rollups(SERVICE, [], []))[0] == NOW + 59 or not pending["api"]


async def test_a_commit_adds_once(store: Store) -> None:
    """Sent twice, refused for its token, or refused for its position: only the first one counts."""
    token = await leased(store)
    added = chunks({"api": {MINUTE: Rollup([7, 0, 0, 0])}}, NOW)
    commit = Commit("5-0", b"", rollups=added, rolled_at=NOW)
    assert await store.commit(SERVICE, token, commit)
    assert await store.commit(SERVICE, token, commit), "the same commit again was written already"
    assert not await store.commit(SERVICE, token, Commit("4-0", b"", rollups=added))
    assert not await store.commit(SERVICE, f"{token}0", Commit("6-0", b"", rollups=added))

    assert await kept(store, "minutes", MINUTE // 60) == {MINUTE: Rollup([7, 0, 0, 0]).packed()}


async def test_buckets_from_before_first_tokens_go_on(store: Store) -> None:
    """What an earlier version kept is read and added to, whichever side has first tokens."""
    token, key = await leased(store), keys_of(SERVICE).rollup("minutes", "api", MINUTE // 60)
    await store._link.call("HSET", key, MINUTE, "3,,1,,60000,,,,;40;2,1", MINUTE + 1, "1,,,,,,,,;;")
    more = Rollup([1, 0, 0, 0], bins={41: 1}, first_tokens={30: 1})
    pending = {"api": {MINUTE: more, MINUTE + 1: more}}
    assert await store.commit(SERVICE, token, Commit("1-0", b"", rollups=chunks(pending, NOW)))

    before = Rollup([3, 0, 1, 0], [60_000, 0, 0, 0, 0], {40: 2, 41: 1})
    before.add(more)
    found = {n: Rollup.unpacked(text) for n, text in (await kept(store, "minutes", MINUTE // 60)).items()}
    assert found == {MINUTE: before, MINUTE + 1: Rollup([2, 0, 0, 0], bins={41: 1}, first_tokens={30: 1})}


async def test_components_do_not_mix(store: Store) -> None:
    """Each has its own keys, read in one go in the order asked for."""
    pending = {name: {MINUTE: Rollup([n, 0, 0, 0])} for n, name in enumerate(("api", "web"), 1)}
    await store.commit(SERVICE, await leased(store), Commit(START, b"", rollups=chunks(pending, NOW), rolled_at=NOW))
    rolled, found = await store.views.rollups(
        SERVICE, ["web", "none", "api"], [("minutes", MINUTE // 60), ("hours", MINUTE // 1440)]
    )

    assert rolled == NOW
    ones = [[r for t in buckets.values() if (r := Rollup.unpacked(t)) is not None] for buckets in found]
    assert [total(rs).ok for rs in ones] == [2, 2, 0, 0, 1, 1]


async def test_what_another_version_kept_does_not_stop_a_commit(store: Store) -> None:
    """It is replaced, as nobody can read it; the rest of the commit is written."""
    key = keys_of(SERVICE).rollup("minutes", "api", MINUTE // 60)
    await store._link.call("HSET", key, MINUTE, "{}")
    added = chunks({"api": {MINUTE: Rollup([7, 0, 0, 0])}}, NOW)
    assert await store.commit(SERVICE, await leased(store), Commit("1-0", b"state", rollups=added))

    assert await kept(store, "minutes", MINUTE // 60) == {MINUTE: Rollup([7, 0, 0, 0]).packed()}


async def test_each_level_goes_in_its_time(store: Store) -> None:
    """A chunk lives as long as its level says after its own end, however late the row; later writes do not prolong."""
    token = await leased(store)
    for late_s in (0, MINUTES.kept_s, HOURS.kept_s + 86_400):
        pending = {"api": {MINUTE - late_s // 60: Rollup([1, 0, 0, 0])}}
        for made in chunks(pending, NOW):
            again = replace(made, left_s=made.left_s + 999_999)
            await store.commit(SERVICE, token, Commit("1-0", b"", rollups=(made,)))
            await store.commit(SERVICE, token, Commit("1-0", b"", rollups=(again,)))
            key = keys_of(SERVICE).rollup(made.level.kind, "api", made.chunk)
            left = await store._link.call("TTL", key)
            assert made.left_s - 5 <= left <= made.left_s
            assert left <= (KINDS[made.level.kind].ttl_s or 0)
    assert await kept(store, "minutes", (MINUTE - HOURS.kept_s // 60 - 1440) // 60) == {}


def test_the_table_has_room_for_every_chunk() -> None:
    """A chunk written an hour ahead of time lives no longer than the table says."""
    for level in LEVELS:
        length = level.chunk * level.seconds
        assert level.left_s(1, length - 3_600) == KINDS[level.kind].ttl_s
    assert Chunk(DAYS, "api", 1, 1, {}).level is DAYS
