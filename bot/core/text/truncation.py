r"""What fits into a message: one budgeter for every platform that counts characters. Pure.

Texts of people and vendors have any length, platforms refuse a message that is one character too long. What counts is
the length after escaping (`&` becomes `&amp;` on Slack, `*` becomes `\*` on Discord), and what is cut is counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.core.text.quoting import cut

Escape = Callable[[str], str]
"""How a platform writes plain text so that nothing in it is markup; never shorter than the text."""
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one platform allows, in characters: we stay below what it documents where it is known to be stricter.

    `title` is the headline's (Slack header, Discord embed title), `text` one body's (section, description), `parts` how
    many blocks or fields, `name` and `value` a field's, `footer` the last line's, `total` all of it together, `plain`
    the message without any of it.
    """

    title: int
    text: int
    parts: int
    name: int
    value: int
    footer: int
    total: int
    plain: int


SLACK = Limits(title=150, text=2_900, parts=45, name=250, value=2_900, footer=2_000, total=12_000, plain=3_900)
"""Documented: header 150, section 3,000, 50 blocks, `text` 4,000 on an update; the cap on the whole is not."""
DISCORD = Limits(title=256, text=4_096, parts=25, name=256, value=1_024, footer=2_048, total=6_000, plain=2_000)
"""Documented: https://discord.com/developers/docs/resources/message#embed-object-embed-limits."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a message and the most it may take by itself, after escaping."""

    text: str
    limit: int


def verbatim(text: str) -> str:
    """The escape of a place that knows no markup."""
    return text


def width(text: str) -> int:
    """Characters as the strictest platform counts them: UTF-16 code units, an emoji being two."""
    return len(text) + sum(character > "\uffff" for character in text)


TOKENS = 2_000
"""Characters that the tokens of one text may have more than what is shown for them."""


def fit(text: str, limit: int, escape: Escape = verbatim) -> str:
    """The text escaped, `limit` characters at most; what is cut is counted in characters of the text itself."""
    if limit <= 0:
        return ""
    # A person's or time's token may be longer than what is shown for it.
    if limit < len(text) <= limit + TOKENS and width(shown := escape(text)) <= limit:
        return shown
    head = text[:limit]
    unseen = len(text) - len(head)
    whole = escape(head)
    if not unseen and width(whole) <= limit:
        return whole
    low, high = 0, len(head)
    while low < high:
        middle = (low + high + 1) // 2
        if width(_cut(head, middle, unseen, escape)) <= limit:
            low = middle
        else:
            high = middle - 1
    # A longer cut may be a little shorter where blanks end it, so the search can stop too far: step back until it fits.
    while low and width(_cut(head, low, unseen, escape)) > limit:
        low -= 1
    return _cut(head, low, unseen, escape) if low else "…"


def fitted(pieces: Sequence[Piece], total: int, escape: Escape = verbatim) -> list[str]:
    """Every piece escaped, within its own limit, together within `total`: short ones stay whole, the longest give."""
    needs = [min(max(piece.limit, 0), width(escape(piece.text[: max(piece.limit, 0)]))) for piece in pieces]
    needs = [piece.limit if len(piece.text) > piece.limit > 0 else n for piece, n in zip(pieces, needs, strict=True)]
    level = _level(needs, total)
    return [fit(piece.text, min(piece.limit, level), escape) for piece in pieces]


def first(items: Sequence[Item], most: int) -> tuple[Sequence[Item], int]:
    """The items there is room for and the number left out; one place is kept for saying that number."""
    if len(items) <= most:
        return items, 0
    shown = max(0, most - 1)
    return items[:shown], len(items) - shown


def _cut(head: str, length: int, unseen: int, escape: Escape) -> str:
    """The beginning of the head with the count of what is left out, escaped; where the count does not fit, only "…"."""
    if length >= len(head) and not unseen:
        return escape(head)
    said = cut(head, length, unseen)
    return escape(said) if said.endswith(" more)") else "…"


def _level(needs: Sequence[int], total: int) -> int:
    """The most one piece may take so that all together stay within the total, as water finds its level."""
    left, waiting = total, len(needs)
    for need in sorted(needs):
        if need * waiting > left:
            return max(0, left // waiting)
        left -= need
        waiting -= 1
    return max(needs, default=0)
