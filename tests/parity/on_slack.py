"""What Slack is offered: the real app on our own Slack, over the wire."""

import contextlib
import itertools
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

from bot.channels.context import ChatServices
from bot.channels.slack.doctor import examine
from bot.channels.slack.open import Slack as App
from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.no_break import unbroken
from bot.store.store import Store
from tests.fakes.slack.people import Reply
from tests.fakes.slack.server import Slack, slack
from tests.fakes.slack.workspace import Message
from tests.fakes.slack.workspace import labels as read
from tests.parity.rows import Desk, Offers, Part, Talk, Who, cards, filled, states, yes
from tests.support.platforms import until
from tests.support.slack import QUICK, options


class Hands:
    """One app on one Slack, and who uses it."""

    def __init__(self, fake: Slack, app: App, desk: Desk) -> None:
        self.fake, self.app, self.desk = fake, app, desk
        self.ann = fake.person("U1")

    async def post(self, card: Card) -> tuple[dict[str, object], Message]:
        """A card in a channel of its own."""
        room = self.fake.workspace.room(f"C{1000 + len(self.fake.workspace.rooms)}")
        where = await self.app.post(room.id, card, f"{room.id}/{card.subject}")
        return dict(where), self.fake.workspace.standing(room.id)[-1]

    async def typed(self, text: str, channel: str = "C1", user: str = "U1") -> Reply:
        """A command, once it is answered."""
        reply = await self.fake.person(user).types(text, channel)
        await until(lambda: reply.answers, what=lambda: text)
        return reply

    async def pressed(self, message: Message) -> tuple[list[str], list[str]]:
        """Press everything under a message: the labels, and what the desk heard."""
        before, labels = len(self.desk.asked), []
        for one in message.elements():
            if one["action_id"] == "share":
                continue
            behind = one["type"] == "overflow"
            menu = [option["text"]["text"] for option in one.get("options", ())][: 0 if behind else 1]
            for label in read(one):
                labels.append(f"⋯ {label}" if behind else f"{label} ▾" if menu else label)
                pressed = await self.ann.presses(message, label, *menu)
                if label.endswith("…"):
                    await until(partial(getattr, pressed, "answers"), what=lambda: labels)
                    (lengths,) = [e for e in pressed.answers[0].elements() if e["type"] == "static_select"]
                    await self.ann.presses(pressed.answers[0], read(lengths)[0], lengths["options"][0]["text"]["text"])
                await until(lambda: len(self.desk.asked) == before + len(labels), what=lambda: labels)
        return labels, sorted(self.desk.lines[before:])


@contextlib.asynccontextmanager
async def hands(store: Store, name: str, **more: object) -> AsyncIterator[Hands]:
    """A fresh Slack with the app on it; what the store remembers is kept under the name."""
    async with slack() as fake:
        fake.workspace.room("C1")
        fake.workspace.room("C9")
        fake.workspace.scopes |= {"channels:read", "users:read"}
        desk = Desk()
        given = options(fake.url, channels=["C1"], **more)
        # Two seconds pass whenever the clock is read, so that no post waits for its turn.
        ahead = itertools.count(0, 2)
        around = ChatServices(desk, store.notes, lambda: time.time() + next(ahead))
        async with App(name, given, around, QUICK) as app:
            await until(lambda: fake.sockets.open)
            yield Hands(fake, app, desk)


async def offers(store: Store) -> Offers:
    """Everything, found out by doing it."""
    found = Offers("Slack")
    async with hands(store, "slack") as it:
        await _commands(it, found)
        await _buttons(it, found)
        await _message(it, found)
        await _life(it, found)
        await _talk(it, found)
        await _unnamed(it, found)
    named = {"responder": ["S1"], "admin": ["U4"]}
    async with hands(store, "named", roles=named) as it:
        await _named(it, found)
    async with hands(store, "calls", ping_groups={"C1": ["S1"]}) as it:
        await it.app.post("C1", cards()["intermittent"], "ping")
        found.parts[Part.PINGS] = yes("<!subteam^S1>" in it.fake.workspace.dump())
    return found


async def _commands(it: Hands, found: Offers) -> None:
    for command, _, line in filled():
        await it.typed(line)
        found.commands[command.name] = f"/avail {command.name}" if it.desk.lines[-1] == line else "no"


async def _buttons(it: Hands, found: Offers) -> None:
    for state, card in states().items():
        found.labels[state], found.heard[state] = await it.pressed((await it.post(card))[1])
    answer = (await it.typed("status")).answers[0]
    found.labels["answer"], found.heard["answer"] = await it.pressed(answer)


async def _message(it: Hands, found: Offers) -> None:
    colours, labels = dict[Colour, str](), dict[str, None]()
    for card in cards().values():
        _, root = await it.post(card)
        colours[card.tone] = root.color
        shown = letters(root.shown)
        labels |= {label: None for label, text in card.lines if letters(label + text[:30]) in shown}
    card = cards()["intermittent"]
    _, root = await it.post(card)
    found.parts |= {
        Part.HEADLINE: yes(unbroken(root.text) == unbroken(root.headline) == unbroken(card.headline)),
        Part.COLOUR: str(len(set(colours.values()) - {""})),
        Part.LINES: ", ".join(sorted(filter(None, labels))),
        Part.LINK: yes(f"<{card.links[0][1]}|" in str(root.said)),
        Part.TIMES: yes("<!date^" in str(root.said)),
        Part.FOOTER: yes(f"#{card.subject}" in root.shown and "({ago})" in str(root.said)),
        Part.PACE: f"{it.app.refresh_s:g} s",
        Part.PINGS: yes(re.search(r"<[!@](?!date)", str(root.said))),
    }


async def _life(it: Hands, found: Offers) -> None:
    card = replace(cards()["intermittent"], tone=Colour.YELLOW)
    where, root = await it.post(card)
    stands = it.fake.workspace.standing
    await it.app.post(root.channel, card, str(where["key"]))
    found.parts[Part.ONCE] = yes(len(stands(root.channel)) == 1)
    where = dict(await it.app.edit(where, replace(card, headline="other", tone=Colour.RED)))
    found.parts[Part.IN_PLACE] = yes(root.headline == "other" and len(stands(root.channel)) == 1)
    await it.app.follow(where, TimelineEntry(1.0, "worse", "Claude API"), "t1")
    await it.app.follow(where, TimelineEntry(2.0, "resolved", "quiet"), "t2")
    thread = it.fake.workspace.thread(root)
    found.parts[Part.TRAIL] = yes(len(thread) == 2)
    found.parts[Part.BROADCAST] = yes(thread and all(m.broadcast for m in thread))
    root.deleted = True
    await it.app.edit(where, card)
    found.parts[Part.ANEW] = yes(len(stands(root.channel)) == 1)
    it.fake.faults.add("chat.postMessage", error="invalid_blocks")
    _, plain = await it.post(card)
    found.parts[Part.PLAINLY] = yes(plain.text.startswith(card.headline) and not plain.blocks)


async def _talk(it: Hands, found: Offers) -> None:
    reply = await it.typed("status")
    answer, before = reply.answers[0], len(it.desk.asked)
    await it.ann.again(reply)
    shared = await it.ann.presses(answer, "Share in channel")
    await until(lambda: shared.answers)
    direct = await it.typed("status", channel="D1")
    found.talk |= {
        Talk.PRIVATE: yes(answer.said["response_type"] == "ephemeral"),
        Talk.TWICE: yes(len(it.desk.asked) == before + 2),
        Talk.SHARE: yes(shared.answers[0].said["response_type"] == "in_channel"),
        Talk.DIRECT: yes(direct.answers[0].said["response_type"] == "ephemeral"),
        Talk.NAMES: "no",
    }
    for row, word in ((Talk.REPORT, "report"), (Talk.WORK, "maintenance")):
        await it.ann.types(word)
        await until(lambda: it.fake.workspace.modals)
        form = it.fake.workspace.modals.pop()
        rows = ", ".join(block["block_id"] for block in form["blocks"])
        found.talk[row] = f"`/avail {word}` ({rows})" if form["callback_id"] == f"form:{word}" else "no"
    await it.ann.opens_home()
    await until(lambda: it.fake.workspace.homes)
    found.talk[Talk.HOME] = "App Home; subscribes channels by forms there"
    signs = await examine("slack", options(it.fake.url, channels=["C1"]))
    found.talk[Talk.DOCTOR] = ", ".join(sign.name.removeprefix("slack: ").removesuffix(" C1") for sign in signs)


async def _unnamed(it: Hands, found: Offers) -> None:
    await it.typed("status", "C9")
    found.roles[Who.ANYBODY] = it.desk.asked[-1][1].role
    await it.typed("status", "C1")
    found.roles[Who.CONFIGURED] = it.desk.asked[-1][1].role
    _, root = await it.post(cards()["intermittent"])
    await it.typed("status", root.channel)
    found.roles[Who.SUBSCRIBED] = it.desk.asked[-1][1].role


async def _named(it: Hands, found: Offers) -> None:
    it.fake.workspace.groups["S1"] = ["U3"]
    it.fake.person("U5", is_admin=True)
    asked = ((Who.BESIDE, "C1", "U1"), (Who.RESPONDER, "C9", "U3"), (Who.ADMIN, "C9", "U4"), (Who.RUNS, "C9", "U5"))
    for who, channel, user in asked:
        await it.typed("status", channel, user)
        found.roles[who] = it.desk.asked[-1][1].role


def letters(text: str) -> str:
    """A text without what is markup on one platform and a character on another."""
    return re.sub(r"[^a-z0-9]", "", text.lower())
