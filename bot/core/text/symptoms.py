"""What a component suffers from, in the fewest words that are true: "intermittent failures", "down", "slow". Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.model.card import Colour
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.text.durations import duration
from bot.core.text.numbers import latencies, percent, span
from bot.core.text.quoting import clean
from bot.core.text.states import ATTENTION, TONE
from probes.model import Layer, State

NEARLY_ALL = 0.9
FIRST = 11
"""So many results are the first ones."""
MOST = 0.5
SEVERAL = 3

DOWN = "down"
FAILING = "failures"

RED = 0.4
"""Below this share of failures nothing is red, whatever class it was given a while ago: that begins at one half."""
UNSURE = 0.6
"""An interval of the rate wider than this says nothing of how many fail, only that some do."""


CHANCE = 0.05
"""A run of results that work is told where it is less likely than this by chance."""
NO_FAILURES = "no failures lately"


OF_JOBS: Mapping[str, str] = {
    "ping_missed": "no ping in time",
    "run_overdue": "its run has not ended in time",
    "run_failed": "its last run failed",
}
"""What a job that reports in suffers from; "exit_code_3" is a failed run, too."""
_CODE = "exit_code_"


@dataclass(frozen=True, slots=True)
class Ailment:
    """Components that suffer alike: the words for it, how bad, and who."""

    words: str
    severity: int
    sick: tuple[Measurement, ...]


def job(measured: Measurement) -> str:
    """What a job that reports in suffers from, "" for everything else: of it there are no requests to count."""
    if measured.layer != Layer.JOB or measured.state not in TROUBLE:
        return ""
    word = measured.symptoms[0][0] if measured.symptoms else "run_failed"
    if word.startswith(_CODE):
        return f"its last run failed with {symptom(word)}"
    return OF_JOBS.get(word, OF_JOBS["run_failed"])


def stale(measured: Measurement, now: float) -> bool:
    """Whether the figures are too old to be called the present."""
    return measured.at is None or now - measured.at > measured.stale_after_s


def present(measured: Measurement, now: float) -> State:
    """The state as of now: what is stale is unknown."""
    return State.UNKNOWN if stale(measured, now) else measured.state


def suspected(measured: Measurement) -> bool:
    """Whether most of the latest results failed, yet too few for an alert: nothing that may be shown as green."""
    failed, total = measured.failed, measured.total
    if measured.layer == Layer.JOB:
        return False  # its last word counts, not its share
    return measured.state is State.OPERATIONAL and failed >= SEVERAL and failed >= MOST * total


def quieted(measured: Measurement, now: float) -> bool:
    """Whether trouble stands that shows no failure lately: no longer called as bad as it was, not yet called over."""
    return measured.monitoring and present(measured, now) in TROUBLE


def quiet_for(measured: Measurement, now: float) -> str:
    """As in "no failures for 40 s"."""
    if measured.failed_at is None or not measured.failed:
        return NO_FAILURES
    return f"no failures for {duration(now - measured.failed_at)}"


def nothing_worked(measured: Measurement) -> bool:
    """Whether all results that were counted failed, but for the latest ones, which worked."""
    return 0 < measured.failed == measured.total - measured.well


def until_quiet(measured: Measurement) -> str:
    """As in "39 of 39 failed in 80 s": what was counted up to the last failure; "" where nothing was."""
    failed, total = measured.failed, max(measured.failed, measured.total - measured.well)
    if failed and job(measured):
        return job(measured)
    if not failed:
        return ""
    began, last, window = measured.since, measured.failed_at, measured.window_s
    if began is not None and last is not None:
        window = last - began
    return f"{failed} of {total} failed in {duration(window)}"


def lately(measured: Measurement) -> str:
    """As in ", none of the last 12": where so many results that work are no chance at the rate that is told."""
    well = measured.well
    unlikely = well >= SEVERAL and (1 - min(0.99, measured.rate)) ** well < CHANCE
    return f", none of the last {well}" if unlikely and measured.state in TROUBLE else ""


def tone(measured: Measurement, now: float) -> Colour:
    """The colour of one component, the same in every message and answer."""
    if not stale(measured, now) and (suspected(measured) or quieted(measured, now)):
        return Colour.YELLOW
    state = present(measured, now)
    return TONE[shade_of(measured) if state is measured.state else state]


def shade_of(measured: Measurement) -> State:
    """The state by which a component is coloured: a handful of results, or a rate that has fallen, is no red.

    What fails altogether is red from the first message on, although a few results are not enough to call it down; so is
    a job in trouble.
    """
    if measured.layer == Layer.JOB and measured.state in (State.PARTIAL, State.MAJOR):
        return State.MAJOR
    known = _narrow(measured) or 1 < measured.failed == measured.total
    red = is_down(measured) or (known and measured.rate >= RED)
    return State.PARTIAL if measured.state is State.MAJOR and not red else measured.state


def sure(measured: Measurement) -> bool:
    """Whether enough was counted to say how many fail: the first minute of an outage has only a few results.

    Where all of a few failed, half of the requests may still be what fails: then the counts are said and no rate. Of a
    job there is none to say.
    """
    if measured.layer == Layer.JOB:
        return False
    if is_down(measured):
        return True
    if measured.slow and measured.state is State.DEGRADED:
        return True
    return _narrow(measured) and measured.failed < measured.total


def _narrow(measured: Measurement) -> bool:
    """Whether the interval of the rate says anything."""
    return measured.total > 0 and measured.high - measured.low <= UNSURE


def is_down(measured: Measurement) -> bool:
    """Whether (nearly) everything fails: what is "down" is said without an interval.

    Of the first results it is the counts that say so: nine of ten suffice, though the rate forgets a little of them.
    Then the counts are told beside it, else the rate, and either is nine tenths at least, unrounded.
    """
    if measured.layer == Layer.JOB:
        return False
    return measured.down and measured.state is State.MAJOR and (_first_fail(measured) or measured.rate >= NEARLY_ALL)


def _first_fail(measured: Measurement) -> bool:
    return 0 < measured.total <= FIRST and 10 * measured.failed >= 9 * measured.total


def words(measured: Measurement) -> str:
    """The symptom of one component; "down" only when (nearly) everything fails."""
    if said := job(measured):
        return said
    if is_down(measured):
        return DOWN
    if not sure(measured) and measured.state in (State.PARTIAL, State.MAJOR):
        return FAILING
    return failing_words(measured.state, measured.rate, slow=measured.slow, down=False)


def failing_words(state: State, rate: float, *, slow: bool = False, down: bool = True) -> str:
    """The symptom by state and failure rate (0 to 1); `down`: whether nearly all is enough for that word."""
    if slow and state is State.DEGRADED:
        return "slow"
    if state is State.MAINTENANCE:
        return "under maintenance"
    if down and rate >= NEARLY_ALL and state is State.MAJOR:
        return DOWN
    if rate >= MOST:
        return "most requests fail"
    return "frequent failures" if state is State.MAJOR else "intermittent failures"


def ailments(voices: Sequence[ComponentStatus], now: float) -> tuple[Ailment, ...]:
    """The components in trouble at this moment, those that suffer alike together, the worst first."""
    groups: dict[str, list[Measurement]] = {}
    for voice in voices:
        if present(voice.measured, now) in TROUBLE and not quieted(voice.measured, now):
            groups.setdefault(words(voice.measured), []).append(voice.measured)
    found = [Ailment(w, max(ATTENTION[m.state] for m in sick), tuple(sick)) for w, sick in groups.items()]
    return tuple(sorted(found, key=lambda ailment: (-ailment.severity, -max(m.rate for m in ailment.sick))))


def how_much(ailment: Ailment, *, interval: bool = True) -> str:
    """The number behind the words: failure rate with its interval, or latency beside the usual one."""
    if ailment.words == "slow":
        return _how_slow(ailment.sick)
    if all(map(job, ailment.sick)):
        return f"for {duration(max(m.window_s for m in ailment.sick))}"
    if ailment.words == FAILING:
        failed, total = sum(m.failed for m in ailment.sick), sum(m.total for m in ailment.sick)
        return f"{failed} of {total} requests so far" if total > 0 else "nothing counted yet"
    if all(is_down(m) for m in ailment.sick):
        return _how_down(ailment.sick)
    low, high = min(m.rate for m in ailment.sick), max(m.rate for m in ailment.sick)
    middle = sum(m.rate for m in ailment.sick) / len(ailment.sick)
    rates = percent(middle) if high - low <= 0.04 else span(low, high)
    about = f"about {rates} of requests{' fail' if ailment.words == DOWN else ''}"
    if not interval:
        return about
    ends = span(min(m.low for m in ailment.sick), max(m.high for m in ailment.sick))
    return f"{about} (95% interval{'s' if len(ailment.sick) > 1 else ''} {ends})"


def first_of(kind: str) -> str:
    """What an incident of this kind began with."""
    return "the first slow answer" if kind == "slowness" else "the first failure"


def named(service: str, component: str) -> str:
    """A component's name that says whose it is: "Claude API" as it stands, "API" as "Claude API".

    A component that is all of its service has the service's name: "AI gateway" of "Our AI gateway".
    """
    whose, what = clean(service, 40), clean(component, 40)
    if f" {whose}".casefold().endswith(f" {what}".casefold()):
        return whose
    known = any(word in what.casefold() for word in whose.casefold().split()[:1])
    return what if known or not whose else f"{whose} {what}"


def brief(component: str, whose: str) -> str:
    """A component's name beside its service's: "Claude API" is "API" there, "Claude Code" stays."""
    rest = component.removeprefix(f"{whose} ")
    return rest if rest.isupper() else component


def called(measured: Measurement) -> str:
    """The component's own name, its id where it has none."""
    return clean(measured.name, 40) or clean(measured.component, 40)


def symptom(word: str) -> str:
    """A stable symptom word for people: "http_500" is "HTTP 500", "no_answer" is "no answer"."""
    if word in OF_JOBS:
        return OF_JOBS[word]
    spoken = clean(word, 60).replace("_", " ").strip() or "failed"
    return f"HTTP{spoken[4:]}" if spoken.casefold().startswith("http ") else spoken


def _how_down(sick: Sequence[Measurement]) -> str:
    """As in "every request has failed for 40 s (8 of 8)"; how many of the first ones, or of all, if some worked."""
    failed, total = sum(m.failed for m in sick), sum(m.total for m in sick)
    if total and failed == total:
        lasting = duration(max(m.window_s for m in sick))
        return f"every request has failed for {lasting} ({failed} of {total})"
    rate = sum(m.rate for m in sick) / len(sick)
    return f"{failed} of {total} requests failed" if rate < NEARLY_ALL else f"about {percent(rate)} of requests fail"


def _how_slow(sick: Sequence[Measurement]) -> str:
    medians = [m.latency_ms for m in sick if m.latency_ms is not None and m.slow_lately]
    usual = [m.usual_latency_ms for m in sick if m.usual_latency_ms is not None]
    if not medians:
        slow, total = sum(m.failed for m in sick), sum(m.total for m in sick)
        return f"{slow} of {total} answers" if total else "beyond its usual latency"
    return f"median {latencies(medians)}" + (f", usually {latencies(usual)}" if usual else "")


def quiet_words(kind: str) -> str:
    """What is said of an incident of this kind while nothing more is seen of it."""
    return "fast again" if kind == "slowness" else NO_FAILURES
