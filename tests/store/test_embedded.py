import asyncio
import os
import signal
import stat
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from bot.errors import StoreError, UserError
from bot.store import embedded
from bot.store.client import RedisClient
from bot.store.connect import open_store, servers
from bot.store.embedded import EmbeddedServer, answer
from bot.store.embedded_binary import find_binary
from bot.store.embedded_directory import StoreDirectory
from bot.store.store import Store

PROGRAM = """
import asyncio, sys
from pathlib import Path
from bot.store.connect import open_store

async def main():
    async with open_store(None, Path(sys.argv[1])) as store:
        pid = (await store._link.call("INFO"))["process_id"]
        for seq in range(1, 1_000_000):
            await store.append("claude", "run1", seq, [str(seq)])
            print(seq, pid, flush=True)

asyncio.run(main())
"""


def alive(pid: int) -> bool:
    """Whether a process exists that has not ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int) -> bool:
    return not alive(pid)


async def until(condition: Callable[[], bool | Awaitable[bool]], seconds: float = 10.0) -> None:
    """Wait for the world outside."""
    async with asyncio.timeout(seconds):
        while True:
            result = condition()
            if result is True or (not isinstance(result, bool) and await result):
                return
            await asyncio.sleep(0.005)


async def append_patiently(store: Store, seq: int) -> int:
    """Append one row, buffering as a prober does while the store is away."""
    while True:
        with suppress(StoreError):
            return (await store.append("claude", "run1", seq, [str(seq)])).last_seq


async def test_the_server_has_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in its environment nor in its arguments: both are there for others of this user to read."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-s3cret")
    async with EmbeddedServer(tmp_path) as server:
        assert server.pid
        of = Path(f"/proc/{server.pid}")
        assert b"s3cret" not in (of / "environ").read_bytes() + (of / "cmdline").read_bytes()


async def test_it_is_private_and_on_disk(tmp_path: Path) -> None:
    """Directory 0700, socket 0600, no port, an append-only file, and nobody else can read what it writes."""
    async with open_store(None, tmp_path) as store:
        await store.append("claude", "run1", 1, [b"a"])
        root = tmp_path / "store"
        assert stat.S_IMODE(root.stat().st_mode) == 0o700
        assert stat.S_IMODE((root / "valkey.sock").stat().st_mode) == 0o600
        assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in root.rglob("*"))
        assert await store._link.call("CONFIG", "GET", "port") == [b"port", b"0"]
        assert (await store.info()).aof == "on"
        assert list(root.rglob("*.aof"))


async def test_it_ends_with_us_quickly_and_keeps_everything(tmp_path: Path) -> None:
    """No process is left, and the next start has what the last one had."""
    async with EmbeddedServer(tmp_path) as server, open_store(server.url, tmp_path) as store:
        pid = server.pid
        assert pid is not None
        await store.append("claude", "run1", 1, [b"a"])
        started = time.monotonic()
    assert time.monotonic() - started < 3
    assert not alive(pid)
    async with open_store(None, tmp_path) as store:
        assert [row for _, row in await store.read("claude")] == [b"a"]


async def test_two_on_one_directory(tmp_path: Path) -> None:
    """The second start says so in one sentence with the process; the first does not notice."""
    async with open_store(None, tmp_path) as store:
        assert StoreDirectory(tmp_path).server_lock() is None, "the server itself holds it"
        with pytest.raises(UserError, match=f"already runs on .* as process {os.getpid()}:"):
            async with open_store(None, tmp_path):
                pass
        assert await store.ping() > 0


async def test_another_process_asks_the_running_one(tmp_path: Path) -> None:
    """`ask` connects to the running server and starts none; without one it says what to do."""
    with pytest.raises(UserError, match="groundtruth run"):
        async with open_store(None, tmp_path, start=False):
            pass
    assert not (tmp_path / "store").exists()
    async with open_store(None, tmp_path) as store, open_store(None, tmp_path, start=False) as asking:
        await store.append("claude", "run1", 1, [b"a"])
        assert [row for _, row in await asking.read("claude")] == [b"a"]


async def test_killed_under_load_it_comes_back_with_every_row(tmp_path: Path) -> None:
    """kill -9 of the server, five times while rows are appended: each acknowledged row is there once, in order."""
    async with EmbeddedServer(tmp_path) as server, open_store(server.url, tmp_path) as store:

        async def load() -> None:
            for seq in range(1, 1001):
                assert await append_patiently(store, seq) == seq

        async def murder() -> None:
            for kill in range(5):
                await until(lambda: answers(server))
                assert server.pid is not None
                os.kill(server.pid, signal.SIGKILL)
                await until(partial(restarted, server, kill))

        await asyncio.gather(load(), murder())
        rows = [row for _, row in await store.read("claude", count=2000)]
        assert rows == [str(n).encode() for n in range(1, 1001)]
        assert server.restarts == 5


def restarted(server: EmbeddedServer, times: int) -> bool:
    return server.restarts > times


async def answers(server: EmbeddedServer) -> bool:
    return bool(await answer(Path(server.url.removeprefix("unix://"))))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
async def test_we_are_killed_under_load(tmp_path: Path) -> None:
    """kill -9 of our own process: the server goes too, and every row that was acknowledged is there after a restart."""
    said = 0
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", PROGRAM, str(tmp_path)), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        words: list[bytes] = []
        while len(words) < 2 or int(words[0]) < said + 50:
            words = (await process.stdout.readline()).split()
        process.kill()
        rest = (await process.stdout.read()).split(b"\n")
        said = max([int(words[0]), *(int(line.split()[0]) for line in rest if b" " in line)])
        await process.wait()
        await until(partial(gone, int(words[1])))
        async with open_store(None, tmp_path) as store:
            rows = [row for _, row in await store.read("claude", count=10_000)]
            assert rows == [str(n).encode() for n in range(1, len(rows) + 1)]
            assert len(rows) - said in {0, 1}, "the last one may have been unanswered"


async def test_an_orphan_is_ended_before_another_begins(tmp_path: Path) -> None:
    """Where the kernel does not end a killed one's server, the next start does: never two on one directory."""
    directory = StoreDirectory(tmp_path)
    directory.prepare()
    lock = directory.server_lock()
    assert lock is not None
    socket = directory.make_socket_path()
    orphan = await asyncio.create_subprocess_exec(
        *embedded.command(find_binary(), directory.root, socket), pass_fds=(lock,), stdout=asyncio.subprocess.DEVNULL
    )
    os.close(lock)
    async with open_store(f"unix://{socket}", tmp_path) as store:
        await store.append("claude", "run1", 1, [b"a"])
    assert directory.server_lock() is None
    async with open_store(None, tmp_path) as store:
        assert orphan.returncode is not None or not alive(orphan.pid)
        assert [row for _, row in await store.read("claude")] == [b"a"]
    await orphan.wait()


async def test_a_failed_start_leaves_the_directory_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a start that failed, the next one is not told that somebody runs there."""
    monkeypatch.setattr(embedded, "find_binary", lambda: tmp_path / "missing")
    with pytest.raises(UserError, match="cannot start"):
        async with EmbeddedServer(tmp_path):
            pass
    monkeypatch.undo()
    async with EmbeddedServer(tmp_path) as server:
        assert server.pid is not None


async def test_a_server_that_keeps_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that starts and never answers is ended, and said."""
    program = tmp_path / "mute"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    monkeypatch.setattr(embedded, "find_binary", lambda: program)
    monkeypatch.setattr(embedded, "READY_S", 0.3)
    with pytest.raises(UserError, match="does not answer"):
        async with EmbeddedServer(tmp_path):
            pass


async def test_a_server_that_hangs_does_not_hold_us_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that does not heed the request to stop is killed."""
    monkeypatch.setattr(embedded, "STOP_S", 0.2)
    async with EmbeddedServer(tmp_path) as server:
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
    assert not alive(pid)


async def test_zeros_at_the_end_of_the_file_are_mended_as_the_sentence_says(tmp_path: Path) -> None:
    """A machine lost its power: the command that is named needs nothing that is not there, and keeps what was kept."""
    async with EmbeddedServer(tmp_path) as server:
        link = RedisClient(servers(server.url), "here")
        await link.call("SET", "kept", "yes")
        await link.close()
    [file] = (tmp_path / "store" / "appendonlydir").glob("*.incr.aof")
    with file.open("ab") as end:
        end.write(bytes(4096))
    with pytest.raises(UserError, match="is damaged") as caught:
        async with EmbeddedServer(tmp_path):
            pass
    mend = str(caught.value).partition("`")[2].partition("`")[0]
    done = await asyncio.create_subprocess_shell(f"yes | {mend}", stdout=asyncio.subprocess.DEVNULL)
    assert await done.wait() == 0
    async with EmbeddedServer(tmp_path) as server:
        link = RedisClient(servers(server.url), "here")
        assert await link.call("GET", "kept") == b"yes"
        await link.close()
