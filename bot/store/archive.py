"""A backup: every key of the table as one JSON line, read while everything runs, and written into any empty store.

The first line says what wrote it and which state schema it has. Leases and secrets stay out: leases are a process's
own, and nobody should find a token in a backup.
"""

import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bot.errors import UserError
from bot.store.client import RedisClient, Value
from bot.store.keys import kind_name, tag_of, type_of

FORMAT = 1
LEFT_OUT = frozenset({
    "bell", "confirmed", "health", "installations", "lease", "peers", "reader", "salt", "schema", "turn", "voice",
    "wanted",
})  # fmt: skip
"""Kinds of keys that are no part of a backup: leases, the last words of processes, and secrets."""
AT_ONCE = 1_000
"""Values written by one command, and commands by one transaction."""
TRIES = 5
"""A service is read again where keys were added meanwhile."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One key: its name, type, what is left of its life in milliseconds (0 or less: for ever), and what it holds."""

    key: str
    type: str
    ttl_ms: int
    value: Any

    def dump(self) -> str:
        """As JSON; bytes that are no text survive as escapes."""
        kind = kind_name(self.key)
        fields = {"key": self.key, "kind": kind, "type": self.type, "ttl_ms": self.ttl_ms, "value": self.value}
        return json.dumps(fields, separators=(",", ":"))


async def exported(link: RedisClient) -> AsyncIterator[KeyRecord]:
    """The keys of the store, those of one service as they were at one moment. Raises StoreError."""
    for tag in sorted({tag_of(key) for key in await found(link)}):
        for line in await _of_tag(link, tag):
            yield line


async def found(link: RedisClient, tag: str = "") -> list[str]:
    """The names of all our keys, or of those with a tag, in order. Raises StoreError."""
    names = await link.scan(f"gt:*:{{{tag or '*'}}}:*")
    return sorted(raw.decode("utf-8", "surrogateescape") for raw in names)


async def _of_tag(link: RedisClient, tag: str) -> list[KeyRecord]:
    names = await _wanted(link, tag)
    for _ in range(TRIES):
        commands = list(chain.from_iterable(_reads(name) for name in names))
        replies = await link.calls(commands) if commands else []
        after = await _wanted(link, tag)
        if set(after) <= set(names):
            break
        names = after
    return [line for line in _lines(names, replies) if line.value]


async def _wanted(link: RedisClient, tag: str) -> list[str]:
    return [name for name in await found(link, tag) if kind_name(name) and kind_name(name) not in LEFT_OUT]


READS: Mapping[str, tuple[Value, ...]] = {
    "string": ("GET",),
    "hash": ("HGETALL",),
    "list": ("LRANGE", 0, -1),
    "zset": ("ZRANGE", 0, -1, "WITHSCORES"),
    "stream": ("XRANGE", "-", "+"),
}
"""A type -> the command that reads all of it, without the key."""


def _reads(name: str) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    command, *rest = READS[type_of(name)]
    return (command, name, *rest), ("PTTL", name)


def _lines(names: Iterable[str], replies: list[Any]) -> Iterator[KeyRecord]:
    for number, name in enumerate(names):
        value, ttl_ms = replies[2 * number : 2 * number + 2]
        if value:
            yield KeyRecord(name, type_of(name), int(ttl_ms), _plain(type_of(name), value))


def _plain(kind: str, value: Any) -> Any:
    """A reply as JSON can hold it."""
    match kind:
        case "string":
            return _text(value)
        case "hash":
            pairs = value.items() if isinstance(value, dict) else zip(value[::2], value[1::2], strict=True)
            return {_text(field): _text(body) for field, body in pairs}
        case "list":
            return [_text(item) for item in value]
        case "zset":
            pairs = value if isinstance(value[0], tuple) else zip(value[::2], value[1::2], strict=True)
            return [[_text(member), float(score)] for member, score in pairs]
    return [[_text(at), {_text(k): _text(v) for k, v in fields.items()}] for at, fields in value]


def _text(raw: Any) -> str:
    return raw.decode("utf-8", "surrogateescape") if isinstance(raw, bytes) else str(raw)


def read_line(text_of_line: str, number: int) -> KeyRecord:
    """A line of a backup. Raises UserError for what is none."""
    try:
        fields = json.loads(text_of_line)
        line = KeyRecord(fields["key"], fields["type"], int(fields["ttl_ms"]), fields["value"])
        good = isinstance(line.key, str) and kind_name(line.key) and type_of(line.key) == line.type
        commands = list(writes(line)) if good else []
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        commands = []
    if not commands:
        raise UserError(f"line {number}: expected a key of a backup that this version knows")
    return line


def writes(line: KeyRecord) -> Iterator[tuple[Value, ...]]:
    """The commands that make this key anew, whatever it held."""
    key, value = line.key, line.value
    yield ("DEL", key)
    match line.type:
        case "string":
            yield ("SET", key, _raw(value))
        case "hash":
            yield from (("HSET", key, *chain.from_iterable(part)) for part in _parts(_pairs(value)))
        case "list":
            yield from (("RPUSH", key, *part) for part in _parts([_raw(item) for item in value]))
        case "zset":
            scored = [(float(score), _raw(member)) for member, score in value]
            yield from (("ZADD", key, *chain.from_iterable(part)) for part in _parts(scored))
        case "stream":
            yield from (("XADD", key, at, *chain.from_iterable(_pairs(fields))) for at, fields in value)
    if line.ttl_ms > 0:
        yield ("PEXPIRE", key, line.ttl_ms)


def _pairs(fields: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(_raw(name), _raw(value)) for name, value in fields.items()]


def _parts(items: list[Any]) -> Iterator[list[Any]]:
    yield from (items[n : n + AT_ONCE] for n in range(0, len(items), AT_ONCE))


def _raw(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")


async def rewritten(link: RedisClient, line: KeyRecord) -> None:
    """Write one key, whole or not at all where it is small. Raises StoreError."""
    commands = list(writes(line))
    for part in _parts(commands):
        await link.calls(part)
