"""What a webhook is sent, version 1; its JSON Schema is deploy/webhook/schema.json."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.channels import paging
from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.inline import utc
from bot.core.text.quoting import clean
from probes.model import State


class Part(BaseModel):
    """Further keys may come within a version; none goes, none changes its meaning."""

    model_config = ConfigDict(frozen=True)


class TimelineLine(Part):
    """One line of the timeline."""

    at: str = Field(description="RFC 3339, UTC")
    event: str
    text: str


class RootMessage(Part):
    """The message as it should read now: all text plain, words of others already harmless."""

    kind: str = Field(description="incident, discrepancy, or notice of Groundtruth's own")
    subject: str = Field(description="the incident's or discrepancy's id")
    service: str
    components: list[str]
    standing: paging.AlertStatus
    acknowledged: bool
    silenced: bool
    closed: bool
    severity: paging.Severity
    tone: Colour
    worst: State = Field(description="the worst state of the whole episode, in Statuspage's words")
    headline: str
    lines: list[tuple[str, str]] = Field(description="label and text, in order")
    footer: str
    links: list[tuple[str, str]] = Field(description="label and web address")


class Message(Part):
    """One delivery. It may come twice: what has the same `id` is the same root or line, the newest root wins."""

    version: Literal[1] = 1
    event: Literal["opened", "changed", "closed", "line"]
    key: str = Field(description="the root that this is about, the same from opening to end")
    id: str = Field(description="the root's key, or the line's own")
    sent_at: str = Field(description="RFC 3339, UTC")
    message: RootMessage | None = Field(None, description="null for a line")
    line: TimelineLine | None = Field(None, description="null for a root")


def told(card: Card) -> RootMessage:
    """A card for machines."""
    facts = card.facts
    return RootMessage(
        kind=clean(card.kind, 40),
        subject=clean(card.subject, 80),
        service=clean(facts.service, 80),
        components=[clean(c, 80) for c in facts.components[:100]],
        standing=paging.standing(card),
        acknowledged=facts.acknowledged,
        silenced=facts.silenced,
        closed=card.closed,
        severity=paging.severity(card),
        tone=card.tone,
        worst=facts.worst,
        headline=paging.headline(card, 300),
        lines=[
            (clean(label, 40), clean(utc(text, card.at), paging.WIDE)) for label, text in card.lines[: paging.LINES]
        ],
        footer=paging.footer(card),
        links=paging.links(card),
    )


def line(entry: TimelineEntry) -> TimelineLine:
    """A line of a trail for machines."""
    return TimelineLine(at=paging.moment(entry.at), event=clean(entry.event, 80), text=paging.line(entry, paging.WIDE))
