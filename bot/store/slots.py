"""Which primary of a cluster serves which slot, as most of the primaries say. Pure."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, pairwise
from typing import Any

from redis.crc import key_slot

from bot.store import keys
from bot.store.keys import STATE_SCHEMA

SLOTS, PARTS = 16_384, 16
Place = tuple[str, int]
"""Host and port of a node."""

Words = Sequence[str | bytes | int | float]


@dataclass(frozen=True, slots=True)
class SlotRange:
    """Slots `first` to `last`, who serves them (None: not agreed) and who has copies."""

    first: int
    last: int
    primary: Place | None
    replicas: tuple[Place, ...] = ()


View = tuple[SlotRange, ...]
"""What one node says of all slots that are served."""


@dataclass(frozen=True, slots=True)
class SlotMap:
    """Ranges in order, none of them twice."""

    ranges: View = ()

    def owner(self, slot: int) -> Place | None:
        """The primary that serves a slot, None where most do not name one."""
        at = bisect_right(self.ranges, slot, key=lambda one: one.first) - 1
        return self.ranges[at].primary if at >= 0 and slot <= self.ranges[at].last else None

    @property
    def primaries(self) -> frozenset[Place]:
        """All that serve a slot."""
        return frozenset(one.primary for one in self.ranges if one.primary)

    @property
    def replicas(self) -> Mapping[Place, frozenset[Place]]:
        """The copies of each primary."""
        found: dict[Place, frozenset[Place]] = {}
        for one in self.ranges:
            if one.primary:
                found[one.primary] = found.get(one.primary, frozenset()) | set(one.replicas)
        return found

    @property
    def whole(self) -> bool:
        """Whether each slot that anybody names a primary for has one."""
        return bool(self.ranges) and all(one.primary for one in self.ranges)


def agreed(views: Mapping[Place, View | None]) -> SlotMap:
    """What more than half of the primaries say, None being those that do not answer.

    A primary that was cut off or suspended still believes in itself; the others elected its successor.
    """
    said = [view for view in views.values() if view]
    if 2 * len(said) <= len(views):
        return SlotMap()
    if len(set(said)) == 1:
        return SlotMap(said[0])
    maps = [SlotMap(view) for view in said]
    edges = sorted({edge for view in said for one in view for edge in (one.first, one.last + 1)})
    return SlotMap(tuple(_decided(maps, edges, len(views))))


def _decided(maps: Sequence[SlotMap], edges: Sequence[int], voters: int) -> Iterator[SlotRange]:
    copies = [one.replicas for one in maps]
    for first, after in pairwise(edges):
        named = Counter(owner for one in maps if (owner := one.owner(first)))
        if not named:
            continue
        owner, votes = named.most_common(1)[0]
        known = frozenset[Place]().union(*(one.get(owner, frozenset()) for one in copies))
        yield SlotRange(first, after - 1, *((owner, tuple(sorted(known))) if 2 * votes > voters else (None,)))


def view_of(reply: Any, asked: Place) -> View:
    """The reply to CLUSTER SLOTS; a node that does not know its own host is where it was asked."""
    rows = []
    for first, last, primary, *replicas in reply:
        copies = (_place(one, asked) for one in replicas)
        rows.append(
            SlotRange(int(first), int(last), _place(primary, asked), tuple(sorted(one for one in copies if one)))
        )
    return tuple(sorted(rows, key=lambda one: one.first))


def _place(node: Sequence[Any], asked: Place) -> Place | None:
    host = node[0].decode("utf-8", "replace") if isinstance(node[0], bytes) else node[0]
    return None if host == "?" else (host or asked[0], int(node[1]))


def spread() -> tuple[str, ...]:
    """Hash tags, one for each sixteenth of all slots, after that of what belongs to no service."""
    found: dict[int, str] = {}
    for number in count():
        found.setdefault(_hashed(f"_{number}") * PARTS // SLOTS, f"_{number}")
        if len(found) == PARTS:
            return ("_", *(found[part] for part in range(PARTS)))
    raise AssertionError


def slot_of(words: Words) -> int:
    """The slot of a command: its first key's, or that of what belongs to no service where it has no key."""
    key = _key(words)
    return _hashed(keys.tag_of(key) or key)


def tag_of(words: Words) -> str:
    """The hash tag of a command's first key: its service, or "_"."""
    return keys.tag_of(_key(words)) or keys.tag_of(STATE_SCHEMA)


def _key(words: Words) -> str:
    match str(words[0]):
        case "EVAL" | "EVALSHA":
            key = words[3] if int(words[2]) else STATE_SCHEMA
        case "XREAD":
            key = words[list(words).index("STREAMS") + 1]
        case _:
            key = words[1] if len(words) > 1 and str(words[0]) not in KEYLESS else STATE_SCHEMA
    return key.decode("utf-8", "surrogateescape") if isinstance(key, bytes) else str(key)


KEYLESS = frozenset({"CLIENT", "CLUSTER", "INFO", "PING", "ROLE", "SCAN", "SCRIPT", "TIME", "WAIT"})


@lru_cache(4096)
def _hashed(name: str) -> int:
    slot: int = key_slot(name.encode("utf-8", "surrogateescape"))
    return slot
