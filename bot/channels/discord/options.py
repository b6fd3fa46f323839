"""The options of the kind `discord`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from bot.errors import UserError
from bot.fields import Part, expected
from probes.secret import Secret

API = "https://discord.com/api/v10"
GATEWAY = "wss://gateway.discord.gg/"


def _secret(value: object) -> object:
    """A token from the vault, or text that stands in the configuration."""
    return Secret(value.strip()) if isinstance(value, str) else value


def _token(value: Secret) -> Secret:
    text = value.reveal().strip()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("expected the bot's token (Developer Portal, Bot, Reset Token), as ${DISCORD_TOKEN}")
    return Secret(text)


def _address(*schemes: str) -> AfterValidator:
    def fit(value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname or parts.username is not None:
            raise ValueError(f"expected an address that starts with {' or '.join(s + '://' for s in schemes)}")
        return value.rstrip("/") if schemes[0] == "https" else value

    return AfterValidator(fit)


def _snowflake(value: object) -> object:
    """Digits as they are copied; for anything else a sentence that says where they come from."""
    digits = value.strip() if isinstance(value, str) else str(value) if type(value) is int else ""
    if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:30]) < 2**63):
        raise ValueError("expected a Discord id, about 18 digits (Developer Mode, right-click, Copy ID)")
    return int(digits)


Snowflake = Annotated[int, BeforeValidator(_snowflake), Field(ge=1, lt=2**63)]
"""One of Discord's ids; a number or digits in quotes."""
Snowflakes = Annotated[tuple[Snowflake, ...], Field(max_length=100)]
Called = Annotated[tuple[Snowflake, ...], Field(max_length=40)]
"""Roles that are called in one message: so many find room beside its words."""


class Roles(Part):
    """Discord role ids that make a member viewer, responder, admin."""

    viewer: Snowflakes = Field((), description="who may ask; everybody if none is named")
    responder: Snowflakes = Field((), description="who may act; everybody in the alert channels if none is named")
    admin: Snowflakes = Field((), description="who may subscribe and test, besides those with Manage Server")


class Options(Part):
    """The keys of a channel of kind `discord`."""

    token: Annotated[Secret, BeforeValidator(_secret), AfterValidator(_token)] = Field(
        description="the bot's token, as ${DISCORD_TOKEN}"
    )
    application_id: Snowflake | None = Field(None, description="found out from the token if absent")
    api_url: Annotated[str, Field(max_length=500), _address("https", "http")] = Field(
        API, description="another address of the REST API: a proxy, or a compatible server"
    )
    gateway_url: Annotated[str, Field(max_length=500), _address("wss", "ws")] = Field(
        GATEWAY, description="another address of the gateway"
    )
    ca_file: str = Field("", description="a PEM file of certificates to trust besides the usual ones")
    channels: Snowflakes = Field((), description="the channels that get everything")
    guild: Snowflake | None = Field(None, description="a server to register commands in at once, while developing")
    charts: bool = Field(
        True,
        description="charts in answers about the past and below incidents; needs the extra `charts`",
    )
    roles: Roles = Field(Roles(), description="who may do what, by role ids")
    ping_roles: Mapping[Snowflake, Called] = Field(
        default_factory=dict,
        description="channel id -> role ids that may be pinged there: by what opens, and by reminders",
    )


OPTIONS = frozenset(Options.model_fields)
"""The option names, for the configuration's own check."""


def options(name: str, given: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with a sentence for each that is wrong, never with values."""
    try:
        return Options.model_validate(dict(given))
    except ValidationError as error:
        said = [f"channels.{name}.{'.'.join(map(str, one['loc']))}: {expected(one)}" for one in error.errors()]
        raise UserError("\n".join(said)) from None
