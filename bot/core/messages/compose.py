"""From what is known to what is said: one card for an incident or a discrepancy, its headline, a line of its trail.

Pure. The headline alone suffices; numbers carry n, window and interval; the stale is unknown and never green; words of
others are quoted and harmless. Plain text only: each channel renders and escapes for itself.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, tzinfo

from bot.core.messages import correlation_card, discrepancy_card, group_card, incident_card
from bot.core.model.card import Card, CardFacts, Colour
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.group import Correlation, NoticeGroup
from bot.core.model.incident import Incident, TimelineEntry
from bot.core.model.snapshot import Snapshot
from bot.core.text.durations import clock
from bot.core.text.inline import moment, tidy, utc, zoned
from bot.core.text.quoting import clean, cut
from bot.core.text.states import EMOJI
from bot.core.tips.alternatives import Option
from bot.core.tips.tip import Tip

LONGEST = 220
"""Characters of what we say of ourselves."""
LINE = 600
"""Characters of one line below it."""
OF_TROUBLE = frozenset({"Since", "Was", "When", "Runbook"})
"""The labels of lines below a trouble of our own; a summary has others."""
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
    summary = any(label not in OF_TROUBLE for label, _ in snapshot.lines)
    emoji = SUMMARY if summary else EMOJI[tone]
    text = f"{emoji} {name}: {clean(utc(snapshot.reason, now), LONGEST) or 'nothing to say'}"
    foot = f"updated {moment(snapshot.at)}"
    return Card(
        clean(snapshot.service, 40),
        "notice",
        tone,
        emoji,
        cut(text, 250),
        tuple((clean(label, 40), tidy(words, LINE)) for label, words in snapshot.lines),
        footer=foot,
        # A summary asks nobody for anything.
        closed=snapshot.over or summary,
        facts=CardFacts(snapshot.service),
        at=now,
    )


def headline(snapshot: Snapshot, now: float) -> str:
    """The card's headline by itself."""
    return card(snapshot, now).headline


def thread_line(entry: TimelineEntry, now: float, zone: tzinfo | None = UTC) -> str:
    """The same as a thread says it, without figures: "15:34:10 UTC  Ann on Slack acknowledged Claude API"."""
    said = clean(zoned(entry.said, now, zone), 400)
    return f"{clock(entry.at, now, seconds=True, zone=zone)}  {said}" if said else trail_line(entry, now, zone)


def trail_line(entry: TimelineEntry, now: float, zone: tzinfo | None = UTC) -> str:
    """One line of a trail: "15:34:10 UTC  resolved: quiet for 12 min"."""
    return f"{clock(entry.at, now, seconds=True, zone=zone)}  {zoned(event_line(entry), now, zone)}"


def event_line(entry: TimelineEntry) -> str:
    """What happened with its figures: "resolved: quiet for 12 min"; where it names a time, in words for all zones."""
    event, text = clean(entry.event, 40), tidy(entry.text, 400)
    if entry.said and " UTC" in text:
        return tidy(entry.said, 400)
    return f"{event}: {text}" if event and text else event or text or "changed"
