"""The options of the kind `response`, as they stand under a channel in the configuration."""

import shutil
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from bot import fields
from bot.errors import UserError
from bot.fields import NOWHERE, Address, HttpOptions, OptionalSecret
from probes.secret import Secret

MOST_S = 25.0
"""Below the time that a courier gives one call."""


def _argument(value: object) -> object:
    if isinstance(value, Secret):
        raise ValueError("expected no secret in an argument, which everybody on the machine can read: name it in env")  # noqa: TRY004  pydantic reads ValueError
    return value


def _there(command: tuple[str, ...]) -> tuple[str, ...]:
    if command and shutil.which(command[0]) is None:
        raise ValueError(f"expected a program that can be run: {command[0][:80]!r} is none here")
    return command


Command = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=1_000)], ...], Field(max_length=50), AfterValidator(_there)
]
"""A program and its arguments, run as they stand, without a shell."""


class Options(HttpOptions):
    """The keys of a channel of kind `response`."""

    on: Literal["degraded_performance", "partial_outage", "major_outage", "acknowledged"] = Field(
        "partial_outage", description="does it when an incident is so bad, or when somebody acknowledged it"
    )
    run: Command = Field((), description="a program with its arguments; the incident is JSON on its standard input")
    reverse: Command = Field((), description="the program that undoes it when the incident is over")
    url: Address = Field(NOWHERE, description="a webhook instead of a program; action is do, or undo when it is over")
    secret: OptionalSecret = Field(NOWHERE, description="signs the webhook, as for a channel of kind webhook")
    env: Mapping[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,79}$")], OptionalSecret] = Field(
        default_factory=dict, max_length=50, description="variables that the programs see, beside a usual PATH"
    )
    timeout_s: float = Field(10.0, gt=0, le=MOST_S, description="seconds after which it is ended, and what it started")
    tries: int = Field(1, ge=1, le=5, description="how often it is tried when it fails")
    per_hour: int = Field(4, ge=1, le=1_000, description="at most so often in an hour; undoing is never refused")
    dry_run: bool = Field(False, description="only says in the timeline what it would do")

    @field_validator("run", "reverse", mode="before")
    @classmethod
    def _plain(cls, value: object) -> object:
        return [_argument(one) for one in value] if isinstance(value, list | tuple) else value


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint."""
    found = fields.parse_options(Options, name, options)
    complaints = []
    if bool(found.run) == bool(found.url.reveal()):
        complaints.append("run: expected a program, or a webhook under url; one of them")
    if found.reverse and not found.run:
        complaints.append("reverse: expected only beside run; a webhook is sent action: undo")
    if found.url.reveal() and len(found.secret.reveal()) < 16:
        complaints.append("secret: expected one of at least 16 characters beside url: openssl rand -hex 32")
    if complaints:
        raise UserError("\n".join(f"channels.{name}.{one}" for one in complaints))
    return found
