"""Whether a server will do, and what to warn about, from its INFO."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.errors import UserError
from bot.store.store import parse_info
from bot.store.types import Info

LEAST = {"Redis": (6, 2), "Valkey": (7, 2)}
"""Redis 6.2 brought XTRIM MINID (trimming by age) and ZMSCORE; 7.2 is the first Valkey there is."""
FULL = 0.9
"""Share of the memory limit from which on it is as good as reached."""


def judge_server(raw: Mapping[str, Any], *, writes: bool = False) -> tuple[str, ...]:
    """What to warn about; `writes`: whoever asks is going to.

    Raises:
        UserError: when it will not do at all.
    """
    info = parse_info(raw)
    least = LEAST[info.product]
    if _version(info) < least:
        wanted = ".".join(map(str, least))
        raise UserError(f"{info.product} {info.version} is too old for Groundtruth: {wanted} or newer is needed")
    if info.mode == "cluster":
        raise UserError(
            "this Redis is a cluster, which Groundtruth cannot use yet: give it a single server or Sentinel"
        )
    if writes and info.primary:
        raise UserError(
            f"this server is a replica of {info.primary}, and nothing can be written there: give the primary's address"
            " or the Sentinels' (redis+sentinel://host:26379/name)"
        )
    return tuple(_warnings(info))


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
    if info.replicas and not info.guarded:
        yield (
            "the store's primary goes on writing when it is cut off from its replicas, and a failover loses that: set"
            " min-replicas-to-write 1 and min-replicas-max-lag 10 on every server (with one replica only, its loss"
            " then stops all writes)"
        )


def _version(info: Info) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", info.version)[:2])
