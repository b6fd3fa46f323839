"""The embedded store's socket where the configuration puts it: who may ask there besides the user that runs it."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.ask import asked
from bot.config.load import from_text, load
from bot.errors import ConfigError, UserError
from bot.store.connect import open_kept, open_store

NOBODY = 65534


@contextlib.contextmanager
def another_user(group: int) -> Iterator[None]:
    """Files and sockets are reached as by nobody, who is in one group."""
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    groups = os.getgroups()
    os.setgroups([group])
    os.setegid(group)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


@pytest.fixture
def door() -> Iterator[Path]:
    """A folder that a group may enter, as a unit's RuntimeDirectory, and a socket in it."""
    with tempfile.TemporaryDirectory() as folder:
        shared = Path(folder)
        with contextlib.suppress(PermissionError):
            os.chown(shared, -1, NOBODY)
        shared.chmod(0o2750)
        yield shared / "store.sock"


async def test_the_mode_of_the_socket(tmp_path, door):
    """As the configuration has it, whoever runs it."""
    async with open_store(None, tmp_path, socket=door, mode=0o660):
        assert stat.S_IMODE(door.stat().st_mode) == 0o660


async def test_a_group_may_ask(tmp_path, door):
    """The state itself stays closed; who is not in the group hears what to do."""
    async with open_store(None, tmp_path, socket=door, mode=0o660) as store:
        await store.notes.put("mark", "here", 60.0)
        with another_user(NOBODY):
            async with open_kept(None, tmp_path, door) as (other, runs):
                assert (runs, await other.notes.get("mark")) == (True, "here")
        with another_user(NOBODY - 1), pytest.raises(UserError, match=r"you may not ask at .*: join the group"):
            async with open_kept(None, tmp_path, door):
                pass


async def test_who_runs_it_asks_as_before(tmp_path, door):
    """By the state directory alone, where a link leads to the socket; and it is closed to others by default."""
    async with open_store(None, tmp_path, socket=door) as store:
        await store.notes.put("mark", "here", 60.0)
        assert stat.S_IMODE(door.stat().st_mode) == 0o600
        async with open_store(None, tmp_path, start=False) as other:
            assert await other.notes.get("mark") == "here"
    async with open_kept(None, tmp_path, door) as (kept, runs):
        assert (runs, await kept.notes.get("mark")) == (False, "here")


@pytest.mark.parametrize(
    ("where", "complaint"),
    [
        ("gone/store.sock", "cannot make a socket in .*gone: make that folder"),
        ("file", "file is in the way of the socket"),
        ("x" * 120, "is too long for a socket: choose a shorter socket.path"),
    ],
)
async def test_what_no_socket_can_be_made_at(tmp_path, where, complaint):
    """Each in a sentence, and a file that stands there is kept."""
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match=complaint):
        async with open_store(None, tmp_path / "state", socket=tmp_path / where):
            pass
    assert (tmp_path / "file").read_text() == "mine"


def test_the_keys(tmp_path):
    """The path starts at the file's folder; a mode that lets everybody in is refused."""
    settings = from_text("socket: {path: run/s, mode: '0660'}", environ={}, folder=tmp_path)
    assert (settings.socket, settings.socket_mode) == (tmp_path / "run/s", 0o660)
    with pytest.raises(ConfigError, match=r"socket\.mode: expected"):
        from_text("socket: {path: /run/s, mode: '0666'}", environ={})


def test_state_directory(tmp_path):
    """A service manager's directory is the default, and the file's word goes first."""
    environ = {"STATE_DIRECTORY": "/var/lib/groundtruth:/var/lib/more"}
    assert from_text("", environ=environ).state_dir == Path("/var/lib/groundtruth")
    assert from_text("state_dir: /srv", environ=environ).state_dir == Path("/srv")
    assert from_text("", environ={}, folder=tmp_path).state_dir == tmp_path / ".groundtruth"


async def test_who_asks_needs_no_secrets_but_those_of_the_store(tmp_path, redis_url):
    """A member of the group has no tokens: the configuration is whole without them, the store's address is not."""
    file = tmp_path / "groundtruth.yaml"
    text = """
channels:
  slack: {kind: slack, token: "${SLACK_BOT_TOKEN}", app_token: "${SLACK_APP_TOKEN}", channels: [C0123ABCD]}
  discord: {kind: discord, token: "${DISCORD_TOKEN}", channels: ["123456789012345678"]}
heartbeat: {url: "${HEARTBEAT_URL}", fail_url: "${HEARTBEAT_URL}/fail"}
redis: "${REDIS_URL}"
"""
    file.write_text(text)
    environ = {"REDIS_URL": redis_url, "SLACK_BOT_TOKEN_FILE": "/run/credentials/closed"}
    with pytest.raises(ConfigError, match="SLACK_APP_TOKEN"):
        load(str(file), environ)
    settings = load(str(file), environ, asks=True)
    assert [channel.name for channel in settings.channels] == ["slack", "discord"]
    assert (await asked(settings, "status")).understood
    with pytest.raises(ConfigError) as refused:
        load(str(file), {}, asks=True)
    assert str(refused.value).count("expected") == 1
    assert "REDIS_URL" in str(refused.value)
