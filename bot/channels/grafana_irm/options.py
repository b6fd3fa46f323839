"""The options of the kind `grafana_irm`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from bot.channels import given
from bot.channels.given import Address, Reached


class Options(Reached):
    """All of them."""

    url: Address = Field(description="the address of a Formatted Webhook integration; whoever has it may post")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return given.read(Options, name, options)
