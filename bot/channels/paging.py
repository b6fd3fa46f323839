"""A card for machines that page people: its severity, where it stands, its words without markup. Pure."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

from bot.core.messages.compose import thread_line
from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.inline import utc
from bot.core.text.quoting import clean, cut
from bot.core.text.states import TONE

NUMBERS = re.compile(r"[\d.]+(?:–[\d.]+)?(?: % \(95% intervals?)?")
"""What of a headline may change without being news."""


LINES = 40
WIDE = 1_000
FIRST = "We measure"
"""What lines without a label are called before the first one that has one."""


class Severity(StrEnum):
    """How bad, in PagerDuty's four words, mildest first."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class AlertStatus(StrEnum):
    """The status of an alert at a pager."""

    FIRING = "firing"
    TAKEN = "acknowledged"
    OVER = "resolved"


RANK = tuple(Severity)
_SEVERITY: Mapping[Colour, Severity] = {
    Colour.RED: Severity.CRITICAL,
    Colour.ORANGE: Severity.ERROR,
    Colour.YELLOW: Severity.WARNING,
    Colour.GREY: Severity.WARNING,
    Colour.BLUE: Severity.INFO,
    Colour.GREEN: Severity.INFO,
}


def severity(card: Card) -> Severity:
    """How bad it is; where the colour says that people have it in hand, how bad it came to be.

    A page that says something else than we measure is no trouble by itself, whatever its colour.
    """
    if card.kind == "discrepancy":
        return Severity.INFO
    calm = standing(card) is AlertStatus.TAKEN and card.tone not in {Colour.RED, Colour.ORANGE}
    return _SEVERITY[TONE[card.facts.worst] if calm else card.tone]


def standing(card: Card) -> AlertStatus:
    """Over, in somebody's hands (acknowledged, or quiet was asked for), or firing."""
    if card.closed:
        return AlertStatus.OVER
    return AlertStatus.TAKEN if card.facts.acknowledged or card.facts.silenced else AlertStatus.FIRING


def headline(card: Card, limit: int) -> str:
    """The headline in one clean line of `limit` characters at most, never empty."""
    return clean(card.headline, limit) or "no headline"


def details(card: Card) -> dict[str, str]:
    """The lines by label, their times in UTC; labels that come twice share one entry, as does what has none."""
    found: dict[str, str] = {}
    name = FIRST
    for label, text in card.lines[:LINES]:
        name, words = clean(label, 40) or name, clean(utc(text, card.at), WIDE)
        found[name] = f"{found[name]} · {words}" if name in found else words
    return found


def body(card: Card, limit: int, *, trail: bool = False) -> str:
    """Lines, footer and links as plain text; with `trail`, the newest lines of the timeline too."""
    rows = [text if label == FIRST else f"{label}: {text}" for label, text in details(card).items()]
    if trail:
        rows += timeline(card)
    rows += [footer(card), *(f"{label}: {url}" for label, url in links(card))]
    return cut("\n".join(row for row in rows if row), limit)


def footer(card: Card) -> str:
    """The last line, with its times in UTC."""
    return clean(utc(card.footer, card.at), 300)


def timeline(card: Card) -> list[str]:
    """The newest lines of the timeline, each with its time."""
    return [thread_line(entry, entry.at) for entry in card.trail]


def line(entry: TimelineEntry, limit: int) -> str:
    """One line of a trail, never empty."""
    return clean(utc(entry.said or entry.text, entry.at), limit) or clean(entry.event, limit) or "changed"


def links(card: Card) -> list[tuple[str, str]]:
    """The links that are web addresses, five at most."""
    whole = [(clean(label, 40) or "link", url) for label, url in card.links[:5] if clean(url, 2_000) == url]
    return [(label, url) for label, url in whole if url.startswith(("https://", "http://")) and " " not in url]


def identity(key: str, limit: int) -> str:
    """The key as a platform's deduplication key: the same for the same key, of `limit` (64 or more) characters."""
    plain = key.isascii() and key.isprintable() and 0 < len(key) <= limit
    return key if plain and " " not in key else f"groundtruth-{digest(key)[:48]}"


def shape(card: Card) -> str:
    """The same for two cards that differ in figures only."""
    return digest(NUMBERS.sub("#", f"{card.closed}{card.headline}"))[:16]


def news(card: Card) -> dict[str, str]:
    """What a pager has to hear again if it differs: state, severity and the headline but for its figures."""
    return {"state": standing(card).value, "severity": severity(card).value, "shape": shape(card)}


def digest(text: str) -> str:
    """A hash of a text, in hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def moment(at: float) -> str:
    """Unix seconds as RFC 3339 in UTC."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
