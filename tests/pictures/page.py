"""HTML made of values: every text is escaped unless it is markup already, and a page that can fetch nothing."""

import hashlib
import html
import re
from base64 import b64encode

PHONE = 375
"""CSS pixels of a phone's width."""
MEASURE = "document.documentElement.dataset.tall = Math.ceil(document.body.getBoundingClientRect().height)"
"""The only script a page has: how tall it came out, for the browser's window."""


class Html(str):
    """Markup that is ready; any other text is escaped where it is put in."""

    __slots__ = ()


def ready(text: str) -> Html:
    """The text as markup: itself if it is, else escaped."""
    return text if isinstance(text, Html) else Html(html.escape(text))


def tag(kind: str, *inside: str, look: str = "", style: str = "") -> Html:
    """An element with its contents; `look` is its class."""
    named = f' class="{html.escape(look)}"' if look else ""
    styled = f' style="{html.escape(style)}"' if style else ""
    return Html(f"<{kind}{named}{styled}>{''.join(map(ready, inside))}</{kind}>")


def joined(*parts: str) -> Html:
    """One after the other."""
    return Html("".join(map(ready, parts)))


def colour(given: str) -> str:
    """A colour of six digits, as it came. Raises ValueError for anything else."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", given):
        raise ValueError(f"no colour: {given!r:.40}")
    return given


def page(style: str, body: Html, width: int) -> str:
    """A whole page, `width` CSS pixels wide; no address can be reached from it and no other script runs."""
    digest = b64encode(hashlib.sha256(MEASURE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<style>*{{box-sizing:border-box}}body{{margin:0;width:{width}px}}{style}</style></head>"
        f"<body>{body}</body><script>{MEASURE}</script></html>"
    )
