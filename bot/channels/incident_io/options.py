"""The options of the kind `incident_io`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from bot import fields
from bot.fields import Address, HttpOptions, RequiredSecret
from probes.secret import Secret

PUBLIC = Secret("https://api.incident.io")


class Options(HttpOptions):
    """The keys of a channel of kind `incident_io`."""

    source: str = Field(pattern="^[A-Za-z0-9_-]{1,64}$", description="the id at the end of the HTTP source's address")
    token: RequiredSecret = Field(description="the HTTP source's token")
    url: Address = Field(PUBLIC, description="another address of the API")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)
