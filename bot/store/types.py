"""What goes into the store's operations and comes out of them: frozen values, their text bounded by the caller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import uuid4

from bot.core.history.rollups import Chunk

START = "0-0"
"""The position before every entry."""


Token = str
"""A judge's right to write: a number, higher than all before, and the random epoch it was given in (`7.9f86d081`).

A store that lost its counter (a failover, FLUSHALL, a restored backup) gives a number again, and never with its epoch.
"""


class Renewal(IntEnum):
    """What became of a lease that its owner would keep; false where it is another's."""

    LOST = 0
    KEPT = 1
    WANTED = 2
    """Kept, and another process asks for it that is the one to have it."""


def _nonce() -> str:
    return uuid4().hex


def outlet_of(target: str) -> str:
    """The channel that reaches a target: `slack` of `slack:C0123`, or of a delivery's `slack:C0123/4F7K`."""
    return target.partition("/")[0].partition(":")[0]


@dataclass(frozen=True, slots=True)
class AppendReply:
    """`last_seq`: the last row number the stream has of this prober; `attention`: re-probe plans by component.

    Below the rows sent, `last_seq` says that nothing was written: the store has lost those in between.
    """

    last_seq: int
    attention: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LoadedState:
    """What the judge saved last; `lost` counts rows cut from the stream before anybody judged them.

    `commit` is the id of the commit that saved it, "" before the first.
    """

    position: str = START
    state: bytes | None = None
    lost: int = 0
    commit: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class IncidentWrite:
    """An incident as it stands now; the same id again replaces it."""

    id: str
    opened_at: float
    body: str


@dataclass(frozen=True, slots=True)
class LedgerWrite:
    """One row of the ledger (JSON) and its place in time; the same row again changes nothing."""

    at: float
    body: str


@dataclass(frozen=True, slots=True)
class RecordWrite:
    """What is kept of an incident for its report (JSON), beside the incident; the same id again replaces it."""

    id: str
    body: str


@dataclass(frozen=True, slots=True)
class OutcomeWrite:
    """What a person who asked for something is told (JSON), by the id of the request."""

    id: str
    body: str


@dataclass(frozen=True, slots=True)
class DeliveryWrite:
    """What should stand on a channel about a subject (an incident or a discrepancy).

    A higher `version` replaces what was wanted before; `trail` lines are appended. `due_at` (Unix seconds) is the
    moment of writing; a write that is not `urgent` may wait longer. What does not stand there yet is not begun before
    `held_until` (Unix seconds), and never if it is `over` by then; unless it `begins` here, it is said only where its
    subject was wanted before. `by` says in a word why it goes there.
    """

    subject: str
    channel: str
    version: int
    body: str
    urgent: bool = False
    trail: tuple[str, ...] = ()
    due_at: float = 0.0
    held_until: float = 0.0
    over: bool = False
    begins: bool = True
    by: str = ""

    @property
    def id(self) -> str:
        return f"{self.channel}/{self.subject}"

    @property
    def outlet(self) -> str:
        return outlet_of(self.channel)


@dataclass(frozen=True, slots=True)
class Commit:
    """Everything one judgement changes, written whole or not at all.

    `assessments` and `attention` replace what was there; unless it is `whole`, assessments that it leaves out stay.
    Without a `state` it is figures alone: the position and the last commit stay what they were. `rollups` are added to
    what was there, which then has everything until `rolled_at`. `aside` are rows that could not be judged (JSON). `id`
    makes a repeat of the same commit harmless. It is refused unless the last commit there is the one it builds upon
    (`after`; None: any).
    """

    position: str
    state: bytes | None
    assessments: Mapping[str, str] = field(default_factory=dict)
    attention: Mapping[str, str] = field(default_factory=dict)
    incidents: tuple[IncidentWrite, ...] = ()
    deliveries: tuple[DeliveryWrite, ...] = ()
    log: tuple[str, ...] = ()
    ledger: tuple[LedgerWrite, ...] = ()
    outcomes: tuple[OutcomeWrite, ...] = ()
    records: tuple[RecordWrite, ...] = ()
    rollups: tuple[Chunk, ...] = ()
    rolled_at: float = 0.0
    id: str = field(default_factory=_nonce)
    aside: tuple[str, ...] = ()
    after: str | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who claims deliveries: a name unique among running couriers, how long a claim is theirs, how many it takes."""

    name: str
    lease_s: float
    at_once: int = 20


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """One delivery in a courier's hands until its claim expires.

    `trail` holds the lines still to be posted, with their numbers; `where` is what the channel told us of earlier
    posts (JSON, "" before the first); `tries` counts attempts since the last success, this one included, `doubts` those
    of which nobody knows whether they were heard.
    """

    id: str
    subject: str
    channel: str
    version: int
    body: str
    urgent: bool
    trail: tuple[tuple[int, str], ...]
    done_version: int
    where: str
    tries: int
    doubts: int
    service: str
    token: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as the desk shows it; `due_at` is None when nothing waits, `dead_at` unless it was given up.

    `doubts`: so many times it may have been posted twice. `by` is the branch of the routes that leads there, or why
    else it goes there; quiet hours hold it back until `held_until` (Unix seconds), None where they do not.
    """

    id: str
    subject: str
    channel: str
    version: int
    done_version: int
    waiting_trail: int
    where: str
    tries: int
    error: str
    due_at: float | None
    dead_at: float | None
    doubts: int = 0
    by: str = ""
    held_until: float | None = None


@dataclass(frozen=True, slots=True)
class Undeliverable:
    """What could not be said, and why."""

    id: str
    subject: str
    channel: str
    version: int
    error: str
    at: float


@dataclass(frozen=True, slots=True)
class Info:
    """The server's own health. `aof` is "on", "off" or "failing"; `memory_limit` is 0 where there is none.

    `primary` is the address of the one it replicates, "" where it is one itself; `guarded` whether it refuses writes
    when too few replicas are connected. `servers` is how many primaries it is said of together.
    """

    product: str
    version: str
    memory_bytes: int
    aof: str
    eviction: str
    mode: str
    memory_limit: int = 0
    primary: str = ""
    replicas: int = 0
    guarded: bool = False
    servers: int = 1
