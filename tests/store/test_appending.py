import asyncio

import pytest

from bot.store import keys
from bot.store.store import Store
from bot.store.types import START, Commit
from tests.support.writes import SERVICE, leased


async def test_a_batch_sent_again_is_there_once(store: Store) -> None:
    """A lost reply makes the prober send the batch again, perhaps with more rows: each is in the stream once."""
    assert (await store.append(SERVICE, "run1", 1, [b"a", b"b"])).last_seq == 2
    assert (await store.append(SERVICE, "run1", 1, [b"a", b"b"])).last_seq == 2
    assert (await store.append(SERVICE, "run1", 2, ["b", "c"])).last_seq == 3
    assert [row for _, row in await store.read(SERVICE)] == [b"a", b"b", b"c"]


async def test_probers_number_for_themselves(store: Store) -> None:
    """Two probers use the same numbers without losing a row."""
    await store.append(SERVICE, "run1", 1, [b"a"])
    await store.append(SERVICE, "run2", 1, [b"b"])
    assert [row for _, row in await store.read(SERVICE)] == [b"a", b"b"]


async def test_concurrent_sends_of_one_batch(store: Store) -> None:
    """The same rows racing each other on many connections are still there once, and in order."""
    rows = [str(n).encode() for n in range(50)]
    await asyncio.gather(*(store.append(SERVICE, "run1", 1, rows) for _ in range(20)))
    assert [row for _, row in await store.read(SERVICE)] == rows


async def test_reading_goes_on_after_a_position(store: Store) -> None:
    """Read, then read on from the last position: nothing twice, nothing missing, in bounded portions."""
    await store.append(SERVICE, "run1", 1, [b"a", b"b", b"c"])
    first = await store.read(SERVICE, START, 2)
    assert [row for _, row in first] == [b"a", b"b"]
    assert [row for _, row in await store.read(SERVICE, first[-1][0], 2)] == [b"c"]


async def test_a_reader_waits_for_the_next_row(store: Store) -> None:
    """A blocked read returns with the row as soon as it is appended; without one it returns empty."""
    assert await store.read(SERVICE, block_ms=1) == []
    waiting = asyncio.create_task(store.read(SERVICE, block_ms=2_000))
    await store.append(SERVICE, "run1", 1, [b"a"])
    assert [row for _, row in await waiting] == [b"a"]


async def test_appending_tells_of_attention(store: Store) -> None:
    """Probers learn re-probe plans with the reply they get anyway."""
    token = await leased(store)
    assert await store.commit(SERVICE, token, Commit(START, b"", attention={"api": '{"every":5}'}))
    assert (await store.append(SERVICE, "run1", 1, [b"a"])).attention == {"api": '{"every":5}'}
    assert await store.commit(SERVICE, token, Commit(START, b""))
    assert (await store.append(SERVICE, "run1", 2, [b"a"])).attention == {}


async def test_old_rows_go_only_when_judged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Age alone does not remove a row that no judge has seen; once judged, it goes."""
    monkeypatch.setattr(keys, "STREAM_AGE_S", -10)
    await store.append(SERVICE, "run1", 1, [b"x"] * 500)
    entries = await store.read(SERVICE)
    assert len(entries) == 500
    await store.commit(SERVICE, await leased(store), Commit(entries[299][0], b""))
    await store.append(SERVICE, "run1", 501, [b"y"])
    left = await store.read(SERVICE, START, 1000)
    assert 202 <= len(left) <= 302
    assert left[-202][0] == entries[299][0]


async def test_young_rows_stay_though_judged(store: Store) -> None:
    """Within the age everything stays readable, for `why` and for a judge that is set back."""
    await store.append(SERVICE, "run1", 1, [b"x"] * 300)
    entries = await store.read(SERVICE)
    await store.commit(SERVICE, await leased(store), Commit(entries[-1][0], b""))
    await store.append(SERVICE, "run1", 301, [b"y"])
    assert len(await store.read(SERVICE)) == 301


async def test_the_cap_cuts_judged_rows_first_and_counts_the_rest(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a judge memory is bounded all the same, and what was lost is a number."""
    monkeypatch.setattr(keys, "STREAM_CAP", 100)
    await store.append(SERVICE, "run1", 1, [b"x"] * 90)
    entries = await store.read(SERVICE)
    await store.commit(SERVICE, await leased(store), Commit(entries[39][0], b"s"))
    await store.append(SERVICE, "run1", 91, [b"y"] * 40)
    assert (await store.load(SERVICE)).lost == 0
    await store.append(SERVICE, "run1", 131, [b"z"] * 40)
    assert len(await store.read(SERVICE)) == 100
    assert (await store.load(SERVICE)).lost in {30, 31}, "131 unjudged and perhaps the last judged one"
