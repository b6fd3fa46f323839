"""Slack's markup as HTML: the part of it that is used here; anything else is an error.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from bot.channels.slack.mrkdwn import unescape
from tests.pictures.page import Html, joined, ready, tag

_ANGLED = re.compile(r"<([^<>]*)>")
_DATE = re.compile(r"!date\^(\d+)\^([^|^]*)\|(.*)")
_LINK = re.compile(r"(https?://[^|]+)\|(.*)")
_USER = re.compile(r"@([UW][A-Z0-9]+)")
_ROOM = re.compile(r"#([CG][A-Z0-9]+)")
_PEOPLE: ContextVar[Mapping[str, str]] = ContextVar("people", default={})  # noqa: B039 - never changed
_BARE = re.compile(r"&(?!amp;|lt;|gt;)|[<>]")
_INLINE = re.compile(
    r"```\n?(?P<pre>.*?)\n?```|`(?P<code>[^`\s\u200b][^`\n]*)`"
    r"|(?<![\w\u200b])(?P<mark>[*_~])(?P<said>(?![\s\u200b]).+?)(?<!\s)(?P=mark)(?!\w)",
    re.DOTALL,
)
"""A mark with U+200B beside it marks nothing, as our own escaping has it."""
_TAGS: Mapping[str, str] = {"*": "b", "_": "i", "~": "s"}
_FORMATS: Mapping[str, Callable[[datetime, datetime], str]] = {
    "{date_short_pretty}": lambda at, now: "Today" if at.date() == now.date() else f"{at:%b} {at.day}, {at.year}",
    "{date_short}": lambda at, _: f"{at:%b} {at.day}, {at.year}",
    "{ago}": lambda at, now: ago((now - at).total_seconds()),
    "{time}": lambda at, _: f"{at:%H:%M}",
    "{time_secs}": lambda at, _: f"{at:%H:%M:%S}",
}
"""How Slack fills in a moment, for a reader in UTC who has the day in 24 hours."""


@contextmanager
def known(people: Mapping[str, str]) -> Iterator[None]:
    """Who is behind an id, for the reader, within the block."""
    before = _PEOPLE.set(people)
    try:
        yield
    finally:
        _PEOPLE.reset(before)


def ago(seconds: float) -> str:
    """As both platforms say how long ago something was."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if (count := round(seconds / length)) >= 1:
            return f"{count} {unit}s ago" if count > 1 else f"{'an' if unit == 'hour' else 'a'} {unit} ago"
    return "a few seconds ago"


def mrkdwn(text: str, now: float) -> Html:
    """Markup as people see it at `now`. Raises ValueError for markup that nothing here should make."""
    parts: list[Html] = []
    end = 0
    for found in _ANGLED.finditer(text):
        parts += [_formatted(text[end : found.start()]), _angled(found[1], now)]
        end = found.end()
    return joined(*parts, _formatted(text[end:]))


def plain(text: str) -> Html:
    """Text of a place without markup: only the three escapes mean something."""
    _strict(text)
    return ready(unescape(text))


def _angled(inside: str, now: float) -> Html:
    if found := _DATE.fullmatch(inside):
        at, seen = datetime.fromtimestamp(int(found[1]), UTC), datetime.fromtimestamp(now, UTC)
        return tag("span", re.sub(r"{\w+}", lambda name: _FORMATS[name[0]](at, seen), found[2]), look="date")
    if found := _LINK.fullmatch(inside):
        return tag("span", plain(found[2]), look="link")
    if found := _USER.fullmatch(inside):
        return tag("span", f"@{_PEOPLE.get().get(found[1], found[1])}", look="mention")
    if found := _ROOM.fullmatch(inside):
        return tag("span", f"#{found[1]}", look="mention")
    raise ValueError(f"markup that is not ours: <{inside[:60]}>")


def _formatted(text: str) -> Html:
    """Bold, italic, struck and code, one in the other; line breaks stay."""
    parts: list[Html] = []
    end = 0
    for found in _INLINE.finditer(text):
        parts.append(plain(text[end : found.start()]))
        if found["pre"] is not None:
            parts.append(tag("pre", plain(found["pre"])))
        elif found["code"] is not None:
            parts.append(tag("code", plain(found["code"])))
        else:
            parts.append(tag(_TAGS[found["mark"]], _formatted(found["said"])))
        end = found.end()
    return joined(*parts, plain(text[end:]))


def _strict(text: str) -> None:
    if bare := _BARE.search(text):
        raise ValueError(f"{bare[0]!r} is not escaped in {text!r:.80}")
