"""Whether a server will do, and what to warn about, from its INFO."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.errors import UserError
from bot.store.client import RedisClient
from bot.store.store import moment, parse_info
from bot.store.types import Info

LEAST = {"Redis": (6, 2), "Valkey": (7, 2)}
"""Redis 6.2 brought XTRIM MINID (trimming by age) and ZMSCORE; 7.2 is the first Valkey there is."""
FULL = 0.9
"""Share of the memory limit from which on it is as good as reached."""
APART_S = 2.0
"""Clocks of a cluster's nodes that differ by more are warned of."""


def judge_server(raw: Mapping[str, Any], *, writes: bool = False, cluster: bool = False) -> tuple[str, ...]:
    """What to warn about; `writes`: whoever asks is going to; `cluster`: it was asked for one.

    Raises:
        UserError: when it will not do at all.
    """
    info = parse_info(raw)
    least = LEAST[info.product]
    if _version(info) < least:
        wanted = ".".join(map(str, least))
        raise UserError(f"{info.product} {info.version} is too old for Groundtruth: {wanted} or newer is needed")
    if info.mode == "cluster" and not cluster:
        raise UserError(
            "this server is a node of a cluster: write redis+cluster://host:port with one or several of its nodes"
        )
    if writes and info.primary and not cluster:
        raise UserError(
            f"this server is a replica of {info.primary}, and nothing can be written there: give the primary's address"
            " or the Sentinels' (redis+sentinel://host:26379/name)"
        )
    return (*_untested(raw), *_warnings(info))


async def suitable(link: RedisClient, *, writes: bool) -> tuple[str, ...]:
    """What to warn about, of every server of the store and of every replica of a cluster.

    Raises:
        UserError: when one will not do at all.
        StoreError: when one is away.
    """
    primaries = await link.everywhere("INFO")
    if not link.cluster:
        return judge_server(primaries[""], writes=writes)
    copies = await link.copies()
    nodes = {**primaries, **{name: told for row in copies.values() for name, told in row.items() if told is not None}}
    said: dict[str, list[str]] = {}
    for name, told in nodes.items():
        for warning in judge_server(told, writes=writes, cluster=True):
            said.setdefault(warning, []).append(name)
    warnings = [
        warning if len(where) == len(nodes) else f"{', '.join(where)}: {warning}" for warning, where in said.items()
    ]
    silent = [name for row in copies.values() for name, told in row.items() if told is None]
    alone = [name for name, row in copies.items() if not row]
    clocks = [moment(reply) for reply in (await link.everywhere("TIME")).values()]
    return (*warnings, *_of_all(silent, alone, max(clocks) - min(clocks)))


def _of_all(silent: Sequence[str], alone: Sequence[str], apart_s: float) -> Iterator[str]:
    """What to warn about of a cluster as a whole."""
    if silent:
        yield f"replicas of the cluster do not answer: {', '.join(silent)}"
    if alone:
        yield (
            f"nobody has a copy of what is on {', '.join(alone)}: without a replica (CLUSTER REPLICATE), a lost primary"
            " stops all services whose keys are there"
        )
    if apart_s > APART_S:
        yield (
            f"the clocks of the cluster's nodes differ by {apart_s:.0f} s: set them (NTP), or times leap when one takes"
            " over from another"
        )


def _untested(raw: Mapping[str, Any]) -> Iterator[str]:
    """Servers that speak the same language and are not tested: both say they are some version of Redis."""
    keydb = "mvcc_depth" in raw or "keydb" in str(raw.get("executable", "")).lower()
    for name, found in (("Dragonfly", "dragonfly_version" in raw), ("KeyDB", keydb)):
        if found:
            yield f"the store is {name}, with which Groundtruth is not tested: use Redis or Valkey"


def _warnings(info: Info) -> Iterator[str]:
    if info.eviction != "noeviction":
        yield f"the store may throw away keys when memory is short (maxmemory-policy {info.eviction}): set noeviction"
    if info.memory_limit and info.memory_bytes > FULL * info.memory_limit:
        used = f"{info.memory_bytes / 1e6:.0f} of {info.memory_limit / 1e6:.0f} MB"
        yield f"the store's memory is nearly full ({used}), then nothing more can be written: raise maxmemory"
    if info.aof == "off":
        yield "the store keeps no append-only file: a restart of it may forget incidents (set appendonly yes)"
    if info.aof == "failing":
        yield "the store cannot write its append-only file: check its disk"
    if (info.replicas or info.primary) and not info.guarded:
        yield (
            "the store's primary goes on writing when it is cut off from its replicas, and a failover loses that: set"
            " min-replicas-to-write 1 and min-replicas-max-lag 10 on every server (with one replica only, its loss"
            " then stops all writes)"
        )


def _version(info: Info) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", info.version)[:2])
