"""What a kind of channel is: how it is opened, checked and described."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from bot.channels.channel import Channel
from bot.channels.context import ChannelContext
from bot.core.health.signs import HealthSign


def _never(_: Mapping[str, Any]) -> bool:
    return False


def _nobody(_: Mapping[str, Any]) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: the module whose `opened(name, options, outside)` makes a channel of it, imported only when needed.

    `options` are the keys beside `kind`; `check(name, options)` raises UserError with every complaint; `places` are
    those of its options that hear of everything, None for a kind that is one place by itself. `model` describes the
    options to editors; `doctor` is a module like the first, whose `examine(name, checked options)` gives signs.
    `pages_people`: every message there may page somebody, so without a route that says otherwise it hears of incidents
    alone. Where it `pages_incidents_only`, everything else is sent too and pages nobody. `people` are places of its
    options where each message pages a person, in a kind that otherwise pages nobody.
    `listens`: with these options people or platforms come to an address of its own, where only one can be.
    `automates`: it runs something for each incident, so incidents are never grouped there.
    """

    module: str
    options: frozenset[str] = frozenset()
    check: Callable[[str, Mapping[str, Any]], object] | None = None
    places: Callable[[Mapping[str, Any]], Sequence[str]] | None = None
    model: type[BaseModel] | None = None
    doctor: str = ""
    pages_people: bool = False
    people: Callable[[Mapping[str, Any]], Sequence[str]] = _nobody
    automates: bool = False
    pages_incidents_only: bool = False
    listens: Callable[[Mapping[str, Any]], bool] = _never

    def opened(self, name: str, options: Mapping[str, Any], outside: ChannelContext) -> Channel:
        """The channel, to be entered by whoever asked for it."""
        channel: Channel = importlib.import_module(self.module).opened(name, options, outside)
        return channel

    async def examined(self, name: str, options: Mapping[str, Any]) -> Sequence[HealthSign]:
        """What a look at our way there says, without posting; nothing where there is nothing to look at."""
        if not self.doctor or self.check is None:
            return ()
        signs: Sequence[HealthSign] = await importlib.import_module(self.doctor).examine(
            name, self.check(name, options)
        )
        return signs

    def targets(self, name: str, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Where a channel of this kind and name says things without being subscribed."""
        if self.places is None:
            return (name,)
        return tuple(f"{name}:{place}" for place in (*self.places(options), *self.people(options)))
