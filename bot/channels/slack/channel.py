"""Slack as a channel: one root message an incident and place, edited in place, its trail in the thread.

A place is a conversation, or a person: whoever is on call gets the same message directly, and the channel's link.

Slack has no idempotency key. What was posted where is therefore noted in the shared memory as soon as Slack has
answered, before the courier hears of it; only a post whose answer was lost can stand twice, and it is marked.
"""

import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from bot.channels.channel import MessageRef
from bot.channels.context import KeyValues
from bot.channels.slack import blocks
from bot.channels.slack.blocks import SlackMessage
from bot.channels.slack.duplicates import standing
from bot.channels.slack.errors import GONE, TOO_RICH, code
from bot.channels.slack.options import Options, is_person
from bot.channels.slack.rate_limits import EDIT, FIGURES_S, POST, Edits, Posts, Rests
from bot.channels.slack.thread_charts import ThreadCharts, posts
from bot.channels.slack.web_api import WRONG, Web
from bot.channels.storm import may_call
from bot.core.answers.charts import Drawing
from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, StoreError

log = logging.getLogger(__name__)

NOTED_S = 14 * 86_400.0
ROOT_S = 2.5
"""So long a person's message waits for the channel's, to lead there; if that is later the link comes by an edit."""
QUIET: Mapping[str, Any] = {"unfurl_links": False, "unfurl_media": False}
ALOUD = frozenset({"worse", "resolved", "reminded"})
"""What the whole channel sees: that an incident got worse, its end with its name and duration, and calls to people."""
ALARMING = frozenset({Colour.ORANGE, Colour.RED})
PATIENCE = "Slack is rate limiting us (429)"
CHARTS_S = 30.0
"""Charts whose edit would take the room of news are tried again after this."""
EDITS_WAIT = "edits wait for their turn, Slack takes 50 a minute"
POSTS_WAIT = "posts wait for their turn, Slack takes one a second in a place"


class SlackChannel:
    """Posts, edits and follows. `place` is the id of a conversation or a person; "" is the only configured one."""

    idempotent = False
    refresh_s = FIGURES_S

    def __init__(self, name: str, web: Web, options: Options, memory: KeyValues, now: Callable[[], float]) -> None:
        self.name = name
        self.places = options.channels
        self._calls = options.ping_groups
        self._web = web
        self._edits, self._posts, self._rests = Edits(), Posts(), Rests()
        self._memory = memory
        self._now = now
        self.draws = options.charts
        """Whether charts go into threads."""
        self._charts = ThreadCharts(name, web, self._call, now)

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

    async def post(self, place: str, card: Card, key: str) -> MessageRef:
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

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Bring the root up to date in place; where it is gone, a new one takes its place."""
        place, ts, key = str(where["channel"]), str(where["ts"]), str(where.get("key", ""))
        where = await self._led(where, card)
        after = self._changed(where, card)
        news = where.get("sign") != after["sign"]
        if not news and not self._edits.spare(f"{place}/{ts}", self._now()):
            return where
        try:
            if news:
                _in_turn(self._edits.wait(f"{place}/{ts}", self._now()), EDITS_WAIT)
            await self._say(EDIT, place, {"ts": ts, "parse": "none"}, self._said(card, where))
        except DeliveryError as error:
            if code(error.__cause__ or error) in GONE:
                return await self._post(str(where.get("place", place)), card, key, doubted=False)
            # The same edit twice is the same message, so there is nothing to be unsure of.
            error.ambiguous = False
            if error.retry_after is not None and not error.everywhere:
                error.later = where
            raise
        return after

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Add a line to the thread, once; to the whole channel where it tells of worse, of the end, or reminds."""
        if await self._noted(f"line:{key}"):
            return
        wide = entry.event in ALOUD
        place, line = str(where["channel"]), {"text": blocks.trail(entry, self._now()), **QUIET}
        _in_turn(self._posts.wait(place, self._now(), key), POSTS_WAIT)
        try:
            await self._call(POST, place, {**line, "thread_ts": str(where["ts"]), "reply_broadcast": wide})
        except DeliveryError as error:
            if code(error.__cause__ or error) not in GONE:
                raise
            # Without its root the line still has something to say.
            await self._call(POST, place, line)
        await self._note(f"line:{key}", {"said": True})

    def posts(self, drawing: Drawing, drawn: MessageRef) -> bool:
        """The first charts, and the last picture where a picture stands."""
        return posts(drawing, drawn)

    async def draw(self, where: MessageRef, drawing: Drawing, drawn: MessageRef, key: str) -> MessageRef:
        """Charts in the thread of a root, where no word waits for its turn."""
        root, now = str(drawn.get("ts", "")), self._now()
        if is_person(str(where.get("place", ""))):
            raise DeliveryError("charts wake nobody: they are in the channel's thread", permanent=True)
        if root and not self._edits.spare(f"{where['channel']}/{root}", now):
            _in_turn(CHARTS_S, EDITS_WAIT)
        if not drawn:
            _in_turn(self._posts.wait(str(where["channel"]), now, key), POSTS_WAIT)
        return await self._charts.draw(where, drawing, drawn)

    async def _post(self, place: str, card: Card, key: str, *, doubted: bool) -> MessageRef:
        """A new root; `place` as it was asked for."""
        called = list(self._calls.get(place, ()))
        alarming = card.kind == "incident" and card.tone in ALARMING and not card.closed
        calls = bool(called) and alarming and await may_call(self._memory, self.name, place, key)
        start: MessageRef = {
            "place": place,
            "key": key,
            "permalink": "",
            "possibly_duplicated": doubted,
            "called": called if calls else [],
        }
        start = await self._led(start, card, wait=f"asked:{key}")
        room = await self._room(place)
        _in_turn(self._posts.wait(room, self._now(), key), POSTS_WAIT)
        answer = await self._say(POST, room, QUIET, self._said(card, start))
        where = {**self._changed(start, card), "channel": str(answer.get("channel", room)), "ts": str(answer["ts"])}
        await self._note(f"post:{key}", where)
        await self._note(f"posted:{place}", {"at": self._now()})
        where["permalink"] = await self._permalink(where)
        await self._note(f"post:{key}", where)
        known = {"ts": where["ts"], "permalink": where["permalink"]}
        await self._note(standing(str(where["channel"]), card.subject), known)
        if not is_person(place):
            await self._note(f"root:{card.subject}", {"permalink": where["permalink"]})
        return where

    async def _room(self, place: str) -> str:
        """The conversation with a person; any other place is one."""
        if not is_person(place):
            return place
        try:
            opened = await self._web.call(place, self._web.poster.conversations_open(users=place))
        except DeliveryError as error:
            # Nothing was said yet, and the same conversation opens as often as one likes.
            error.ambiguous = False
            raise
        return str((opened.get("channel") or {}).get("id", place))

    async def _led(self, where: MessageRef, card: Card, wait: str = "") -> MessageRef:
        """A person's place with the link to the channel's message, once that stands; `wait`: the note of our patience.

        Raises:
            DeliveryError: it should stand in a moment.
        """
        if not is_person(str(where.get("place", ""))) or where.get("root"):
            return where
        found = str((await self._noted(f"root:{card.subject}")).get("permalink", ""))
        if found or not wait or not self.places:
            return {**where, "root": found}
        asked = await self._noted(wait)
        if not asked:
            await self._note(wait, {"at": self._now()})
        if self._now() - float(asked.get("at", self._now())) < ROOT_S:
            raise DeliveryError("the channel's message comes first, to lead there", retry_after=1.0)
        return where

    async def _call(self, method: str, place: str, what: Mapping[str, Any]) -> Mapping[str, Any]:
        """Post or update, unless Slack asked us to wait with that."""
        _in_turn(self._rests.wait(method, place, self._now()), PATIENCE)
        poster = self._web.poster
        call = poster.chat_postMessage if method == POST else poster.chat_update
        try:
            answer = await self._web.call(place, call(channel=place, **what))
        except DeliveryError as error:
            if error.retry_after is not None and not error.everywhere:
                self._rests.refused(method, place, error.retry_after, self._now())
            raise
        self._rests.heard(method)
        return answer

    async def _say(self, method: str, place: str, more: Mapping[str, Any], said: SlackMessage) -> Mapping[str, Any]:
        """Post or update; in plain text where Slack does not like the form."""
        try:
            return await self._call(method, place, {**more, **said.arguments()})
        except DeliveryError as error:
            if code(error.__cause__ or error) not in TOO_RICH:
                raise
            log.warning("%s: Slack refuses the blocks of a message (%s); sent as plain text", self.name, error)
            return await self._call(method, place, {**more, **said.plainly()})

    async def _permalink(self, where: Mapping[str, Any]) -> str:
        """The message's address, made and not asked for: a thousand posts would be a thousand questions.

        "" where the workspace's own address is not known: no reason to call the post a failure.
        """
        try:
            home = (await self._web.identity()).url
        except WRONG as error:
            log.info("%s: no permalink (%s)", self.name, type(error).__name__)
            return ""
        return f"{home.rstrip('/')}/archives/{where['channel']}/p{where['ts'].replace('.', '')}" if home else ""

    def _said(self, card: Card, where: MessageRef) -> SlackMessage:
        root = str(where.get("root", ""))
        led = replace(card, links=(("channel's message", root), *card.links)) if root else card
        return blocks.card(led, secrets.token_hex(4), self._now(), called=tuple(where.get("called", ())))

    def _changed(self, where: MessageRef, card: Card) -> dict[str, Any]:
        """The place once the card stands there; `sign` changes with what is news, not with figures."""
        sign = f"{card.tone} {card.closed} {card.facts} {where.get('root', '')}"
        return {**where, "tone": card.tone.value, "sign": sign}

    async def _noted(self, name: str) -> Mapping[str, Any]:
        try:
            text = await self._memory.get(f"{self.name}:{name}")
        except StoreError as error:
            log.warning("%s: cannot check whether it was already posted: %s", self.name, error)
            return {}
        found = json.loads(text) if text else {}
        return found if isinstance(found, dict) else {}

    async def _note(self, name: str, what: Mapping[str, Any]) -> None:
        """The message stands whether or not this can be written: the courier writes it down as well."""
        try:
            await self._memory.put(f"{self.name}:{name}", json.dumps(what), NOTED_S)
        except StoreError as error:
            log.warning("%s: cannot record what was posted: %s", self.name, error)


def _in_turn(wait_s: float, why: str) -> None:
    """Raises DeliveryError where something has to wait; asked once a delivery, whatever forms it then tries."""
    if wait_s:
        waits = DeliveryError(why, retry_after=wait_s)
        waits.turn = True
        raise waits
