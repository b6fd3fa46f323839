"""What stands in our Slack: rooms, people, messages as people would see them."""

import asyncio
import html
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.slack import rules

BOT_TOKEN = "xoxb-test-bot"
APP_TOKEN = "xapp-test-app"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM, BOT_USER, BOT_ID, APP_ID = "T0TEAM", "U0BOT", "B0BOT", "A0APP"


@dataclass
class Room:
    """A channel, or a conversation with one person."""

    id: str
    name: str = ""
    archived: bool = False
    member: bool = True
    user: str = ""


@dataclass
class User:
    id: str
    name: str
    is_admin: bool = False


@dataclass
class Message:
    """A message as it stands now; `said` are the arguments of the call that made it so."""

    channel: str
    ts: str
    said: dict[str, Any]
    thread_ts: str = ""
    broadcast: bool = False
    edits: int = 0
    deleted: bool = False
    to_user: str = ""

    @property
    def text(self) -> str:
        """The `text` argument as a person would read it."""
        return html.unescape(str(self.said.get("text") or ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """All blocks, those of the attachments too."""
        own = list(self.said.get("blocks") or ())
        return own + [block for one in self.said.get("attachments") or () for block in one.get("blocks", ())]

    @property
    def headline(self) -> str:
        """What the first block says, else the text."""
        shown = rules.texts(self.blocks[:1])
        return html.unescape(shown[0]) if shown else self.text

    @property
    def shown(self) -> str:
        """Everything written in the message."""
        return html.unescape("\n".join(rules.texts(self.blocks) or [self.text]))

    @property
    def color(self) -> str:
        return next((str(one.get("color", "")) for one in self.said.get("attachments") or ()), "")

    def elements(self) -> list[dict[str, Any]]:
        """Buttons and menus."""
        return [one for block in self.blocks if block["type"] == "actions" for one in block["elements"]]

    def element(self, label: str) -> dict[str, Any]:
        """The button or menu of that label, or the menu ⋯ that offers it."""
        for one in self.elements():
            if label in labels(one):
                return one
        raise LookupError(f"no {label!r} among {[labels(one) for one in self.elements()]}")


def labels(element: Mapping[str, Any]) -> list[str]:
    """What a button or menu reads; a menu ⋯ has no words but its options'."""
    if element["type"] == "overflow":
        return [one["text"]["text"] for one in element["options"]]
    return [(element.get("text") or element["placeholder"])["text"]]


@dataclass
class Workspace:
    """One team with our app installed."""

    team: str = TEAM
    rooms: dict[str, Room] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    ephemerals: list[Message] = field(default_factory=list)
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    modals: list[dict[str, Any]] = field(default_factory=list)
    heard: set[str] = field(default_factory=set)
    """Timestamps of what people wrote, under which a thread can begin."""
    triggers: dict[str, float] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=lambda: {"chat:write", "commands", "im:write", "usergroups:read"})
    uploads: dict[str, tuple[int, bytes, str]] = field(default_factory=dict)
    """Files by id: the length that was announced, the bytes once they came, and the words for those who see nothing."""
    origin: str = ""
    revoked: str = ""
    """The error code every call with the bot's token gets."""
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def number(self) -> int:
        return next(self._numbers)

    def ts(self) -> str:
        n = self.number()
        return f"{1_776_094_000 + n // 10}.{n % 10:01d}{n:05d}"

    def room(self, name: str, **more: Any) -> Room:
        """The channel of that id, made if it is not there."""
        return self.rooms.setdefault(name, Room(name, name=name.lower(), **more))

    def user(self, name: str, **more: Any) -> User:
        return self.users.setdefault(name, User(name, name.lower(), **more))

    def standing(self, channel: str = "") -> list[Message]:
        """Root messages that stand, oldest first."""
        return [m for m in self.messages if not m.thread_ts and not m.deleted and channel in {"", m.channel}]

    def thread(self, root: Message) -> list[Message]:
        return [m for m in self.messages if m.thread_ts == root.ts and m.channel == root.channel and not m.deleted]

    def find(self, channel: str, ts: str) -> Message | None:
        return next((m for m in self.messages if (m.channel, m.ts) == (channel, ts) and not m.deleted), None)

    def dump(self) -> str:
        """All that was ever said, for looking for what must not be there."""
        return json.dumps([m.said for m in (*self.messages, *self.ephemerals)], ensure_ascii=False)

    async def told(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    async def until(self, true: Callable[[], Any], within_s: float = 5.0) -> Any:
        """Wait until something is so; TimeoutError with what stands if it never is."""
        try:
            async with asyncio.timeout(within_s), self.changed:
                await self.changed.wait_for(true)
        except TimeoutError:
            raise TimeoutError(f"never so; there stands {self.dump()[-2_000:]}") from None
        return true()
