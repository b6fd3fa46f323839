"""The options of the kind `apprise`, as they stand under a channel in the configuration."""

import importlib.util
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from bot import extras, fields
from bot.errors import UserError
from bot.fields import Part, RequiredSecret


class Options(Part):
    """The keys of a channel of kind `apprise`."""

    urls: Annotated[tuple[RequiredSecret, ...], Field(min_length=1, max_length=20)] = Field(
        description="addresses as Apprise writes them (https://github.com/caronc/apprise/wiki), such as ${TEAMS_URL}"
    )
    answer_s: float = Field(20.0, gt=0, le=25, description="seconds for all of them together")


OPTIONS = frozenset(Options.model_fields)


def read(name: str, options: Mapping[str, Any]) -> Options:
    """The options of the channel `name`. Raises UserError with every complaint, or with what is to be installed."""
    wanted = fields.parse_options(Options, name, options)
    if importlib.util.find_spec("apprise") is None:
        raise UserError(f"channels.{name}: the kind apprise is not installed: {extras.command('apprise')}")
    return wanted
