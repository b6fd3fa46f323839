"""Plain text as Slack wants it written: nothing in it pings, links or marks up."""

import re
from collections.abc import Callable

from bot.core.model.person import Person
from bot.core.text.durations import clock
from bot.core.text.inline import Place, Style, Token, written
from bot.core.text.people import person

_MARKS = re.compile(r"(?<![^\s(\[\"'])([*_~`]+)(?=\S)|:(?=[A-Za-z+_-][\w+'-]*:)")
"""Where Slack could begin bold, italic, struck or code, or begins an emoji by its name."""
_ENDS = re.compile(r"(?<=\S)([*_~`])(?!\w)")
"""Where it could end bold, italic, struck or code; what never ends is shown as it stands: "~18%"."""
_INVISIBLE = "\u200b"
_USER = re.compile(r"[UW][A-Z0-9]{1,20}")
_ROOM = re.compile(r"[CG][A-Z0-9]{8,20}")
_SHORT = 8
"""Letters of a word in capitals that may be something else than an id."""
_FORMS = {
    Style.TIME: "{time}",
    Style.SECONDS: "{time_secs}",
    Style.AGO: "{time} ({ago})",
    Style.RELATIVE: "{ago}",
}
DAY_S = 72_000.0
"""What is farther away than this is shown with its date."""
_LATEST = 253_402_300_800
"""The year 10000: later times are not formatted."""


def escape(text: str) -> str:
    """The three characters that steer: https://docs.slack.dev/messaging/formatting-message-text#escaping."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """The other way round, for what people typed."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def literal(text: str) -> str:
    """The text for a place with markup (mrkdwn): escaped, and what would begin a format is kept from it.

    Only there is anything invisible put in, so that what people copy is what they read.
    """
    last = {found[1]: found.start() for found in _ENDS.finditer(text)}

    def kept(found: re.Match[str]) -> str:
        marks = found[0]
        # Code may end in another line, and in another text beside this one.
        if found[1] and "`" not in marks and all(last.get(mark, -1) < found.end() for mark in marks):
            return marks
        return "".join(mark + _INVISIBLE for mark in marks)

    return escape(_MARKS.sub(kept, text))


def markup(now: float) -> Callable[[str], str]:
    """How a text of ours is written: its words literal, its times in the reader's zone, its people as mentions."""
    return lambda text: written(text, lambda token: _shown(token, now), literal)


def _shown(token: Token, now: float) -> str:
    if isinstance(token, Person):
        known = token.platform == "slack" and _USER.fullmatch(token.user)
        return f"<@{token.user}>" if known else literal(person(token))
    if isinstance(token, Place):
        if _ROOM.fullmatch(token.id):
            return f"<#{token.id}>"
        return f"<@{token.id}>" if len(token.id) > _SHORT and _USER.fullmatch(token.id) else literal(token.target)
    fallback = clock(token.at, now, seconds=token.style is Style.SECONDS)
    if not 0 < token.at < _LATEST:
        return fallback
    day = "" if token.style is Style.RELATIVE or abs(now - token.at) < DAY_S else "{date_short} "
    return f"<!date^{int(token.at)}^{day}{_FORMS[token.style]}|{fallback}>"


def moment(at: float, now: float, *, seconds: bool = False) -> str:
    """A time in the reader's own zone, with UTC for those who cannot show it."""
    fallback = clock(at, now, seconds=seconds)
    if not 0 < at < _LATEST:
        return fallback
    format_ = "{date_short_pretty} at {time_secs}" if seconds else "{date_short_pretty} at {time}"
    return f"<!date^{int(at)}^{format_}|{fallback}>"


def link(url: str, label: str) -> str:
    """A link, where the address is one that can be opened; else the label alone."""
    if not re.match(r"https?://[^\s<>|]{1,1000}\Z", url):
        return literal(label)
    return f"<{escape(url)}|{escape(label).replace('|', '¦')}>"
