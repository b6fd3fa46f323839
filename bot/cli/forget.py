"""`groundtruth forget`: take one person out of everything that is kept."""

import argparse
import asyncio
import sys
from dataclasses import replace

from bot.config.load import load
from bot.core.text.forgetting import SOMEBODY, Forgetting
from bot.errors import UserError
from bot.settings import Settings
from bot.store.archive import KeyRecord
from bot.store.connect import open_store

EXAMPLES = """\
  groundtruth forget U0123ABCD                       a user of Slack by id, wherever that id stands
  groundtruth forget --platform discord 80351110     on that platform alone
Groundtruth must not run meanwhile. Acts, silences and incidents stay, done by "somebody". Backups that were made before
still have the person, and so do messages in Slack and Discord: delete those there."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("user", help="the platform's id of the person")
    parser.add_argument("--platform", default="", help="slack, discord, teams ...: this platform alone")


def run(args: argparse.Namespace) -> int:
    """Forget, and say what was changed; 1 where nothing is kept of the person."""
    if len(args.user) < 2:
        raise UserError("expected the platform's id of a person, such as U0123ABCD")
    counts = asyncio.run(_forget(load(args.config, asks=True), Forgetting(args.user, args.platform)))
    where = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    sys.stdout.write(f"{args.user} is {SOMEBODY} now in: {where}\n" if counts else f"nothing is kept of {args.user}\n")
    return 0 if counts else 1


async def _forget(settings: Settings, person: Forgetting) -> dict[str, int]:
    url = settings.redis.reveal() if settings.redis else None
    async with open_store(url, settings.state_dir) as store:
        await store.backup.alone()
        async for line in store.backup.lines():
            person.learn(line.value)

        def changed(line: KeyRecord) -> KeyRecord:
            return replace(line, value=person.without(line.value))

        return await store.backup.change(changed)
