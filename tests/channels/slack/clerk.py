"""A desk that answers by the book, and remembers who asked for what."""

import asyncio

from bot.core.answers.answer import Answer, Choice, Table
from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from bot.core.model.card import Action
from bot.errors import StoreError

NOW = 1_776_094_260.0
ACTS = ("ack", "silence", "maintenance", "subscribe", "unsubscribe")


class Clerk:
    """Acts need a responder; everything else is answered with a table."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Asker]] = []
        self.choices: list[tuple[str, str]] = [("Claude API", "claude-api"), ("claude.ai", "claude-ai")]
        self.away = False
        self.broken: Exception | None = None
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    @property
    def lines(self) -> list[str]:
        return [text for text, _ in self.asked]

    async def ask(self, text: str, asker: Asker, now: float) -> Answer:
        self.asked.append((text, asker))
        await self.may_answer.wait()
        if self.away:
            raise StoreError("store: nobody answers there")
        if self.broken:
            raise self.broken
        verb = text.partition(" ")[0]
        if text == "report 4F7K":
            both = (("Claude API", "claude-api"), ("Claude Code", "claude-code"))
            return Answer(
                "which?", now, understood=False, choice=Choice("report", "4F7K", "What fails?", both, voiced=True)
            )
        if verb in ACTS:
            if not asker.role.may(Role.RESPONDER):
                return Answer("this needs the role responder: ask an admin", now, refused=True)
            return Answer(f"{verb}: done by {asker.person.name}", now, changed=True)
        return Answer(
            f"answer to {text!r}",
            now,
            lines=(("Status page", "<!channel> & *co*"),),
            table=Table(("component", "we see"), (("Claude API", "🟠 failing"), ("claude.ai", "🟢 fine"))),
            actions=(Action("ack", "Acknowledge", "4F7K"), Action("silence", "Silence", "4F7K")),
        )

    async def complete(self, text: str, asker: Asker) -> list[tuple[str, str]]:
        if self.away:
            raise StoreError("store: nobody answers there")
        return self.choices
