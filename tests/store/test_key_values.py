"""A name is taken once by exactly one caller; a note is read as it was written, and goes."""

import asyncio

from bot.store.store import Store


async def test_exactly_one_of_many_is_first(store: Store) -> None:
    """Twenty replicas get the same press."""
    assert sum(await asyncio.gather(*(store.notes.set_once("press", 60.0) for _ in range(20)))) == 1
    assert await store.notes.set_once("another", 60.0)


async def test_a_repeat_whose_reply_was_lost_is_still_the_first(store: Store) -> None:
    """The client may send a script twice; the nonce says that it is the same question."""
    name = ("gt:1:{_}:note:x",)
    assert await store.notes._link.run("once", name, ("nonce", 60_000)) == 1
    assert await store.notes._link.run("once", name, ("nonce", 60_000)) == 1
    assert await store.notes._link.run("once", name, ("other", 60_000)) == 0


async def test_a_note_is_read_as_written_and_replaced(store: Store) -> None:
    """Whatever its name."""
    name = "slack:{x}:\n& <!channel>"
    assert await store.notes.get(name) == ""
    await store.notes.put(name, "one", 60.0)
    await store.notes.put(name, "ö & two", 60.0)
    assert await store.notes.get(name) == "ö & two"


async def test_notes_go_by_themselves(store: Store) -> None:
    """What was once said may be said again after its time."""
    assert await store.notes.set_once("short", 0.0)
    async with asyncio.timeout(5):
        while not await store.notes.set_once("short", 60.0):  # noqa: ASYNC110  (the server forgets by its own clock)
            await asyncio.sleep(0.005)
