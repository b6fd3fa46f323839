"""From what is known to what is said: one card for an incident or a discrepancy, its headline, a line of its trail.

Pure. The headline alone suffices; numbers carry n, window and interval; the stale is unknown and never green; words of
others are quoted and harmless. Plain text only: each channel renders and escapes for itself.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.messages import correlation_card, discrepancy_card, group_card, incident_card
from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.group import Correlation, NoticeGroup
from bot.core.model.incident import Incident, TimelineEntry
from bot.core.model.snapshot import Snapshot
from bot.core.text.durations import clock
from bot.core.text.inline import moment, utc
from bot.core.text.quoting import clean, cut
from bot.core.text.states import EMOJI
from bot.core.tips.alternatives import Option
from bot.core.tips.tip import Tip

LONGEST = 220
"""Characters of what we say of ourselves."""
LINE = 600
"""Characters of one line below it."""
SUMMARY = "📋"
"""Before what we say in several lines: a digest."""


def card(snapshot: Snapshot, now: float, tips: Sequence[Tip] = (), options: Sequence[Option] = ()) -> Card:
    """The message about the snapshot's subject; that of an incident comes with tips that fit."""
    match snapshot.about:
        case Discrepancy() as record:
            return discrepancy_card.card(record, snapshot, now)
        case Incident() as incident:
            return incident_card.card(incident, snapshot, now, tips, options)
        case NoticeGroup() as group:
            return replace(group_card.card(group, snapshot.at, now), at=now)
        case Correlation() as cause:
            return replace(correlation_card.card(cause, snapshot.at, now), at=now)
        case None:
            return _own(snapshot, now)


def _own(snapshot: Snapshot, now: float) -> Card:
    """What we say of ourselves: a test, a channel that cannot be reached, a digest."""
    name = clean(snapshot.service_name, 40) or clean(snapshot.service, 40) or "service"
    tone = Colour.GREEN if snapshot.over else Colour.GREY
    emoji = SUMMARY if snapshot.lines else EMOJI[tone]
    text = f"{emoji} {name}: {clean(snapshot.reason, LONGEST) or 'nothing to say'}"
    foot = f"updated {moment(snapshot.at)}"
    return Card(
        clean(snapshot.service, 40),
        "notice",
        tone,
        emoji,
        cut(text, 250),
        tuple((clean(label, 40), clean(words, LINE)) for label, words in snapshot.lines),
        footer=foot,
        # A summary asks nobody for anything.
        closed=snapshot.over or bool(snapshot.lines),
        facts=CardFacts(snapshot.service),
        at=now,
    )


def headline(snapshot: Snapshot, now: float) -> str:
    """The card's headline by itself."""
    return card(snapshot, now).headline


def thread_line(entry: TimelineEntry, now: float) -> str:
    """The same as a thread says it, without figures: "15:34:10 UTC  Ann on Slack acknowledged Claude API"."""
    said = clean(utc(entry.said, now), 400)
    return f"{clock(entry.at, now, seconds=True)}  {said}" if said else trail_line(entry, now)


def trail_line(entry: TimelineEntry, now: float) -> str:
    """One line of a trail: "15:34:10 UTC  resolved: quiet for 12 min"."""
    event, text = clean(entry.event, 40), clean(utc(entry.text, now), 400)
    said = f"{event}: {text}" if event and text else event or text or "changed"
    return f"{clock(entry.at, now, seconds=True)}  {said}"
