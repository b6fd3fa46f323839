"""Discord as a channel: the root message of an incident in a text channel, its trail in a thread under it.

Everything here is REST and works without the gateway, in a process that is not the gateway's leader as well. A message
is created with a nonce made of its key, so one that was posted and not written down is found again, not doubled; what
the message says then is brought up to date. Discord knows a nonce for a few minutes only: when the first try is longer
ago, the channel is read first.
"""

import hashlib
import logging
import re
from base64 import b32encode
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from bot.channels.channel import MessageRef
from bot.channels.context import KeyValues, posted_in
from bot.channels.discord import embeds, errors
from bot.channels.discord.errors import DiscordError
from bot.channels.discord.options import Options
from bot.channels.discord.permissions import NEEDED, lacking, rights_in
from bot.channels.discord.rate_limits import Spacing, is_old
from bot.channels.discord.rest import Rest
from bot.channels.discord.thread_charts import Root, ThreadCharts
from bot.channels.discord.threads import Threads, bound
from bot.channels.http_channel import CALLS
from bot.channels.storm import may_call
from bot.core.answers.charts import Drawing
from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, StoreError
from bot.pictures.drawn import possible

log = logging.getLogger(__name__)

ALARMING = (Colour.ORANGE, Colour.RED)
PLAINLY = frozenset({errors.INVALID_FORM, errors.EMPTY_MESSAGE})
NONCE_S = 120.0
"""For less than "a few minutes" after the first try a nonce is trusted."""
TRIED_S = 2 * 86_400.0
POSTED_S = 14 * 86_400.0
"""As long after an alert people there may act on it."""
READ = 50


def nonce(*parts: str) -> str:
    """The same 25 letters for the same message, whoever posts it."""
    return b32encode(hashlib.sha256("\n".join(parts).encode()).digest()).decode()[:25]


class DiscordChannel:
    """Posts, edits and follows. `place` is a Discord channel's id; "" is the first configured one."""

    idempotent = True
    refresh_s = 60.0

    def __init__(self, name: str, options: Options, memory: KeyValues, now: Callable[[], float]) -> None:
        self.name = name
        self._memory = memory
        self.rest = Rest(name, options, now)
        self._options = options
        self._now = now
        self._spacing = Spacing()
        self._trails = Threads(name, self.rest)
        self._told: dict[str, str] = {}
        self._charts = ThreadCharts(self.rest, self._trails)

    async def __aenter__(self) -> Self:
        await self.rest.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.rest.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether posting works, as far as it is known."""
        why = self.rest.trouble()
        return not why, why or "posting works"

    async def post(self, place: str, card: Card, key: str) -> MessageRef:
        """Post the root. A repeat of the key lands on the first one and brings it up to date."""
        channel = await self._direct(place) if place.startswith("@") else self._channel(place)
        return await self._post(channel, card, key, nonce(self.name, channel, key))

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Bring the root up to date, not more often than Discord likes; a new root where the old one was deleted."""
        channel, message, key = self._at(where)
        pressed = where.get("verbs", _verbs(card)) != _verbs(card)
        wait = 0.0
        if is_old(message, self._now()):
            wait = self._spacing.wait(channel, message, self._now(), urgent=pressed)
        if wait > 0:
            raise DeliveryError("edits in this channel are spaced", retry_after=wait)
        try:
            await self._edit(channel, message, card)
        except DiscordError as error:
            if error.code == errors.UNKNOWN_MESSAGE:
                return await self._post(channel, card, key, nonce(self.name, channel, key, message))
            if error.code == errors.TOO_OLD_TO_EDIT:
                self._spacing.rest(channel, errors.OLD_EDIT_WAIT_S, self._now())
                await self._say_instead(channel, message, card)
            raise
        return {**where, "verbs": _verbs(card)}

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Add a line to the thread, calling the roles where it is a reminder; without a thread the root alone tells."""
        channel, message, _ = self._at(where)
        name = str(where.get("name", ""))
        pings = self._options.ping_roles.get(int(channel), ()) if entry.event in CALLS else ()
        said = {**embeds.trail(entry, pings), "nonce": nonce(self.name, message, key)}
        await self._trails.say(channel, message, name, said)

    @property
    def draws(self) -> bool:
        """Whether charts go into threads."""
        return self._options.charts and possible()

    def posts(self, _drawing: Drawing, drawn: MessageRef) -> bool:
        """The first picture; it is replaced afterwards."""
        return not drawn

    async def draw(self, where: MessageRef, drawing: Drawing, drawn: MessageRef, key: str) -> MessageRef:
        """Charts in the thread of a root; the picture is replaced where they stand already."""
        channel, message, _ = self._at(where)
        stands, once = str(drawn.get("message", "")), nonce(self.name, message, key)
        if stands and is_old(stands, self._now()):
            wait = self._spacing.wait(message, stands, self._now(), urgent=False)
            if wait > 0:
                raise DeliveryError("edits in this thread are spaced", retry_after=wait)
        root = Root(channel, message, str(where.get("name", "")))
        return {"message": await self._charts.draw(root, drawing, stands, once)}

    async def _post(self, channel: str, card: Card, key: str, once: str) -> MessageRef:
        message = await self._standing(channel, card, once)
        if message:
            await self._edit(channel, message, card)
        else:
            message = await self._created(channel, card, once)
        try:
            await self._memory.put(posted_in(self.name, channel), "1", POSTED_S)
        except StoreError as error:
            log.warning("%s: cannot record that people of %s may act: %s", self.name, channel, error)
        where = {"channel": channel, "message": message, "key": key}
        return {**where, "name": embeds.thread_name(card), "verbs": _verbs(card)}

    async def _created(self, channel: str, card: Card, once: str) -> str:
        """The id of a new message, or of the one that stands under this nonce, brought up to date."""
        pings = self._pings(channel, card)
        if pings and not await may_call(self._memory, self.name, channel, once):
            pings = ()
        payload = embeds.root(card, threaded=self._trails.possible(channel), pings=pings)
        sent = {**payload, "nonce": once, "enforce_nonce": True}
        path = f"/channels/{channel}/messages"
        try:
            message = await self.rest.call("POST", path, sent, channel)
        except DiscordError as error:
            if error.code == errors.MISSING_PERMISSIONS and error.permanent:
                raise await self._named(channel, error) from error
            if error.code not in PLAINLY:
                raise
            log.warning("%s refuses the rich form of %s; it is sent as plain text: %s", self.name, card.subject, error)
            sent = {**embeds.plainly(card), "nonce": once, "enforce_nonce": True}
            message = await self.rest.call("POST", path, sent, channel)
        if _title(message) != _title(sent):
            await self._edit(channel, _id(message), card)
        return _id(message)

    async def _standing(self, channel: str, card: Card, once: str) -> str:
        """The id of the root if an earlier try, too old for its nonce, has left one; "" where there is none."""
        name = f"discord.tried.{once}"
        try:
            tried = await self._memory.get(name)
            if not tried:
                await self._memory.put(name, f"{self._now():.0f}", TRIED_S)
        except StoreError as error:
            log.debug("%s cannot tell whether it was sent before: %s", self.name, error)
            return ""
        if not tried or abs(self._now() - float(tried)) < NONCE_S:
            return ""
        try:
            latest = await self.rest.call("GET", f"/channels/{channel}/messages?limit={READ}", place=channel)
        except DiscordError as error:
            if error.status != 403:
                raise
            log.warning("%s may not read %s back: %s", self.name, channel, error)
            return ""
        return next((_id(m) for m in latest or () if embeds.is_root_of(m, card.subject)), "")

    async def _named(self, channel: str, error: DiscordError) -> DiscordError:
        """The same refusal, with the right that is missing."""
        try:
            missing = lacking(await rights_in(self.rest, channel), NEEDED)
        except DeliveryError:
            return error
        why = f"the bot may not post here, missing {', '.join(missing)}: give it under Edit Channel, Permissions"
        return DiscordError(why, error.status, error.code, permanent=True) if missing else error

    async def _edit(self, channel: str, message: str, card: Card) -> None:
        payload = embeds.root(card, threaded=self._trails.possible(channel))
        path = f"/channels/{channel}/messages/{message}"
        try:
            await self.rest.call("PATCH", path, payload, channel)
        except DiscordError as error:
            if error.code not in PLAINLY:
                raise
            await self.rest.call("PATCH", path, embeds.plainly(card), channel)

    async def _say_instead(self, channel: str, message: str, card: Card) -> None:
        """The headline in the thread, once for each, while the root cannot be edited."""
        if self._told.get(message) == card.headline:
            return
        once = nonce(self.name, message, card.headline)
        await self._trails.say(channel, message, embeds.thread_name(card), {**embeds.news(card), "nonce": once})
        self._told[message] = card.headline
        bound(self._told)

    def _pings(self, channel: str, card: Card) -> tuple[int, ...]:
        """The roles that are called when an incident opens here."""
        alarming = card.kind == "incident" and card.tone in ALARMING and not card.closed
        return self._options.ping_roles.get(int(channel), ()) if alarming else ()

    async def _direct(self, place: str) -> str:
        """The conversation with a person ("@" and the user's id). Raises DeliveryError."""
        user = place.removeprefix("@")
        if not (user.isascii() and user.isdigit()):
            raise DeliveryError(f"{place[:40]!r} is no person on Discord", permanent=True)
        return _id(await self.rest.call("POST", "/users/@me/channels", {"recipient_id": user}, place))

    def _channel(self, place: str) -> str:
        if not place and self._options.channels:
            return str(self._options.channels[0])
        if not (place.isascii() and place.isdigit()):
            raise DeliveryError(f"{place[:40]!r} is no id of a Discord channel", permanent=True)
        return place

    def _at(self, where: MessageRef) -> tuple[str, str, str]:
        channel, message = str(where.get("channel", "")), str(where.get("message", ""))
        if not (channel.isdigit() and message.isdigit()):
            raise DeliveryError("where the message stands is not known", permanent=True)
        return channel, message, str(where.get("key", ""))


def _id(message: Any) -> str:
    """The id of a message Discord tells of. Raises DeliveryError for what tells of none."""
    found = str(message.get("id", "")) if isinstance(message, dict) else ""
    if not found.isdigit():
        raise DeliveryError("Discord's answer names no message", ambiguous=True)
    return found


def _verbs(card: Card) -> str:
    """The buttons of a card, which change when somebody acted, or when it is over."""
    return " ".join(action.verb for action in card.actions)


def _title(message: Any) -> str:
    """What a message says first, without the roles it calls."""
    return re.sub(r"<@&\d+>", "", str(message.get("content") or "")).partition("\n")[0].strip()
