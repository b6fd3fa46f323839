"""What stands in the fake Discord: one guild, its roles, channels, threads, messages, people. No I/O."""

import itertools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.discord.rules import Refused, pings

EPOCH_MS = 1_420_070_400_000
TEXT, THREAD = 0, 11
PERMISSIONS = {
    "MANAGE_GUILD": 1 << 5,
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "EMBED_LINKS": 1 << 14,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "MENTION_EVERYONE": 1 << 17,
    "USE_APPLICATION_COMMANDS": 1 << 31,
    "CREATE_PUBLIC_THREADS": 1 << 35,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
}
NONCE_S = 300.0
"""How long a nonce is remembered ("a few minutes")."""
OLD_S = 3600.0
OLD_EDITS, OLD_WINDOW_S = 3, 6.0
"""Edits of messages older than an hour in one channel: an unofficial figure, the official one is not published."""


@dataclass
class Message:
    """One message as it stands now; `pinged` is everybody it ever notified."""

    id: str
    channel: str
    author: str
    at: float
    content: str = ""
    embeds: list[dict[str, Any]] = field(default_factory=list)
    components: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    described: dict[str, str] = field(default_factory=dict)
    flags: int = 0
    nonce: str = ""
    edits: int = 0
    pinged: set[str] = field(default_factory=set)

    def attach(self, payload: Mapping[str, Any]) -> None:
        """Files of a new message or an edit; `attachments`, where given, are all it has afterwards. Raises Refused."""
        files = self.files | (payload.get("files") or {})
        if payload.get("attachments") is not None:
            files = {one["filename"]: files[one["filename"]] for one in payload["attachments"]}
            self.described = {one["filename"]: one.get("description") or "" for one in payload["attachments"]}
        wanted = [str((embed.get("image") or {}).get("url", "")) for embed in self.embeds]
        missing = [url for url in wanted if url.startswith("attachment://") and url[13:] not in files]
        if missing or any(len(words) > 1_024 for words in self.described.values()):
            raise Refused(400, 50035, f"Invalid Form Body: attachments {missing}")
        self.files = files


@dataclass
class Channel:
    """A text channel, or a thread of one; `denied` are the bot's rights that are taken away here."""

    id: str
    guild: str
    name: str
    type: int = TEXT
    parent: str = ""
    denied: set[str] = field(default_factory=set)
    archived: bool = False
    locked: bool = False
    messages: list[Message] = field(default_factory=list)
    old_edits: list[float] = field(default_factory=list)


@dataclass
class User:
    """A member of the guild with the ids of their roles."""

    id: str
    name: str
    roles: list[str] = field(default_factory=list)
    permissions: int = PERMISSIONS["VIEW_CHANNEL"] | PERMISSIONS["USE_APPLICATION_COMMANDS"]


class World:
    """Everything that stands, and the rules that need more than one payload to check."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self._ids = itertools.count(1)
        self.token = "MTA.fake.token"
        self.application = self.id()
        self.bot = User(self.application, "groundtruth")
        self.guild = self.id()
        self.in_guild = True
        self.flags = 0
        self.interactions_url: str | None = None
        granted = sum(PERMISSIONS.values()) - PERMISSIONS["MANAGE_GUILD"] - PERMISSIONS["MENTION_EVERYONE"]
        self.roles: dict[str, dict[str, Any]] = {self.guild: self._role(self.guild, "@everyone", granted)}
        self.channels: dict[str, Channel] = {}
        self.commands: list[dict[str, Any]] = []
        self.syncs = 0
        self.by_user = False
        self.cdn = ""
        self.written: dict[str, Message] = {}
        self._nonces: dict[str, Message] = {}

    def id(self) -> str:
        """The next snowflake."""
        return str((max(0, int(self.now() * 1000) - EPOCH_MS) << 22) | (next(self._ids) & 0x3FFFFF))

    @staticmethod
    def _role(role: str, name: str, permissions: int) -> dict[str, Any]:
        fixed = {"color": 0, "hoist": False, "managed": False, "mentionable": True, "position": 0}
        return {"id": role, "name": name, "permissions": str(permissions), **fixed}

    def role(self, name: str, permissions: int = 0) -> str:
        """A new role's id."""
        one = self.id()
        self.roles[one] = self._role(one, name, permissions)
        return one

    def channel(self, name: str, denied: set[str] | None = None) -> Channel:
        """A new text channel."""
        one = Channel(self.id(), self.guild, name, denied=denied or set())
        self.channels[one.id] = one
        return one

    def direct(self, user: str) -> Channel:
        """The conversation of the bot with a person."""
        known = next((one for one in self.channels.values() if one.name == f"@{user}"), None)
        return known or self.channel(f"@{user}")

    def rights(self, channel: Channel) -> int:
        """What the bot may in a channel."""
        above = self.channels.get(channel.parent, channel)
        have = int(self.roles[self.guild]["permissions"])
        for role in self.bot.roles:
            have |= int(self.roles[role]["permissions"])
        for name in above.denied:
            have &= ~PERMISSIONS[name]
        return have

    def need(self, channel_id: str, *rights: str) -> Channel:
        """The channel, if the bot may do this there. Raises Refused."""
        channel = self.channels.get(channel_id)
        if channel is None or not self.in_guild:
            raise Refused(404, 10003, "Unknown Channel")
        have = self.rights(channel)
        if not have & PERMISSIONS["VIEW_CHANNEL"]:
            raise Refused(403, 50001, "Missing Access")
        if any(not have & PERMISSIONS[name] for name in rights):
            raise Refused(403, 50013, "Missing Permissions")
        return channel

    def find(self, channel: Channel, message_id: str) -> Message:
        """The message. Raises Refused."""
        for message in channel.messages:
            if message.id == message_id:
                return message
        raise Refused(404, 10008, "Unknown Message")

    def create(self, channel_id: str, payload: dict[str, Any]) -> Message:
        """A new message of the bot, or that of the same nonce if it is enforced. Raises Refused.

        A nonce is its author's: whether it counts in each channel by itself is not documented, so here it does not.
        """
        channel = self.channels.get(channel_id)
        threaded = channel is not None and channel.type == THREAD
        channel = self.need(channel_id, "SEND_MESSAGES_IN_THREADS" if threaded else "SEND_MESSAGES")
        if channel.locked:
            raise Refused(400, 160005, "This thread is locked")
        nonce = str(payload.get("nonce") or "")
        if nonce and payload.get("enforce_nonce"):
            old = self._nonces.get(nonce)
            if old is not None and self.now() - old.at < NONCE_S and old in self.channels[old.channel].messages:
                return old
        channel.archived = False
        if payload.get("embeds"):
            self.need(channel_id, "EMBED_LINKS")
        message = Message(self.id(), channel_id, self.bot.id, self.now(), nonce=nonce)
        self._write(message, payload)
        channel.messages.append(message)
        if nonce:
            self._nonces[nonce] = message
        return message

    def edit(self, channel_id: str, message_id: str, payload: dict[str, Any]) -> Message:
        """Change one of the bot's own messages. Raises Refused."""
        channel = self.need(channel_id)
        message = self.find(channel, message_id)
        if message.author != self.bot.id:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        now = self.now()
        if now - message.at > OLD_S:
            channel.old_edits = [at for at in channel.old_edits if now - at < OLD_WINDOW_S]
            if len(channel.old_edits) >= OLD_EDITS:
                text = "Maximum number of edits to messages older than 1 hour reached. Try again later"
                raise Refused(429, 30046, text)
            channel.old_edits.append(now)
        self._write(message, payload)
        message.edits += 1
        return message

    def _write(self, message: Message, payload: dict[str, Any]) -> None:
        self.written[message.id] = message
        if "content" in payload:
            message.content = (payload["content"] or "").strip()
            named = pings(message.content, payload.get("allowed_mentions"))
            message.pinged |= {one for one in named if not one.startswith("role ") or self._heard(one[5:], message)}
        if "embeds" in payload:
            message.embeds = payload["embeds"] or []
        if "components" in payload:
            message.components = payload["components"] or []
        message.attach(payload)
        message.flags = int(payload.get("flags") or message.flags)

    def _heard(self, role: str, message: Message) -> bool:
        """Whether a mention of a role calls anybody: it must be mentionable, or the bot allowed to mention all."""
        might = self.rights(self.channels[message.channel]) & PERMISSIONS["MENTION_EVERYONE"]
        return role in self.roles and bool(self.roles[role]["mentionable"] or might)

    def thread(self, channel_id: str, message_id: str, payload: dict[str, Any]) -> Channel:
        """A thread from a message; its id is the message's. Raises Refused."""
        channel = self.need(channel_id, "CREATE_PUBLIC_THREADS")
        self.find(channel, message_id)
        if message_id in self.channels:
            raise Refused(400, 160004, "A thread has already been created for this message")
        thread = Channel(message_id, channel.guild, payload["name"], THREAD, channel.id)
        self.channels[message_id] = thread
        return thread
