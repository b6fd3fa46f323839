"""Tips: what helps meanwhile, one Markdown file a tip with its conditions on top. Pure; which to show: `choosing`.

A file is front matter between two `---` lines, then the step as one line, then why, then `## Steps` and `## Limits`.
Conditions, all lists with commas between, absent means any: `components` and `models` (ids, `*` stands for anything),
`layers` (where the trouble sits; `unless`: where the tip is no use), `when` (part, all, slow), `codes` (HTTP),
`platforms` (the reader's). Absent means trouble: `states`; absent means not ours: `faults`. `needs` is a service or
component that the tip sends people to: it is shown only while that is measured up.
`topic`: of one topic only one tip is shown. `does` and `avoids` (see `Act`): what it tells people to do, and not to.
`recipe` names code that does it; `rank`: lower goes first; `source`: an https address, or "common practice"; `checked`:
the day on which that was last known to say so.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TypeVar

from probes.model import Fault, Layer, State

FENCE = "---"
COMMON = "common practice"
NEEDED = ("topic", "rank", "source", "checked")
LISTS = ("components", "layers", "unless", "when", "codes", "models", "states", "faults", "platforms", "does", "avoids")
KEYS = (*LISTS, "needs", "recipe", *NEEDED)
SECTIONS = ("## Steps", "## Limits")
FILE = 4000
"""Characters of a whole file."""
STEP = 120
"""Characters of a step: three of them, numbered, stay within a card's line."""
WORD = 40
RANKS = range(1000)
CODES = range(100, 600)
_MARKS = str.maketrans("", "", "-.*")

Word = TypeVar("Word", bound=StrEnum)
Value = TypeVar("Value")


class When(StrEnum):
    """How the requests fare: a part of them fails, (nearly) all of them fail, they are slow."""

    PART = "part"
    ALL = "all"
    SLOW = "slow"


class Act(StrEnum):
    """What tips tell people to do or not to do: two of them contradict where one does what the other avoids."""

    RETRY = "retry"
    WAIT = "wait"
    CHANGE_ROUTE = "change-route"
    CHANGE_MODEL = "change-model"
    CHANGE_KEY = "change-key"
    CHANGE_CODE = "change-code"
    SIGN_IN_AGAIN = "sign-in-again"
    MORE_REQUESTS = "more-requests"


@dataclass(frozen=True, slots=True)
class Tip:
    """One step with its conditions (empty: see the head of this file), how to do it, and where it ends."""

    name: str
    text: str
    topic: str
    rank: int
    source: str
    checked: date
    components: frozenset[str] = field(default=frozenset())
    layers: frozenset[Layer] = field(default=frozenset())
    unless: frozenset[Layer] = field(default=frozenset())
    when: frozenset[When] = field(default=frozenset())
    codes: frozenset[int] = field(default=frozenset())
    models: frozenset[str] = field(default=frozenset())
    states: frozenset[State] = field(default=frozenset())
    faults: frozenset[Fault] = field(default=frozenset())
    platforms: frozenset[str] = field(default=frozenset())
    needs: str = ""
    does: frozenset[Act] = field(default=frozenset())
    avoids: frozenset[Act] = field(default=frozenset())
    recipe: str = ""
    more: str = ""
    steps: str = ""
    limits: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Code to copy: what it does, in which language, the file's name and text."""

    name: str
    language: str
    file: str
    code: str


def parse(name: str, text: str) -> Tip:
    """The tip a file says.

    Raises:
        ValueError: it cannot be read as a tip; the message has the file and what was expected.
    """
    try:
        return _tip(name, text)
    except ValueError as error:
        raise ValueError(f"tips/{name}.md: {error}") from None


def _tip(name: str, text: str) -> Tip:
    if len(text) > FILE:
        raise ValueError(f"{len(text)} characters, expected at most {FILE}")
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise ValueError(f"expected {FENCE} on the first line")
    ends = [n for n, line in enumerate(lines) if n and line.rstrip() == FENCE]
    if not ends:
        raise ValueError(f"expected {FENCE} after the conditions")
    said = _conditions(lines[1 : ends[0]])
    step, more, steps, limits = _body("\n".join(lines[ends[0] + 1 :]).strip())
    return Tip(
        name=name,
        text=_step(step.rstrip()),
        topic=_value(said, "topic", "one word of small letters", _word),
        rank=_value(said, "rank", f"a whole number below {RANKS.stop}", _rank),
        source=_value(said, "source", f'an https address or "{COMMON}"', _source),
        checked=_value(said, "checked", "a day like 2026-11-22", _day),
        components=_listed(said, "components", "ids with commas between", _word),
        layers=_words(said, "layers", Layer),
        unless=_words(said, "unless", Layer),
        when=_words(said, "when", When),
        codes=_listed(said, "codes", "HTTP status codes", _code),
        models=_listed(said, "models", "ids with commas between", _word),
        states=_words(said, "states", State),
        faults=_words(said, "faults", Fault),
        platforms=_listed(said, "platforms", "words with commas between", _word),
        needs=_value(said, "needs", "the id of a service or component", _word) if "needs" in said else "",
        does=_words(said, "does", Act),
        avoids=_words(said, "avoids", Act),
        recipe=_value(said, "recipe", "a recipe's name", _word) if "recipe" in said else "",
        more=more,
        steps=steps,
        limits=limits,
    )


def _conditions(lines: Iterable[str]) -> Mapping[str, str]:
    said: dict[str, str] = {}
    for line in lines:
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or key not in KEYS:
            raise ValueError(f"{line[:40]!r}, expected a line `key: value` with a key of {', '.join(KEYS)}")
        if key in said:
            raise ValueError(f"{key} stands twice, expected once")
        said[key] = value
    for key in NEEDED:
        if key not in said:
            raise ValueError(f"no {key}, expected {', '.join(NEEDED)}")
    return said


def _body(text: str) -> tuple[str, str, str, str]:
    """The step, why, the steps, the limits."""
    head, steps, rest = f"\n{text}".partition(f"\n{SECTIONS[0]}\n")
    how, limits, ends = rest.partition(f"\n{SECTIONS[1]}\n")
    if text and not (steps and limits and how.strip() and ends.strip()):
        raise ValueError(f"expected {' and then '.join(SECTIONS)}, with words under each")
    step, _, more = head.strip().partition("\n")
    return step, more.strip(), how.strip(), ends.strip()


def _step(step: str) -> str:
    if not step:
        raise ValueError("no text, expected the step as one line under the conditions")
    if len(step) > STEP:
        raise ValueError(f"the step has {len(step)} characters, expected at most {STEP}")
    if not step.isprintable():
        raise ValueError("the step has a character that cannot be printed, expected plain text")
    return step


def _words(said: Mapping[str, str], key: str, kind: type[Word]) -> frozenset[Word]:
    known = {str(word): word for word in kind}
    return _listed(said, key, f"some of {', '.join(known)}", lambda word: _known(known, word))


def _known(known: Mapping[str, Word], word: str) -> Word:
    if word not in known:
        raise ValueError(word)
    return known[word]


def _listed(said: Mapping[str, str], key: str, expected: str, read: Callable[[str], Value]) -> frozenset[Value]:
    """A list with commas between; empty if the key is absent."""
    if key not in said:
        return frozenset()
    return frozenset(_value({key: word.strip()}, key, expected, read) for word in said[key].split(","))


def _value(said: Mapping[str, str], key: str, expected: str, read: Callable[[str], Value]) -> Value:
    try:
        return read(said[key])
    except ValueError:
        raise ValueError(f"{key}: {said[key][:40]!r}, expected {expected}") from None


def _word(text: str) -> str:
    plain = text.translate(_MARKS)
    if len(text) > WORD or not (plain.isascii() and plain.isalnum() and plain == plain.lower()):
        raise ValueError(text)
    return text


def _rank(text: str) -> int:
    if int(text) not in RANKS:
        raise ValueError(text)
    return int(text)


def _code(text: str) -> int:
    if int(text) not in CODES:
        raise ValueError(text)
    return int(text)


def _source(text: str) -> str:
    if text != COMMON and not (text.startswith("https://") and text.isprintable() and " " not in text):
        raise ValueError(text)
    return text


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day
