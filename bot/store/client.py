"""The one place that talks to redis-py: commands and scripts out, plain values back, its errors translated.

Every script is safe to send twice (each carries a number, a nonce or a token), so that the client may retry a command
whose reply was lost.
"""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from redis.exceptions import AuthenticationError, ClusterDownError, NoPermissionError, NoScriptError, RedisError

from bot.errors import StoreError, UserError
from bot.store.batching import Batches
from bot.store.cluster import Cluster
from bot.store.keys import tag_of
from bot.store.slots import spread
from bot.store.slots import tag_of as tag_of_words

Value = str | bytes | int | float
_COMMANDS = """
CLIENT|SETNAME DEL EVAL EVALSHA EXEC EXISTS EXPIRE GET GETEX HDEL HEXISTS HGET HGETALL HINCRBY HKEYS HLEN HMGET HSET
HSETNX INCR INFO LPUSH LRANGE LREM LTRIM MULTI PEXPIRE PING PTTL ROLE RPUSH SCAN SELECT SET TIME TTL WAIT XADD XDEL XLEN
XRANGE XREAD XREVRANGE XTRIM ZADD ZCARD ZCOUNT ZPOPMIN ZRANGE ZRANGEBYSCORE ZREM ZREMRANGEBYRANK ZREMRANGEBYSCORE
ZREVRANGE ZSCORE
"""
COMMANDS = tuple(_COMMANDS.split())
"""All that is ever asked of a server, in scripts and outside."""
CLUSTER_COMMANDS = ("ASKING", "CLUSTER|SLOTS")
"""What is asked of the nodes of a cluster besides."""
Servers = Batches | Cluster
"""One server, or all primaries of a cluster: both are asked in the same way."""
PARTS = spread()
SCANNED = 1_000
SCRIPTS = (
    "acts",
    "adopt",
    "append",
    "audit",
    "budget",
    "door",
    "ping",
    "claim",
    "commit",
    "group",
    "leader",
    "lease",
    "once",
    "peers",
    "pick",
    "settle",
)


class Script:
    """A Lua file of this package and the digest the server knows it by."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.source = (files("bot.store") / "lua" / f"{name}.lua").read_text("utf-8")
        self.digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()


class RedisClient:
    """Connections to one store; `where` names it without its password. Of a `copy` all is only read."""

    def __init__(self, servers: Servers, where: str, *, copy: bool = False) -> None:
        self._copy = copy
        self._servers = servers
        self._changes = 0
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
            return await self._servers.reply(*words)

    async def calls(self, commands: Sequence[Sequence[Value]]) -> list[Any]:
        """Several commands in one round trip, as one transaction. Their keys must share a hash tag.

        Raises:
            StoreError: when the server is away, or refuses one.
        """
        if len({tag_of_words(words) for words in commands}) > 1:
            raise ValueError("keys of several services in one transaction")
        with self._translated():
            return await self._servers.transaction(commands)

    async def run(self, name: str, keys: Sequence[str], args: Sequence[Value]) -> Any:
        """One script, whose keys must share a hash tag; sent in full only to a server that does not know it yet.

        Raises:
            StoreError: when the server is away, or refuses.
        """
        if len({tag_of(key) for key in keys}) > 1:
            raise ValueError("keys of several services in one script")
        script = self._scripts[name]
        with self._translated():
            try:
                return await self._servers.reply("EVALSHA", script.digest, len(keys), *keys, *args)
            except NoScriptError:
                return await self._servers.reply("EVAL", script.source, len(keys), *keys, *args)

    async def everywhere(self, *words: Value) -> dict[str, Any]:
        """The replies of all servers that are written to, by their addresses ("" where there is only one).

        Raises:
            StoreError: when one is away, or refuses.
        """
        with self._translated():
            servers = await self._servers.primaries()
            replies = await asyncio.gather(*(server.reply(*words) for server in servers))
        return {server.name: reply for server, reply in zip(servers, replies, strict=True)}

    async def copies(self) -> Mapping[str, Mapping[str, Any]]:
        """Each primary of a cluster, and its replicas: what INFO says there, None where nothing.

        Raises:
            StoreError: when nobody knows them.
        """
        with self._translated():
            return await self._servers.copies()

    async def scan(self, pattern: str) -> set[bytes]:
        """The names of all keys of a pattern.

        Raises:
            StoreError: when a server is away, or refuses.
        """
        found = set[bytes]()
        with self._translated():
            servers = await self._servers.primaries()
            # Twice where there are several: a key may go from one that was not asked yet to one that was.
            for server in (*servers, *servers[:-1]):
                cursor = "0"
                while True:
                    raw, names = await server.reply("SCAN", cursor, "MATCH", pattern, "COUNT", SCANNED)
                    found |= set(names)
                    cursor = text(raw if isinstance(raw, bytes) else str(raw))
                    if cursor == "0":
                        break
        return found

    @property
    def cluster(self) -> bool:
        """Whether there may be several servers that are written to."""
        return isinstance(self._servers, Cluster)

    @property
    def parts(self) -> tuple[str, ...]:
        """Hash tags whose keys are all over the store: of what was emptied, one is gone."""
        return PARTS if self.cluster else PARTS[:1]

    @property
    def changes(self) -> int:
        """How often another primary took over."""
        return self._changes + self._servers.changes

    async def replace(self, servers: Servers) -> None:
        """Talk to the same store by another client from now on: its password has changed."""
        before, self._servers = self._servers, servers
        self._changes += before.changes
        with self._translated():
            await before.abandon()

    async def close(self) -> None:
        """End it; what is asked for later is refused."""
        with self._translated():
            await self._servers.close()

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
            if "cluster support disabled" in str(error):
                raise UserError(f"store {self.where}: this server is no cluster: {SINGLE}") from error
            raise StoreError(
                f"store {self.where}: {_sentence(error, copy=self._copy, cluster=self.cluster)}"
            ) from error


SINGLE = "write redis://host:port, or redis+sentinel://host:26379/name"


def grant(*, cluster: bool = False) -> str:
    """What gives a user of the server, or of each node of a cluster, all rights that are needed."""
    rights = " ".join(f"+{word.lower()}" for word in (COMMANDS + CLUSTER_COMMANDS if cluster else COMMANDS))
    return f"`ACL SETUSER groundtruth ~gt:* {rights}` (with the user's name{', on every node' if cluster else ''})"


def _sentence(error: Exception, *, copy: bool, cluster: bool) -> str:
    """What went wrong, with what to do about it where that is known."""
    if isinstance(error, AuthenticationError):
        given = "asks for a password" if "required" in str(error).lower() else "refuses this user and password"
        return f"it {given}: set REDIS_PASSWORD or REDIS_PASSWORD_FILE"
    if isinstance(error, NoPermissionError) or "NOPERM" in str(error):
        return f"it refuses a command to this user, who needs {grant(cluster=cluster)}"
    if str(error).startswith("NOREPLICAS"):
        alone = "its primary refuses writes while it has too few replicas (min-replicas-to-write): start them again"
        return "no Groundtruth runs there, so what it kept can be read and not changed" if copy else alone
    if isinstance(error, ClusterDownError):
        return f"a part of the cluster has no primary, and nothing there can be read or written ({error})"
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
