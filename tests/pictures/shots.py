"""What is pictured: real payloads of one night's cards, by the file each picture goes to."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.advice.library import tips
from bot.channels.discord import embeds
from bot.channels.slack import answers, blocks
from bot.core.answers.status import overview
from bot.core.incidents import lifecycle
from bot.core.messages.compose import card
from bot.core.model.card import Card
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.model.status import ServiceStatus
from bot.core.model.statuspage import PageStatus
from bot.core.routing.notices import UNSAID
from bot.core.tips.alternatives import Candidate, Option, Similarity, ranked
from probes.model import State
from tests.pictures import discord, slack, terminal
from tests.support.situations import (
    ANNA,
    API,
    CODE,
    HELD,
    INCIDENT,
    LATE,
    MIN,
    NOTICE,
    NOW,
    START,
    WELL,
    evening,
    told,
    voices,
)

PAGE = "https://status.claude.com"
SAID = "Elevated errors on the API"
OVER = START + 65 * MIN
UP = Measurement("bedrock-us-east-1", "Bedrock (N. Virginia)", State.OPERATIONAL, at=NOW - 20)
ROUTE = Candidate("Claude on Amazon Bedrock", Similarity.SAME_MODEL, "aws-bedrock", ("bedrock-us-east-1",))
NAMES = {"claude-api": "Claude API"}


def options(now: float) -> tuple[Option, ...]:
    """The other route, just looked at."""
    return ranked([ROUTE], {"aws-bedrock": (ComponentStatus(replace(UP, at=now - 20)),)}, now)


def taken() -> Incident:
    """The incident acknowledged, then admitted by the page."""
    one = replace(INCIDENT, acknowledged_at=NOW - 5 * MIN, acknowledged_by=ANNA)
    one = lifecycle.noted(one, NOW - 5 * MIN, "acknowledged", "by Anna on Slack")
    heard = {"claude-api": PageStatus(State.PARTIAL, SAID, NOW - 20, NOW - 60, NOW - 75)}
    return lifecycle.admitted(one, heard, NAMES)


def ended() -> Incident:
    """The same one over, all well again."""
    one = lifecycle.watched(taken(), quiet=True, now=OVER - 6 * MIN)
    one = replace(one, status=IncidentStatus.RESOLVED, active=(), state=State.OPERATIONAL, resolved_at=OVER, reports=23)
    return lifecycle.noted(one, OVER, "resolved", "quiet for 12 min")


def opened_card() -> Card:
    """The Claude API failing intermittently, twelve minutes in."""
    return card(_at_claude(told(INCIDENT, voices(API))), NOW, tips(), options(NOW))


def taken_card() -> Card:
    """The same, in a person's hands."""
    heard = replace(LATE, words=SAID)
    return card(_at_claude(told(taken(), voices(API, heard=heard))), NOW, tips(), options(NOW))


def ended_card() -> Card:
    """The same, over."""
    snapshot = replace(told(ended(), evening(API)), at=OVER)
    return card(_at_claude(snapshot), OVER + MIN)


def notice_card() -> Card:
    """The page says that Claude Code is fine."""
    return card(_at_claude(told(INCIDENT, voices(CODE), NOTICE)), NOW)


def slack_opened() -> str:
    """A new incident."""
    return _slack(opened_card(), INCIDENT.opened_at, NOW)


def slack_acknowledged() -> str:
    """The root edited, the trail in its thread."""
    one = taken()
    trail = [(blocks.trail(entry, NOW), entry.at + 1) for entry in one.timeline if entry.event not in UNSAID]
    said = blocks.card(taken_card(), "m", NOW).arguments()
    return slack.show(slack.message(said, INCIDENT.opened_at, NOW), slack.replies(trail, NOW))


def slack_resolved() -> str:
    """The whole story."""
    return _slack(ended_card(), INCIDENT.opened_at, OVER + MIN)


def slack_discrepancy() -> str:
    """Page and measurement apart."""
    return _slack(notice_card(), NOTICE.opened_at, NOW)


def slack_status() -> str:
    """The private answer to `/avail status`."""
    web = replace(WELL, component="claude-web", name="claude.ai")
    about = (
        *voices(API),
        ComponentStatus(CODE, HELD, Reports(0, 0, 600, 0.2)),
        ComponentStatus(web, HELD, Reports(0, 0, 600, 0.4)),
    )
    both = replace(INCIDENT, components=("claude-api", "claude-code"), active=("claude-api", "claude-code"))
    standing = ServiceStatus("claude", "Claude", about, (both,), PAGE, (15 * MIN, 54 * MIN))
    said = answers.answer(overview([standing], NOW), NOW, share="status")
    return slack.show(slack.private(said.arguments(), NOW))


def discord_opened() -> str:
    """A new incident, its thread begun."""
    return _discord(opened_card(), INCIDENT, NOW)


def discord_resolved() -> str:
    """The whole story, and how its thread ended."""
    return _discord(ended_card(), ended(), OVER + MIN)


def _slack(it: Card, at: float, now: float) -> str:
    return slack.show(slack.message(blocks.card(it, "m", now).arguments(), at, now))


def _discord(it: Card, one: Incident, now: float) -> str:
    lines: list[Mapping[str, object]] = [embeds.trail(e) for e in one.timeline if e.event not in UNSAID]
    under = discord.thread(embeds.thread_name(it), lines, now) if lines else None
    return discord.show(discord.message(embeds.root(it), one.opened_at, now, under))


def _at_claude(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, page_url=PAGE)


SHOTS: Mapping[str, tuple[Callable[[], str], int]] = {
    "deploy/slack/pictures/incident.png": (slack_opened, slack.WIDTH),
    "deploy/slack/pictures/acknowledged.png": (slack_acknowledged, slack.WIDTH),
    "deploy/slack/pictures/resolved.png": (slack_resolved, slack.WIDTH),
    "deploy/slack/pictures/discrepancy.png": (slack_discrepancy, slack.WIDTH),
    "deploy/slack/pictures/status.png": (slack_status, slack.WIDTH),
    "deploy/discord/pictures/incident.png": (discord_opened, discord.WIDTH),
    "deploy/discord/pictures/resolved.png": (discord_resolved, discord.WIDTH),
    "deploy/docs/pictures/terminal.png": (terminal.demo, terminal.WIDTH),
}
"""The picture's file -> its page, and how wide that is in CSS pixels."""
