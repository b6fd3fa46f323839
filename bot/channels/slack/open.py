"""A whole Slack channel: delivering and answering, opened and closed together."""

import contextlib
import importlib
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext, ChatServices
from bot.channels.slack.app import bolt
from bot.channels.slack.background import BackgroundTasks
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.handlers import Handlers
from bot.channels.slack.options import Options, read
from bot.channels.slack.receiver import Http, Pace, Receiver, Socket
from bot.channels.slack.roles import Roles
from bot.channels.slack.web_api import CALL_S, Web
from bot.channels.slack.workspace_lookup import WorkspaceLookup
from bot.core.answers.charts import Drawing
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.errors import DeliveryError, StoreError

if TYPE_CHECKING:
    from bot.channels.slack.workspaces import Workspaces

log = logging.getLogger(__name__)

DRAIN_S = 5.0


class Slack(SlackChannel):
    """Speaks and listens. Entering it looks whether the tokens work; leaving it ends the intake, then drains.

    A place of another workspace than that of the configured token has its id before it: `T0123/C0456`.
    """

    def __init__(
        self,
        name: str,
        options: Options,
        around: ChatServices,
        pace: Pace | None = None,
        others: "Workspaces | None" = None,
    ) -> None:
        self._pace = pace or Pace()
        web = Web(name, options, self._pace.call_s)
        super().__init__(name, web, options, around.memory, around.now)
        self._options = options
        self._others = others
        talks = Handlers(name, web, Roles(name, options, web, around), around, charts=options.charts)
        self._homes = WorkspaceLookup(options, web, talks, others)
        self._errands = BackgroundTasks(name)
        self._stack = contextlib.AsyncExitStack()
        self.intake: Receiver | None = None

    async def __aenter__(self) -> Self:
        """Raises UserError where a token or the place to listen at is wrong."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._web)
            if self._options.token.reveal():
                await self._web.begin()
            if self._others is not None:
                await stack.enter_async_context(self._others)
            stack.push_async_callback(self._errands.drain, DRAIN_S)
            app = bolt(self._options, self._web, self._homes, self._errands)
            if self._options.mode == "http":
                self.intake = Http(app, self._options, self._others.flow(self._web.bare) if self._others else None)
            else:
                self.intake = Socket(app, self._options, self._pace, self._web.trusted)
            await stack.enter_async_context(self.intake.open())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    async def post(self, place: str, card: Card, key: str) -> MessageRef:
        """As at home, in whichever workspace the place is."""
        team, _, room = place.rpartition("/")
        if not team:
            return await super().post(place, card, key)
        return {**await (await self._abroad(team)).post(room, card, key), "team": team}

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """As at home, in whichever workspace it was posted."""
        if not (team := str(where.get("team", ""))):
            return await super().edit(where, card)
        return {**await (await self._abroad(team)).edit(where, card), "team": team}

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """As at home, in whichever workspace the root was posted."""
        if not (team := str(where.get("team", ""))):
            await super().follow(where, entry, key)
        else:
            await (await self._abroad(team)).follow(where, entry, key)

    async def draw(self, where: MessageRef, drawing: Drawing, drawn: MessageRef, key: str) -> MessageRef:
        """As at home, in whichever workspace the root was posted."""
        if not (team := str(where.get("team", ""))):
            return await super().draw(where, drawing, drawn, key)
        return await (await self._abroad(team)).draw(where, drawing, drawn, key)

    async def _abroad(self, team: str) -> SlackChannel:
        """What posts in another workspace. Raises DeliveryError."""
        try:
            found = await self._others.of(team) if self._others is not None else None
        except StoreError as error:
            raise DeliveryError(f"cannot read the token of workspace {team}: {error}", retry_after=5.0) from error
        if found is None:
            raise DeliveryError(
                f"workspace {team} has not installed the app, or has uninstalled it: install it at /slack/install",
                permanent=True,
            )
        return found.channel

    def health(self) -> tuple[bool, str]:
        """Whether people are heard and answered, in a sentence; for readiness and `doctor`."""
        if self._web.refused:
            return super().health()
        good, said = self.intake.health() if self.intake is not None else (False, "Slack: not opened")
        if self._others is not None:
            many = self._others.installed
            said = f"{said}; installed in {many} other workspace{'' if many == 1 else 's'}"
        return good, said


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> SlackChannel:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    if outside.trial:
        return SlackChannel(name, Web(name, wanted), wanted, outside.memory, outside.now)
    others = None
    if wanted.oauth is not None and outside.installations is not None:
        # Only here: its ciphers take 6 MB that one workspace has no use for.
        workspaces = importlib.import_module("bot.channels.slack.workspaces")
        others = workspaces.Workspaces(name, wanted, wanted.oauth, outside, CALL_S)
    return Slack(name, wanted, ChatServices(outside.desk, outside.memory, outside.now), others=others)
