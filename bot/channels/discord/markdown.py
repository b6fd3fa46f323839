"""Plain text as Discord's Markdown: nothing in it is markup, a mention, a link or a command. Pure.

https://discord.com/developers/docs/reference#message-formatting
"""

import re

from bot.core.model.person import Person
from bot.core.text.durations import clock
from bot.core.text.inline import Place, Style, Token, written
from bot.core.text.people import person
from bot.core.text.quoting import clean
from bot.core.text.truncation import fit

_SPECIAL = re.compile(r"[\\*_~`|<\[\]]")
_BEGINNINGS = re.compile(r"^(\s*)([#>+-])", re.MULTILINE)
_ORDERED = re.compile(r"^(\s*\d+)\.", re.MULTILINE)
_LINKS = re.compile(r":(?=//)")
_EVERYBODY = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_STYLES = {Style.TIME: "t", Style.SECONDS: "T", Style.RELATIVE: "R"}
_LATEST = 1e11
_SNOWFLAKE = re.compile(r"(@?)([1-9][0-9]{15,19})")
"""The id of a channel, or with @ of a person; no other platform's ids look like that."""
_BROADCAST = "@\u200b"
"""A mention of everybody has no escape; a zero-width space in it is one."""


def escape(text: str) -> str:
    """The text so that it is shown as it stands."""
    said = _SPECIAL.sub(r"\\\g<0>", text)
    said = _ORDERED.sub(r"\1\\.", said)
    said = _BEGINNINGS.sub(r"\1\\\2", said)
    return unpinged(_LINKS.sub(r"\\:", said))


def unpinged(text: str) -> str:
    """Markdown of our own whose words may be others': it stays Markdown and pings nobody."""
    return _EVERYBODY.sub(_BROADCAST, text)


def plain(text: str, limit: int) -> str:
    """One clean line, for places that know no markup: footers, labels, the names of threads.

    A text with times or people in it is written out before (`utc`), by whoever knows the moment.
    """
    return fit(unpinged(clean(text, limit)), limit)


def markup(text: str) -> str:
    """A text of ours: its words as they stand, its times in the reader's zone, its people as mentions."""
    return written(text, _shown, escape)


def _shown(token: Token) -> str:
    if isinstance(token, Person):
        known = token.platform == "discord" and token.user.isascii() and token.user.isdigit()
        return f"<@{token.user}>" if known else escape(person(token))
    if isinstance(token, Place):
        found = _SNOWFLAKE.fullmatch(token.id)
        return f"<{'@' if found[1] else '#'}{found[2]}>" if found else escape(token.target)
    if not 0 <= token.at < _LATEST:
        return escape(clock(token.at, token.at))
    at = int(token.at)
    return f"<t:{at}:t> (<t:{at}:R>)" if token.style is Style.AGO else f"<t:{at}:{_STYLES[token.style]}>"


def moment(at: float) -> str:
    """A time in the reader's own zone, and how long ago that is."""
    return f"<t:{int(at)}:F> (<t:{int(at)}:R>)"
