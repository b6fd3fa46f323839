"""Microsoft Teams: one root an incident and channel, an Adaptive Card edited in place, its trail in the replies.

A bot of your own tenant posts by the Bot Connector's REST API. The Connector has no idempotency key: what was posted is
noted before the courier hears of it, so only a post whose answer was lost can stand twice.
"""

import contextlib
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext, posted_in
from bot.channels.http_channel import KEPT_S, NotificationLog
from bot.channels.teams import cards
from bot.channels.teams.connector import Connector, conversation
from bot.channels.teams.incoming import Incoming, noted_service
from bot.channels.teams.options import Options, read
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError
from bot.http.client import RefusedError
from bot.http.server import HttpServer


class Teams(NotificationLog):
    """Posts, edits and follows; listens unless it is a trial. `place` is a channel's id, "" the only configured one."""

    idempotent = False
    refresh_s = 60.0

    def __init__(self, name: str, options: Options, outside: ChannelContext) -> None:
        super().__init__(name, outside.memory)
        self.places = options.channels
        self._options = options
        self._outside = outside
        self._connector = Connector(options, outside.now)
        self._stack = contextlib.AsyncExitStack()
        self.hearing: Incoming | None = None
        self.listening: HttpServer | None = None
        if not outside.trial:
            self.hearing = Incoming(name, options, self._connector, outside)
            self.listening = HttpServer(options.listen, "Microsoft Teams", {("POST", options.path): self.hearing.take})

    async def __aenter__(self) -> Self:
        """Raises UserError where it cannot listen, or cannot read the certificates to trust."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._connector)
            if self.listening is not None:
                await stack.enter_async_context(self.listening.open())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether the last message was taken, and whether people are heard, in a sentence."""
        well, said = self._connector.health()
        if self.hearing is None:
            return well, said
        heard, how = self.hearing.health()
        return well and heard, f"{said}; {how}"

    async def post(self, place: str, card: Card, key: str) -> MessageRef:
        """Post the root as a new thread, or bring it up to date if it is known to stand there."""
        place = place or (self.places[0] if len(self.places) == 1 else "")
        if not place:
            raise DeliveryError("no Teams channel was named: add it under channels, or subscribe in it", permanent=True)
        known = await self._told(key)
        return await (self.edit(known, card) if known else self._post(place, card, key))

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Bring the root up to date in place; where it is gone, a new one takes its place."""
        place, key = str(where["place"]), str(where["key"])
        path = conversation(str(where["conversation"]), str(where["activity"]))
        try:
            await self._send(place, path, cards.root(card), key, "PUT")
        except RefusedError as error:
            if error.answer.status != 404:
                error.ambiguous = False
                raise
            return await self._post(place, card, key)
        except DeliveryError as error:
            # The same edit twice is the same message.
            error.ambiguous = False
            raise
        return where

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Reply to the root, once."""
        path = conversation(str(where["conversation"]))
        await self._once(key, lambda: self._send(str(where["place"]), path, cards.line(entry), key))

    async def _post(self, place: str, card: Card, key: str) -> MessageRef:
        start = {
            "isGroup": True,
            "bot": {"id": f"28:{self._options.app_id}"},
            "tenantId": self._options.tenant,
            "channelData": {"channel": {"id": place}, "tenant": {"id": self._options.tenant}},
            "activity": cards.root(card),
        }
        said = await self._send(place, "/v3/conversations", start, key)
        if not isinstance(said.get("id"), str) or not isinstance(said.get("activityId"), str):
            raise DeliveryError("Microsoft Teams does not say where the message stands", ambiguous=True)
        where = {"place": place, "key": key, "conversation": said["id"], "activity": said["activityId"]}
        await self._tell(key, where)
        await self._outside.memory.put(posted_in(self.name, place), "1", KEPT_S)
        return where

    async def _send(self, place: str, path: str, what: Mapping[str, Any], key: str, method: str = "POST") -> Any:
        service = await self._outside.memory.get(noted_service(self.name, place))
        try:
            return await self._connector.send(service, path, what, key, method)
        except RefusedError as error:
            if error.answer.status in {403, 404} and method == "POST":
                why = f"Microsoft Teams does not let the bot post in {place}: add the app to the channel's team"
                raise DeliveryError(why, permanent=True) from error
            if error.answer.status == 412:
                # Documented as passing: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit.
                raise DeliveryError(str(error), retry_after=5.0) from error
            raise


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> Teams:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    return Teams(name, read(name, options), outside)
