"""What Discord is offered: the real bot on our own Discord, over the wire."""

import contextlib
import io
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.channels.context import ChannelContext
from bot.channels.discord.doctor import examine
from bot.channels.discord.open import Discord as Bot
from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.no_break import unbroken
from bot.store.store import Store
from tests.channels.discord.reading import headline
from tests.fakes.discord.people import Asked
from tests.fakes.discord.server import Discord, discord
from tests.fakes.discord.shapes import words
from tests.fakes.discord.world import PERMISSIONS, Channel, Message, User
from tests.parity.on_slack import letters
from tests.parity.rows import Desk, Offers, Part, Talk, Who, cards, filled, states, yes
from tests.support.clock import Clock
from tests.support.discord import PACE, pointed_at
from tests.support.platforms import until

TICK_S = 0.1
"""Of the clock at every look, so that no limit of the platform is met."""
SPACED_S = 20.0
NOWHERE = Path()


class Hands:
    """One bot on one Discord, and who uses it."""

    def __init__(self, fake: Discord, clock: Clock, desk: Desk) -> None:
        self.fake, self.clock, self.desk = fake, clock, desk
        self.alerts = fake.world.channel("alerts")
        self.other = fake.world.channel("other")
        self.ann = fake.user("Ann")
        self.bot: Bot

    async def post(self, card: Card) -> tuple[dict[str, object], Message]:
        """A card in a channel of its own."""
        place = self.fake.world.channel(f"c{len(self.fake.world.channels)}")
        where = await self.bot.post(place.id, card, f"{place.id}/{card.subject}")
        return dict(where), place.messages[-1]

    async def typed(self, line: str, place: Channel | None = None, user: User | None = None, **given: str) -> Asked:
        """A command, once it is answered."""
        asked = await self.fake.people.slash(user or self.ann, place or self.alerts, line, **given)
        return await asked.settled()

    async def pressed(self, message: Message) -> tuple[list[str], list[str]]:
        """Press everything under a message and behind its ⋯: the labels, and what the desk heard."""
        before = len(self.desk.asked)
        labels = [label async for label in self._pressed(message)]
        return labels, sorted(self.desk.lines[before:])

    async def _pressed(self, message: Message, before: str = "") -> AsyncIterator[str]:
        for one in (item for row in message.components for item in row["components"]):
            what, menu = one.get("custom_id", ""), [option["value"] for option in one.get("options", ())]
            if not what or what.startswith(("gt:share", "gt:form-")):
                continue
            asked = await self.fake.people.press(self.ann, message, what, tuple(menu[:1]))
            await asked.settled()
            if what.startswith("gt:more:"):
                assert asked.ephemeral
                async for label in self._pressed(asked.replies[0], f"{one['label']} "):
                    yield label
            else:
                yield before + (f"{one['placeholder']} ▾" if menu else one["label"])


@contextlib.asynccontextmanager
async def hands(store: Store, **more: object) -> AsyncIterator[Hands]:
    """A fresh Discord with the bot on it."""
    clock = Clock(time.time(), TICK_S)
    async with discord(clock) as fake:
        it = Hands(fake, clock, Desk())
        given = pointed_at(fake, channels=[it.alerts.id], **{k: v(it) if callable(v) else v for k, v in more.items()})
        outside = ChannelContext(
            NOWHERE, io.StringIO(), "plain", clock, it.desk, store.notes, store.leases, fake.world.guild
        )
        async with Bot("discord", given, outside, PACE) as it.bot:
            await until(lambda: fake.gateway.live and fake.world.commands)
            yield it


async def offers(store: Store) -> Offers:
    """Everything, found out by doing it."""
    found = Offers("Discord")
    async with hands(store) as it:
        await _commands(it, found)
        await _buttons(it, found)
        await _message(it, found)
        await _life(it, found)
        await _talk(it, found)
        await _unnamed(it, found)
    named = {"responder": [7], "admin": [8]}
    async with hands(store, roles=named, ping_roles=lambda it: {it.alerts.id: [it.fake.world.role("on call")]}) as it:
        await _named(it, found)
        await it.bot.post(it.alerts.id, cards()["intermittent"], "ping")
        found.parts[Part.PINGS] = yes(it.alerts.messages[-1].pinged)
    return found


def paths(it: Hands) -> dict[str, str]:
    """Where each command stands among those that were registered."""
    [avail] = it.fake.world.commands
    found: dict[str, str] = {}
    for one in avail["options"]:
        inside = [o for o in one.get("options") or () if o["type"] == 1]
        found |= {o["name"]: f"avail {one['name']} {o['name']}" for o in inside} or {
            one["name"]: f"avail {one['name']}"
        }
    return found


async def _commands(it: Hands, found: Offers) -> None:
    where = paths(it)
    for command, values, line in filled():
        path = where.get(command.name, "")
        if path:
            await it.typed(path, None, None, **values)
        found.commands[command.name] = f"/{path}" if path and it.desk.lines[-1] == line else "no"


async def _buttons(it: Hands, found: Offers) -> None:
    for state, card in states().items():
        found.labels[state], found.heard[state] = await it.pressed((await it.post(card))[1])
    answer = (await it.typed("avail status")).replies[0]
    found.labels["answer"], found.heard["answer"] = await it.pressed(answer)


async def _message(it: Hands, found: Offers) -> None:
    colours, labels = {}, dict[str, None]()
    for card in cards().values():
        _, root = await it.post(card)
        colours[card.tone] = root.embeds[0].get("color") if root.embeds else None
        shown = letters(words(root))
        labels |= {label: None for label, text in card.lines if letters(label + text[:30]) in shown}
    card = cards()["intermittent"]
    _, root = await it.post(card)
    found.parts |= {
        Part.HEADLINE: yes(unbroken(headline(root)) == unbroken(card.headline)),
        Part.COLOUR: str(len(set(colours.values()) - {None})),
        Part.LINES: ", ".join(sorted(filter(None, labels))),
        Part.LINK: yes(f"]({card.links[0][1]})" in words(root)),
        Part.TIMES: yes(re.search(r"<t:\d+:[a-zA-Z]>", words(root))),
        Part.FOOTER: yes(f"#{card.subject}" in words(root) and re.search(r"<t:\d+:R>", words(root))),
        Part.PACE: f"{it.bot.refresh_s:g} s",
    }


async def _life(it: Hands, found: Offers) -> None:
    card = replace(cards()["intermittent"], tone=Colour.YELLOW)
    where, root = await it.post(card)
    place = it.fake.world.channels[root.channel]
    await it.bot.post(root.channel, card, str(where["key"]))
    found.parts[Part.ONCE] = yes(len(place.messages) == 1)
    it.clock.at += SPACED_S
    where = dict(await it.bot.edit(where, replace(card, headline="other", tone=Colour.RED)))
    found.parts[Part.IN_PLACE] = yes(headline(root) == "other" and len(place.messages) == 1)
    await it.bot.follow(where, TimelineEntry(1.0, "worse", "Claude API"), "t1")
    await it.bot.follow(where, TimelineEntry(2.0, "resolved", "quiet"), "t2")
    thread = it.fake.world.channels.get(root.id)
    found.parts[Part.TRAIL] = yes(thread and len(thread.messages) == 2)
    found.parts[Part.BROADCAST] = yes(len(place.messages) > 1)
    place.messages.remove(root)
    it.clock.at += SPACED_S
    await it.bot.edit(where, card)
    found.parts[Part.ANEW] = yes(len(place.messages) == 1)
    it.fake.fail("POST /channels", 400, 1, code=50035)
    _, plain = await it.post(card)
    found.parts[Part.PLAINLY] = yes(headline(plain) == card.headline and not plain.embeds)


async def _talk(it: Hands, found: Offers) -> None:
    asked = await it.typed("avail status")
    before = len(it.desk.asked)
    await it.fake.people.again(asked)
    private = asked.ephemeral
    shared = await it.fake.people.press(it.ann, asked.replies[0], "gt:share:answer")
    await until(lambda: shared.replies)
    typing = await it.fake.people.typing(it.ann, it.alerts, "avail why", "what", "cla")
    [avail] = it.fake.world.commands
    found.talk |= {
        Talk.PRIVATE: yes(private),
        Talk.SHARE: yes(not shared.ephemeral),
        Talk.NAMES: yes((await typing.settled()).choices),
        Talk.DIRECT: yes(1 in avail["contexts"]),
        Talk.HOME: "no",
        Talk.TWICE: yes(len(it.desk.asked) == before),
    }
    _, root = await it.post(cards()["intermittent"])
    report = next(c for c in _components(root) if c.get("custom_id", "").startswith("gt:report:"))
    pressed = await (await it.fake.people.press(it.ann, root, report["custom_id"])).settled()
    more = next(c for c in _components(pressed.replies[0]) if c.get("custom_id", "").startswith("gt:form-report:"))
    form = await (await it.fake.people.press(it.ann, pressed.replies[0], more["custom_id"])).settled()
    found.talk[Talk.REPORT] = f"`{more['label']}`" if form.modal else "no"
    options = next(o for o in avail["options"] if o["name"] == "maintenance")["options"]
    found.talk[Talk.WORK] = f"`/avail maintenance` ({', '.join(o['name'] for o in options)})"
    signs = await examine("discord", pointed_at(it.fake, channels=[it.alerts.id]))
    names = [sign.name.removeprefix("discord: ") for sign in signs]
    found.talk[Talk.DOCTOR] = ", ".join("channel" if name.startswith("discord:") else name for name in names)


async def _unnamed(it: Hands, found: Offers) -> None:
    await it.typed("avail status", it.other)
    found.roles[Who.ANYBODY] = it.desk.asked[-1][1].role
    await it.typed("avail status", it.alerts)
    found.roles[Who.CONFIGURED] = it.desk.asked[-1][1].role
    _, root = await it.post(cards()["intermittent"])
    await it.typed("avail status", it.fake.world.channels[root.channel])
    found.roles[Who.SUBSCRIBED] = it.desk.asked[-1][1].role


async def _named(it: Hands, found: Offers) -> None:
    runs = it.fake.user("Olga", permissions=PERMISSIONS["MANAGE_GUILD"])
    asked = (
        (Who.BESIDE, it.alerts, it.ann),
        (Who.RESPONDER, it.other, it.fake.user("Ben", "7")),
        (Who.ADMIN, it.other, it.fake.user("Cid", "8")),
        (Who.RUNS, it.other, runs),
    )
    for who, place, user in asked:
        await it.typed("avail status", place, user)
        found.roles[who] = it.desk.asked[-1][1].role


def _components(message: Message) -> list[dict[str, Any]]:
    return [item for row in message.components for item in row["components"]]
