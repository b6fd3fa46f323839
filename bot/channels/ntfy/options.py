"""The options of the kind `ntfy`, as they stand under a channel in the configuration."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from bot import fields
from bot.fields import NOWHERE, Address, HttpOptions, OptionalSecret, RequiredSecret
from probes.secret import Secret

PUBLIC = Secret("https://ntfy.sh")


def _topic(value: Secret) -> Secret:
    text = value.reveal().replace("-", "").replace("_", "")
    if not text.isalnum() or len(value.reveal()) > 64:
        raise ValueError("expected a topic of at most 64 letters, digits, - and _")
    return value


class Options(HttpOptions):
    """All of them. Whoever knows a topic without access rules can read and write it, so it is kept as a secret."""

    topic: Annotated[RequiredSecret, AfterValidator(_topic)] = Field(description="the topic, as ${NTFY_TOPIC}")
    token: OptionalSecret = Field(NOWHERE, description="an access token (tk_…), where the server asks for one")
    url: Address = Field(PUBLIC, description="your own ntfy server")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)
