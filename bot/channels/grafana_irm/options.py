"""The options of the kind `grafana_irm`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from bot import fields
from bot.fields import Address, HttpOptions


class Options(HttpOptions):
    """The keys of a channel of kind `grafana_irm`."""

    url: Address = Field(description="the address of a Formatted Webhook integration; whoever has it may post")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)
