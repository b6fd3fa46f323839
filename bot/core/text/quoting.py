"""Words of others made safe to print anywhere: one line, no controls, no direction marks, cut with a count. Pure.

Channels still escape for their own markup; what is removed here has no honest use in any of them.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

import regex

_ESCAPES = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]?|\x1b[\]PX^_][^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?|\x1b.?"
)
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_MARKS = frozenset({"Mn", "Me"})
OPEN, CLOSE = "\ue000", "\ue001"
"""Around a token (`bot.core.text.inline`); private-use characters, which `clean` removes from what others wrote."""
_TOKENS = re.compile(f"{OPEN}(?:[tsar][0-9]{{1,11}}|[up][^{OPEN}{CLOSE}]*){CLOSE}")
_MARKS_IN_A_ROW = 2  # enough for every script in use; more is a tower that covers the neighbouring lines
_READ_AT_MOST = 20_000
_JOINER = regex.compile(r"(?<=\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D(?=\p{Extended_Pictographic})")
"""The one invisible character with an honest use: it makes one emoji of several, such as a family."""
_GRAPHEME = regex.compile(r"\X")
_LOOK_BACK = 64
"""Characters before a cut that are looked at: no honest grapheme is longer."""


def clean(text: str, limit: int = 200) -> str:
    """One line of plain text of at most `limit` characters; what is cut is counted: "… (12 more)".

    A token goes whole, so that nobody reads what is inside it; a text of our own is written out or `tidy`'d instead.
    """
    if len(text) <= limit and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly all there is: nothing in it could be removed
    head = _TOKENS.sub(" ", text[:_READ_AT_MOST]) if OPEN in text else text[:_READ_AT_MOST]
    words = " ".join(_ESCAPES.sub("", head).split())
    joiners = {found.start() for found in _JOINER.finditer(words)} if "\u200d" in words else frozenset[int]()
    kept: list[str] = []
    marks = 0
    for place, character in enumerate(words):
        category = unicodedata.category(character)
        if category in _REMOVED and place not in joiners:
            continue
        marks = marks + 1 if category in _MARKS else 0
        if marks <= _MARKS_IN_A_ROW:
            kept.append(character)
    return cut(" ".join("".join(kept).split()), limit, unseen=max(0, len(text) - _READ_AT_MOST))


def cut(text: str, limit: int, unseen: int = 0) -> str:
    """`text` within `limit` characters, with the count of those left out (`unseen`: already left out before)."""
    if len(text) <= limit and not unseen:
        return text
    room = _whole(text, max(0, limit - len(f"… ({len(text) + unseen} more)")))
    if text.rfind(OPEN, 0, room) > text.rfind(CLOSE, 0, room):
        room = text.rfind(OPEN, 0, room)
    return f"{text[:room].rstrip()}… ({len(text) - room + unseen} more)"[: max(limit, 1)]


def _whole(text: str, length: int) -> int:
    """The longest length up to `length` that ends between two graphemes: no emoji or accented letter is torn apart."""
    if not 0 < length < len(text) or text.isascii():
        return length
    start = max(0, length - _LOOK_BACK)
    # A grapheme that begins where we look may have begun earlier; after a blank it has not.
    blank = text.find(" ", start, length)
    start = blank if blank > 0 else start
    return next((g.start() for g in _GRAPHEME.finditer(text, pos=start) if g.end() > length), length)


def quoted(text: str, limit: int = 160) -> str:
    """Somebody else's words, marked as such; they cannot end their own quotation."""
    return f'"{clean(text, limit).replace(chr(34), chr(39))}"'


def owned(name: str) -> str:
    """What is somebody's: "Claude's", "Replicas'"."""
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def listed(names: Iterable[str], shown: int = 4) -> str:
    """`a, b and c`; beyond `shown` names the rest is a count: `a, b, c, d and 3 more`."""
    every = list(names)
    if len(every) > shown:
        return f"{', '.join(every[:shown])} and {len(every) - shown} more"
    if len(every) < 2:
        return "".join(every)
    return f"{', '.join(every[:-1])} and {every[-1]}"


def counted(things: Sequence[tuple[str, int]], shown: int = 3) -> str:
    """`HTTP 500 ×27, timeout ×2`; beyond `shown` kinds the rest is a count."""
    parts = [f"{words} ×{n}" for words, n in things[:shown]]
    return ", ".join(parts) + (f" … ({len(things) - shown} more)" if len(things) > shown else "")
