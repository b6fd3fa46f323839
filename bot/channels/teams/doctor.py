"""Is everything in order between Microsoft Teams and us, as far as it can be known without posting."""

import time

from bot.channels.teams.connector import Connector
from bot.channels.teams.options import Options
from bot.core.health.signs import HealthSign, Level
from bot.errors import DeliveryError


async def examine(name: str, options: Options) -> list[HealthSign]:
    """Token and keys; nothing is posted and nothing raised."""
    found = []
    async with Connector(options, time.time) as connector:
        for what, ask, good in (
            ("token", connector.token, "Microsoft gives the bot a token"),
            ("keys", connector.keys, "incoming messages can be verified"),
        ):
            try:
                await ask()
                found.append(HealthSign.at_level(f"{name}: {what}", Level.OK, good))
            except DeliveryError as error:
                found.append(HealthSign.at_level(f"{name}: {what}", Level.BAD, str(error)))
    return found
