"""The ledger in the store, and whose turn it is to read a page."""

import json

import pytest
from redis.asyncio import Redis

from bot.store import keys
from bot.store.keys import keys_of
from bot.store.store import Store
from bot.store.types import Commit, LedgerWrite
from tests.support.writes import SERVICE, leased


def row(at: float) -> LedgerWrite:
    return LedgerWrite(at, json.dumps({"began_at": at}))


async def test_rows_come_with_the_commit_in_the_order_of_time(store: Store) -> None:
    """What a judgement finished is written with it, and read oldest first."""
    token = await leased(store)
    assert await store.commit(SERVICE, token, Commit("1-0", b"", ledger=(row(20.5), row(3.25))))
    assert await store.commit(SERVICE, token, Commit("2-0", b"", ledger=(row(7),)))
    assert await store.views.ledger(SERVICE) == [row(3.25).body, row(7).body, row(20.5).body]


async def test_a_refused_commit_writes_no_row(store: Store) -> None:
    """The loser of a race adds nothing to anybody's record."""
    token = await leased(store)
    await store.release(SERVICE, token)
    assert not await store.commit(SERVICE, token, Commit("1-0", b"", ledger=(row(1),)))
    assert await store.views.ledger(SERVICE) == []


async def test_a_row_entered_twice_stands_once(store: Store) -> None:
    """Importing the same history again changes nothing and says so."""
    assert await store.book.enter(SERVICE, [row(1), row(2)]) == 2
    assert await store.book.enter(SERVICE, [row(2), row(3)]) == 1
    assert await store.book.enter(SERVICE, []) == 0
    assert len(await store.views.ledger(SERVICE)) == 3


async def test_the_oldest_go_beyond_the_bound(store: Store, monkeypatch: pytest.MonkeyPatch, redis_url: str) -> None:
    """By either way in, the newest rows stay, and the key has its retention."""
    monkeypatch.setattr(keys, "LEDGER_KEPT", 3)
    await store.book.enter(SERVICE, [row(n) for n in range(5)])
    assert await store.views.ledger(SERVICE) == [row(n).body for n in (2, 3, 4)]
    await store.commit(SERVICE, await leased(store), Commit("1-0", b"", ledger=(row(9), row(1))))
    assert await store.views.ledger(SERVICE) == [row(n).body for n in (3, 4, 9)]
    async with Redis.from_url(redis_url) as redis:
        assert await redis.ttl(keys_of(SERVICE).ledger) > keys.SERVICE_TTL_S


async def test_one_prober_reads_and_the_others_stand_by(store: Store, redis_url: str) -> None:
    """The turn stays with who has it, each page has its own, and it passes on when the reader falls silent."""
    assert await store.leases.acquire_page(SERVICE, "page", "fra", 60_000)
    assert not await store.leases.acquire_page(SERVICE, "page", "iad", 60_000)
    assert await store.leases.acquire_page(SERVICE, "page", "fra", 60_000)
    assert await store.leases.acquire_page(SERVICE, "other", "iad", 60_000)
    async with Redis.from_url(redis_url) as redis:
        await redis.pexpire(keys_of(SERVICE).reader("page"), 0)
    assert await store.leases.acquire_page(SERVICE, "page", "iad", 60_000)
    assert not await store.leases.acquire_page(SERVICE, "page", "fra", 60_000)


async def test_a_turn_that_is_passed_on_is_nobody_s_for_a_while(store: Store, redis_url: str) -> None:
    """Not even the last reader's, so that a page nobody can read is not asked more often for it."""
    assert await store.leases.acquire_page(SERVICE, "page", "fra", 60_000)
    await store.leases.release_page(SERVICE, "page", "iad", 60_000)
    assert await store.leases.acquire_page(SERVICE, "page", "fra", 60_000), "only the reader can pass its turn on"
    await store.leases.release_page(SERVICE, "page", "fra", 60_000)
    assert not await store.leases.acquire_page(SERVICE, "page", "fra", 60_000)
    assert not await store.leases.acquire_page(SERVICE, "page", "iad", 60_000)
    async with Redis.from_url(redis_url) as redis:
        await redis.pexpire(keys_of(SERVICE).reader("page"), 0)
    assert await store.leases.acquire_page(SERVICE, "page", "iad", 60_000)
