"""A whole Slack channel: delivering and answering, opened and closed together."""

import contextlib
import logging
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from bot.channels.context import Around, ChannelContext
from bot.channels.slack.app import Installations, OneWorkspace, bolt
from bot.channels.slack.background import BackgroundTasks
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.handlers import Handlers
from bot.channels.slack.options import Options, read
from bot.channels.slack.receiver import Http, Pace, Receiver, Socket
from bot.channels.slack.roles import Roles
from bot.channels.slack.web_api import CALL_S, Web

log = logging.getLogger(__name__)

DRAIN_S = 5.0


class Slack(SlackChannel):
    """Speaks and listens. Entering it looks whether the tokens work; leaving it ends the intake, then drains."""

    def __init__(
        self, name: str, options: Options, around: Around, pace: Pace | None = None, call_s: float = CALL_S
    ) -> None:
        web = Web(name, options, call_s)
        super().__init__(name, web, options, around.memory, around.now)
        self._options = options
        self._pace = pace or Pace()
        self._talks = Handlers(name, web, Roles(name, options, web, around), around)
        self._errands = BackgroundTasks(name)
        self._installed: Installations = OneWorkspace(options, web)
        self._stack = contextlib.AsyncExitStack()
        self.intake: Receiver | None = None

    async def __aenter__(self) -> Self:
        """Raises UserError where a token or the place to listen at is wrong."""
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(self._web)
            await self._web.begin()
            stack.push_async_callback(self._errands.drain, DRAIN_S)
            app = bolt(self._options, self._web, self._talks, self._errands, self._installed)
            over_http = self._options.mode == "http"
            self.intake = (
                Http(app, self._options) if over_http else Socket(app, self._options, self._pace, self._web.trusted)
            )
            await stack.enter_async_context(self.intake.open())
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether people are heard and answered, in a sentence; for readiness and `doctor`."""
        if self._web.refused:
            return super().health()
        return self.intake.health() if self.intake is not None else (False, "Slack: not opened")


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> SlackChannel:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    if outside.trial:
        return SlackChannel(name, Web(name, wanted), wanted, outside.memory, outside.now)
    return Slack(name, wanted, Around(outside.desk, outside.memory, outside.now))
