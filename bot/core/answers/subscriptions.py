"""Subscriptions in words. Pure."""

import re
from collections.abc import Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Table
from bot.core.routing.tree import Subscription, SubscriptionFilter
from bot.core.text.inline import mention, moment, place
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, listed
from bot.core.text.states import WORDS

SHOWN = 50


def subscriptions(routes: Sequence[Subscription], here: str, now: float) -> Answer:
    """Which channels hear of what, those of this channel first."""
    ordered = sorted(routes, key=lambda route: route.target != here)
    rows = tuple((place(r.target), _hears(r), _since(r)) for r in ordered[:SHOWN])
    mine = sum(route.target == here for route in routes) if here else 0
    more = f"… and {len(routes) - SHOWN} more" if len(routes) > SHOWN else ""
    return Answer(
        title=number(len(routes), "subscription", "subscriptions")
        + (f", {mine or 'none'} of this channel" if here else ""),
        at=now,
        table=Table(("channel", "hears of", "since"), rows) if rows else None,
        lines=() if rows else (("Begin", "subscribe, in the channel that is to hear; channels of the file hear all"),),
        footer=more,
        data={"at": now, "here": here, "subscriptions": [asdict(route) for route in ordered]},
    )


def interest(wanted: SubscriptionFilter) -> str:
    """What somebody wants to hear, in words."""
    about = listed([clean(one, 40) for one in wanted.about], 6) or "everything"
    also = "with" if wanted.discrepancies else "without"
    return f"{about}, from {WORDS[wanted.minimum]} on, {also} discrepancies"


def done(text: str, target: str, command: str, now: float) -> Answer:
    """The answer to a subscription that was made or ended."""
    lines = (("Channel", place(target)),)
    return Answer(_titled(text, target), now, lines, changed=True, data=_data(text, target, command, now, ok=True))


def failed(text: str, target: str, command: str, now: float) -> Answer:
    """The answer to a subscription that failed, with the reason; nothing changed."""
    lines = (("Channel", place(target)), ("Changed", "nothing"), ("See", "subscriptions"))
    return Answer(_titled(text, target), now, lines, data=_data(text, target, command, now, ok=False))


def _titled(text: str, target: str) -> str:
    """A sentence for a title, which can mention no channel: the line below it does."""
    said = clean(re.sub(rf"(?<!\w){re.escape(target)}(?!\w)", "the channel", text) if target else text, 400)
    return said[:1].upper() + said[1:]


def _data(text: str, target: str, command: str, now: float, *, ok: bool) -> dict[str, object]:
    return {"at": now, "command": command, "target": target, "ok": ok, "text": clean(text, 400)}


def _hears(route: Subscription) -> str:
    return f"what route {listed(route.branches, 6)} takes" if route.branches else interest(route.interest)


def _since(route: Subscription) -> str:
    if route.by is None:
        return "by the configuration"
    return f"{moment(route.at)} by {mention(route.by)}"
