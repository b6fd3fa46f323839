"""The parts of a line that keep things quiet: how long, from when, and about what, where matchers say it. Pure.

"until resolved" is a length; "from 22:00" may stand before or after it. A time of day is the next one, in UTC; a date
says its offset, or is UTC as well.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from bot.core.commands.table import Argument
from bot.core.incidents.actions import ENDS
from bot.core.incidents.silences import LONGEST_S, SHORTEST_S, written
from bot.core.model.silence import END, UNTIL_RESOLVED
from bot.core.routing.matchers import KEY, Matcher, matcher
from bot.core.text.durations import seconds_of
from bot.core.text.quoting import clean

BEGINS = "from"
WRITTEN_SO = "22:00 (UTC) or 2026-05-01T22:00Z"

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?:Z| ?UTC)?", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:?\d\d)?", re.IGNORECASE)
_MATCHER = re.compile(rf'{KEY}\s*(?:=~|!~|!=|=)\s*(?:"(?:[^"\\]|\\.)*"|[^\s",{{}}]+)')
_CURLY = str.maketrans("\u201c\u201d\u201e\u00ab\u00bb", '"' * 5)
"""Keyboards of phones write quotes as they like."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long: `length_s`, or `till_over`, or neither where it is to end now; `begins` as it was written.

    `before` and `after` are the words around it; `after` is None where no length was asked for.
    """

    before: Sequence[str]
    after: Sequence[str] | None = None
    length_s: float | None = None
    till_over: bool = False
    begins: str = ""


def timing(argument: Argument, words: Sequence[str], begins: str = "", *, named: bool = True) -> Timing | str:
    """The length of time in some words, or why there is none: a sentence, "" where it is simply missing.

    `named`: whether a name comes before it; where none does, `end` stands alone or beside an id.
    """
    if END in argument.suggested and not any(map(seconds_of, words)):
        if words and words[-1].casefold() in ENDS and (len(words) > 1 if named else len(words) < 3):
            return Timing(words[:-1], ())
        if not named and len(words) == 2 and words[0].casefold() in ENDS:
            return Timing(words[1:], ())
    found = _lasting(argument, words)
    if isinstance(found, str) or END not in argument.suggested:
        return found
    return _beginning(replace(found, begins=begins))


def moment(said: str, now: float) -> float | None:
    """The moment that is meant, Unix seconds; None for anything else."""
    if _DATE.fullmatch(said):
        try:
            then = datetime.fromisoformat(said.upper().replace(" ", "T"))
        except ValueError:
            return None
        return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp()
    of_day = _CLOCK.fullmatch(said)
    if of_day is None:
        return None
    today = datetime.fromtimestamp(now, UTC)
    then = datetime.combine(today.date(), time(int(of_day[1]), int(of_day[2])), UTC)
    return (then if then > today else then + timedelta(days=1)).timestamp()


def conditions(words: Sequence[str]) -> tuple[tuple[Matcher, ...], str]:
    """The matchers in some words, each once, and what is left of them.

    Raises:
        ValueError: one sentence on what cannot be read.
    """
    text = " ".join(words).translate(_CURLY)
    found = tuple(dict.fromkeys(matcher(said[0]) for said in _MATCHER.finditer(text)))
    written(found)
    return found, _MATCHER.sub(" ", text).replace(",", " ").strip(" {}") if found else text


def _lasting(argument: Argument, words: Sequence[str]) -> Timing | str:
    """What stands before the first length of time, what after it, and the length."""
    for n in range(len(words)):
        if UNTIL_RESOLVED in argument.suggested and " ".join(words[n : n + 2]).casefold() == UNTIL_RESOLVED:
            return Timing(_without_for(words[:n]), words[n + 2 :], till_over=True)
        for taken in (2, 1):
            said = " ".join(words[n : n + taken])
            seconds = seconds_of(said)
            if seconds is None:
                continue
            if not argument.shortest_s <= seconds <= LONGEST_S:
                least = "a minute" if argument.shortest_s == SHORTEST_S else "a second"
                return f"{clean(said, 40)} is not between {least} and 30 days"
            return Timing(_without_for(words[:n]), words[n + taken :], seconds)
    return ""


def _without_for(words: Sequence[str]) -> Sequence[str]:
    """The words before a length without the last "for", as in "for 2 hours"."""
    return words[:-1] if words and words[-1].casefold() == "for" else words


def _beginning(found: Timing) -> Timing | str:
    """Take the beginning out of the words next to the length."""
    before, after, begins = list(found.before), list(found.after or ()), found.begins
    for words, at in ((after, 0), (before, len(before) - 2), (before, len(before) - 3)):
        if not begins and 0 <= at < len(words) and words[at].casefold() == BEGINS:
            rest = words[at + 1 :]
            taken = next((n for n in (2, 1) if n <= len(rest) and moment(" ".join(rest[:n]), 0.0) is not None), 0)
            if not taken or (words is before and taken != len(rest)):
                return f"{BEGINS} needs a moment such as {WRITTEN_SO}, not {clean(' '.join(rest[:2]), 40)!r}"
            begins = " ".join(rest[:taken])
            del words[at : at + 1 + taken]
    if begins and moment(begins, 0.0) is None:
        return f"{clean(begins, 40)!r} is no moment such as {WRITTEN_SO}"
    return replace(found, before=before, after=after, begins=begins)
