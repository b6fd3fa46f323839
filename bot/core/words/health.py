"""Our own health in words: signs of processes and channels, ages and queues of each service. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from bot.core.words.answer import Answer, Table
from bot.core.words.durations import ago, duration
from bot.core.words.figures import number
from bot.core.words.quoting import clean

SILENT_S = 120.0
"""A judge that wrote nothing, or a process that said nothing, for longer than this is not well."""
LATELY_S = 86_400.0
BACKLOG = 500
"""Rows not yet judged that are more than the moment's."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What a part of us last said of itself: `name` ("slack socket", "vantage eu"), in order or not, and when."""

    name: str
    ok: bool
    sentence: str
    at: float | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """How well one service is served.

    `judged_at` is the last commit that saw anything, `written_at` the last row of the stream (Unix seconds); `backlog`
    rows are not judged yet; `due` deliveries by channel wait, the first one since `due_since`; `lost_at` is when others
    were given up.
    """

    service: str
    name: str
    judged_at: float | None = None
    written_at: float | None = None
    backlog: int = 0
    due: tuple[tuple[str, int], ...] = ()
    due_since: float | None = None
    lost_at: tuple[float, ...] = ()


def doctor(owned: Sequence[Own], signs: Sequence[Sign], now: float) -> Answer:
    """What is well and what is not, the latter first."""
    told = [*(_service(own, now) for own in owned), *(_sign(sign, now) for sign in signs)]
    told.sort(key=lambda sign: sign.ok)
    ill = [sign for sign in told if not sign.ok]
    rows = tuple((clean(s.name, 40), "🟢 ok" if s.ok else "🔴 look here", clean(s.sentence, 300)) for s in told)
    return Answer(
        title=_title(ill),
        at=now,
        table=Table(("what", "how", "in words"), rows) if rows else None,
        footer="from the store alone; `groundtruth doctor` on the machine itself also sees clock, network and budgets",
        data={"at": now, "services": [asdict(own) for own in owned], "signs": [asdict(sign) for sign in signs]},
    )


def _title(ill: Sequence[Sign]) -> str:
    if not ill:
        return "🟢 we are well: judged, delivered and heard of lately"
    first = f"{clean(ill[0].name, 40)}: {clean(ill[0].sentence, 120)}"
    return f"🔴 {number(len(ill), 'thing', 'things')} to look at; {first}"


def _service(own: Own, now: float) -> Sign:
    stale = own.judged_at is None or now - own.judged_at > SILENT_S
    judged = f"judged {ago(own.judged_at, now)}" if own.judged_at is not None else "never judged"
    seen = f"last row {ago(own.written_at, now)}" if own.written_at is not None else "nothing seen in hours"
    waiting = f"{number(own.backlog, 'row', 'rows')} not judged"
    due = ", ".join(f"{count} on {clean(channel, 40)}" for channel, count in own.due[:5])
    overdue = own.due_since is not None and now > own.due_since
    since = f", the first for {duration(now - (own.due_since or now))}" if overdue else ""
    queue = f"waiting to be sent: {due}{since}" if due else "nothing waits to be sent"
    lost = sum(now - at < LATELY_S for at in own.lost_at)
    gone = f"{lost} undeliverable today (deliveries {own.service})" if lost else "nothing undeliverable today"
    late = own.due_since is not None and now - own.due_since > SILENT_S
    well = not stale and not late and not lost and own.backlog <= BACKLOG
    return Sign(own.name, well, f"{judged} · {seen} · {waiting} · {queue} · {gone}", own.judged_at)


def _sign(sign: Sign, now: float) -> Sign:
    age = f" ({ago(sign.at, now)})" if sign.at is not None else ""
    return Sign(sign.name, sign.ok, f"{sign.sentence}{age}", sign.at)
