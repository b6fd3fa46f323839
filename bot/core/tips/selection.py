"""Which tips help now: the rule. Pure.

1. What does not fit is left out: each condition that a tip names has to hold (the head of `tips` says what is meant
   where it names none). Where a layer is ours the fault is ours.
2. A tip that sends people elsewhere (`needs`) is shown only while that is measured up: its option is live and fresh.
   One that says "change the route" and names none is shown with the best that is up; it is left out when routes are
   measured and none is.
3. The most specific comes first: a tip that names the code or model before one that names the layer or fault, that
   before one that fits any trouble; then the lower rank, then the name. Whom a tip is for (component, platform) only
   restricts.
4. From the front: none on a topic that is taken, none that contradicts one that was taken.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.text.inline import relative
from bot.core.text.quoting import clean
from bot.core.text.symptoms import NEARLY_ALL, called, present, quieted, stale, sure
from bot.core.tips.alternatives import Option
from bot.core.tips.tip import Act, Tip, When
from probes.model import Fault, Layer, State

MOST = 3
OURS = frozenset(
    {
        Layer.OUR_NETWORK,
        Layer.OUR_PROXY,
        Layer.CAPTIVE_PORTAL,
        Layer.OUR_QUOTA,
        Layer.OUR_KEY,
        Layer.OUR_BILLING,
        Layer.OUR_REQUEST,
    }
)
"""Layers on which the trouble is on our side, not on the vendor's."""
UNSAID = ""
ROUTE = 60


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of the trouble and of who asks; empty is not known.

    `when` None: a single error, of which nobody knows how many fail. `platform`: where the reader reads.
    """

    component: str = ""
    layer: str = ""
    when: When | None = None
    state: State = State.PARTIAL
    fault: str = ""
    code: int | None = None
    model: str = ""
    platform: str = ""


@dataclass(frozen=True, slots=True)
class Advised:
    """A tip to show, with the option it sends people to where it does."""

    tip: Tip
    option: Option | None = None

    def said(self) -> str:
        """The step as people read it, with the live state of where it sends them."""
        if self.option is None:
            return self.tip.text
        state = live_state(self.option)
        return f"{state}: {self.tip.text}" if self.tip.needs else f"{self.tip.text}; {state}"

    @property
    def brief(self) -> str:
        """The step in a message: where it sends people somewhere, only what is up there."""
        if self.option is None:
            return self.tip.text
        name = called(self.option.measured) if self.option.measured else clean(self.option.name, ROUTE)
        return f"{name} is up{'' if self.option.infers else ' (front door only)'}"


def circumstances(
    voices: Iterable[ComponentStatus], now: float, *, slow: bool = False, trouble: bool = False, platform: str = ""
) -> Circumstances:
    """What the measurements of one or more components come to; `trouble`: an incident is open on them."""
    every = [voice.measured for voice in voices]
    if not every:
        return Circumstances(state=State.PARTIAL if trouble else State.UNKNOWN, platform=platform)
    worst = max(every, key=lambda m: (present(m, now) in TROUBLE, m.rate))
    state = present(worst, now)
    if trouble and state not in TROUBLE:
        state = State.PARTIAL
    return Circumstances(
        component=worst.component,
        layer=next((m.layer for m in (worst, *every) if m.layer), ""),
        when=_when(worst, slow=slow) if state in TROUBLE else None,
        state=state,
        code=code_of(worst),
        platform=platform,
    )


def code_of(measured: Measurement) -> int | None:
    """The HTTP status that most failures had, None where the commonest symptom is none."""
    word = max(measured.symptoms, key=lambda s: s[1])[0] if measured.symptoms else ""
    number = word.removeprefix("http_")
    return int(number) if number != word and number.isascii() and number.isdigit() and len(number) == 3 else None


def best(
    tips: Iterable[Tip], at: Circumstances, options: Sequence[Option] = (), now: float = 0.0, most: int = MOST
) -> tuple[Advised, ...]:
    """The tips to show, best first, by the rule at the head of this file; `options` as `ranked` gives them."""
    fitting = [Advised(tip, _option(tip, options, now)) for tip in tips if fits(tip, at)]
    fitting = [advised for advised in fitting if _possible(advised, options)]
    fitting.sort(key=lambda advised: (-_specific(advised.tip), advised.tip.rank, advised.tip.name))
    chosen: list[Advised] = []
    for advised in fitting:
        if len(chosen) < most and all(_together(advised.tip, other.tip) for other in chosen):
            chosen.append(advised)
    return tuple(chosen)


def for_each(
    tips: Iterable[Tip], voices: Sequence[ComponentStatus], options: Sequence[Option], now: float, *, slow: bool = False
) -> tuple[tuple[tuple[str, ...], Advised], ...]:
    """The steps for an open incident, each with the names of the components that it is for (none: for all of them).

    Users of an API and of a web page need other advice: each component in trouble gets its best step before any gets a
    second one.
    """
    known = list(tips)
    sick = [v for v in voices if present(v.measured, now) in TROUBLE and not quieted(v.measured, now)] or list(voices)
    if len(sick) < 2:
        return tuple(((), a) for a in best(known, circumstances(sick, now, slow=slow, trouble=True), options, now))
    found: dict[str, Advised] = {}
    whose: dict[str, list[str]] = {}
    lists = [best(known, circumstances([v], now, slow=slow, trouble=True), options, now) for v in sick]
    for place in range(MOST):
        for voice, chosen in zip(sick, lists, strict=True):
            if place < len(chosen):
                name = chosen[place].tip.name
                found.setdefault(name, chosen[place])
                whose.setdefault(name, []).append(called(voice.measured))
    shown = list(found)[:MOST]
    return tuple(((), found[n]) if len(whose[n]) == len(sick) else (tuple(whose[n]), found[n]) for n in shown)


def fits(tip: Tip, at: Circumstances) -> bool:
    """Whether every condition of the tip holds."""
    fault = at.fault or (Fault.OURS if at.layer in OURS else UNSAID)
    return all(
        (
            at.state in (tip.states or TROUBLE),
            fault in tip.faults if tip.faults else fault != Fault.OURS,
            at.layer in tip.layers if tip.layers else at.layer not in {*tip.unless, Layer.JOB},
            not tip.when or at.when is None or at.when in tip.when,
            not tip.codes or at.code in tip.codes,
            not tip.components or _like(at.component, tip.components),
            not tip.models or _like(at.model, tip.models),
            not tip.platforms or at.platform in tip.platforms,
        )
    )


def contradict(one: Tip, other: Tip) -> bool:
    """Whether one tells people to do what the other tells them not to."""
    return bool(one.does & other.avoids or other.does & one.avoids)


def usable(option: Option, now: float) -> bool:
    """Whether people may be sent there: measured up, and that not long ago."""
    return option.live and option.measured is not None and not stale(option.measured, now)


def live_state(option: Option) -> str:
    """The option in a few words: "Bedrock (Oregon) is up (front door only, probed 20 s ago)"."""
    name = called(option.measured) if option.measured else clean(option.name, ROUTE)
    door = "" if option.infers else "front door only, "
    return f"{name} is up ({door}probed {relative(option.at)})" if option.at is not None else f"{name} is not measured"


def _when(measured: Measurement, *, slow: bool) -> When:
    if slow or (measured.slow and measured.state is State.DEGRADED):
        return When.SLOW
    return When.ALL if measured.rate >= NEARLY_ALL and sure(measured) else When.PART


def _option(tip: Tip, options: Iterable[Option], now: float) -> Option | None:
    """The best option that people can be sent to, of what the tip names or of any."""
    if not tip.needs and Act.CHANGE_ROUTE not in tip.does:
        return None
    return next((o for o in options if usable(o, now) and tip.needs in ("", o.service, o.component)), None)


def _possible(advised: Advised, options: Sequence[Option]) -> bool:
    if advised.tip.needs or advised.option is not None:
        return advised.option is not None
    return Act.CHANGE_ROUTE not in advised.tip.does or all(option.measured is None for option in options)


def _specific(tip: Tip) -> int:
    return 2 * bool(tip.codes or tip.models) + bool(tip.layers or tip.faults)


def _together(one: Tip, other: Tip) -> bool:
    return one.topic != other.topic and one.text != other.text and not contradict(one, other)


def _like(word: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(word.casefold(), pattern) for pattern in patterns)
