"""Every figure of a text, collected by a parser and compared with the record: the rows seen, and what was kept.

A record is what a scripted world really did. A text is one message, answer, report or pager event as it was rendered,
with the moment at which it was made. What the parser does not know is a fault as well, so that no new sentence brings a
figure which nobody compares.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.core.answers.history import share_up
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident
from bot.core.model.snapshot import ComponentStatus
from bot.core.text.durations import clock, duration, lag
from bot.core.text.numbers import percent, span
from bot.core.text.states import WORDS
from bot.core.text.symptoms import UNSURE
from probes.model import Observation, Outcome, State

N = r"(\d+(?: \d{3})*)"
DUR = r"(?:less than 1 s|\d+ s|\d+ min|\d+h \d+m|\d+d \d+h)"
PCT = r"[\d.]+(?:–[\d.]+)?%"
_SET_ASIDE = re.compile(
    r'"[^"]*"|`[^`]*`|HTTP \d+|median\)?:? [^,;)]*|p90:? [^,;.)]*|9 times in 10 within [^·,;]*'
    r"|\(median\), [^·]*"
    r"|usually[^·,;)]*|normally [^·,;)]*|in 15 min|p50 [^·]*|p99 [^·]*"
    r"|within 5%|\d+ of \d+ locations|1 location\b|\(max \d+\)|one vantage|24h(?! \d)|95% intervals?(?= \D)"
    rf"|{DUR} a column, [^\n]*"
    r"|smoothed over 20 min|failures in 24h[^\n]*|up to 1, 2, 5, 10, 25, 50% failed, more|\d+ \w{3} 2026|req_\w+"
    r"|[\d ]+ of the [\d ]+ needed for an alert|[\d.]+ short spells a day of [^·\n]*|#\w+|https?://\S+"
    r"|\(\d+% of the evidence\)|(?:closes|Ends)[^\n]*|a failure rate of [\d.]+% counts as normal|1 more with failures"
)
"""What is no figure of an incident: quotations, statuses, configuration, what is usual, legends."""


@dataclass
class Record:
    """What happened: every look, and everything that was kept of it by the end."""

    rows: list[Observation]
    names: dict[str, str]
    incidents: dict[str, Incident] = field(default_factory=dict)
    disputes: dict[str, Discrepancy] = field(default_factory=dict)
    readings: list[float] = field(default_factory=list)
    held: dict[str, dict[State, float]] = field(default_factory=dict)
    begins: float = 0.0
    peaks: dict[float, set[float]] = field(default_factory=dict)
    known: dict[tuple[str, float], Any] = field(default_factory=dict)

    def looks(self, component: str, until: float) -> list[Observation]:
        """The looks at a component so far."""
        return [r for r in self.rows if r.component == component and r.at <= until]

    def last_failures(self, until: float) -> dict[str, float]:
        """When each component that failed did so last."""
        return {r.component: r.at for r in self.rows if r.at <= until and r.outcome is Outcome.FAILED}

    def counts(self, until: float) -> set[tuple[int, int]]:
        """Every (failed, total) that a count back from the latest look can come to, of one component or of several."""
        found: set[tuple[int, int]] = self.once("counts", until, lambda: self._counts(until))
        return found

    def once(self, what, until, made):
        """What is asked of a moment again and again."""
        if (what, until) not in self.known:
            self.known[what, until] = made()
        return self.known[what, until]

    def _counts(self, until: float) -> set[tuple[int, int]]:
        each = []
        starts = []
        for component in self.names:
            failed, found, begun = 0, set(), set()
            for total, row in enumerate(reversed(self.looks(component, until)), 1):
                failed += row.outcome is Outcome.FAILED
                found.add((failed, total))
                if row.outcome is Outcome.FAILED:
                    begun.add((failed, total))
            each.append(found)
            starts.append(begun)
        sums = set().union(*each)
        for one in range(len(each)):
            for other in range(one):
                sums |= {(a + c, b + d) for a, b in starts[one] for c, d in starts[other]}
        return sums

    def minute(self, at: float) -> tuple[int, int]:
        """Looks of a minute in all components together."""
        rows = [r for r in self.rows if r.at // 60 == at // 60]
        return sum(r.outcome is Outcome.FAILED for r in rows), len(rows)

    def moments(self, until: float) -> set[float]:
        """All that happened up to a moment, and may be told with its time."""
        found = {until, *(r.at for r in self.rows if r.at <= until), *(at for at in self.readings if at <= until)}
        for i in self.incidents.values():
            found |= {i.started_at, i.opened_at, *(e.at for e in i.timeline)}
            found |= {at for at in (i.page_first_at, i.page_red_since, i.resolved_at, i.acknowledged_at) if at}
            found |= {i.silence.until} if i.silence else set()
        for d in self.disputes.values():
            known = (d.since, d.opened_at, d.closed_at, d.page_seen_at, d.page_resolved_at, d.resolved_at)
            found |= {at for at in (*known, d.first_failure_at, d.alerted_at, d.page_posted_at) if at}
        return found


@dataclass(frozen=True)
class Text:
    """A rendered text, when it was made, of which incident, and the voices it was made from."""

    at: float
    kind: str
    words: str
    incident: Incident | None = None
    voices: tuple[ComponentStatus, ...] = ()


@dataclass(frozen=True)
class Compared:
    """One figure, as it stands in a text, and whether the record has it."""

    text: Text
    figure: str
    right: bool


def compared(text: Text, record: Record) -> Iterator[Compared]:
    """Every figure of a text against the record."""
    rest = text.words
    for name in (*record.incidents, *record.disputes):
        rest = rest.replace(name, " ")
    rest = _SET_ASIDE.sub(" ", rest)
    for pattern, check in CHECKS:
        for found in list(re.finditer(pattern, rest)):
            yield Compared(text, found[0], check(found, text, record))
        rest = re.sub(pattern, " ", rest)
    for found in re.finditer(r"(?<![\w-])\d[\d.]*", rest):
        yield Compared(text, f"unknown: …{rest[max(0, found.start() - 30) : found.end() + 20]}…", right=False)


def _number(words: str) -> int:
    return int(words.replace(" ", "").replace(",", ""))


def _count(found, text, record):
    pair = _number(found[1]), _number(found[2])
    at = [text.at, *(e.at for i in record.incidents.values() for e in i.timeline)]
    at += record.last_failures(text.at).values() if "no failures for" in text.words else ()
    return any(pair in record.counts(moment) for moment in at)


def _before(found, text, record):
    """What failed until it was quiet: up to the last failure, from one of the same component."""
    for component, last in record.last_failures(text.at).items():
        failed = 0
        for total, row in enumerate(reversed(record.looks(component, last)), 1):
            failed += row.outcome is Outcome.FAILED
            pair = failed, total
            if pair == (_number(found[1]), _number(found[2])) and duration(last - row.at) == found[3]:
                return True
    return False


def _quiet(found, text, record):
    return found[1] in {duration(text.at - last) for last in record.last_failures(text.at).values()}


def _worked(found, text, record):
    """So many results, the latest of all, that worked."""
    last = record.last_failures(text.at)
    return any(sum(r.at > at for r in record.looks(c, text.at)) == int(found[1]) for c, at in last.items())


def _every(found, text, record):
    return (_number(found[1]), _number(found[1])) in record.counts(text.at)


def _whole(found, text, record):
    """The report's own count of the whole incident: from the minute of its first failure to that of its end."""
    one = text.incident
    first, last = one.started_at // 60, (one.resolved_at or text.at) // 60
    rows = [
        r
        for r in record.rows
        if first <= r.at // 60 <= last and r.component in one.components and r.at <= (one.resolved_at or text.at)
    ]
    failed = sum(r.outcome is Outcome.FAILED for r in rows)
    return (_number(found[1]), _number(found[2])) == (failed, len(rows)) and found[3] == percent(failed / len(rows))


def _all(found, text, record):
    """The history's count of everything."""
    return any(
        (_number(found[1]), _number(found[2])) == (sum(r.outcome is Outcome.FAILED for r in rows), len(rows))
        for c in record.names
        if (rows := record.looks(c, text.at))
    )


def _worst_minute(found, text, record):
    minutes = {clock(r.at, text.incident.started_at): record.minute(r.at) for r in record.rows}
    return minutes.get(found[1]) == (_number(found[2]), _number(found[3]))


def _hour(found, text, record):
    pair = _number(found[3]), _number(found[4])
    hours = {(c, r.at // 3600): None for c in record.names for r in record.looks(c, text.at)}
    for component, hour in hours:
        rows = [r for r in record.looks(component, text.at) if r.at // 3600 == hour]
        failed = sum(r.outcome is Outcome.FAILED for r in rows)
        if (failed, len(rows)) == pair and clock(rows[0].at // 3600 * 3600, text.at) == f"{found[1]} UTC":
            return percent(failed / len(rows)) == found[2]
    return False


def _rate(found, text, _record):
    """A rate of the present is one of the voices, or the range and mean of several; none is above the peak."""
    rates = [v.measured.rate for v in text.voices]
    mean = sum(rates) / len(rates) if rates else 0.0
    said = {percent(r) for r in (*rates, mean)} | {span(a, b) for a in rates for b in rates if a <= b}
    return found[1] in said


def _then(found, text, record):
    """The rate of a line of the timeline is the one that a change found then; of the last one, the present."""
    entries = [entry for incident in record.incidents.values() for entry in incident.timeline]
    moments = {entry.at for entry in entries if entry.event in {"worse", "better"}}
    found_then = any(f"about {found[1]}" in entry.text for entry in entries if entry.at in moments)
    return found_then or _rate(found, text, record)


def _peak(found, text, record):
    peaks = {text.incident.peak_rate} if text.incident else record.peaks.get(text.at, set())
    return found[1] in {percent(peak) for peak in peaks}


def _opening(found, text, record):
    """The rate of a change in the timeline: within its interval, and where it is sure no higher than the peak."""
    low, high = _ends(found[2])
    rate = float(found[1].removesuffix("%")) / 100
    peaks = [i.peak_rate for i in record.incidents.values()]
    return low - 0.005 <= rate <= high + 0.005 and (high - low > UNSURE - 0.02 or rate <= max(peaks) + 0.005)


def _interval(found, text, _record):
    pairs = [(v.measured.low, v.measured.high) for v in text.voices]
    widest = [(min(low for low, _ in pairs), max(high for _, high in pairs))] if pairs else []
    return found[1] in {span(*pair) for pair in (*pairs, *widest)}


def _rated(found, text, _record):
    return any(
        (found[1], found[2]) == (percent(v.measured.rate), span(v.measured.low, v.measured.high)) for v in text.voices
    )


def _ends(words: str) -> tuple[float, float]:
    low, _, high = words.removesuffix("%").partition("–")
    return float(low) / 100, float(high or low) / 100


def _joins(incident: Incident) -> list[float]:
    return [entry.at for entry in incident.timeline if entry.event in {"changed", "widened"}]


def _lag(found, text, record):
    words = f"{found[1]} {found[2]} {found[3]}"
    whole = [text.incident] if text.incident else list(record.incidents.values())
    for i in whole:
        since = i.opened_at if found[3] == "our alert" else i.started_at
        # A component may join later: then the alert on it is the change that named it.
        known = (i.opened_at, i.page_first_at, i.acknowledged_at, i.resolved_at, *_joins(i))
        seen = [d.page_seen_at for d in record.disputes.values()]
        began = [d.first_failure_at for d in record.disputes.values() if found[3] != "our alert"]
        began += [v.measured.since for v in text.voices if found[3] != "our alert"]
        if any(lag(at, start, found[3]) == words for at in (*known, *seen) if at for start in (since, *began) if start):
            return True
    return False


def _symptoms(found, text, record):
    counted = [n for v in text.voices for _, n in v.measured.symptoms]
    failed = [f for f, _ in record.counts(text.at)]
    return (
        _number(found[1]) in counted
        or _number(found[1]) in failed
        or any(
            _number(found[1]) == f
            for e in record.incidents.values()
            for x in e.timeline
            for f, _ in record.counts(x.at)
        )
    )


def _clock(found, text, record):
    return found[0].removesuffix(" UTC") in record.once("clocks", text.at, lambda: _clocks(text.at, record))


def _clocks(until, record):
    return {
        c.removesuffix(" UTC") for at in record.moments(until) for c in (clock(at, at, seconds=True), clock(at, at))
    }


def _length(found, text, record):
    return found[1] in record.once("lengths", text.at, lambda: _lengths(text.at, record))


def _lengths(until, record):
    """Every length of time between something that was kept and something that happened, and whole minutes of counts."""
    kept = {i.started_at for i in record.incidents.values()} | {until}
    kept |= {at for i in record.incidents.values() for at in (i.opened_at, i.resolved_at, i.page_first_at) if at}
    kept |= {d.since for d in record.disputes.values()} | {d.closed_at for d in record.disputes.values() if d.closed_at}
    found = {duration(abs(end - start)) for start in kept for end in record.moments(until)}
    return found | {duration(n * 60.0) for n in range(1, 11)}


def _reports(found, text, record):
    known = [i.reports for i in record.incidents.values()] + [v.reports.affected for v in text.voices]
    return (0 if found[1] == "no" else _number(found[1])) in known


def _uptime(found, _text, record):
    down = (State.PARTIAL, State.MAJOR)
    for held in record.held.values():
        known = sum(held.values())
        up = 1 - sum(held.get(state, 0.0) for state in down) / known
        if found[1] == share_up(up) and found[2] in {None, duration(known)}:
            return True
    return False


def _held(found, _text, record):
    state = next(s for s, words in WORDS.items() if words == found[1])
    return any(found[2] == duration(held.get(state, 0.0)) for held in record.held.values())


def _unknown(found, text, record):
    whole = 86_400 - ((text.at // 60 + 1) * 60 - text.at)
    return found[1] == duration(whole - (text.at - record.begins)) and found[2] == duration(86_400)


def _share_of_all(found, text, record):
    each = [record.looks(c, text.at) for c in record.names]
    return found[1] in {percent(sum(r.outcome is Outcome.FAILED for r in rows) / len(rows)) for rows in each}


def _failures(found, text, record):
    one = text.incident
    rows = [r for c in one.components for r in record.looks(c, one.resolved_at or text.at) if r.at >= one.started_at]
    return int(found[2]) == sum(r.outcome is Outcome.FAILED for r in rows) and int(found[1]) <= int(found[2])


def _incidents(found, _text, record):
    return int(found[1]) == len(record.incidents)


def _open(found, text, record):
    going = sum(i.resolved_at is None or i.resolved_at > text.at for i in record.incidents.values())
    return found[1] == str(going or "none")


def _components(found, text, record):
    return int(found[2]) == len(record.names) and int(found[1]) <= len(text.voices)


CHECKS = (
    (rf"before that {N} of {N} failed in ({DUR})", _before),
    (rf"no failures for ({DUR})", _quiet),
    (r"none of the last (\d+)", _worked),
    (rf"[Ww]orst ~({PCT})", _peak),
    (rf"(?:worse|better)\b[^~\n]{{1,60}}~({PCT})", _then),
    (rf"~({PCT})", _rate),
    (rf"we still measure ({PCT})", _rate),
    (rf"{N} of our last {N} requests failed", _count),
    (rf"all of our last {N} requests failed", _every),
    (rf"{N} of {N} failing", _count),
    (r"\((\d+) components\)", lambda found, _text, record: int(found[1]) <= len(record.names)),
    (r"(\d+) (?:person|people) affected", _reports),
    (r"(\d+) (?:person reports|people report) trouble", _reports),
    (rf"[uU]ptime:? ({PCT})(?: of the ({DUR}) known)?", _uptime),
    (rf"(partial outage|major outage|degraded performance|under maintenance) ({DUR})", _held),
    (rf"unknown ({DUR}) of ({DUR})", _unknown),
    (rf"({PCT}) of checks failed", _share_of_all),
    (r"(\d+) of (\d+) failures", _failures),
    (rf"{N} of {N} \(({PCT}), 95% interval {PCT}\)", _whole),
    (rf"(\d\d:\d\d) UTC ({PCT}) \({N} of {N}\)", _hour),
    (rf"{N} of {N} checks failed: {PCT} \(95% interval {PCT}\)", _all),
    (rf"(\d\d:\d\d UTC): {N} of {N} checks failed", _worst_minute),
    (rf"about ({PCT}), 95% interval ({PCT})", _opening),
    (rf"{N} of {N} (?:requests )?failed", _count),
    (rf"{N} of {N} requests (?:so far|failing)", _count),
    (rf": {N} of {N}(?= \(|\n|$)", _count),
    (rf"every request has failed for {DUR} \({N} of {N}\)", _count),
    (rf"(?:[aA]t worst|peak)(?: about)? ({PCT})", _peak),
    (rf"Highest failure rate \| about ({PCT})", _peak),
    (rf"about ({PCT})", _rate),
    (rf"95% intervals? ({PCT})", _interval),
    (rf"({PCT}) \(({PCT})\): ", _rated),
    (rf"({PCT}) failures there", _rate),
    (rf"({DUR}) (after|before) (our alert|the first failure)", _lag),
    (r"×(\d+)", _symptoms),
    (r"\d\d:\d\d(?::\d\d)?(?: UTC)?", _clock),
    (rf"({DUR})", _length),
    (r"(no|\d+) (?:user )?reports?(?: by people)?", _reports),
    (r"(\d+) incidents?", _incidents),
    (r"(\d+|none) open", _open),
    (r"(\d+) of (\d+) components?", _components),
    (r"[Aa]ll (\d+) components", lambda found, _text, record: int(found[1]) == len(record.names)),
)


def wrong(texts: Iterable[Text], record: Record) -> tuple[list[str], dict[str, int]]:
    """The figures that the record does not have, and how many were compared by kind of text."""
    faults: list[str] = []
    counts: dict[str, int] = {}
    for text in texts:
        for one in compared(text, record):
            counts[text.kind] = counts.get(text.kind, 0) + 1
            if not one.right:
                faults.append(
                    f"{text.kind} at {clock(text.at, text.at, seconds=True)}: {one.figure!r} in {text.words!r}"
                )
    return faults, counts
