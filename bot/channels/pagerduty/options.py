"""The options of the kind `pagerduty`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot.channels import given
from bot.channels.given import Address, Needed, Reached
from probes.secret import Secret

US = Secret("https://events.pagerduty.com")


def _key(value: Secret) -> Secret:
    if len(value.reveal()) != 32 or not value.reveal().isalnum():
        raise ValueError("expected the integration key (32 letters and digits) of an Events API v2 integration")
    return value


class Options(Reached):
    """All of them."""

    routing_key: Annotated[Needed, AfterValidator(_key)]
    url: Address = Field(US, description="https://events.eu.pagerduty.com for accounts in the EU")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return given.read(Options, name, options)
