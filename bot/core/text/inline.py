"""Times, people and places inside plain text, for each channel to show in its own way. Pure.

A time is shown in the reader's zone, a person or a channel as a mention, which only the channel can do. So a text
has a token in their place, made of private-use characters. `clean` takes those out of everything that others wrote:
nobody can forge a token. `utc` is the text for channels that can show neither.
"""

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from bot.core.model.person import Person
from bot.core.text.durations import ago, clock
from bot.core.text.people import person
from bot.core.text.quoting import CLOSE, OPEN, clean, cut

BETWEEN = "\ue002"
_TOKEN = re.compile(f"{OPEN}([tsar])(\\d{{1,11}}){CLOSE}|{OPEN}([up])([^{OPEN}{CLOSE}]*){CLOSE}")
_STRAY = re.compile(f"[{OPEN}-{BETWEEN}]")
_LATEST = 99_999_999_999


class Style(StrEnum):
    """How a time is shown: the time of day, the same with seconds, with how long ago that is, or that alone."""

    TIME = "t"
    SECONDS = "s"
    AGO = "a"
    RELATIVE = "r"


@dataclass(frozen=True, slots=True)
class Moment:
    """A time (Unix seconds) as it is to be shown."""

    at: float
    style: Style


@dataclass(frozen=True, slots=True)
class Place:
    """Where messages go, as a target names it: "slack:C0123ABCD"."""

    target: str

    @property
    def id(self) -> str:
        """What the platform calls it; "" where the target is all that is known."""
        return self.target.partition(":")[2]


Token = Moment | Person | Place


def moment(at: float, style: Style = Style.TIME) -> str:
    """The token of a time; words where it is none that anybody could show."""
    if not math.isfinite(at) or not 0 <= at <= _LATEST:
        return "an unknown time"
    return f"{OPEN}{style.value}{int(at)}{CLOSE}"


def relative(at: float) -> str:
    """The token of how long ago something was: where a platform shows it, it grows by itself."""
    return moment(at, Style.RELATIVE)


def between(start: float, end: float) -> str:
    """The tokens from when to when."""
    return f"{moment(start)} to {moment(end)}"


def mention(who: Person | None) -> str:
    """The token of a person; words where nobody is known."""
    if who is None:
        return person(who)
    parts = (who.platform, who.place, who.user, who.name)
    return f"{OPEN}u{BETWEEN.join(clean(part, 80) for part in parts)}{CLOSE}"


def place(target: str) -> str:
    """The token of a target; its name where it has nothing that could be linked."""
    name = clean(target, 80)
    return f"{OPEN}p{name}{CLOSE}" if ":" in name else name


def parts(text: str) -> Iterator[str | Token]:
    """The text in pieces: plain text, and tokens; half a token is nothing."""
    at = 0
    for found in _TOKEN.finditer(text):
        if found.start() > at:
            yield _STRAY.sub("", text[at : found.start()])
        yield _token(found)
        at = found.end()
    if at < len(text):
        yield _STRAY.sub("", text[at:])


def written(text: str, show: Callable[[Token], str], plain: Callable[[str], str] = str) -> str:
    """The text with its tokens shown, and what stands between them written by `plain`."""
    return "".join(plain(part) if isinstance(part, str) else show(part) for part in parts(text))


def tidy(text: str, limit: int) -> str:
    """`clean` for a text of our own: its tokens stay."""
    if OPEN not in text:
        return clean(text, limit)
    pieces = list(parts(text[:20_000]))
    words = "".join(again(part) if not isinstance(part, str) else _edges(part, clean(part, 20_000)) for part in pieces)
    return cut(words.strip(), limit)


def utc(text: str, now: float) -> str:
    """The text for channels that show neither zones nor mentions: times in UTC, people by name."""
    return zoned(text, now, UTC)


def zoned(text: str, now: float, zone: tzinfo | None) -> str:
    """The same with times in a zone, None for that of this machine."""
    return written(text, lambda token: _plainly(token, now, zone)) if OPEN in text else text


def _plainly(token: Token, now: float, zone: tzinfo | None) -> str:
    if isinstance(token, Person):
        return person(token)
    if isinstance(token, Place):
        return token.target
    if token.style is Style.RELATIVE:
        return ago(token.at, now)
    return clock(token.at, now, seconds=token.style is Style.SECONDS, zone=zone)


def _token(found: re.Match[str]) -> Token:
    if found[1]:
        return Moment(float(found[2]), Style(found[1]))
    if found[3] == "p":
        return Place(found[4])
    platform, room, user, name = (*found[4].split(BETWEEN), "", "", "", "")[:4]
    return Person(platform, room, user, name)


def again(token: Token) -> str:
    """The token as text once more."""
    if isinstance(token, Place):
        return place(token.target)
    return mention(token) if isinstance(token, Person) else moment(token.at, token.style)


def _edges(before: str, after: str) -> str:
    """The blanks at the ends of a piece, which `clean` takes."""
    if not after:
        return " " if before else ""
    return f"{' ' if before[:1].isspace() else ''}{after}{' ' if before[-1:].isspace() else ''}"
