"""One process of the bot, to be killed: `python -m tests.channels.discord.process STORE API GATEWAY TOKEN FOLDER`."""

import asyncio
import io
import sys
import time
from pathlib import Path

from bot.channels.context import ChannelContext
from bot.channels.discord.open import opened
from bot.store.connect import open_store
from tests.support.discord import FrontDesk


async def main(url: str, api_url: str, gateway_url: str, token: str, folder: str) -> None:
    """Listen until killed."""
    async with open_store(url, Path(folder)) as store:
        outside = ChannelContext(
            Path(folder), io.StringIO(), "plain", time.time, FrontDesk(), store.notes, store.leases, "leader"
        )
        given = {"token": token, "api_url": api_url, "gateway_url": gateway_url}
        async with opened("discord", given, outside):
            await asyncio.sleep(60)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
