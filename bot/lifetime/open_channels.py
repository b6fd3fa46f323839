"""The open channels of a process. A change of the configuration opens, closes and keeps them; it never loses one."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.channels.channel import Channel
from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.settings import Channel as Configured


@dataclass(frozen=True, slots=True)
class Open:
    """A channel as configured, as opened, and what closes it."""

    configured: Configured
    channel: Channel
    stack: contextlib.AsyncExitStack


class OpenChannels:
    """Opens channels, each in the surroundings it is given; `now` are the open ones by name, in the file's order."""

    def __init__(self, context: ChannelContext) -> None:
        self._context = context
        self._open: dict[str, Open] = {}

    @property
    def now(self) -> Mapping[str, Channel]:
        """The open channels by name."""
        return {name: one.channel for name, one in self._open.items()}

    @contextlib.asynccontextmanager
    async def opened(self, configured: Sequence[Configured]) -> AsyncIterator[None]:
        """These channels are open inside, or what `replaced` made of them. Raises UserError where one cannot be."""
        try:
            for one in configured:
                self._open[one.name] = await self._opened(one)
            yield
        finally:
            await _closed(self._open.values())

    @contextlib.asynccontextmanager
    async def replaced(
        self, configured: Sequence[Configured], idle: Callable[[], Awaitable[None]]
    ) -> AsyncIterator[None]:
        """Inside, `now` are these channels; those that did not change stay open as they are.

        New ones are opened first and `idle` is awaited before an old one is closed: nobody posts there any more. When
        the block, `idle` or an opening raises UserError, everything is as it was, and the error is raised.
        """
        before, fresh, gone = self._open, dict[str, Open](), list[Configured]()
        changed = [one for one in configured if one.name not in before or before[one.name].configured != one]
        takes_place = [one for one in changed if self._takes_place(one)]
        try:
            for one in changed:
                if one not in takes_place:
                    fresh[one.name] = await self._opened(one)
            await idle()
            for one in takes_place:
                # Two cannot listen at one address.
                await _closed([before[one.name]])
                gone.append(before[one.name].configured)
                fresh[one.name] = await self._opened(one)
            self._open = {one.name: fresh.get(one.name) or before[one.name] for one in configured}
            yield
        except BaseException:
            await _closed(fresh.values())
            self._open = before
            for one in gone:
                self._open[one.name] = await self._opened(one)
            raise
        closed_already = {one.name for one in gone}
        kept = {id(one) for one in self._open.values()}
        await _closed(one for name, one in before.items() if id(one) not in kept and name not in closed_already)

    async def _opened(self, one: Configured) -> Open:
        stack = contextlib.AsyncExitStack()
        channel = CHANNELS[one.kind].opened(one.name, one.options, self._context)
        return Open(one, await stack.enter_async_context(channel), stack)

    def _takes_place(self, one: Configured) -> bool:
        """Whether both it and the open channel of its name listen, perhaps at one address."""
        before = self._open.get(one.name)
        return before is not None and _listens(one) and _listens(before.configured)


def _listens(configured: Configured) -> bool:
    """Whether people or platforms come to an address of this channel."""
    return CHANNELS[configured.kind].listens(configured.options)


async def _closed(channels: Iterable[Open]) -> None:
    """Close them, the last opened first, whatever one of them raises."""
    async with contextlib.AsyncExitStack() as stack:
        for one in channels:
            stack.push_async_callback(one.stack.aclose)
