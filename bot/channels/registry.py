"""The kinds of channels, by name: how each is opened from its settings. A new kind is one line here."""

import importlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, TextIO

from pydantic import BaseModel

from bot.channels.alertmanager import options as alertmanager
from bot.channels.apprise import options as apprise
from bot.channels.channel import Channel
from bot.channels.desk import Asks, Memory
from bot.channels.discord import options as discord
from bot.channels.email import options as email
from bot.channels.grafana_irm import options as grafana_irm
from bot.channels.incident_io import options as incident_io
from bot.channels.jira_service_management import options as jira_service_management
from bot.channels.ntfy import options as ntfy
from bot.channels.pagerduty import options as pagerduty
from bot.channels.response import options as response
from bot.channels.sign import Sign
from bot.channels.slack import options as slack
from bot.channels.webhook import options as webhook
from bot.core.model.action import ActionRequest, ActionResult


class Turns(Protocol):
    """Leases by name, for what only one of several processes may do. Raises `StoreError`."""

    async def hold(self, name: str, owner: str, ttl_ms: int) -> bool:
        """Whether it is this owner's turn; asking again keeps it, a refusal changes nothing."""

    async def passes(self, name: str, owner: str) -> None:
        """Give the turn up, if it is this owner's."""


Does = Callable[[str, ActionRequest], Awaitable[ActionResult | None]]
"""Puts an act into the timeline of a service, once for each id. Raises `StoreError`."""


async def _unwritten(_service: str, _command: ActionRequest) -> None:
    """Where nothing is kept."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What the surroundings give to channels.

    Where files may be kept, the terminal and its style, the clock; for channels that people answer in the desk, the
    notes and turns that replicas share, and `owner`, this process's name among them. A `trial` is a test by hand:
    nobody is listened to, and what acts on its own out there only says what it would do. `acts` is the way into the
    incidents' timelines.
    """

    state_dir: Path
    out: TextIO
    style: str
    now: Callable[[], float]
    desk: Asks
    memory: Memory
    turns: Turns
    owner: str
    trial: bool = False
    acts: Does = _unwritten


def _nobody(_: Mapping[str, Any]) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: the module whose `opened(name, options, outside)` makes a channel of it, imported only when needed.

    `options` are the keys beside `kind`; `check(name, options)` raises UserError with every complaint; `places` are
    those of its options that hear of everything, None for a kind that is one place by itself. `model` describes the
    options to editors; `doctor` is a module like the first, whose `examine(name, checked options)` gives signs.
    `wakes`: every message there may wake somebody, so that without a route that says otherwise it hears of incidents
    alone; but where it is `soft`, what is no incident wakes nobody, and is told. `people` are places of its options
    where each message wakes a person, in a kind that else wakes nobody.
    `acts`: it does something about each incident, so that none is told there together with others.
    """

    module: str
    options: frozenset[str] = frozenset()
    check: Callable[[str, Mapping[str, Any]], object] | None = None
    places: Callable[[Mapping[str, Any]], Sequence[str]] | None = None
    model: type[BaseModel] | None = None
    doctor: str = ""
    wakes: bool = False
    people: Callable[[Mapping[str, Any]], Sequence[str]] = _nobody
    acts: bool = False
    soft: bool = False

    def opened(self, name: str, options: Mapping[str, Any], outside: Outside) -> Channel:
        """The channel, to be entered by whoever asked for it."""
        channel: Channel = importlib.import_module(self.module).opened(name, options, outside)
        return channel

    async def examined(self, name: str, options: Mapping[str, Any]) -> Sequence[Sign]:
        """What a look at our way there says, without posting; nothing where there is nothing to look at."""
        if not self.doctor or self.check is None:
            return ()
        signs: Sequence[Sign] = await importlib.import_module(self.doctor).examine(name, self.check(name, options))
        return signs

    def targets(self, name: str, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Where a channel of this kind and name says things without being subscribed."""
        if self.places is None:
            return (name,)
        return tuple(f"{name}:{place}" for place in (*self.places(options), *self.people(options)))


def _listed(options: Mapping[str, Any]) -> Sequence[str]:
    return [str(place) for place in options.get("channels", ())]


def _on_call(options: Mapping[str, Any]) -> Sequence[str]:
    return [str(person) for person in options.get("on_call", ())]


def _outlet(described: ModuleType, *, wakes: bool = False, acts: bool = False, soft: bool = False) -> Kind:
    """A kind that is one place by itself, from the module of its options; its channel stands beside it."""
    module = described.__name__.replace(".options", ".channel")
    return Kind(module, described.OPTIONS, described.read, model=described.Options, wakes=wakes, acts=acts, soft=soft)


CHANNELS: Mapping[str, Kind] = {
    "alertmanager": _outlet(alertmanager, wakes=True),
    "apprise": _outlet(apprise),
    "console": Kind("bot.channels.console.opening"),
    "discord": Kind(
        "bot.channels.discord.opening",
        discord.OPTIONS,
        discord.options,
        _listed,
        discord.Options,
        "bot.channels.discord.doctor",
    ),
    "email": _outlet(email),
    "grafana_irm": _outlet(grafana_irm, wakes=True),
    "incident_io": _outlet(incident_io, wakes=True),
    "jira_service_management": _outlet(jira_service_management, wakes=True),
    "ntfy": _outlet(ntfy, wakes=True),
    "pagerduty": _outlet(pagerduty, wakes=True, soft=True),
    "response": _outlet(response, wakes=True, acts=True),
    "slack": Kind(
        "bot.channels.slack.opening",
        slack.OPTIONS,
        slack.read,
        _listed,
        slack.Options,
        "bot.channels.slack.doctor",
        people=_on_call,
    ),
    "webhook": _outlet(webhook),
}
