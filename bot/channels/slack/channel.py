"""Slack as a channel: one root message an incident and conversation, edited in place, its trail in the thread.

Slack has no idempotency key. What was posted where is therefore noted in the shared memory as soon as Slack has
answered, before the courier hears of it; only a post whose answer was lost can stand twice, and it is marked.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from bot.channels.channel import Where
from bot.channels.desk import Memory
from bot.channels.slack import blocks
from bot.channels.slack.blocks import Said
from bot.channels.slack.failures import GONE, TOO_RICH, code
from bot.channels.slack.web import WRONG, Web
from bot.channels.slack.words import link, literal
from bot.core.card import Card, Tone
from bot.core.incident import Entry
from bot.errors import DeliveryError, StoreError

log = logging.getLogger(__name__)

NOTED_S = 14 * 86_400.0
PERMALINK_S = 5.0
QUIET: Mapping[str, Any] = {"unfurl_links": False, "unfurl_media": False}
SEVERITY: Mapping[Tone, int] = {Tone.GREEN: 0, Tone.BLUE: 0, Tone.GREY: 1, Tone.YELLOW: 1, Tone.ORANGE: 2, Tone.RED: 3}
ENDS = frozenset({"resolved", "closed"})
TURNS = frozenset({"changed", "reopened", "widened", "worse"})
"""Events of a trail that may tell of worse; they are shown to the whole channel only if the root's colour says so."""


class SlackChannel:
    """Posts, edits and follows. `place` is a conversation's id; "" is the only configured one."""

    lands = False
    refresh_s = 45.0

    def __init__(self, name: str, web: Web, places: tuple[str, ...], memory: Memory, now: Callable[[], float]) -> None:
        self.name = name
        self.places = places
        self._web = web
        self._memory = memory
        self._now = now

    async def __aenter__(self) -> Self:
        await self._web.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._web.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether Slack takes our token, in a sentence."""
        return not self._web.refused, f"Slack: {self._web.refused or 'takes messages'}"

    async def post(self, place: str, card: Card, key: str) -> Where:
        """Post the root, or bring it up to date if it is known to stand there."""
        place = place or (self.places[0] if len(self.places) == 1 else "")
        if not place:
            raise DeliveryError("no Slack channel was named: add it under channels, or subscribe in it", permanent=True)
        noted = await self._noted(f"post:{key}")
        if noted.get("ts"):
            return await self.edit(noted, card)
        try:
            return await self._post(place, card, key, doubted=bool(noted))
        except DeliveryError as error:
            if error.ambiguous:
                await self._note(f"post:{key}", {"doubt": True})
            raise

    async def edit(self, where: Where, card: Card) -> Where:
        """Bring the root up to date in place; where it is gone, a new one takes its place."""
        place, ts, key = str(where["channel"]), str(where["ts"]), str(where.get("key", ""))
        said = self._said(card)
        try:
            await self._say("chat.update", {"channel": place, "ts": ts, "parse": "none"}, said)
        except DeliveryError as error:
            if code(error.__cause__ or error) in GONE:
                return await self._post(place, card, key, doubted=False)
            # The same edit twice is the same message, so there is nothing to be unsure of.
            error.ambiguous = False
            raise
        return self._changed(where, card)

    async def follow(self, where: Where, entry: Entry, key: str) -> None:
        """Add a line to the thread, once; to the whole channel where it tells of worse or of the end."""
        if await self._noted(f"line:{key}"):
            return
        wide = entry.event in ENDS or (entry.event in TURNS and bool(where.get("worse")))
        line: dict[str, Any] = {"channel": str(where["channel"]), "text": blocks.trail(entry, self._now()), **QUIET}
        thread: dict[str, Any] = {"thread_ts": str(where["ts"]), "reply_broadcast": wide}
        try:
            await self._web.call(self._web.poster.chat_postMessage(**line, **thread))
        except DeliveryError as error:
            if code(error.__cause__ or error) not in GONE:
                raise
            # Without its root the line still has something to say.
            await self._web.call(self._web.poster.chat_postMessage(**line))
        await self._note(f"line:{key}", {"said": True})

    async def tell(self, user: str, headline: str, permalink: str) -> None:
        """A direct message to a person on call, with the way to the incident.

        Raises:
            DeliveryError: as `post` does; without the scope im:write it is permanent.
        """
        poster = self._web.poster
        opened = await self._web.call(poster.conversations_open(users=user))
        room = str((opened.get("channel") or {}).get("id", user))
        text = f"{literal(headline[:1_000])}\n{link(permalink, 'Open the incident ↗')}"
        await self._web.call(poster.chat_postMessage(channel=room, text=text, **QUIET))

    async def _post(self, place: str, card: Card, key: str, *, doubted: bool) -> Where:
        answer = await self._say("chat.postMessage", {"channel": place, **QUIET}, self._said(card))
        where = {
            "channel": str(answer.get("channel", place)),
            "ts": str(answer["ts"]),
            "key": key,
            "permalink": "",
            "possibly_duplicated": doubted,
            "tone": card.tone.value,
            "worse": False,
        }
        await self._note(f"post:{key}", where)
        await self._note(f"posted:{place}", {"at": self._now()})
        where["permalink"] = await self._permalink(where)
        await self._note(f"post:{key}", where)
        return where

    async def _say(self, method: str, place: Mapping[str, Any], said: Said) -> Mapping[str, Any]:
        """Post or update; in plain text where Slack does not like the form."""
        poster = self._web.poster
        call = poster.chat_postMessage if method == "chat.postMessage" else poster.chat_update
        try:
            return await self._web.call(call(**place, **said.arguments()))
        except DeliveryError as error:
            if code(error.__cause__ or error) not in TOO_RICH:
                raise
            log.warning("%s: Slack refuses the blocks of a message (%s); said in plain text", self.name, error)
            return await self._web.call(call(**place, **said.plainly()))

    async def _permalink(self, where: Mapping[str, Any]) -> str:
        """The message's address, "" where Slack does not give it: no reason to call the post a failure."""
        try:
            async with asyncio.timeout(PERMALINK_S):
                answer = await self._web.poster.chat_getPermalink(channel=where["channel"], message_ts=where["ts"])
        except WRONG as error:
            log.info("%s: no permalink (%s)", self.name, type(error).__name__)
            return ""
        return str(answer.get("permalink", ""))

    def _said(self, card: Card) -> Said:
        return blocks.card(card, secrets.token_hex(4), self._now())

    def _changed(self, where: Where, card: Card) -> Where:
        before = SEVERITY.get(Tone(where["tone"]), 0) if where.get("tone") in set(Tone) else 0
        return {**where, "tone": card.tone.value, "worse": SEVERITY[card.tone] > before}

    async def _noted(self, name: str) -> Mapping[str, Any]:
        try:
            text = await self._memory.noted(f"{self.name}:{name}")
        except StoreError as error:
            log.warning("%s: cannot look whether it was said already: %s", self.name, error)
            return {}
        found = json.loads(text) if text else {}
        return found if isinstance(found, dict) else {}

    async def _note(self, name: str, what: Mapping[str, Any]) -> None:
        """The message stands whether or not this can be written: the courier writes it down as well."""
        try:
            await self._memory.note(f"{self.name}:{name}", json.dumps(what), NOTED_S)
        except StoreError as error:
            log.warning("%s: cannot note what was said: %s", self.name, error)
