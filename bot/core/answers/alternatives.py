"""What to say of alternatives: which is up, how similar it is, how we know, and when none is up. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.answers.status import we_see
from bot.core.model.card import Colour
from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.text.inline import relative
from bot.core.text.numbers import latency, number
from bot.core.text.quoting import clean, listed
from bot.core.text.states import EMOJI, WORDS, emoji
from bot.core.text.symptoms import called, named, present, suspected
from bot.core.tips.alternatives import Option, Similarity, better
from probes.model import State

HEAD = ("instead", "we see", "latency", "how like it")
NOTES = 4
LIKE: Mapping[Similarity, str] = {
    Similarity.SAME_MODEL: "same model",
    Similarity.SIMILAR: "same vendor",
    Similarity.OTHER: "another model",
}
DOOR = "front door only, inference not measured"


def alternatives_answer(own: Measurement, service: str, options: Sequence[Option], now: float) -> Answer:
    """What can stand in for a component of the service of that name: `options` as `ranked` gives them."""
    rows = tuple((title(option), sees(option, now), _latency(option), _like(option)) for option in options)
    return Answer(
        title=_title(own, named(service, own.name or own.component), options, now),
        at=now,
        lines=_notes(options),
        table=Table(HEAD, rows) if rows else None,
        footer=_footer(options),
        data={"at": now, "component": own.component, "alternatives": [_data(option) for option in options]},
    )


def title(option: Option) -> str:
    """What stands in, with the component that does where its name says more."""
    name, own = clean(option.name, 60), called(option.measured) if option.measured else ""
    if not own or own.casefold() in name.casefold():
        return name
    return own if name.casefold() in own.casefold() else f"{name}, {own}"


def sees(option: Option, now: float) -> str:
    """The state of an option with its evidence and the age of it: what we measured, then what its page admits."""
    if option.measured is None:
        return f"{emoji(State.UNKNOWN)} not measured here (add {_wanted(option)} under services:)"
    said = we_see(option.measured, now)
    if option.page_at is not None and (option.page in TROUBLE or option.measured.at is None):
        said += f"; its page says {WORDS[option.page]}, {relative(option.page_at)}"
    return said if option.infers or option.at is None else f"{said} ({DOOR})"


def _title(own: Measurement, name: str, options: Sequence[Option], now: float) -> str:
    state = present(own, now)
    live = [option for option in options if option.live]
    if not options:
        return f"{EMOJI[Colour.GREY]} no alternatives to {name} are configured"
    if state is State.OPERATIONAL and not suspected(own):
        standing = f"{number(len(live), 'alternative is', 'alternatives are')} up too" if live else "no need to change"
        return f"{emoji(state)} {name} is operational; {standing}"
    trouble = "suspicious" if suspected(own) else WORDS[state]
    best = better(options, own, now)
    if best is None:
        blind = sum(option.state is State.UNKNOWN for option in options)
        unknown = f" ({blind} of {len(options)} not monitored here, or unknown)" if blind else ""
        return f"{emoji(state)} {name} ({trouble}): no measured alternative is up{unknown}"
    if best.live:
        how = LIKE[best.similarity] if best.infers else f"{LIKE[best.similarity]}; {DOOR}"
        return f"{emoji(best.state)} instead of {name} ({trouble}): {title(best)} is up ({how})"
    return f"{emoji(best.state)} {name} ({trouble}): no alternative is up; the least bad is {title(best)}"


def _latency(option: Option) -> str:
    return latency(option.latency_ms) if option.latency_ms is not None else ""


def _like(option: Option) -> str:
    vantages = option.measured.all_vantages if option.measured else ()
    seen = f", seen from {listed([clean(v, 40) for v in vantages], 3)}" if vantages else ""
    return f"{LIKE[option.similarity]}{seen}"


def _wanted(option: Option) -> str:
    return clean(option.service, 60) or "a service of your own"


def _notes(options: Sequence[Option]) -> tuple[tuple[str, str], ...]:
    """What to know before one changes over, of the first few; each once."""
    known = {clean(o.name, 40): " ".join(filter(None, (clean(o.note, 300), clean(o.url, 200)))) for o in options}
    return tuple((name, note) for name, note in list(known.items())[:NOTES] if note)


def _footer(options: Sequence[Option]) -> str:
    return "best first: what is up, then the same model, then what answers sooner" if len(options) > 1 else ""


def _data(option: Option) -> dict[str, object]:
    return {**asdict(option), "at": option.at, "latency_ms": option.latency_ms, "rate": option.rate}
