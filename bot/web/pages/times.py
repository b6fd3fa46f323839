"""Times in a page: elements that the reader's browser shows in its own zone, in UTC where no script runs. Pure."""

import re
from datetime import UTC, datetime

from bot.core.text.inline import Moment, Style, Token, again, utc, written
from bot.core.text.quoting import OPEN

_MARKUP = re.compile(r"(<title>.*?</title>|<[^>]*>)", re.DOTALL)
"""Where no element can stand: inside a tag, and the title."""


def localised(html: str, now: float) -> str:
    """Escaped HTML with its tokens written out; a time of day becomes `<time datetime=…>15:42 UTC</time>`."""
    if OPEN not in html:
        return html
    pieces = _MARKUP.split(html)
    return "".join(utc(one, now) if n % 2 else written(one, lambda t: _element(t, now)) for n, one in enumerate(pieces))


def _element(token: Token, now: float) -> str:
    text = utc(again(token), now)
    if not isinstance(token, Moment) or token.style is Style.RELATIVE:
        return text
    style = "s" if token.style is Style.SECONDS else "t"
    at = f"{datetime.fromtimestamp(token.at, UTC):%Y-%m-%dT%H:%M:%SZ}"
    return f'<time datetime="{at}" data-clock="{style}">{text}</time>'
