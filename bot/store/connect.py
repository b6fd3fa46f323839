"""From an address to a store: which server, with what patience, and whether it will do."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff

from bot.errors import StoreError, UserError
from bot.store.batching import Batches
from bot.store.client import RedisClient, Servers
from bot.store.cluster import Cluster
from bot.store.embedded import EmbeddedServer, answer
from bot.store.embedded_directory import StoreDirectory, copied, kept
from bot.store.permissions import permitted
from bot.store.replication import Sentinels
from bot.store.schema import ready
from bot.store.slots import Place
from bot.store.store import Store
from bot.store.suitability import suitable

SOCKET_S, CONNECT_S, HEALTH_S = 5.0, 3.0, 15
_SECRET = re.compile(r"((?:^|&)(?:\w*_)?password=)[^&#]*")
_PORT, _SENTINEL_PORT = 6379, 26379
PATIENCE: Mapping[str, Any] = {
    "socket_timeout": SOCKET_S,
    "socket_connect_timeout": CONNECT_S,
    "health_check_interval": HEALTH_S,
    "retry": Retry(ExponentialWithJitterBackoff(cap=0.5, base=0.05), 3),
    "client_name": "groundtruth",
    "protocol": 2,
}
SENTINELS = frozenset({"redis+sentinel", "rediss+sentinel"})
_RESERVED = frozenset({"protocol", "decode_responses", "encoding"})


def masked(url: str) -> str:
    """The address without its passwords."""
    start, mark, rest = url.partition("://")
    place, question, options = rest.partition("?")
    if not mark or "@" in options:
        return "***"  # no address, so there is no telling where its password is
    user, at, host = place.rpartition("@")
    name = user.partition(":")[0] + ":***" if ":" in user else user and "***"
    return start + mark + name + at + host + question + _SECRET.sub(r"\1***", options)


@asynccontextmanager
async def open_kept(url: str | None, state_dir: Path, socket: Path | None = None) -> AsyncIterator[tuple[Store, bool]]:
    """The store for whoever only asks, and whether a Groundtruth runs on it; `socket`: where the embedded one listens.

    Where none runs, what the embedded store of a directory kept is read from a copy of it, and every write is refused.

    Raises:
        UserError: nothing was kept there, or it is another user's.
        StoreError: when the server cannot be reached.
    """
    async with AsyncExitStack() as stack:
        runs = url is not None or await _answering(state_dir, socket) is not None
        if runs:
            store = await stack.enter_async_context(open_store(url, state_dir, start=False, socket=socket))
        else:
            if not kept(state_dir):
                raise UserError(_nobody(state_dir))
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="groundtruth-kept-")))
            await asyncio.to_thread(copied, state_dir, folder)
            server = await stack.enter_async_context(EmbeddedServer(folder, writable=False))
            link = RedisClient(servers(server.url), str(state_dir), copy=True)
            stack.push_async_callback(link.close)
            await ready(link, writes=False)
            store = Store(link, ())
        yield store, runs


@asynccontextmanager
async def open_store(  # noqa: PLR0913 - where it is, and how it is opened
    url: str | None,
    state_dir: Path,
    *,
    start: bool = True,
    socket: Path | None = None,
    mode: int = 0o600,
    check: bool = True,
) -> AsyncIterator[Store]:
    """The store at an address, or the embedded one in a directory: run by us (`start`), or by another process.

    The embedded one listens at `socket` with the permissions `mode`, or inside its directory. Without `check` the state
    schema of what stands there is the caller's to judge: it is about to be thrown away.

    Raises:
        UserError: for an address that is none or is of another kind of store, a server that is too old or a replica, a
            user of the server who may not do what is needed, a directory that is taken (`start`) or where nobody runs
            (not `start`), a store that a newer version wrote.
        StoreError: when the server cannot be reached.
    """
    async with AsyncExitStack() as stack:
        if url is None and start:
            url = (await stack.enter_async_context(EmbeddedServer(state_dir, socket=socket, mode=mode))).url
        elif url is None:
            url = await _running(state_dir, socket)
        link = RedisClient(servers(url), masked(url))
        stack.push_async_callback(link.close)
        warnings = (*await suitable(link, writes=start), *_two_sentinels(url))
        if start:
            await permitted(link)
        if check:
            await ready(link, writes=start)
        yield Store(link, warnings)


async def reconnect(store: Store, url: str) -> None:
    """Go on with the server's new password, if that is right.

    Raises:
        StoreError: the server refuses it, or is away; nothing has changed then.
    """
    fresh = servers(url)
    link = RedisClient(fresh, masked(url))
    try:
        await link.everywhere("PING")
    except StoreError:
        await link.close()
        raise
    await store.reconnect(fresh)


async def _running(state_dir: Path, socket: Path | None) -> str:
    found = await _answering(state_dir, socket)
    if found is None:
        raise UserError(_nobody(state_dir))
    return f"unix://{found}"


async def _answering(state_dir: Path, socket: Path | None) -> Path | None:
    """The socket of the Groundtruth that runs on a directory, None where none does.

    Raises:
        UserError: it is another user's, and this one may not ask there.
    """
    if socket is not None and _may_not(socket):
        raise UserError(f'you may not ask at {socket}: join the group that it belongs to, with `socket.mode: "0660"`')
    socket = socket or StoreDirectory(state_dir).socket_path()
    try:
        async with asyncio.timeout(CONNECT_S):
            return socket if await answer(socket) else None
    except TimeoutError as error:
        raise StoreError(f"store {socket}: no answer") from error


def _may_not(socket: Path) -> bool:
    """Whether a socket, or the folder it is in, is closed to this user."""
    try:
        as_us = os.access in os.supports_effective_ids
        return socket.exists() and not os.access(socket, os.R_OK | os.W_OK, effective_ids=as_us)
    except PermissionError:
        return True


def _nobody(state_dir: Path) -> str:
    return f"Groundtruth does not run on {state_dir}: start it with `groundtruth run`"


def servers(url: str) -> Servers:
    """What stands at an address; nothing is connected yet.

    Raises:
        UserError: for an address that is none.
    """
    if urlsplit(url).scheme in {"redis+cluster", "rediss+cluster"}:
        with _understood(url):
            return _cluster(url)
    return Batches(client(url))


def client(url: str) -> Redis:
    """A client for the address of one server, or of Sentinels; nothing is connected yet.

    Raises:
        UserError: for an address that is none.
    """
    with _understood(url):
        if urlsplit(url).scheme in SENTINELS:
            return _sentinel(url, PATIENCE)
        return _plain(url, PATIENCE)


@contextmanager
def _understood(url: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, AttributeError):
        raise UserError(
            f"redis: {masked(url)} is not an address: redis://host:port/0, rediss://..., unix:///path, "
            "redis+sentinel://host:port,host:port/name?db=0 or redis+cluster://host:port,host:port expected"
        ) from None  # the parser's own words may contain the password


def _cluster(url: str) -> Cluster:
    """Any of its nodes; user, password and options are the same for all, and the database is always 0."""
    parts = urlsplit(url)
    login, at, places = parts.netloc.rpartition("@")
    if parts.path.strip("/") not in {"", "0"} or "db" in parse_qs(parts.query):
        raise ValueError("a cluster has one database only")
    # Not tried again by the client: the next try may be another node's, which is ours to notice.
    once = {**PATIENCE, "retry": Retry(NoBackoff(), 0)}

    def node(place: Place) -> Redis:
        host = f"[{place[0]}]" if ":" in place[0] else place[0]
        scheme = parts.scheme.partition("+")[0]
        return _plain(urlunsplit((scheme, f"{login}{at}{host}:{place[1]}", "/0", parts.query, "")), once)

    seeds = [_place(place, _PORT) for place in places.split(",")]
    node(seeds[0])
    return Cluster(seeds, node)


def _plain(url: str, patience: Mapping[str, Any]) -> Redis:
    if _RESERVED & parse_qs(urlsplit(url).query).keys():
        raise ValueError("options we depend on")
    redis: Redis = Redis.from_url(url, **patience)
    pool: Any = redis.connection_pool
    pool.make_connection()  # connects nothing, but refuses unknown options now
    return redis


def _sentinel(url: str, patience: Mapping[str, Any]) -> Redis:
    """The master of a name the sentinels know; the password in the address is the server's.

    `sentinel_username` and `sentinel_password` in the query are the sentinels' own.
    """
    parts = urlsplit(url)
    user, _, places = parts.netloc.rpartition("@")
    name, _, password = user.partition(":")
    query = {key: values[-1] for key, values in parse_qs(parts.query, strict_parsing=bool(parts.query)).items()}
    service = unquote(parts.path.strip("/"))
    if not service or not query.keys() <= {"db", "sentinel_username", "sentinel_password"}:
        raise ValueError("a service name and no unknown options expected")
    secure = {"ssl": True} if parts.scheme == "rediss+sentinel" else {}
    own = {"username": query.get("sentinel_username"), "password": query.get("sentinel_password"), **secure}
    # Where one does not answer the next one is asked, at once.
    timeouts: dict[str, Any] = {"socket_timeout": CONNECT_S, "socket_connect_timeout": CONNECT_S}
    timeouts["retry"] = Retry(NoBackoff(), 0)
    sentinels: Any = Sentinels(  # type: ignore[no-untyped-call]  # its constructor has no annotations
        [_place(place, _SENTINEL_PORT) for place in places.split(",")], sentinel_kwargs={**own, **timeouts}
    )
    login = {"username": unquote(name) or None, "password": unquote(password) or None}
    # Not tried again by the client: the next try may reach another primary, which is ours to notice.
    once = {**patience, "retry": Retry(NoBackoff(), 0)}
    redis: Redis = sentinels.master_for(service, Redis, db=int(query.get("db", 0)), **login, **secure, **once)
    return redis


def _two_sentinels(url: str) -> Iterator[str]:
    """What to warn about where neither may be away. Behind one name there may be several, which nobody can see."""
    parts = urlsplit(url)
    if parts.scheme in SENTINELS and parts.netloc.count(",") == 1:
        yield (
            "two Sentinels are configured, and most of those configured must name the primary: while one is away,"
            " nothing can be written; name three in the store's address"
        )


def _place(text: str, port: int) -> Place:
    parts = urlsplit(f"//{text}")
    if not parts.hostname:
        raise ValueError("a host expected")
    return parts.hostname, parts.port or port
