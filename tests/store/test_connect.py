import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio.sentinel import SentinelConnectionPool

from bot.errors import StoreError, UserError
from bot.store.connect import client, masked, open_store
from bot.store.embedded_binary import find_binary
from bot.store.suitability import judge_server


@asynccontextmanager
async def pretender(**info: str) -> AsyncIterator[str]:
    """An empty server on loopback that answers INFO with what it is told, and what is no question with OK."""
    answers = {b"GET": b"$-1\r\n", b"SCAN": b"*2\r\n$1\r\n0\r\n*0\r\n", b"EXISTS": b":0\r\n", b"EVAL": b"*0\r\n"}
    body = "".join(f"{name}:{value}\r\n" for name, value in info.items()).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            words = []
            for _ in range(int(head[1:])):
                length = int((await reader.readline())[1:])
                words.append((await reader.readexactly(length + 2))[:-2])
            told = b"$%d\r\n%b\r\n" % (len(body), body)
            writer.write(told if words[0] == b"INFO" else answers.get(words[0], b"+OK\r\n"))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"


@pytest.mark.parametrize(
    ("info", "sentence"),
    [
        ({"redis_version": "6.0.16"}, "Redis 6.0.16 is too old for Groundtruth: 6.2 or newer is needed"),
        ({"redis_version": "7.2.4", "valkey_version": "7.1.0"}, "Valkey 7.1.0 is too old"),
        ({"nonsense": "1"}, "Redis 0 is too old"),
        ({"redis_version": "8.0.0", "redis_mode": "cluster"}, r"is a node of a cluster: write redis\+cluster:"),
    ],
)
async def test_a_server_that_will_not_do(info: dict[str, str], sentence: str, tmp_path: Path) -> None:
    """One clear sentence at the start, not a strange error at three in the morning."""
    async with pretender(**info) as url:
        with pytest.raises(UserError, match=sentence):
            async with open_store(url, tmp_path):
                pass


async def test_a_server_that_will_do_with_a_warning(tmp_path: Path) -> None:
    """Eviction and the lack of an append-only file are said, and do not stop the start."""
    info = {"redis_version": "6.2.0", "maxmemory_policy": "allkeys-lru", "aof_enabled": "0"}
    async with pretender(**info) as url, open_store(url, tmp_path) as store:
        evicts, forgets = store.warnings
        assert "allkeys-lru" in evicts
        assert "append-only" in forgets


def test_a_disk_that_refuses_is_said() -> None:
    """An append-only file that cannot be written is worse than none."""
    info = {"redis_version": "7.0.0", "aof_enabled": 1, "aof_last_write_status": "err"}
    assert "check its disk" in judge_server(info)[0]


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://host:6379/0", "redis://host:6379/0"),
        ("redis://:s3cret@host/0", "redis://:***@host/0"),
        ("rediss://me:s3c:r@et@host/0?ssl_cert_reqs=none", "rediss://me:***@host/0?ssl_cert_reqs=none"),
        ("redis://s3cret@host", "redis://***@host"),
        ("unix:///run/r.sock?db=1&password=s3cret", "unix:///run/r.sock?db=1&password=***"),
        ("redis://h?password=s3@cret", "***"),
        ("redis://:s3?cret@h", "***"),
        ("me:s3cret@host:6379", "***"),
        ("redis+sentinel://me:s3cret@a:1,b:2/main?sentinel_password=s3cret&db=2",
         "redis+sentinel://me:***@a:1,b:2/main?sentinel_password=***&db=2"),
    ],
)  # fmt: skip
def test_passwords_are_masked(url: str, shown: str) -> None:
    """Wherever in an address a password can stand, it is not shown."""
    assert masked(url) == shown


@pytest.mark.parametrize(
    "url",
    ["", "host", "http://s3cret@host", "redis://:s3cret@host:port", "redis://h/0?s3cret=1", "redis://h?protocol=3",
     "redis+sentinel://a:1", "redis+sentinel://:s3cret@a:x/main", "redis+sentinel://a/main?what=1",
     "redis+sentinel://,/main", "redis+sentinel://a/main?db=s3cret", "redis://h?decode_responses=true"],
)  # fmt: skip
def test_an_address_that_is_none(url: str) -> None:
    """One sentence with an example of each kind, no password in it, no traceback's cause beside it."""
    with pytest.raises(UserError, match="is not an address") as caught:
        client(url)
    assert caught.value.__suppress_context__
    assert "s3cret" not in str(caught.value).replace("?s3cret=1", "").replace("db=s3cret", "")


def test_sentinel_addresses() -> None:
    """Sentinels, the master's name, database and both passwords come from one address."""
    redis = client("rediss+sentinel://me:p%40ss@a:1,b,[::1]:3/main?db=2&sentinel_password=other")
    pool = redis.connection_pool
    assert isinstance(pool, SentinelConnectionPool)
    assert pool.service_name == "main"
    kwargs = pool.connection_kwargs
    assert (kwargs["username"], kwargs["password"], kwargs["db"]) == ("me", "p@ss", 2)
    places = [s.connection_pool.connection_kwargs for s in pool.sentinel_manager.sentinels]
    assert [(place["host"], place["port"]) for place in places] == [("a", 1), ("b", 26379), ("::1", 3)]
    assert {place["password"] for place in places} == {"other"}


async def test_nobody_there_is_a_store_error(tmp_path: Path) -> None:
    """A server that is away is no mistake of the person's: callers wait and try again."""
    async with pretender() as url:
        pass
    with pytest.raises(StoreError, match=re.escape(url.replace("//", "//:***@"))) as caught:
        async with open_store(url.replace("//", "//:s3cret@"), tmp_path):
            pass
    assert "s3cret" not in str(caught.value)


async def test_the_master_is_found_through_a_real_sentinel(tmp_path: Path) -> None:
    """A server and a sentinel of our own on loopback: the store works through the name."""
    port, sentinel_port = await free_port(), await free_port()
    conf = tmp_path / "sentinel.conf"
    conf.write_text(f"port {sentinel_port}\nbind 127.0.0.1\nsentinel monitor main 127.0.0.1 {port} 1\n")
    async with (
        running("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)),
        running(str(conf), "--sentinel"),
    ):
        url = f"redis+sentinel://127.0.0.1:{sentinel_port}/main"
        async with asyncio.timeout(20), opened(url, tmp_path) as store:
            assert (await store.append("claude", "run1", 1, [b"a"])).last_seq == 1
            assert [row for _, row in await store.read("claude")] == [b"a"]


@asynccontextmanager
async def opened(url: str, state_dir: Path):
    """The store, as soon as the servers are up."""
    while True:
        try:
            async with open_store(url, state_dir) as store:
                yield store
                return
        except StoreError:
            continue


async def free_port() -> int:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port: int = server.sockets[0].getsockname()[1]
        return port


@asynccontextmanager
async def running(*arguments: str) -> AsyncIterator[None]:
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(str(find_binary()), *arguments, stdout=quiet)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def test_a_password_that_is_missing_is_asked_for(tmp_path: Path) -> None:
    """Whoever reads the sentence knows which variable to set; the client's own words name a class."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readline():
            for _ in range(2 * int(head[1:])):
                await reader.readline()
            writer.write(b"-NOAUTH Authentication required.\r\n")
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
        with pytest.raises(StoreError, match="it asks for a password: set REDIS_PASSWORD or REDIS_PASSWORD_FILE"):
            async with open_store(url, tmp_path):
                pass


async def test_a_server_that_does_not_run_is_said_in_words(tmp_path: Path) -> None:
    """A socket that is not there is no riddle with an error number."""
    with pytest.raises(StoreError, match="nobody answers there: is the server running"):
        async with open_store(f"unix://{tmp_path}/none.sock", tmp_path):
            pass
