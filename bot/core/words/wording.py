"""From what is known to what is said: one card for an incident or a discrepancy, its headline, a line of its trail.

Pure. The headline alone suffices; numbers carry n, window and interval; the stale is unknown and never green; words of
others are quoted and harmless. Plain text only: each channel renders and escapes for itself.
"""

from collections.abc import Sequence

from bot.core.incident import Card, Entry, Snapshot, Tone
from bot.core.words import discrepancy_card, incident_card
from bot.core.words.durations import clock
from bot.core.words.quoting import clean, cut
from bot.core.words.tips import Tip
from bot.core.words.tones import EMOJI


def card(snapshot: Snapshot, now: float, tips: Sequence[Tip] = ()) -> Card:
    """The message about the snapshot's discrepancy if it has one, else about its incident and with tips that fit."""
    if snapshot.discrepancy is not None:
        return discrepancy_card.card(snapshot.discrepancy, snapshot, now)
    if snapshot.incident is not None:
        return incident_card.card(snapshot.incident, snapshot, now, tips)
    name = clean(snapshot.service_name, 40) or clean(snapshot.service, 40) or "service"
    text = cut(f"{EMOJI[Tone.GREY]} {name}: nothing to say ({clean(snapshot.reason, 100) or 'no reason'})", 250)
    return Card(clean(snapshot.service, 40), "notice", Tone.GREY, EMOJI[Tone.GREY], text)


def headline(snapshot: Snapshot, now: float) -> str:
    """The card's headline by itself."""
    return card(snapshot, now).headline


def trail_line(entry: Entry, now: float) -> str:
    """One line of a trail: "15:34:10 UTC  resolved: quiet for 12 min"."""
    event, text = clean(entry.event, 40), clean(entry.text, 400)
    said = f"{event}: {text}" if event and text else event or text or "changed"
    return f"{clock(entry.at, now, seconds=True)}  {said}"
