"""Stores recorded by a release, one key a line: key, type, what was left of its life (ms), and its value."""

import gzip
import json
from collections.abc import Iterable
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

from bot.store.store import Store

T = TypeVar("T")
STORES = Path(__file__).parent.parent / "data" / "stores"


def readable(value: T | None) -> T:
    """What a codec has read, where it must be there."""
    assert value is not None
    return value


def recorded(name: str) -> list[dict[str, Any]]:
    """The keys of a recorded store."""
    return [json.loads(line) for line in gzip.decompress((STORES / name).read_bytes()).splitlines()]


async def restore(store: Store, rows: Iterable[dict[str, Any]]) -> None:
    """Put recorded keys into an empty store."""
    link = store._link
    for row in rows:
        for words in _commands(row["key"], row["type"], row["value"]):
            await link.call(*words)
        if row["ttl_ms"] > 0:
            await link.call("PEXPIRE", row["key"], row["ttl_ms"])


def _commands(key: str, kind: str, value: Any) -> list[tuple[Any, ...]]:
    match kind:
        case "string":
            return [("SET", key, value)]
        case "hash":
            return [("HSET", key, *chain.from_iterable(value.items()))]
        case "list":
            return [("RPUSH", key, *value)]
        case "zset":
            return [("ZADD", key, *chain.from_iterable((score, member) for member, score in value))]
        case "stream":
            return [("XADD", key, at, *chain.from_iterable(fields.items())) for at, fields in value]
    raise ValueError(f"a {kind} cannot be restored")
