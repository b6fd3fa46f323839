"""The options of the kind `webhook`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot.channels import given
from bot.channels.given import NOWHERE, Address, Confidential, Needed, Reached
from probes.secret import Secret


def _strong(value: Secret) -> Secret:
    if len(value.reveal()) < 16:
        raise ValueError("expected a secret of at least 16 characters: openssl rand -hex 32")
    return value


class Options(Reached):
    """All of them."""

    url: Address
    secret: Annotated[Needed, AfterValidator(_strong)] = Field(description="signs every message")
    token: Confidential = Field(NOWHERE, description="sent as Authorization: Bearer, where the receiver wants one")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return given.read(Options, name, options)
