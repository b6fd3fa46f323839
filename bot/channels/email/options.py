"""The options of the kind `email`, as they stand under a channel in the configuration."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from bot import fields
from bot.fields import NOWHERE, HttpOptions, OptionalSecret

_MAILBOX = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}")


def _mailbox(value: str) -> str:
    if not _MAILBOX.fullmatch(value):
        raise ValueError("expected an address such as oncall@example.com")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox)]


class Options(HttpOptions):
    """The keys of a channel of kind `email`."""

    host: str = Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$", description="the SMTP server")
    port: int = Field(587, ge=1, le=65_535, description="its port")
    security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="starttls, tls from the first byte, or none (refused together with a user)"
    )
    user: str = Field("", max_length=200, description="the user to log in as; no login if absent")
    password: OptionalSecret = Field(NOWHERE, description="the user's password, as ${SMTP_PASSWORD}")
    sender: Mailbox = Field(description="the From address")
    to: Annotated[tuple[Mailbox, ...], Field(min_length=1, max_length=50)] = Field(description="who gets the mail")

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> Self:
        if self.user and self.security == "none":
            raise ValueError("expected security: starttls or tls, since a password would be sent in the open")
        return self


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    return fields.parse_options(Options, name, options)
