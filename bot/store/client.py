"""The one place that talks to redis-py: commands and scripts out, plain values back, its errors translated.

Every script is safe to send twice (each carries a number, a nonce or a token), so that the client may retry a command
whose reply was lost.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import AuthenticationError, NoPermissionError, NoScriptError, RedisError

from bot.errors import StoreError
from bot.store.batching import CLOSED, Batches

Value = str | bytes | int | float
_COMMANDS = """
CLIENT|SETNAME DEL EVAL EVALSHA EXEC EXISTS EXPIRE GET GETEX HDEL HEXISTS HGET HGETALL HINCRBY HKEYS HLEN HMGET HSET
HSETNX INCR INFO LPUSH LRANGE LTRIM MULTI PEXPIRE PING PTTL ROLE RPUSH SCAN SELECT SET TIME TTL WAIT XADD XDEL XLEN
XRANGE XREAD XREVRANGE XTRIM ZADD ZCARD ZCOUNT ZPOPMIN ZRANGE ZRANGEBYSCORE ZREM ZREMRANGEBYRANK ZREMRANGEBYSCORE
ZREVRANGE ZSCORE
"""
COMMANDS = tuple(_COMMANDS.split())
"""All that is ever asked of the server, in scripts and outside."""
SCRIPTS = ("adopt", "append", "budget", "claim", "commit", "group", "leader", "lease", "once", "pick", "settle")


class Script:
    """A Lua file of this package and the digest the server knows it by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.source = (files("bot.store") / "lua" / f"{name}.lua").read_text("utf-8")
        self.digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()


class RedisClient:
    """A connection pool to one server; `where` names it without its password. Of a `copy` all is only read."""

    def __init__(self, redis: Redis, where: str, *, copy: bool = False) -> None:
        self._copy = copy
        self._redis: Any = redis  # its commands are only half typed
        self._batches = Batches(redis)
        self._closed = False
        self._scripts = {name: Script(name) for name in SCRIPTS}
        self.where = where

    def __repr__(self) -> str:
        return f"Link({self.where})"

    async def call(self, *words: Value) -> Any:
        """One command.

        Raises:
            StoreError: when the server is away, or refuses.
        """
        with self._translated():
            return await self._batches.reply(*words)

    async def calls(self, commands: Sequence[Sequence[Value]]) -> list[Any]:
        """Several commands in one round trip, as one transaction. They must share a slot.

        Raises:
            StoreError: when the server is away, or refuses one.
        """
        with self._translated():
            if self._closed:
                raise OSError(CLOSED)
            async with self._redis.pipeline(transaction=True) as pipeline:
                for words in commands:
                    pipeline.execute_command(*words)
                replies: list[Any] = await pipeline.execute()
        return replies

    async def run(self, name: str, keys: Sequence[str], args: Sequence[Value]) -> Any:
        """One script; sent in full only to a server that does not know it yet.

        Raises:
            StoreError: when the server is away, or refuses.
        """
        script = self._scripts[name]
        with self._translated():
            try:
                return await self._batches.reply("EVALSHA", script.digest, len(keys), *keys, *args)
            except NoScriptError:
                return await self._batches.reply("EVAL", script.source, len(keys), *keys, *args)

    @property
    def changes(self) -> int:
        """How often another primary took over."""
        return self._batches.changes

    async def replace(self, redis: Redis) -> None:
        """Talk to the same server by another client from now on: its password has changed."""
        before, self._redis = self._redis, redis
        self._batches.use(redis)
        with self._translated():
            await before.aclose()

    async def close(self) -> None:
        """End it; what is asked for later is refused."""
        self._closed = True
        await self._batches.close()
        pool = self._redis.connection_pool
        sentinels = pool.sentinel_manager.sentinels if isinstance(pool, SentinelConnectionPool) else ()
        with self._translated():
            for client in (self._redis, *sentinels):
                await client.aclose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        task = asyncio.current_task()
        cancelled = task.cancelling() if task else 0
        try:
            yield
            if task and task.cancelling() > cancelled:
                # Before Python 3.12 `wait_for`, which the client uses, can swallow a cancellation that comes just as
                # the reply does (https://github.com/python/cpython/issues/86296), and a worker would never end.
                raise asyncio.CancelledError
        except (RedisError, OSError, TimeoutError) as error:
            raise StoreError(f"store {self.where}: {_sentence(error, copy=self._copy)}") from error


def grant() -> str:
    """What gives a user of the server all rights that are needed."""
    return f"`ACL SETUSER groundtruth ~gt:* {' '.join(f'+{word.lower()}' for word in COMMANDS)}` (with the user's name)"


def _sentence(error: Exception, *, copy: bool) -> str:
    """What went wrong, with what to do about it where that is known."""
    if isinstance(error, AuthenticationError):
        given = "asks for a password" if "required" in str(error).lower() else "refuses this user and password"
        return f"it {given}: set REDIS_PASSWORD or REDIS_PASSWORD_FILE"
    if isinstance(error, NoPermissionError) or "NOPERM" in str(error):
        return f"it refuses a command to this user, who needs {grant()}"
    if str(error).startswith("NOREPLICAS") and not copy:
        return "its primary refuses writes while it has too few replicas (min-replicas-to-write): start them again"
    if str(error).startswith("NOREPLICAS"):
        return "no Groundtruth runs there, so what it kept can be read and not changed"
    if isinstance(error.__context__, ConnectionRefusedError | FileNotFoundError):
        return "nobody answers there: is the server running?"
    return f"{type(error).__name__}: {str(error)[:200]}"


def text(raw: bytes | str | None) -> str:
    """What the server keeps as bytes, as text; bytes that are none become replacement characters."""
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else raw or ""


def mapping(raw: object) -> dict[str, str]:
    """A hash reply: a dict from the client, or the flat list a script returns."""
    if isinstance(raw, dict):
        return {text(key): text(value) for key, value in raw.items()}
    flat = [text(item) for item in raw] if isinstance(raw, list) else []
    return dict(zip(flat[::2], flat[1::2], strict=True))
