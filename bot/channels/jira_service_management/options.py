"""The options of the kind `jira_service_management`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot import fields
from bot.fields import Address, HttpOptions, RequiredSecret
from probes.secret import Secret

ATLASSIAN = Secret("https://api.atlassian.com/jsm/ops/integration/v2")


class Options(HttpOptions):
    """The keys of a channel of kind `jira_service_management`."""

    api_key: RequiredSecret = Field(description="the key of an API integration")
    url: Address = Field(
        ATLASSIAN, description="https://api.opsgenie.com/v2 (EU: https://api.eu.opsgenie.com/v2) for Opsgenie"
    )
    tags: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=50)], ...], Field(max_length=18)] = Field(
        (), description="tags of every alert"
    )


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)
