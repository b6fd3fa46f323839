"""A card as each outward surface sends it, as plain text: every word with figures that somebody reads."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from email.message import EmailMessage
from html import unescape
from typing import Any

from bot.channels.console import plain_lines
from bot.channels.discord import embeds
from bot.channels.email.message import Envelope, letter
from bot.channels.pagerduty.channel import _event
from bot.channels.slack import blocks
from bot.channels.teams import cards as teams_cards
from bot.channels.webhook import payload
from bot.core.model.card import Card
from bot.core.text.durations import clock
from tests.words import pages

_MOMENT = re.compile(r"<!date\^(\d+)\^([^|>]*)\|[^>]*>|<t:(\d+):(\w)>|\{\{(?:DATE|TIME)\(([^)]*)\)\}\}")
_ESCAPED = re.compile(r"\\([^\w\s])")
_TAG = re.compile(r"<style.*?</style>|<[^>]*>", re.DOTALL)


def _clocked(text: str, now: float) -> str:
    """Moments in a platform's markup as the time of day; those that it writes as an age say nothing of ours."""

    def told(found: re.Match[str]) -> str:
        if found[5] is not None or found[4] == "R" or "ago" in (found[2] or ""):
            return "then"
        return clock(float(found[1] or found[3]), now)

    return _ESCAPED.sub(r"\1", _MOMENT.sub(told, text).replace("\u00a0", " "))


def _texts(value: Any) -> Iterator[str]:
    """Every text of an Adaptive Card."""
    if isinstance(value, dict):
        for name, one in value.items():
            if name in {"text", "title", "summary"} and isinstance(one, str):
                yield one
            elif name != "url":
                yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _teams(it: Card) -> str:
    return "\n".join(_texts(teams_cards.root(it)))


def _email(it: Card) -> str:
    made: EmailMessage = letter(
        it, "root", it.headline, Envelope("a@example.com", ("b@example.com",), it.at), first=True
    )
    parts = [part.get_content() for part in made.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(made["Subject"]), *(unescape(_TAG.sub(" ", part)) for part in parts)])


def _console(it: Card) -> str:
    shown = plain_lines.harmless(it, UTC)
    return "\n".join([shown.headline, *(f"{label} {text}" for label, text in shown.lines), shown.footer])


def _slack(it: Card) -> str:
    return "\n".join([pages.slack(it), str(blocks.card(it, "m", it.at).text)])


def _discord(it: Card) -> str:
    return "\n".join([pages.discord(it), embeds.headlined(it)])


def _webhook(it: Card) -> str:
    """The words of the payload: its headline and lines."""
    sent = payload.told(it)
    return "\n".join([sent.headline, *(f"{label} {text}" for label, text in sent.lines)])


def _pagerduty(it: Card) -> str:
    event = _event("k", it)["payload"]
    return "\n".join([event["summary"], *(f"{label} {text}" for label, text in event["custom_details"].items())])


SURFACES: Mapping[str, Callable[[Card], str]] = {
    "slack": _slack,
    "discord": _discord,
    "teams": _teams,
    "console": _console,
    "email": _email,
    "webhook": _webhook,
    "pagerduty": _pagerduty,
    "pager": pages.pager,
}


def surfaces(it: Card) -> Iterator[tuple[str, str]]:
    """What each surface says of this card."""
    for name, shown in SURFACES.items():
        yield name, _clocked(shown(it), it.at)
