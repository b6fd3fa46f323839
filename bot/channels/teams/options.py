"""The options of the kind `teams`, as they stand under a channel in the configuration."""

import importlib.util
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot import extras, fields
from bot.errors import UserError
from bot.fields import Address, HttpOptions, Listen, Part, RequiredSecret
from probes.secret import Secret

CONNECTOR = Secret("https://smba.trafficmanager.net/teams")
"""Where a bot posts before anybody has written to it; replies go where the message came from."""
LOGIN = Secret("https://login.microsoftonline.com")
KEYS = Secret("https://login.botframework.com/v1/.well-known/openidconfiguration")

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CHANNEL = re.compile(r"19:[A-Za-z0-9_-]{1,120}@thread\.(tacv2|skype)")


def _guid(value: str) -> str:
    """An id of Microsoft Entra. Raises ValueError."""
    if not _GUID.fullmatch(value.lower()):
        raise ValueError("expected an id such as 0f9e8d7c-1234-4abc-9def-0123456789ab")
    return value.lower()


def _channel(value: str) -> str:
    """A channel's id. Raises ValueError."""
    if not _CHANNEL.fullmatch(value):
        raise ValueError("expected channel ids such as 19:…@thread.tacv2, from a channel's menu, Get link to channel")
    return value


Guid = Annotated[str, AfterValidator(_guid)]
Guids = Annotated[tuple[Guid, ...], Field(max_length=100)]


class Roles(Part):
    """Who may act, by Entra object ids."""

    responder: Guids = Field((), description="object ids of users who may act anywhere")
    admin: Guids = Field((), description="object ids of users who may also subscribe and test")


class Options(HttpOptions):
    """The keys of a channel of kind `teams`."""

    app_id: Guid = Field(description="the bot's Microsoft App ID")
    app_password: RequiredSecret = Field(description="its client secret, as ${TEAMS_APP_PASSWORD}")
    tenant: Guid = Field(description="the id of your tenant; messages of other tenants are refused")
    channels: tuple[Annotated[str, AfterValidator(_channel)], ...] = Field(
        (), description="ids of channels that get alerts without having subscribed; who is in one may act there"
    )
    listen: Listen = Field("0.0.0.0:3978", description="host:port where messages come in; TLS is the balancer's")
    path: str = Field("/teams/messages", pattern=r"^/[A-Za-z0-9/_.-]{0,100}$", description="the path of their address")
    roles: Roles = Field(default_factory=Roles, description="who may act, besides those in the alert channels")
    service_url: Address = Field(CONNECTOR, description="the Bot Connector, where no message told another address")
    login_url: Address = Field(LOGIN, description="where tokens come from")
    keys_url: Address = Field(KEYS, description="the OpenID metadata by which incoming messages are verified")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint, or with what is to be installed."""
    wanted = fields.parse_options(Options, name, options)
    if any(importlib.util.find_spec(part) is None for part in ("jwt", "cryptography")):
        raise UserError(f"channels.{name}: the kind teams is not installed: {extras.command('teams')}")
    return wanted
