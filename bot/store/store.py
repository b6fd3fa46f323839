"""The store: a few whole operations, each one atomic write or one read.

What a delivery goes through is in `outbox`, what the desk reads in `views`, the ledger in `book`, the
budgets in `purse`; what processes share beside services in `leases`, `subscriptions`, `health`, `audit`, `vantages`.
"""

import math
import re
import secrets
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from bot.store import keys, schema
from bot.store.acts import ActStore
from bot.store.announcements import AnnouncementStore
from bot.store.audit import AuditStore
from bot.store.backup import Backup
from bot.store.budget import BudgetStore
from bot.store.client import RedisClient, Servers, Value, mapping, text
from bot.store.groups import Groups
from bot.store.health import HealthStore
from bot.store.installations import InstallationStore
from bot.store.key_values import KeyValues
from bot.store.keys import keys_of
from bot.store.leases import Leases
from bot.store.ledger import LedgerStore
from bot.store.notify_requests import NotifyRequestStore
from bot.store.outbox import Outbox
from bot.store.peers import PeerStore
from bot.store.pings import PingStore
from bot.store.reads import Reads
from bot.store.reporters import ReporterStore
from bot.store.subscriptions import SubscriptionStore
from bot.store.types import START, AppendReply, Commit, DeliveryWrite, Info, LoadedState, Renewal, Token
from bot.store.vantages import VantageStore

BLOCK_MS_MOST = 2_000
"""Below the client's socket time-out, which would otherwise take a quiet stream for a dead server."""
_POSITION = re.compile(r"\d{1,15}-\d{1,19}")


class Store:
    """One server, or a cluster.

    Every operation raises `StoreError` when the server is away or refuses, and may then be called again with the same
    arguments: rows, commits and settlements that had arrived after all are not applied twice. `warnings` are
    sentences about how the server is set up.
    """

    def __init__(self, link: RedisClient, warnings: tuple[str, ...] = ()) -> None:
        self._link = link
        self.outbox = Outbox(link)
        self.views = Reads(link)
        self.book = LedgerStore(link)
        self.purse = BudgetStore(link)
        self.people = ReporterStore(link)
        self.notes = KeyValues(link)
        self.leases = Leases(link)
        self.peers = PeerStore(link)
        self.subscriptions = SubscriptionStore(link)
        self.health = HealthStore(link)
        self.installations = InstallationStore(link)
        self.audit = AuditStore(link)
        self.acts = ActStore(link)
        self.announcements = AnnouncementStore(link)
        self.vantages = VantageStore(link)
        self.groups = Groups(link)
        self.backup = Backup(link)
        self.notify_requests = NotifyRequestStore(link)
        self.pings = PingStore(link)
        self.warnings = warnings

    def __repr__(self) -> str:
        return f"Store({self._link.where})"

    # The stream between seeing and judging.

    async def append(
        self, service: str, prober: str, first_seq: int, rows: Sequence[bytes | str], oldest: int = 0
    ) -> AppendReply:
        """Rows number `first_seq`, `first_seq + 1`, ... of one prober run; those already there are skipped.

        Nothing is written where rows before them are missing, if the prober still has some of those: it has all from
        number `oldest` on (0: those it sends).
        """
        k = keys_of(service)
        numbers = (first_seq, oldest or first_seq, keys.STREAM_AGE_S * 1000, keys.STREAM_CAP)
        ttls = (keys.STREAM_TTL_S, keys.PROBER_TTL_S, keys.SERVICE_TTL_S)
        names = (k.stream, k.seq(prober), k.judge, k.attention)
        last, attention = await self._link.run("append", names, (*numbers, *ttls, *rows))
        return AppendReply(int(last), mapping(attention))

    async def read(
        self, service: str, after: str = START, count: int = 500, block_ms: int = 0
    ) -> list[tuple[str, bytes]]:
        """Up to `count` rows after a position, oldest first, waiting up to `block_ms` (two seconds at most) for one."""
        stream = keys_of(service).stream
        waiting: tuple[Value, ...] = ("BLOCK", min(block_ms, BLOCK_MS_MOST)) if block_ms > 0 else ()
        reply = await self._link.call("XREAD", "COUNT", count, *waiting, "STREAMS", stream, after)
        return [(text(position), fields[b"r"]) for _, entries in reply or () for position, fields in entries]

    # The judge's lease and its one write.

    async def lease(
        self, service: str, owner: str, ttl_ms: int, asks_ms: int = 0, living: Sequence[str] = ()
    ) -> Token | None:
        """A new fencing token, never given before; None while another owner holds the lease.

        The same owner gets a new one at once and its old token is worth nothing from then on. Who `asks` is the one to
        have it: for so long the holder hears of it when it renews, and once it is free nobody else gets it. From an
        owner that is not among the `living`, where any are named, it is taken: what that one still writes is refused.
        """
        numbers: tuple[Value, ...] = (ttl_ms, keys.SERVICE_TTL_S, secrets.token_hex(4), asks_ms)
        words = ("take", owner, *numbers, *living)
        token = await self._link.run("lease", _lease_keys(service), words)
        return None if token == 0 else text(token)

    async def renew(self, service: str, token: Token, ttl_ms: int) -> Renewal:
        """Keep the lease; false where it is another's."""
        return Renewal(await self._link.run("lease", _lease_keys(service), ("renew", token, ttl_ms)))

    async def release(self, service: str, token: Token) -> bool:
        return bool(await self._link.run("lease", _lease_keys(service), ("release", token)))

    @property
    def changes(self) -> int:
        """How often another primary of the store took over: what was read before may not be there."""
        return self._link.changes

    async def load(self, service: str) -> LoadedState:
        """What the last commit saved."""
        saved = await self._link.call("HMGET", keys_of(service).judge, "position", "state", "lost", "commit")
        return LoadedState(text(saved[0]) or START, saved[1], int(saved[2] or 0), text(saved[3]))

    async def commit(self, service: str, token: Token, commit: Commit) -> bool:
        """Write one judgement whole; False, and nothing changed, without the lease or with a position that goes back.

        It is refused as well where the last commit is not the one it builds upon: the store has lost some.

        Raises:
            ValueError: when the position is none of a stream.
        """
        if not _POSITION.fullmatch(commit.position):
            raise ValueError(f"not a position: {commit.position[:80]!r}")
        k = keys_of(service)
        names = (k.lease, k.judge, k.assessments, k.attention, k.incidents, k.opened, k.timeline)
        rows = chain.from_iterable((k.delivery(write.id), k.due(write.outlet)) for write in commit.deliveries)
        outcomes = (k.outcome(write.id) for write in commit.outcomes)
        rollups = (k.rollup(write.level.kind, write.component, write.chunk) for write in commit.rollups)
        every = (*names, k.deliveries, k.ledger, k.aside, *rows, *rollups, *outcomes)
        return int(await self._link.run("commit", every, tuple(_words(token, commit)))) == 1

    # The server itself.

    async def reconnect(self, servers: Servers) -> None:
        """Go on with another client of the same store."""
        await self._link.replace(servers)

    async def identity(self) -> tuple[str, ...]:
        """Names of this store's parts alone, to notice that one was emptied or is another one."""
        return await schema.identity(self._link)

    async def ping(self) -> float:
        """Milliseconds a command takes there and back, at the slowest server."""
        started = time.perf_counter()
        await self._link.everywhere("PING")
        return (time.perf_counter() - started) * 1000

    async def time(self) -> float:
        """The server's clock, in Unix seconds; of a cluster that of one server for all, which every process asks."""
        return moment(await self._link.call("TIME"))

    async def skew(self) -> float:
        """How far this machine's clock is ahead of the server's, in seconds, to within half the way there and back."""
        began = time.time()
        theirs = await self.time()
        return (began + time.time()) / 2 - theirs

    async def info(self) -> Info:
        """The server's own health; of a cluster the worst of its primaries."""
        return worst([parse_info(told) for told in (await self._link.everywhere("INFO")).values()])


def parse_info(info: Mapping[str, Any]) -> Info:
    """The few lines of INFO we care about; Valkey states its own version beside the Redis one it is compatible with."""
    valkey = "valkey_version" in info
    aof = "on" if info.get("aof_enabled") else "off"
    if info.get("aof_enabled") and info.get("aof_last_write_status", "ok") != "ok":
        aof = "failing"
    return Info(
        product="Valkey" if valkey else "Redis",
        version=str(info.get("valkey_version" if valkey else "redis_version", "0")),
        memory_bytes=int(info.get("used_memory", 0)),
        aof=aof,
        eviction=str(info.get("maxmemory_policy", "noeviction")),
        mode=str(info.get("server_mode", info.get("redis_mode", "standalone"))),
        memory_limit=int(info.get("maxmemory", 0)),
        primary=f"{info.get('master_host')}:{info.get('master_port')}" if info.get("role") == "slave" else "",
        replicas=int(info.get("connected_slaves", 0)),
        guarded="min_slaves_good_slaves" in info,
    )


def worst(infos: Sequence[Info]) -> Info:
    """Several servers as one: the fullest one's memory, the worst file, a policy that throws keys away."""
    fullest = max(infos, key=lambda one: (one.memory_bytes / (one.memory_limit or math.inf), one.memory_bytes))
    return replace(
        fullest,
        version=" and ".join(sorted({one.version for one in infos})),
        aof=max((one.aof for one in infos), key=("on", "off", "failing").index),
        eviction=max((one.eviction for one in infos), key=lambda policy: policy != "noeviction"),
        replicas=min(one.replicas for one in infos),
        guarded=all(one.guarded for one in infos),
        servers=len(infos),
    )


def moment(reply: Sequence[Any]) -> float:
    """The reply to TIME, in Unix seconds."""
    return int(reply[0]) + int(reply[1]) / 1e6


def _lease_keys(service: str) -> tuple[str, str, str]:
    k = keys_of(service)
    return k.lease, k.fence, k.wanted


def _words(token: Token, commit: Commit) -> Iterator[Value]:
    """The commit as the script reads it: fixed figures, then counted groups, then one run of words a delivery."""
    yield from (token, commit.position, commit.id, commit.state or b"", keys.SERVICE_TTL_S, keys.DELIVERY_TTL_S)
    yield from (keys.INCIDENTS_KEPT, keys.TIMELINE_KEPT, keys.DELIVERIES_KEPT, keys.TRAIL_KEPT)
    yield from (keys.LEDGER_TTL_S, keys.LEDGER_KEPT, keys.SET_ASIDE_KEPT, "*" if commit.after is None else commit.after)
    yield from (int(commit.state is not None), int(commit.whole))
    for fields in (commit.assessments, commit.attention):
        yield len(fields)
        yield from chain.from_iterable(fields.items())
    yield len(commit.incidents)
    for incident in commit.incidents:
        yield from (incident.id, incident.opened_at, incident.body)
    yield len(commit.log)
    yield from commit.log
    yield len(commit.aside)
    yield from commit.aside
    yield len(commit.ledger)
    for row in commit.ledger:
        yield from (row.at, row.body)
    yield len(commit.outcomes)
    for outcome in commit.outcomes:
        yield from (keys.OUTCOME_TTL_S, outcome.body)
    yield len(commit.records)
    for record in commit.records:
        yield from (record.id, record.body)
    yield from (len(commit.rollups), commit.rolled_at)
    for write in commit.deliveries:
        yield from _delivery_words(write)
    for chunk in commit.rollups:
        yield from (chunk.left_s, len(chunk.buckets))
        yield from chain.from_iterable(chunk.buckets.items())


def _delivery_words(write: DeliveryWrite) -> Iterator[Value]:
    yield from (write.id, write.subject, write.channel, write.version, int(write.urgent), write.due_at, write.body)
    yield from (write.held_until, int(write.over), int(write.begins), write.by)
    yield len(write.trail)
    yield from write.trail
