import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.errors import StoreError
from bot.store import keys
from bot.store.connect import open_store
from bot.store.keys import keys_of
from bot.store.store import Store
from bot.store.types import START, Commit, IncidentWrite, LoadedState
from tests.support.writes import SERVICE, delivery, dump, leased


async def test_one_holder_of_the_lease(store: Store) -> None:
    """Another owner gets it only when it was released or ran out, and always with a higher token."""
    first = await leased(store, "one")
    assert await store.lease(SERVICE, "two", 60_000) is None
    assert await store.renew(SERVICE, first, 60_000)
    assert await store.release(SERVICE, first)
    assert not await store.renew(SERVICE, first, 60_000)
    second = await leased(store, "two")
    assert second > first
    assert not await store.release(SERVICE, first)


async def test_the_same_owner_is_given_a_new_token(store: Store) -> None:
    """A judge that starts again under its name goes on at once, and its earlier self is fenced off."""
    first, second = await leased(store, "one"), await leased(store, "one")
    assert second > first
    assert not await store.commit(SERVICE, first, Commit("1-0", b""))
    assert await store.commit(SERVICE, second, Commit("1-0", b""))


async def test_a_lease_runs_out(store: Store, redis_url: str) -> None:
    """A judge that stopped renewing commits nothing any more."""
    token = await leased(store)
    async with Redis.from_url(redis_url) as redis:
        await redis.pexpire(keys_of(SERVICE).lease, 0)
    assert not await store.commit(SERVICE, token, Commit("1-0", b""))
    assert await store.load(SERVICE) == LoadedState()


@pytest.mark.parametrize("case", ["stale", "none", "back"])
async def test_a_refused_commit_changes_nothing(store: Store, redis_url: str, case: str) -> None:
    """The loser of a race, and one whose position goes back, leave every key as it was."""
    stale = await leased(store, "old")
    assert await store.commit(SERVICE, stale, Commit("7-5", b"s", {"a": "1"}, {"a": "2"}, log=("line",)))
    if case != "back":
        await store.release(SERVICE, stale)
    if case == "stale":
        await leased(store, "new")
    before = await dump(redis_url)
    incidents = (IncidentWrite("i9", 1.0, "{}"),)
    late = Commit("7-4" if case == "back" else "8-0", b"t", {"b": "1"}, {}, incidents, (delivery(),), ("x",))
    assert not await store.commit(SERVICE, stale, late)
    assert await dump(redis_url) == before


async def test_positions_are_compared_as_numbers(store: Store) -> None:
    """10-0 comes after 9-0, and 5-10 after 5-9."""
    token = await leased(store)
    for position in ("5-9", "5-10", "9-0", "10-0", "10-0"):
        assert await store.commit(SERVICE, token, Commit(position, b""))
    assert not await store.commit(SERVICE, token, Commit("9-99", b""))
    with pytest.raises(ValueError, match="not a position"):
        await store.commit(SERVICE, token, Commit("$", b""))


async def test_a_commit_sent_again_counts_once(store: Store, redis_url: str) -> None:
    """After a lost reply the same commit is sent again, even by a judge that has lost its lease: said once."""
    token = await leased(store)
    commit = Commit("1-0", b"s", deliveries=(delivery(trail=("line",)),), log=("opened",))
    assert await store.commit(SERVICE, token, commit)
    before = await dump(redis_url)
    await store.release(SERVICE, token)
    assert await store.commit(SERVICE, token, commit)
    after = await dump(redis_url)
    assert after.items() <= before.items()


async def test_state_and_position_belong_together(store: Store) -> None:
    """What was committed is loaded byte for byte."""
    state = bytes(range(256))
    assert await store.load(SERVICE) == LoadedState()
    await store.commit(SERVICE, await leased(store), Commit("3-1", state))
    assert await store.load(SERVICE) == LoadedState("3-1", state, 0)


async def test_judges_racing_for_one_service(redis_url: str, tmp_path: Path) -> None:
    """Ten judges grab, read and commit at once: every row is counted exactly once."""
    async with open_store(redis_url, tmp_path) as store:
        await store.append(SERVICE, "run1", 1, [b"x"] * 200)

        async def judge(name: str) -> None:
            while (loaded := await store.load(SERVICE)).state != b"200":
                token = await store.lease(SERVICE, name, 5)
                if token is None:
                    continue
                loaded = await store.load(SERVICE)
                rows = await store.read(SERVICE, loaded.position, 7)
                if rows:
                    total = int(loaded.state or b"0") + len(rows)
                    await store.commit(SERVICE, token, Commit(rows[-1][0], str(total).encode()))

        await asyncio.gather(*(judge(f"j{n}") for n in range(10)))
        assert (await store.load(SERVICE)).state == b"200"


async def test_assessments_are_replaced_whole(store: Store) -> None:
    """A component that left the configuration leaves the desk's answers too."""
    token = await leased(store)
    await store.commit(SERVICE, token, Commit(START, b"", {"a": "1", "b": "2"}))
    await store.commit(SERVICE, token, Commit(START, b"", {"b": "3", "c": "4"}))
    assert await store.views.assessments(SERVICE) == {"b": "3", "c": "4"}


async def test_figures_alone_leave_what_was_decided(store: Store) -> None:
    """Those left out stay, as do position and state; with a lost lease, or upon another commit, nothing is said."""
    token = await leased(store)
    first = Commit("5-0", b"s", {"a": "1", "b": "2"}, {"a": "plan"})
    assert await store.commit(SERVICE, token, first)
    before = await store.load(SERVICE)
    figures = Commit("6-0", None, {"b": "3"}, whole=False, after=first.id)
    assert await store.commit(SERVICE, token, figures)
    assert await store.views.assessments(SERVICE) == {"a": "1", "b": "3"}
    assert await store.views.attention(SERVICE) == {}
    assert await store.load(SERVICE) == before
    assert before.commit == first.id
    assert not await store.commit(SERVICE, token, replace(figures, after=figures.id, assessments={"b": "4"}))
    await leased(store)
    assert not await store.commit(SERVICE, token, replace(figures, assessments={"b": "4"}))
    assert await store.views.assessments(SERVICE) == {"a": "1", "b": "3"}


async def test_incidents_are_kept_newest_first_and_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """An incident written again is replaced; beyond the bound the oldest goes, from the index and the hash."""
    monkeypatch.setattr(keys, "INCIDENTS_KEPT", 3)
    token = await leased(store)
    writes = tuple(IncidentWrite(f"i{n}", float(n), f"body {n}") for n in range(5))
    await store.commit(SERVICE, token, Commit(START, b"", incidents=writes))
    await store.commit(SERVICE, token, Commit(START, b"", incidents=(IncidentWrite("i3", 3.0, "changed"),)))
    assert await store.views.incidents(SERVICE) == ["body 4", "changed", "body 2"]
    assert await store.views.incident(SERVICE, "i0") is None
    assert await store.views.incident(SERVICE, "i3") == "changed"


async def test_the_timeline_is_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest lines stay, the last written first."""
    monkeypatch.setattr(keys, "TIMELINE_KEPT", 3)
    await store.commit(SERVICE, await leased(store), Commit(START, b"", log=tuple("abcde")))
    assert await store.views.timeline(SERVICE) == ["e", "d", "c"]


async def test_services_and_vantages_fall_out_when_silent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The indexes across services hold what has been heard of lately, and no more than their bound."""
    await store.vantages.announce(["claude", "openai"], 1.0)
    await store.vantages.announce([], 2.0)
    await store.vantages.announce(["openai"], 2.0 + keys.SERVICES_TTL_S)
    assert await store.vantages.services() == ["openai"]
    monkeypatch.setattr(keys, "VANTAGES_KEPT", 3)
    for n, name in enumerate("abcda"):
        await store.vantages.put(name, str(n), float(n))
    assert await store.vantages.all() == {"c": "2", "d": "3", "a": "4"}
    await store.vantages.put("late", "x", 10.0 + keys.VANTAGE_TTL_S)
    assert await store.vantages.all() == {"late": "x"}


async def test_a_server_that_refuses_is_a_store_error(store: Store, redis_url: str) -> None:
    """What the client library raises does not get past the store."""
    async with Redis.from_url(redis_url) as redis:
        await redis.set(keys_of(SERVICE).stream, "not a stream")
    with pytest.raises(StoreError, match="WRONGTYPE"):
        await store.append(SERVICE, "run1", 1, [b"a"])


async def test_the_server_tells_of_itself(store: Store) -> None:
    """Version, memory and persistence for `doctor`."""
    info = await store.info()
    assert (info.aof, info.eviction, info.mode) == ("on", "noeviction", "standalone")
    assert info.memory_bytes > 100_000
    assert await store.ping() > 0
    assert store.warnings == ()
