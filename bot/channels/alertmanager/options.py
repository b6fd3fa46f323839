"""The options of the kind `alertmanager`, as they stand under a channel in the configuration."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from bot import fields
from bot.fields import NOWHERE, Address, HttpOptions, OptionalSecret

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,99}")


def _label(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise ValueError("expected names of labels, such as team")
    return value


class Options(HttpOptions):
    """The keys of a channel of kind `alertmanager`."""

    urls: Annotated[tuple[Address, ...], Field(min_length=1, max_length=10)] = Field(
        description="every member of the cluster, such as http://alertmanager-0:9093"
    )
    token: OptionalSecret = Field(NOWHERE, description="sent as Authorization: Bearer")
    user: str = Field("", max_length=200, description="for basic authentication, with password")
    password: OptionalSecret = Field(NOWHERE, description="the password of that user")
    labels: Mapping[Annotated[str, AfterValidator(_label)], Annotated[str, Field(max_length=200)]] = Field(
        default_factory=dict, max_length=20, description="labels of every alert, to route by"
    )
    expires_s: float = Field(
        900.0, ge=120, le=86_400, description="seconds after which an alert ends that is not sent again"
    )

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if self.token.reveal() and self.user:
            raise ValueError("expected token, or user and password, not both")
        return self


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)
