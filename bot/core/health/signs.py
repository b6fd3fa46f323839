"""Our own health: what counts as trouble of ours, when it is told, and when its end is. Pure.

A sign is a part's last word on itself. A sign that is not well becomes news only after it has been so for a while, and
well again only after it has been well for a while; what comes back again and again has to be well longer each time, so
that nothing flaps however the signs do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from bot.core.health.breaks import SetAside

SILENT_S = 120.0
"""A judge that wrote nothing, or a process that said nothing, for longer than this is not well."""
VANTAGE_FORGOTTEN_S = 12 * 3_600.0
"""A vantage of which nobody has heard for so long is no trouble any more: its host was renamed, or taken away."""
LATELY_S = 86_400.0
ASIDE_S = 3_600.0
"""A row that could not be judged is trouble for so long."""
BACKLOG = 500
"""Rows not yet judged that are more than the moment's."""
MISSED = 4
"""Intervals without a check or a row after which something that should look does not."""
SLOW_MS = 50.0
FULL = 0.9
"""Share of the store's memory limit beyond which it is nearly full."""
SKEW_S = 5.0
"""Beyond this a clock is wrong for comparing times with a vendor's."""
SKEW_REFUSED_S = 300.0
"""Beyond this chat platforms refuse our signatures."""

SINGLY = 3
"""Troubles of one kind told each by itself when they begin together; more are one message."""
LEAST_S, LONGEST_S = 30.0, 3_600.0
"""The shortest and the longest patience with what comes back."""
END_S = 300.0
"""The longest patience with an end, however often it came back: a message must not go on saying what is not so."""
FORGOTTEN_S = 86_400.0
"""Well for so long, a trouble that comes back comes for the first time."""


class Kind(StrEnum):
    """What a sign is about."""

    STORE = "store"
    SAVING = "saving"
    CHANNEL = "channel"
    VANTAGE = "vantage"
    CHECKS = "checks"
    ROWS = "rows"
    JUDGE = "judge"
    BACKLOG = "backlog"
    QUEUE = "queue"
    CLOCK = "clock"
    BUDGET = "budget"
    HEARTBEAT = "heartbeat"
    ASIDE = "aside"
    WORKER = "worker"
    NETWORK = "network"


GAP, LOST, CONFIGURATION, EMPTIED = "gap", "lost", "configuration", "emptied"
"""Nobody watched, results were lost, a configuration was refused, the store is empty: entries of the runbook, as every
kind is one."""
RUNBOOK = "deploy/docs/operations.md"
"""The page with the entries, where the configuration names no address of a copy (`self.runbook`)."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long (seconds) a sign must be ill before it is told, and well before the end is told."""

    ill_s: float
    well_s: float


PATIENCE: Mapping[Kind, Patience] = {
    Kind.STORE: Patience(120, 300),
    Kind.SAVING: Patience(60, 300),
    Kind.CHANNEL: Patience(120, 60),
    Kind.VANTAGE: Patience(60, 60),
    Kind.CHECKS: Patience(60, 120),
    Kind.ROWS: Patience(60, 60),
    Kind.JUDGE: Patience(60, 60),
    Kind.BACKLOG: Patience(120, 120),
    Kind.QUEUE: Patience(60, 60),
    Kind.CLOCK: Patience(60, 300),
    Kind.BUDGET: Patience(0, 60),
    Kind.HEARTBEAT: Patience(300, 60),
    Kind.ASIDE: Patience(0, 60),
    Kind.WORKER: Patience(0, 60),
    Kind.NETWORK: Patience(10, 60),
}
VITAL = frozenset({Kind.JUDGE, Kind.ROWS, Kind.QUEUE})
"""Kinds without which a process lives but does not do its work."""


class Level(StrEnum):
    """How a sign stands; only `BAD` must be mended."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class HealthSign:
    """What a part of us last said of itself: `name` ("slack", "vantage eu"), in order or not, and when.

    `since` is when it began where that is known, `elsewhere` that whoever delivers tells of it already; `back` is what
    to say when it is over; `mild` that what is not in order can wait. Times are Unix seconds.
    """

    name: str
    ok: bool
    sentence: str
    at: float | None = None
    kind: Kind = Kind.CHANNEL
    since: float | None = None
    elsewhere: bool = False
    back: str = ""
    mild: bool = False

    @classmethod
    def at_level(cls, name: str, level: Level, sentence: str) -> Self:
        """What somebody found who looked by hand."""
        return cls(name, level is Level.OK, sentence, mild=level is Level.WARNING)

    @property
    def key(self) -> str:
        """The same for the same trouble."""
        return f"{self.kind}:{self.name}"

    @property
    def level(self) -> Level:
        """In order, a warning, or to be mended."""
        if self.ok:
            return Level.OK
        return Level.WARNING if self.mild else Level.BAD


class Presence(StrEnum):
    """What the age of a vantage's last word says: a silent one is told and counts for nothing, until forgotten."""

    HERE = "here"
    SILENT = "silent"
    FORGOTTEN = "forgotten"


def presence(at: float, now: float) -> Presence:
    """Of a vantage whose last word is from `at` (Unix seconds); one from the future is as good as now."""
    age = now - at
    if age > VANTAGE_FORGOTTEN_S:
        return Presence.FORGOTTEN
    return Presence.SILENT if age > SILENT_S else Presence.HERE


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """How well one service is served.

    `judged_at` is the last commit that saw anything, `written_at` the last row of the stream (Unix seconds), where one
    is due every `every_s` (0: none is); `backlog` rows are not judged yet, `cut` never will be; `due` deliveries by
    channel wait, the first one since `due_since`, and those that should have been sent by channel since `late`;
    `lost_at` is when others were given up; `refused` paid checks were left out today; `aside` are the rows that could
    not be judged, the latest first.
    """

    service: str
    name: str
    judged_at: float | None = None
    written_at: float | None = None
    backlog: int = 0
    due: tuple[tuple[str, int], ...] = ()
    due_since: float | None = None
    lost_at: tuple[float, ...] = ()
    late: tuple[tuple[str, float], ...] = ()
    every_s: float = 0.0
    cut: int = 0
    refused: int = 0
    aside: tuple[SetAside, ...] = ()


@dataclass(frozen=True, slots=True)
class SignHistory:
    """One sign under watch: ill or well since when, and told as which message (`told`: "" is not told).

    `began` is when the trouble began, `times` how often it was told lately, `back` what is said at its end.
    """

    ill: bool
    since: float
    began: float
    told: str = ""
    times: int = 0
    sentence: str = ""
    back: str = ""
    kind: Kind = Kind.CHANNEL
    name: str = ""


@dataclass(frozen=True, slots=True)
class HealthChange:
    """What is to be said: of which message (`what`), what it is about, since when; `over`: it ended at `until`."""

    what: str
    courses: tuple[SignHistory, ...]
    since: float
    over: bool = False
    until: float | None = None


Courses = Mapping[str, SignHistory]


def watched(kept: Courses, signs: Iterable[HealthSign], now: float) -> tuple[Courses, tuple[HealthChange, ...]]:
    """One check: the courses from now on, and what is to be said."""
    ill = {sign.key: sign for sign in signs if not sign.ok}
    courses = {key: course for key in {*kept, *ill} if (course := _onward(kept.get(key), ill.get(key), now))}
    begun = _begun(courses, ill, now)
    ended = _ended(courses, now)
    for news in (*begun, *ended):
        for course in news.courses:
            key = f"{course.kind}:{course.name}"
            told, times = ("", course.times) if news.over else (news.what, course.times + 1)
            courses[key] = replace(courses[key], told=told, times=times)
    return courses, (*begun, *ended)


def patience(kind: Kind, times: int) -> Patience:
    """The patience with a trouble that was told so often lately: twice as long each time, an hour at most (`END_S`)."""
    usual, more = PATIENCE[kind], 2.0 ** min(times, 16)
    if times <= 0:
        return usual
    return Patience(min(LONGEST_S, max(usual.ill_s, LEAST_S) * more), min(END_S, max(usual.well_s, LEAST_S) * more))


def ready(signs: Iterable[HealthSign]) -> tuple[HealthSign, ...]:
    """What keeps us from our work: vital signs that are ill, and the channels where none at all is well."""
    every = tuple(signs)
    channels = [sign for sign in every if sign.kind is Kind.CHANNEL]
    mute = channels if not any(sign.ok for sign in channels) else []
    return (*(sign for sign in every if sign.kind in VITAL and not sign.ok), *mute)


def listeners(wanted: Sequence[str], others: Sequence[str], reaches: frozenset[str]) -> tuple[str, ...]:
    """Who is told: whoever wants to be and can be reached; where none of them can, whoever else can."""
    for targets in (wanted, others):
        able = tuple(dict.fromkeys(t for t in targets if not _within(t, reaches)))
        if able:
            return able
    return ()


def _within(target: str, gone: frozenset[str]) -> bool:
    """Whether a target, or the channel it is in, is among those that cannot be reached."""
    return target in gone or target.partition(":")[0] in gone


def _onward(course: SignHistory | None, sign: HealthSign | None, now: float) -> SignHistory | None:
    """The course of one sign up to now; None where there is nothing to remember any more."""
    if sign is not None:
        if course is not None and course.ill:
            # A clock set back must not make it young again.
            back = sign.back or course.back
            return replace(course, since=min(course.since, now), sentence=sign.sentence, back=back)
        began = min(now, sign.since if sign.since is not None else now)
        fresh = SignHistory(True, now, began, "", 0, sign.sentence, sign.back, sign.kind, sign.name)
        if course is None:
            return fresh
        began = course.began if course.told else began
        return replace(fresh, began=began, told=course.told, times=course.times)
    if course is None:
        return None
    if course.ill:
        return replace(course, ill=False, since=now) if course.times else None
    since = min(course.since, now)
    return replace(course, since=since) if course.told or now - since < FORGOTTEN_S else None


def _begun(courses: Courses, ill: Mapping[str, HealthSign], now: float) -> tuple[HealthChange, ...]:
    """Troubles that have lasted long enough to be told; many of one kind in one message."""
    ripe: dict[Kind, list[SignHistory]] = {}
    for key, course in sorted(courses.items()):
        long = now - course.since >= patience(course.kind, course.times).ill_s
        if course.ill and not course.told and long and not ill[key].elsewhere:
            ripe.setdefault(course.kind, []).append(course)
    told = []
    for kind, found in ripe.items():
        together = [found] if len(found) > SINGLY else [[one] for one in found]
        for group in together:
            more = f"+{len(group) - 1}" if len(group) > 1 else ""
            told.append(HealthChange(f"{kind}:{group[0].name}{more}", tuple(group), min(one.began for one in group)))
    return tuple(told)


def _ended(courses: Courses, now: float) -> tuple[HealthChange, ...]:
    """Messages of which everything has been well for long enough."""
    told: dict[str, list[SignHistory]] = {}
    for course in courses.values():
        if course.told:
            told.setdefault(course.told, []).append(course)
    return tuple(
        HealthChange(what, tuple(group), min(c.began for c in group), over=True, until=max(c.since for c in group))
        for what, group in sorted(told.items())
        if all(not one.ill and now - one.since >= patience(one.kind, one.times - 1).well_s for one in group)
    )
