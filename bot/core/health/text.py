"""Our own health in words: signs of processes and channels, ages and queues of each service. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.health.breaks import SetAside
from bot.core.health.connectivity import State
from bot.core.health.signs import (
    ASIDE_S,
    BACKLOG,
    FULL,
    LATELY_S,
    MISSED,
    SILENT_S,
    SKEW_S,
    SLOW_MS,
    VANTAGE_FORGOTTEN_S,
    HealthChange,
    HealthSign,
    Kind,
    Presence,
    ServiceHealth,
    presence,
)
from bot.core.text.durations import duration
from bot.core.text.inline import relative, tidy
from bot.core.text.numbers import number, percent
from bot.core.text.quoting import clean, listed

MEND = 'if a firewall blocks them, set "control" to two that may be reached'
SHOWN = 5
"""Names in one message about many."""
FOOTER = "From the store alone. On the machine itself, groundtruth doctor also checks clock, network and budgets"


def doctor(owned: Sequence[ServiceHealth], signs: Sequence[HealthSign], now: float) -> Answer:
    """What is well and what is not, the latter first."""
    told = overview(owned, signs, now)
    ill = [sign for sign in told if not sign.ok]
    rows = tuple((clean(s.name, 40), "🟢 ok" if s.ok else "🔴 problem", tidy(s.sentence, 300)) for s in told)
    return Answer(
        title=_title(ill),
        at=now,
        table=Table(("what", "how", "in words"), rows) if rows else None,
        footer=FOOTER,
        data={"at": now, "services": [asdict(own) for own in owned], "signs": [asdict(sign) for sign in signs]},
    )


def overview(owned: Sequence[ServiceHealth], signs: Sequence[HealthSign], now: float) -> list[HealthSign]:
    """Signs of the services, of late queues, and all others with their ages; what is not well comes first."""
    late = [sign for sign in queues(owned, signs, now) if not sign.ok]
    every = [*(_service(own, now) for own in owned), *(_sign(sign) for sign in (*late, *signs))]
    return sorted(every, key=lambda sign: sign.ok)


def service_signs(own: ServiceHealth, now: float) -> tuple[HealthSign, ...]:
    """Whether a service is checked, judged, and within its budget."""
    name = clean(own.name, 40)
    stale = own.judged_at is None or now - own.judged_at > SILENT_S
    patient = max(SILENT_S, MISSED * own.every_s)
    unseen = own.every_s > 0 and (own.written_at is None or now - own.written_at > patient)
    rows = number(own.backlog, "row", "rows")
    return (
        HealthSign(
            name, not stale, f"not judged{_lately(own.judged_at, now)}: no process judges it, or the store is too slow",
            own.judged_at, Kind.JUDGE, own.judged_at, back="judged again",
        ),
        HealthSign(
            name, not unseen, f"no check result arrived{_lately(own.written_at, now)}: is a prober running?",
            own.written_at, Kind.ROWS, own.written_at, back="check results arrive again",
        ),
        HealthSign(
            name, own.backlog <= BACKLOG, f"{rows} or more are seen and not judged yet",
            own.judged_at, Kind.BACKLOG, back="the backlog is judged",
        ),
        HealthSign(
            name, not own.refused, f"the day's budget is spent, {number(own.refused, 'paid check', 'paid checks')} left"
            " out so far; paid checks rest until 00:00 UTC, the free ones go on",
            now, Kind.BUDGET, back="paid checks go on, a new day's budget has begun",
        ),
        _aside(own, name, now),
    )  # fmt: skip


def _aside(own: ServiceHealth, name: str, now: float) -> HealthSign:
    """Whether all rows could be judged in the last hour."""
    lately = [one for one in own.aside if now - one.at < ASIDE_S]
    said = f"{set_aside(lately)}; the rest is judged, and doctor lists them" if lately else "every row could be judged"
    since = lately[-1].at if lately else None
    return HealthSign(
        name, not lately, said, now, Kind.ASIDE, since, back=f"nothing more set aside for {duration(ASIDE_S)}"
    )


def set_aside(rows: Sequence[SetAside]) -> str:
    """As in "2 rows could not be judged and were set aside, the last by ZeroDivisionError (tally.py:63 apart)"."""
    last = rows[0]
    many = "was" if len(rows) == 1 else "were"
    error = clean(last.error.partition(":")[0], 40)
    counted = number(len(rows), "row", "rows")
    return f"{counted} could not be judged and {many} set aside, the last by {error} ({clean(last.where, 60)})"


def working(worker: str, times: int, now: float) -> HealthSign:
    """A worker that broke; people were told when it did."""
    said = f"broke {number(times, 'time', 'times')} and goes on; the traceback is in the log"
    return HealthSign(worker, False, said, now, Kind.WORKER, elsewhere=True, back="works again")


def queues(owned: Sequence[ServiceHealth], signs: Sequence[HealthSign], now: float) -> tuple[HealthSign, ...]:
    """Whether what is to be said is sent, by channel; of a channel that is known to be in trouble others tell."""
    since: dict[str, float] = {}
    waiting: dict[str, int] = {}
    for own in owned:
        for channel, at in own.late:
            since[channel] = min(at, since.get(channel, at))
        for channel, count in own.due:
            waiting[channel] = waiting.get(channel, 0) + count
    known = {sign.name for sign in signs if sign.kind is Kind.CHANNEL and not sign.ok}
    return tuple(
        HealthSign(
            f"messages to {clean(channel, 40)}",
            now - at <= SILENT_S,
            f"{number(waiting.get(channel, 1), 'message waits', 'messages wait')}, the first for {duration(now - at)}",
            now,
            Kind.QUEUE,
            at,
            elsewhere=f"channel {channel}" in known,
            back="sent again",
        )
        for channel, at in sorted(since.items())
    )


def saving(aof: str, used: int, limit: int, eviction: str, now: float) -> HealthSign:
    """Whether the store keeps what it is told: its append-only file ("on", "off", "failing"), its memory in bytes."""
    full = limit > 0 and used > FULL * limit
    then = "then it throws keys away" if eviction != "noeviction" else "then nothing more can be written"
    room = f"{used / 1e6:.1f} MB of {limit / 1e6:.0f} MB" if limit else f"{used / 1e6:.1f} MB"
    said = [f"append-only file {aof}", f"memory {room}"]
    said += ["check its disk, or a restart loses data"] if aof == "failing" else []
    said += [f"nearly full ({percent(used / limit)}): {then}"] if full else []
    well = aof != "failing" and not full
    return HealthSign("store's memory and disk", well, ", ".join(said), now, Kind.SAVING, back="in order again")


def answering(latency_ms: float, now: float) -> HealthSign:
    """Whether the store is quick."""
    well = latency_ms < SLOW_MS
    return HealthSign("store", well, f"answers in {latency_ms:.1f} ms", now, Kind.STORE, back="quick again")


def ticking(where: str, skew_s: float, now: float) -> HealthSign:
    """Whether a machine's clock agrees with the store's, which all of us share; `skew_s` above 0 is ahead."""
    well = abs(skew_s) < SKEW_S
    mend = "" if well else ": set the clock (NTP), or times and ages are wrong"
    sentence = f"differs {skew_s:+.1f} s from the store's{mend}"
    return HealthSign(
        f"clock of {clean(where, 40)}", well, sentence, now, Kind.CLOCK, back="agrees with the store's again"
    )


def silence(vantage: str, at: float, now: float) -> HealthSign:
    """A vantage whose last word is from `at`, long ago."""
    gone = presence(at, now) is Presence.FORGOTTEN
    left = f"forgotten {duration(VANTAGE_FORGOTTEN_S)} after its last heartbeat"
    said = f"silent, so nothing it measured counts now; {left}. Was its host renamed? Set vantage.name"
    back = "forgotten, as if it had never been," if gone else "heard of again"
    return HealthSign(f"vantage {vantage}", False, said, at, Kind.VANTAGE, at, back=back)


def checking(vantage: str, late: Sequence[str], at: float) -> HealthSign:
    """Whether every check of a vantage is done when it should be."""
    name, which = f"checks of {clean(vantage, 40)}", listed((clean(one, 60) for one in late), SHOWN)
    said = f"{number(len(late), 'check', 'checks')} not done for {MISSED} intervals and more: {which}"
    return HealthSign(name, not late, said if late else "done in time", at, Kind.CHECKS, back="done in time again")


def modelled(vantage: str, gone: Sequence[str], at: float) -> HealthSign:
    """Whether every check of a vantage asks for a model that is there. It is ours to mend, no vendor's trouble."""
    name, which = f"models asked for by {clean(vantage, 40)}", listed((clean(one, 60) for one in gone), SHOWN)
    said = f"gone, or not for our key: the model of {which}; set another one in the check's options"
    return HealthSign(name, not gone, said if gone else "all there", at, Kind.CHECKS, back="all there again")


def seeing(vantage: str, sight: State, at: float, since: float | None = None) -> HealthSign:
    """Whether a vantage can tell its own network's failures from those of what it watches."""
    said = "its control hosts answer"
    if sight is State.BLIND:
        said = f"blind: no control host answers, nor anything else; is its network down? {MEND}"
    elif sight is State.BLOCKED:
        said = f"no control host answers, though what is watched does; {MEND}"
    name = f"network of {clean(vantage, 40)}"
    return HealthSign(
        name,
        sight is State.CLEAR,
        said,
        at,
        Kind.NETWORK,
        since=since,
        back="its failures can be told from those of what is watched again",
    )


def told(news: HealthChange, now: float) -> str:
    """What is said of a trouble of ours when it begins, and when it is over: how long it was, without our patience."""
    one = news.courses[0]
    if len(news.courses) == 1:
        name, text = clean(one.name, 60), clean(one.sentence, 150)
    else:
        name = f"{len(news.courses)} {PLURALS[one.kind]}"
        text = f"{listed((clean(c.name, 40) for c in news.courses), SHOWN)}; for example {clean(one.sentence, 60)}"
    if not news.over:
        return f"{name}: {text}"
    return f"{name}: {clean(one.back, 60) or 'working again'} after {duration((news.until or now) - news.since)}"


PLURALS: Mapping[Kind, str] = {
    Kind.STORE: "stores",
    Kind.SAVING: "stores",
    Kind.CHANNEL: "channels",
    Kind.VANTAGE: "vantages",
    Kind.CHECKS: "vantages with checks that are not done",
    Kind.ROWS: "services without check results",
    Kind.JUDGE: "services that are not judged",
    Kind.BACKLOG: "services with a backlog",
    Kind.QUEUE: "channels that are not served",
    Kind.CLOCK: "clocks that are wrong",
    Kind.BUDGET: "services whose budget is spent",
    Kind.HEARTBEAT: "heartbeats",
    Kind.ASIDE: "services with rows that could not be judged",
    Kind.WORKER: "workers that broke",
    Kind.NETWORK: "vantages that do not see well",
}


def gap(since: float, now: float, *, store: bool) -> str:
    """What is said after a time in which none of us could watch: the store was away, or nobody ran."""
    why = "the store was away" if store else "Groundtruth was not running"
    lost = "; what was seen meanwhile was kept and is judged now" if store else "; what happened then is not known"
    return f"{why} for {duration(now - since)}: nothing was judged or sent{lost}"


def cut(name: str, lost: int) -> str:
    """What is said of results that nobody will ever judge."""
    return f"{clean(name, 60)}: {number(lost, 'check result was', 'check results were')} lost before being judged"


def _title(ill: Sequence[HealthSign]) -> str:
    if not ill:
        return "🟢 all healthy: checks, judging and deliveries are up to date"
    first = f"{clean(ill[0].name, 40)}: {tidy(ill[0].sentence, 120)}"
    return f"🔴 {number(len(ill), 'thing', 'things')} to fix; {first}"


def _service(own: ServiceHealth, now: float) -> HealthSign:
    judged = f"judged {relative(own.judged_at)}" if own.judged_at is not None else "never judged"
    seen = f"last row {relative(own.written_at)}" if own.written_at is not None else "no result for hours"
    waiting = f"{number(own.backlog, 'row', 'rows')} since then"
    due = ", ".join(f"{count} on {clean(channel, 40)}" for channel, count in own.due[:5])
    overdue = own.due_since is not None and now > own.due_since
    since = f", the first for {duration(now - (own.due_since or now))}" if overdue else ""
    queue = f"waiting to be sent: {due}{since}" if due else "nothing waits to be sent"
    lost = sum(now - at < LATELY_S for at in own.lost_at)
    gone = f"{lost} undeliverable today (deliveries {own.service})" if lost else "nothing undeliverable today"
    more = [f"{number(own.cut, 'row', 'rows')} lost unjudged"] if own.cut else []
    more += [f"{number(own.refused, 'paid check', 'paid checks')} over today's budget"] if own.refused else []
    more += [set_aside(own.aside)] if own.aside else []
    well = all(sign.ok for sign in service_signs(own, now)) and not lost and not _late(own, now)
    return HealthSign(own.name, well, " · ".join([judged, waiting, seen, queue, gone, *more]), own.judged_at)


def _late(own: ServiceHealth, now: float) -> bool:
    return own.due_since is not None and now - own.due_since > SILENT_S


def _sign(sign: HealthSign) -> HealthSign:
    age = f" ({relative(sign.at)})" if sign.at is not None else ""
    return HealthSign(sign.name, sign.ok, f"{sign.sentence}{age}", sign.at)


def _lately(at: float | None, now: float) -> str:
    return f" for {duration(now - at)}" if at is not None else " yet"
