"""Asking where no Groundtruth runs: what was kept is read, and nothing is changed."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.ask import asked
from bot.demo.clock import CLOCK, note_of, time_by
from bot.demo.scenario_files import load
from bot.errors import StoreError, UserError
from bot.settings import Settings
from bot.store.connect import open_kept, open_store


async def kept(folder):
    """A directory in which an embedded store kept something, and was stopped."""
    async with open_store(None, folder) as store:
        await store.notes.put("mark", "kept", 60.0)
    return folder


async def test_what_a_stopped_store_kept_is_read_and_not_changed(tmp_path, capsys):
    """From a copy: the directory is as it was, two may ask at once, and an act is refused in a sentence."""
    folder = await kept(tmp_path / "state")
    files = {path: path.read_bytes() for path in (folder / "store" / "appendonlydir").iterdir()}
    settings = Settings((), state_dir=folder)

    async with open_kept(None, folder) as (store, runs), open_kept(None, folder) as (other, _):
        assert (runs, await store.notes.get("mark"), await other.notes.get("mark")) == (False, "kept", "kept")
        with pytest.raises(StoreError, match="no Groundtruth runs there, so what it kept can be read and not changed"):
            await store.notes.put("mark", "changed", 60.0)

    assert (await asked(settings, "help")).understood
    assert "nothing can be changed" in capsys.readouterr().err
    assert files == {path: path.read_bytes() for path in (folder / "store" / "appendonlydir").iterdir()}
    async with open_store(None, folder) as store:
        assert await store.notes.get("mark") == "kept"


async def test_nothing_kept_is_a_sentence(tmp_path):
    """Neither a Groundtruth nor what one kept."""
    with pytest.raises(UserError, match=r"Groundtruth does not run on .*: start it with `groundtruth run`"):
        await asked(Settings((), state_dir=tmp_path), "status")


@contextlib.contextmanager
def another_user() -> Iterator[None]:
    """Files are reached as by a user who does not own them; root becomes nobody, who else runs tests has no rights."""
    if os.getuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A directory that every user may enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory() as outer:
        Path(outer).chmod(0o755)
        yield Path(outer)


async def test_another_users_store_is_a_sentence(reachable):
    """Not a traceback: whose it is, and as whom to ask."""
    folder = await kept(reachable / "state")
    (folder / "store").chmod(0o700 if os.getuid() == 0 else 0)
    try:
        with another_user(), pytest.raises(UserError, match="belongs to"):
            await asked(Settings((), state_dir=folder), "status")
    finally:
        (folder / "store").chmod(0o700)


def test_a_demo_has_its_own_time():
    """It runs at the story's speed, and stands still at its end; any other note is no time."""
    story = load("april-13")
    note = note_of(story, 1_000.0)

    assert time_by(note, 1_000.0) == story.begins
    assert time_by(note, 1_010.0) == story.begins + 10 * story.speed
    assert time_by(note, 1e9) == story.ends
    assert [time_by(text, 0.0) for text in ("", "{}", "[]", "x", '{"machine": "x"}')] == [None] * 5


async def test_a_demo_is_asked_by_its_own_time(tmp_path):
    """Ages are those of the story, not of the machine."""
    folder = tmp_path / "state"
    story = load("april-13")
    async with open_store(None, folder) as store:
        await store.notes.put(CLOCK, note_of(story, time.time() - 1e6), 60.0)

    answer = await asked(Settings((), state_dir=folder), "status")

    assert answer.at == story.ends
    assert [label.split(" ", 1)[1] for label, _ in answer.lines[:3]] == ["claude.ai", "Claude API", "Claude Code"]
