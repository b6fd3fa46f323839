"""Every key in one table: its name, what it holds, and how long it stays.

Keys of one service carry the service as hash tag, `gt:1:{claude}:stream`, so that on a cluster they share a slot and
one script can write them together. The number after `gt` is the schema: a change that old code cannot read raises it.
"""

import re
from dataclasses import dataclass
from functools import cache

SCHEMA = 1
_HOUR, _DAY = 3600, 86_400

STREAM_AGE_S = 6 * _HOUR
"""Judged entries older than this are trimmed; unjudged ones are not, up to `STREAM_CAP`."""
STREAM_CAP = 200_000
"""Entries of one stream at most, judged or not: about 50 MB. What is cut unjudged is counted (`Loaded.lost`)."""
STREAM_TTL_S = 7 * _DAY
PROBER_TTL_S = 7 * _DAY
"""How long a prober may be cut off and still not repeat a row when it comes back."""
SERVICE_TTL_S = 90 * _DAY
"""What a service that is no longer judged leaves behind goes after this."""
INCIDENTS_KEPT = 500
TIMELINE_KEPT = 1_000
DELIVERY_TTL_S = 14 * _DAY
"""After its last write or attempt; longer than an incident stays open without a word."""
DELIVERIES_KEPT = 2_000
TRAIL_KEPT = 100
"""Lines of one trail waiting to be posted; older ones are dropped, for nobody reads the hundred-and-first."""
UNDELIVERABLE_KEPT = 200
SET_ASIDE_KEPT = 50
"""Rows that could not be judged, with their tracebacks: some 6 kB each at most."""
VANTAGE_TTL_S = 7 * _DAY
VANTAGES_KEPT = 500
SERVICES_TTL_S = 90 * _DAY
LEDGER_TTL_S = 5 * 365 * _DAY
"""The ledger is worth more the longer it is; a row has some 350 bytes."""
LEDGER_KEPT = 20_000
OUTCOME_TTL_S = 6 * _HOUR
"""For the platforms' repeats of one press, the last of which come within minutes."""
MINUTES_TTL_S, HOURS_TTL_S, DAYS_TTL_S = 2 * _DAY + 2 * _HOUR, 92 * _DAY + _HOUR, (5 * 365 + 128) * _DAY + _HOUR
"""A chunk's life from its first write: its own length, what `bot.core.history.rollups` keeps after it, an hour of skew.

Four looks a minute: 108 KiB of minutes, 253 of hours, and 58 of days each year (291 after five) a component, where
latencies spread over thirty bins; 340 KiB a day in the append-only file. A check that reads first tokens has a second
histogram: twice as much at most.
"""
NOTE_TTL_S = DELIVERY_TTL_S
"""At most: what a platform was told stays known as long as its delivery does."""
GROUP_TTL_S = DELIVERY_TTL_S
"""As long as what is held back for a group waits in the outbox."""
BEGUN_AGE_S = _HOUR
BEGUN_KEPT = 5_000
"""What began lately on one target, so that what was once told to go out is not held back by a later storm."""
WISHES_TTL_S = 30 * _DAY
"""Since the last request; an incident that lasts longer is over for whoever asked."""
HEALTH_TTL_S = _DAY
BELL_TTL_S = _HOUR
CONFIRMED_TTL_S = 60
AUDIT_TTL_S = 365 * _DAY
ANNOUNCEMENTS_TTL_S = 90 * _DAY
AUDIT_KEPT, AUDIT_EACH = 2_000, 200
"""Lines of all, and of one person: who acts without pause pushes out what he did himself, and nobody else's."""
ACTS_TTL_S = 60
PING_TTL_S = 400 * _DAY
"""Since the last ping: a yearly job is remembered."""
PING_EVENTS, PING_BODY = 20, 1_000
"""The latest words of a job, and characters kept of what came with each."""
DOOR_TTL_S, GAPS_KEPT = 400 * _DAY, 50
BUDGET_TTL_S = 2 * _DAY
"""Only today's counts."""
PEERS_TTL_S, PEERS_KEPT = 60, 1_000
SALT_TTL_S = 90 * _DAY
"""Since the last report; with a new salt everybody is somebody new."""
VOICE_TTL_S = 15 * 60
"""As long as one person is one voice (`bot.core.reports.surge.WINDOW_S`)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: `ttl_s` since the last write (None: the lease's own), `bound` what keeps it small."""

    type: str
    ttl_s: int | None
    bound: str
    holds: str


KINDS: dict[str, Kind] = {
    "stream": Kind("stream", STREAM_TTL_S, f"{STREAM_AGE_S // _HOUR} h, {STREAM_CAP} rows", "rows seen and said"),
    "seq": Kind("string", PROBER_TTL_S, "one number a prober run", "last row number got from a prober"),
    "lease": Kind("string", None, "one value", "fencing token and owner of the judge's lease"),
    "wanted": Kind("string", None, "one name", "which process asks for the judge's lease, being the one to have it"),
    "fence": Kind("string", SERVICE_TTL_S, "one number", "last fencing token given"),
    "judge": Kind("hash", SERVICE_TTL_S, "fixed fields", "position in the stream and the state that belongs to it"),
    "assessments": Kind("hash", SERVICE_TTL_S, "one field a component", "what we believe of each component"),
    "attention": Kind("hash", SERVICE_TTL_S, "one field a component", "re-probe plans"),
    "incidents": Kind("hash", SERVICE_TTL_S, f"{INCIDENTS_KEPT} newest", "incidents by id"),
    "opened": Kind("zset", SERVICE_TTL_S, f"{INCIDENTS_KEPT} newest", "incident ids by the time they opened"),
    "timeline": Kind("list", SERVICE_TTL_S, f"{TIMELINE_KEPT} newest", "what was decided and who asked"),
    "due": Kind("zset", SERVICE_TTL_S, "50 000 latest", "delivery ids of one channel by the time they are due"),
    "deliveries": Kind("zset", SERVICE_TTL_S, f"{DELIVERIES_KEPT} newest", "delivery ids by last write"),
    "delivery": Kind("hash", DELIVERY_TTL_S, f"one body, {TRAIL_KEPT} lines", "wanted and done on one channel"),
    "undeliverable": Kind("list", SERVICE_TTL_S, f"{UNDELIVERABLE_KEPT} newest", "what could not be said, and why"),
    "aside": Kind("list", SERVICE_TTL_S, f"{SET_ASIDE_KEPT} newest", "rows that could not be judged, and why"),
    "ledger": Kind("zset", LEDGER_TTL_S, f"{LEDGER_KEPT} newest", "each trouble's times, ours and the page's"),
    "outcome": Kind("string", OUTCOME_TTL_S, "one value an act", "what became of a person's act"),
    "minutes": Kind("hash", MINUTES_TTL_S, "50 keys of 60 buckets a component", "roll-ups by minute, an hour a key"),
    "hours": Kind("hash", HOURS_TTL_S, "92 keys of 24 buckets a component", "roll-ups by hour, a day a key"),
    "days": Kind("hash", DAYS_TTL_S, "16 keys of 128 buckets a component", "roll-ups by day, 128 days a key"),
    "reader": Kind("string", None, "one name", "which prober reads a page; the others stand by"),
    "ping": Kind("hash", PING_TTL_S, f"{PING_EVENTS} events", "what one job reported of itself"),
    "door": Kind("hash", DOOR_TTL_S, f"{GAPS_KEPT} gaps", "when pings could not come in"),
    "budget": Kind("hash", BUDGET_TTL_S, "fixed fields", "what paid checks have used of today's budget"),
    "voice": Kind("string", VOICE_TTL_S, "one word a person and component", "what a person said last"),
    "salt": Kind("string", SALT_TTL_S, "one value", "the secret that makes hashes of those who report"),
    "services": Kind("zset", SERVICES_TTL_S, "one member a service", "services by the time they were announced"),
    "vantages": Kind("hash", VANTAGE_TTL_S, f"{VANTAGES_KEPT} newest", "last word of each vantage"),
    "note": Kind("string", NOTE_TTL_S, "one value", "what a chat platform must not forget, or do twice"),
    "turn": Kind("string", None, "one name", "which process serves what only one may"),
    "peers": Kind("zset", PEERS_TTL_S, f"{PEERS_KEPT} members", "processes that share a kind of work, by last word"),
    "bell": Kind("string", BELL_TTL_S, "one value", "changes when something was written that a channel is to say"),
    "wishes": Kind("hash", WISHES_TTL_S, "5 000 fields", "who wants to be told when an incident is over, until it is"),
    "routes": Kind("hash", None, "5 000 fields", "what places have subscribed to, until they unsubscribe"),
    "installations": Kind("hash", None, "1 000 workspaces", "encrypted tokens of chat workspaces that installed us"),
    "audit": Kind(
        "list", AUDIT_TTL_S, f"{AUDIT_KEPT} newest, {AUDIT_EACH} of a person", "what people did, and what was refused"
    ),
    "acts": Kind("hash", ACTS_TTL_S, "four fields a person", "how many acts a person has left for now"),
    "announcements": Kind("hash", ANNOUNCEMENTS_TTL_S, "20 fields", "what people put on the status page"),
    "health": Kind("hash", HEALTH_TTL_S, "one field a part", "the last word of each part of each process"),
    "groups": Kind(
        "hash", GROUP_TTL_S, "two fields a target", "what targets hear together: since when, and what was said"
    ),
    "members": Kind("hash", GROUP_TTL_S, "one field a held delivery", "what is held back for one group's message"),
    "begun": Kind("zset", GROUP_TTL_S, f"{BEGUN_AGE_S // _HOUR} h, {BEGUN_KEPT} rows", "what one target heard begin"),
    "confirmed": Kind("string", CONFIRMED_TTL_S, "one value", "what replicas confirm, and all written before it"),
    "schema": Kind("string", None, "one value", "the state schema, and which version wrote it first"),
    "seen": Kind("zset", VANTAGE_TTL_S, f"{VANTAGES_KEPT} newest", "vantages by the time of that word"),
}

_ALL = f"gt:{SCHEMA}:{{_}}:"
"""Prefix of what belongs to no service; no service's name begins with an underscore."""
STATE_SCHEMA = _ALL + "schema"
"""Read by every version: its name never changes, whatever the number in other names."""
ROUTES, HEALTH, AUDIT = _ALL + "routes", _ALL + "health", _ALL + "audit"
INSTALLATIONS = _ALL + "installations"
ANNOUNCEMENTS = _ALL + "announcements"
SERVICES, VANTAGES, SEEN, SALT = _ALL + "services", _ALL + "vantages", _ALL + "seen", _ALL + "salt"

_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_KEY = re.compile(rf"gt:{SCHEMA}:\{{[^{{}}]+\}}:([a-z]+)(?::.+)?", re.DOTALL)


DOOR = _ALL + "door"
GROUPS, WISHES = _ALL + "groups", _ALL + "wishes"


def schema(tag: str) -> str:
    """The key of the mark of one part of a store, `STATE_SCHEMA` for "_"."""
    return f"gt:{SCHEMA}:{{{tag}}}:schema"


def confirmed(tag: str) -> str:
    """The key of what is written to hear replicas confirm it, beside what else has this tag."""
    return f"gt:{SCHEMA}:{{{tag}}}:confirmed"


def members(group: str) -> str:
    """The key of what is held back for a group."""
    return f"{_ALL}members:{group[:400]}"


def begun(group: str) -> str:
    """The key of what a group's target heard begin."""
    return f"{_ALL}begun:{group[:400]}"


def ping(name: str) -> str:
    """The key of what one job reported."""
    return f"{_ALL}ping:{name[:100]}"


def turn(name: str) -> str:
    """The key of a turn."""
    return f"{_ALL}turn:{name[:400]}"


def peers(group: str) -> str:
    """The key of the processes that share a kind of work."""
    return f"{_ALL}peers:{group[:400]}"


def acts(who: str) -> str:
    """The key of what a person, by hash, may still do for now."""
    return f"{_ALL}acts:{who}"


def bell(outlet: str) -> str:
    """The key of a channel's bell."""
    return f"{_ALL}bell:{outlet[:400]}"


def note(name: str) -> str:
    """The key of a chat platform's note."""
    return f"{_ALL}note:{name[:400]}"


def kind_of(key: str) -> Kind | None:
    """The table's row for a key as found in the store; None for a key that is not ours."""
    match = _KEY.fullmatch(key)
    return KINDS.get(match[1]) if match else None


def kind_name(key: str) -> str:
    """The name of the table's row for a key, "" for a key that is not ours."""
    match = _KEY.fullmatch(key)
    return match[1] if match and match[1] in KINDS else ""


def type_of(key: str) -> str:
    """The type of a key of ours. Raises KeyError for another's."""
    return KINDS[kind_name(key)].type


def tag_of(key: str) -> str:
    """The hash tag of a key: its service, or "_"."""
    return key.partition("{")[2].partition("}")[0]


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The keys of one service."""

    stream: str
    lease: str
    wanted: str
    fence: str
    judge: str
    assessments: str
    attention: str
    incidents: str
    opened: str
    timeline: str
    deliveries: str
    undeliverable: str
    ledger: str
    aside: str
    budget: str
    _seq: str
    _delivery: str
    _due: str
    _reader: str
    _outcome: str
    _tag: str

    def seq(self, prober: str) -> str:
        return self._seq + prober

    def delivery(self, delivery: str) -> str:
        return self._delivery + delivery

    def due(self, outlet: str) -> str:
        return self._due + outlet

    def reader(self, check: str) -> str:
        return self._reader + check

    def outcome(self, act: str) -> str:
        return self._outcome + act

    def voice(self, name: str) -> str:
        return f"{self._tag}voice:{name}"

    def rollup(self, level: str, component: str, chunk: int) -> str:
        return f"{self._tag}{level}:{component}:{chunk}"


@cache
def keys_of(service: str) -> ServiceKeys:
    """The keys of a service.

    Raises:
        ValueError: for a name that cannot be a hash tag.
    """
    if not _SERVICE.fullmatch(service):
        raise ValueError(f"not a service name: {service[:80]!r}")
    tag = f"gt:{SCHEMA}:{{{service}}}:"
    return ServiceKeys(
        stream=tag + "stream",
        lease=tag + "lease",
        wanted=tag + "wanted",
        fence=tag + "fence",
        judge=tag + "judge",
        assessments=tag + "assessments",
        attention=tag + "attention",
        incidents=tag + "incidents",
        opened=tag + "opened",
        timeline=tag + "timeline",
        deliveries=tag + "deliveries",
        undeliverable=tag + "undeliverable",
        ledger=tag + "ledger",
        aside=tag + "aside",
        budget=tag + "budget",
        _seq=tag + "seq:",
        _delivery=tag + "delivery:",
        _due=tag + "due:",
        _reader=tag + "reader:",
        _outcome=tag + "outcome:",
        _tag=tag,
    )
