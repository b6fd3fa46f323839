"""The options of the kind `webhook`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot import fields
from bot.fields import NOWHERE, Address, HttpOptions, OptionalSecret, RequiredSecret
from probes.secret import Secret


def _strong(value: Secret) -> Secret:
    if len(value.reveal()) < 16:
        raise ValueError("expected a secret of at least 16 characters: openssl rand -hex 32")
    return value


class Options(HttpOptions):
    """The keys of a channel of kind `webhook`."""

    url: Address = Field(description="where every message is posted")
    secret: Annotated[RequiredSecret, AfterValidator(_strong)] = Field(description="signs every message")
    token: OptionalSecret = Field(NOWHERE, description="sent as Authorization: Bearer, where the receiver wants one")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)
