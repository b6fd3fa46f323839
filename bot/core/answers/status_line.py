"""A component in one line, for status lines and prompts, and what a hook says of it. Pure."""

from dataclasses import dataclass

from bot.core.answers.status import we_see
from bot.core.model.card import Colour
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.text.inline import utc
from bot.core.text.numbers import percent
from bot.core.text.quoting import clean
from bot.core.text.states import EMOJI, WORDS
from bot.core.text.symptoms import (
    FAILING,
    NO_FAILURES,
    called,
    is_down,
    job,
    present,
    quieted,
    sure,
    suspected,
    tone,
    words,
)
from probes.model import State

HEAD = "groundtruth-line 1"
"""The first line of the text form, with its version: readers show nothing of another."""
WORST = frozenset({State.PARTIAL, State.MAJOR})
UNKNOWN = WORDS[State.UNKNOWN]


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One component now: `words` stand behind the name in a line; `detail` and `advice` are a sentence each."""

    state: State
    colour: Colour
    name: str
    words: str
    detail: str
    advice: str

    @property
    def wrong(self) -> bool:
        """Whether something is measured to be wrong; what is unknown is neither."""
        return self.state in TROUBLE

    @property
    def text(self) -> str:
        """As in "🟠 Claude ~18% failing"."""
        return f"{EMOJI[self.colour]} {self.name} {self.words}"

    def written(self) -> str:
        """The form that small readers take, a key and its value a line; no quotes, so that it fits into JSON."""
        pairs = {
            "state": self.state.value,
            "line": self.text,
            "name": self.name,
            "wrong": "yes" if self.wrong else "no",
            "detail": self.detail,
            "advice": self.advice,
        }
        return f"{HEAD}\n" + "".join(f"{key} {_bare(value)}\n" for key, value in pairs.items())


def line(voices: ComponentStatus, now: float, *, fresh: bool = True) -> StatusLine:
    """The component as of `now` (Unix seconds); `fresh`: whether what is known was read lately."""
    measured = voices.measured
    name = called(measured)
    short = name.removesuffix(" API") or name
    state = present(measured, now)
    if measured.blind or not fresh or state is State.UNKNOWN:
        why = (
            utc(we_see(measured, now), now).partition(" ")[2] if fresh else f"{UNKNOWN}, the store was not read lately"
        )
        detail, advice = f"{name}: {why}.", f"Groundtruth does not know how {name} is now."
        return StatusLine(State.UNKNOWN, Colour.GREY, short, UNKNOWN, detail, advice)
    # Without its age, which would be wrong by the time it is read.
    seen = utc(we_see(measured, now), now).partition(" ")[2].rpartition("; ")[0]
    detail = f"{name}, as measured: {seen}."
    return StatusLine(state, tone(measured, now), short, _words(voices, now), detail, _advice(voices, name, now))


def _words(voices: ComponentStatus, now: float) -> str:
    measured = voices.measured
    if quieted(measured, now):
        return NO_FAILURES
    if measured.state in TROUBLE:
        if job(measured) or measured.slow or is_down(measured) or measured.state not in WORST | {State.DEGRADED}:
            return words(measured)
        return f"~{percent(measured.rate)} failing" if sure(measured) else FAILING
    return "suspicious" if suspected(measured) else WORDS[measured.state]


def _advice(voices: ComponentStatus, name: str, now: float) -> str:
    """What somebody whose request has just failed needs to know first."""
    measured = voices.measured
    if quieted(measured, now):
        return f"{name} failed until a moment ago, and works lately: try again."
    if measured.state in WORST:
        others = f"It is not only you: {name} fails elsewhere too. Try again later, or use something else until then."
        return f"{name} is a job that reports in: why tells what it reported last." if job(measured) else others
    if measured.state in TROUBLE:
        return f"It is not only you: {name} is troubled elsewhere too. Try again with more time."
    if suspected(measured):
        return f"It may not be only you: the latest checks of {name} failed, too few for an alert. Try again."
    if measured.state is State.MAINTENANCE:
        return f"{name} is under maintenance."
    return f"Others do not see it: {name} works as measured. Look at your own network, key, quota and request first."


def _bare(text: str) -> str:
    return clean(text, 400).replace('"', "'").replace("\\", "/")
