"""What to say of one's next request: wait, retry, switch or look at one's own code, and when trouble ends. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bot.core.answers.alternatives import DOOR, sees, title
from bot.core.answers.answer import Answer
from bot.core.answers.status import we_see
from bot.core.history.lengths import PastLengths
from bot.core.model.card import Action
from bot.core.model.incident import Incident
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.stats.remaining import LONGEST_S, RemainingTime
from bot.core.text.durations import duration
from bot.core.text.inline import moment
from bot.core.text.numbers import number, percent
from bot.core.text.quoting import clean
from bot.core.text.states import EMOJI
from bot.core.text.symptoms import called, present, suspected, tone
from bot.core.tips.alternatives import Option
from bot.core.tips.decision import Decision, Reason, Situation, Verdict, backoff_s, decide
from probes.model import State

QUANTILES: Final = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
DO: Mapping[Verdict, str] = {
    Verdict.WAIT: "wait",
    Verdict.RETRY: "retry",
    Verdict.SWITCH: "switch",
    Verdict.FIX: "fix your code",
}
WHY: Mapping[Reason, str] = {
    Reason.UP: "it works where we measure it, and neither people nor apps report more trouble than usual",
    Reason.OTHERS_REPORT: "it works where we measure it, but people or apps report more trouble than usual",
    Reason.SOME_FAIL: "some requests fail, so a few attempts get through",
    Reason.MOST_FAIL: "too many requests fail for a few attempts to get through",
    Reason.SLOW: "it answers, but slowly: allow more time",
    Reason.QUIET: "it works again where we measure it; the incident is not called over yet",
    Reason.MAINTENANCE: "it is under maintenance",
    Reason.UNKNOWN: "we have no fresh result, so nobody here can say whose fault it is",
}


@dataclass(frozen=True, slots=True)
class ShouldIContext:
    """What the answer is made from: a component, its service's name, the incident it is in, what can stand in.

    `past` are the lengths on record, `deadline_s` how long the asker can wait, None where it does not matter.
    """

    voices: ComponentStatus
    service: str
    incident: Incident | None
    options: Sequence[Option]
    past: PastLengths
    deadline_s: float | None = None


def should_i(at: ShouldIContext, now: float) -> Answer:
    """The answer to `should-i`."""
    own = at.voices.measured
    lasting = RemainingTime(at.past.seconds, _elapsed(at, now))
    made = decide(Situation(own, at.voices.reports, at.options, lasting, at.deadline_s), now)
    troubled = present(own, now) in TROUBLE
    lines = [("Why", WHY[made.reason]), ("We measure", we_see(own, now))]
    lines += _attempts(made)
    if made.option is not None:
        lines.append(("Instead", f"{title(made.option)}: {sees(made.option, now)}"))
    if made.verdict is Verdict.WAIT and not any(option.live for option in at.options):
        lines.append(("Instead", "no alternative is measured up here"))
    if troubled:
        lines += _end(at, lasting, now)
    lines += _next(made, own.component)
    return Answer(
        title=_title(made, at, lasting, now),
        at=now,
        lines=tuple(lines),
        data=_data(made, at, lasting, now),
        actions=(Action("why", "Why?", own.component), Action("alternatives", "Alternatives", own.component)),
    )


def _title(made: Decision, at: ShouldIContext, lasting: RemainingTime, now: float) -> str:
    own = at.voices.measured
    sign = EMOJI[tone(own, now)]
    said = f"{sign} {called(own)}: {DO[made.verdict]}"
    match made.verdict:
        case Verdict.SWITCH if made.option is not None:
            how = "measured up" if made.option.infers else f"up ({DOOR})"
            return f"{said} to {title(made.option)}, which is {how}"
        case Verdict.WAIT if made.reason is Reason.MAINTENANCE:
            return f"{said}; it is under maintenance and no alternative is measured up"
        case Verdict.WAIT:
            return f"{said}; half of such incidents end within {duration(lasting.quantile_s(0.5))} from now"
        case Verdict.FIX:
            return f"{said}; we measure it up"
        case _ if made.reason is Reason.UNKNOWN:
            return f"{said} once, in {duration(made.retry_after_s or 0)}; its state is unknown"
        case _:
            return f"{said}, {number(made.attempts, 'attempt', 'attempts')} at most"


def _attempts(made: Decision) -> list[tuple[str, str]]:
    if made.reason is not Reason.SOME_FAIL:
        return []
    waits = f"{made.attempts} attempts, {duration(backoff_s(made.attempts))} of waiting in all"
    return [("Retry", f"{waits}: 99% get through if failures are independent")]


def _end(at: ShouldIContext, lasting: RemainingTime, now: float) -> list[tuple[str, str]]:
    low, middle, high = (lasting.quantile_s(share) for share in QUANTILES.values())
    later = "later than anybody can say" if high >= LONGEST_S / 2 else moment(now + high)
    most = f"80% of such incidents end between {moment(now + low)} and {later}"
    lines = [("Expected end", f"about {moment(now + middle)}; {most}")]
    if at.deadline_s is not None:
        chance = percent(lasting.over_within(at.deadline_s))
        lines.append(("By then", f"{chance} chance that it is over in {duration(at.deadline_s)}"))
    return [*lines, ("From", _from(at, lasting))]


def _from(at: ShouldIContext, lasting: RemainingTime) -> str:
    past = at.past
    whose = called(at.voices.measured) if past.component else clean(at.service, 60)
    said = f"{number(len(past.seconds), 'past incident', 'past incidents')} of {whose}"
    if past.stated:
        said += f", {past.stated} as the vendor states them"
    if len(past.seconds) < 20:
        said += ", and what is usual for vendors of AI services"
    return f"{said}; this one has lasted {duration(lasting.elapsed_s)}"


def _next(made: Decision, component: str) -> list[tuple[str, str]]:
    match made.verdict:
        case Verdict.FIX:
            return [("Next", f"paste the error: explain …; if it is theirs after all, report it: report {component}")]
        case Verdict.WAIT | Verdict.SWITCH:
            return [("Next", f"ask again in {duration(made.retry_after_s or 0)}")]
        case _ if made.reason is Reason.UNKNOWN:
            return [("Next", "paste the error: explain …")]
        case _:
            return []


def _elapsed(at: ShouldIContext, now: float) -> float:
    if at.incident is not None:
        return at.incident.lasted_s(now)
    began = at.voices.measured.since
    return max(0.0, now - began) if began is not None else 0.0


def _data(made: Decision, at: ShouldIContext, lasting: RemainingTime, now: float) -> dict[str, object]:
    own, option, state = at.voices.measured, made.option, present(at.voices.measured, now)
    return {
        "at": now,
        "component": own.component,
        "state": state.value,
        "last_result_at": own.at,
        "verdict": made.verdict.value,
        "reason": made.reason.value,
        "why": WHY[made.reason],
        "retry_after_s": made.retry_after_s,
        "attempts": made.attempts,
        "incident": at.incident.id if at.incident is not None else None,
        "deadline_s": at.deadline_s,
        "end": _end_data(at, lasting, now) if state in TROUBLE or suspected(own) else None,
        "switch_to": _option_data(option) if option is not None else None,
    }


def _end_data(at: ShouldIContext, lasting: RemainingTime, now: float) -> dict[str, object]:
    within = {name: lasting.quantile_s(share) for name, share in QUANTILES.items()}
    return {
        "elapsed_s": lasting.elapsed_s,
        "remaining_s": within,
        "at": {name: now + seconds for name, seconds in within.items()},
        "over_by_deadline": lasting.over_within(at.deadline_s) if at.deadline_s is not None else None,
        "incidents": len(at.past.seconds),
        "of_the_component": at.past.component,
        "stated_by_the_vendor": at.past.stated,
    }


def _option_data(option: Option) -> dict[str, object]:
    kept = {k: v for k, v in asdict(option).items() if k in {"name", "service", "component", "similarity", "infers"}}
    state: State = option.state
    return {**kept, "state": state.value, "last_result_at": option.at, "latency_ms": option.latency_ms}
