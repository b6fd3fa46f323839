"""The kinds of channels, by name: how each is opened from its settings. A new kind is one line here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import ModuleType
from typing import Any

from bot.channels.alertmanager import options as alertmanager
from bot.channels.apprise import options as apprise
from bot.channels.discord import options as discord
from bot.channels.email import options as email
from bot.channels.grafana_irm import options as grafana_irm
from bot.channels.incident_io import options as incident_io
from bot.channels.jira_service_management import options as jira_service_management
from bot.channels.kind import Kind
from bot.channels.ntfy import options as ntfy
from bot.channels.pagerduty import options as pagerduty
from bot.channels.response import options as response
from bot.channels.slack import options as slack
from bot.channels.teams import options as teams
from bot.channels.webhook import options as webhook


def _listed(options: Mapping[str, Any]) -> Sequence[str]:
    return [str(place) for place in options.get("channels", ())]


def _on_call(options: Mapping[str, Any]) -> Sequence[str]:
    return [str(person) for person in options.get("on_call", ())]


def _by_http(options: Mapping[str, Any]) -> bool:
    return options.get("mode") == "http"


def _with_webhook(options: Mapping[str, Any]) -> bool:
    return options.get("webhook") is not None


def _always(_: Mapping[str, Any]) -> bool:
    return True


def _outlet(
    described: ModuleType, *, pages_people: bool = False, automates: bool = False, pages_incidents_only: bool = False
) -> Kind:
    """A kind that is one place by itself, from the module of its options; its channel stands beside it."""
    module = described.__name__.replace(".options", ".channel")
    return Kind(
        module,
        described.OPTIONS,
        described.read,
        model=described.Options,
        pages_people=pages_people,
        automates=automates,
        pages_incidents_only=pages_incidents_only,
    )


CHANNELS: Mapping[str, Kind] = {
    "alertmanager": _outlet(alertmanager, pages_people=True),
    "apprise": _outlet(apprise),
    "console": Kind("bot.channels.console.channel"),
    "discord": Kind(
        "bot.channels.discord.open",
        discord.OPTIONS,
        discord.options,
        _listed,
        discord.Options,
        "bot.channels.discord.doctor",
    ),
    "email": _outlet(email),
    "grafana_irm": _outlet(grafana_irm, pages_people=True),
    "incident_io": _outlet(incident_io, pages_people=True),
    "jira_service_management": _outlet(jira_service_management, pages_people=True),
    "ntfy": _outlet(ntfy, pages_people=True),
    "pagerduty": replace(_outlet(pagerduty, pages_people=True, pages_incidents_only=True), listens=_with_webhook),
    "response": _outlet(response, pages_people=True, automates=True),
    "slack": Kind(
        "bot.channels.slack.open",
        slack.OPTIONS,
        slack.read,
        _listed,
        slack.Options,
        "bot.channels.slack.doctor",
        people=_on_call,
        listens=_by_http,
    ),
    "teams": Kind(
        "bot.channels.teams.channel",
        teams.OPTIONS,
        teams.read,
        _listed,
        teams.Options,
        "bot.channels.teams.doctor",
        listens=_always,
    ),
    "webhook": _outlet(webhook),
}
