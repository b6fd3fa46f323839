"""How a channel of kind `discord` is opened: posting for every process, listening for the one whose turn it is."""

import asyncio
import contextlib
from collections.abc import Mapping
from functools import partial
from types import TracebackType
from typing import Any, Self

from bot.channels.context import ChannelContext
from bot.channels.discord.channel import DiscordChannel
from bot.channels.discord.gateway import Gateway, Pace
from bot.channels.discord.interactions import InteractionHandler
from bot.channels.discord.options import Options, options
from bot.supervision import Supervisor


class Discord(DiscordChannel):
    """The channel, with its ear at the gateway beside it; trouble of the ear is no trouble of posting."""

    def __init__(self, name: str, given: Options, outside: ChannelContext, pace: Pace | None = None) -> None:
        super().__init__(name, given, outside.memory, outside.now)
        reception = InteractionHandler(name, given, outside.desk, outside.memory, outside.now)
        self.gateway = Gateway(reception, outside, pace or Pace())
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._listening = asyncio.create_task(
            Supervisor().keep(f"{self.name}'s gateway", partial(self.gateway.run, self.rest.trusted)),
            name=f"{self.name} listens",
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening
        await super().__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether all is well with posting and listening."""
        why = self.rest.trouble()
        heard, how = self.gateway.health()
        return (heard and not why), "; ".join(part for part in (why, how) if part)


def opened(name: str, given: Mapping[str, Any], outside: ChannelContext) -> DiscordChannel:
    """A channel from its options. Raises UserError with every complaint about them."""
    wanted = options(name, given)
    if outside.trial:
        return DiscordChannel(name, wanted, outside.memory, outside.now)
    return Discord(name, wanted, outside)
