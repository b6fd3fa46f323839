"""The table of deploy/docs/channels.md: what each platform was found to offer, and why where it does not."""

import asyncio
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from bot.core.commands.table import COMMANDS
from bot.store.connect import open_store
from tests.parity import on_discord, on_slack
from tests.parity.rows import NO, Offers, Part, Talk, Who

PAGE = Path(__file__).parents[2] / "deploy" / "docs" / "channels.md"
Row = TypeVar("Row", Part, Talk)
BEGIN, END = "<!-- parity -->", "<!-- /parity -->"

REASONS: dict[tuple[str, str], str] = {
    (
        Part.BROADCAST,
        "Discord",
    ): "a thread's message cannot be shown in its channel too; the root above it says the same",
    (Talk.NAMES, "Slack"): "Slack completes nothing after a slash command; the forms have menus of names",
    (Talk.HOME, "Discord"): "Discord gives bots no page; `/avail status` and `/avail subscriptions` say the same",
}
"""Why one platform lacks what the other has; only what the platform itself cannot."""
GAPS: dict[tuple[str, str], str] = {}
"""What one platform lacks for no reason of its own: said in the table until it is mended."""
DIFFER: Mapping[str, str] = {
    Who.BESIDE: "a Slack channel is joined, a Discord channel is seen: there named roles narrow",
}
"""Why the same person may do different things."""


def collected() -> tuple[Offers, Offers]:
    """What Slack and Discord were found to offer, on a store of our own."""

    async def both() -> tuple[Offers, Offers]:
        with tempfile.TemporaryDirectory(prefix="gt") as folder:
            async with open_store(None, Path(folder)) as store:
                return await on_slack.offers(store), await on_discord.offers(store)

    return asyncio.run(both())


def table(slack: Offers, discord: Offers) -> str:
    """The block of the page, markers included."""
    groups = (
        ("Buttons and menus of a message", _labels(slack, discord)),
        ("Messages", _cells(Part, slack.parts, discord.parts)),
        ("People", _cells(Talk, slack.talk, discord.talk)),
        ("Roles", _roles(slack, discord)),
    )
    said = [BEGIN, "", *_headed("Commands", "role", ("Slack", "Discord"), _commands(slack, discord))]
    for title, rows in groups:
        said += _headed(title, "", ("Slack", "Discord"), ((name, "", *cells) for name, *cells in rows))
    return "\n".join([*said, END])


def _headed(title: str, role: str, names: tuple[str, str], rows: Iterable[tuple[str, ...]]) -> list[str]:
    kept = [[title, role, *names], *(list(row) for row in rows)]
    if not role:
        kept = [[first, *others] for first, _, *others in kept]
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in kept]
    return [lines[0], "|" + "---|" * len(kept[0]), *lines[1:], ""]


def _commands(slack: Offers, discord: Offers) -> Iterator[tuple[str, ...]]:
    for name, command in COMMANDS.items():
        here, there = (f"`{o.commands[name]}`" if o.commands[name] != NO else NO for o in (slack, discord))
        yield f"`{command.usage}`", str(command.role), here, there


def _labels(slack: Offers, discord: Offers) -> Iterator[tuple[str, ...]]:
    for state in slack.labels:
        yield state, " · ".join(slack.labels[state]), " · ".join(discord.labels[state])


def _cells(rows: Iterable[Row], here: Mapping[Row, str], there: Mapping[Row, str]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield str(row), _cell(row, here, "Slack"), _cell(row, there, "Discord")


def _cell(row: Row, found: Mapping[Row, str], name: str) -> str:
    said = found[row]
    return f"{said}: {(REASONS | GAPS)[row, name]}" if said == NO else said


def _roles(slack: Offers, discord: Offers) -> Iterator[tuple[str, ...]]:
    for who in Who:
        here, there = str(slack.roles[who]), str(discord.roles[who])
        yield str(who), here, there if here == there else f"{there}: {DIFFER[who]}"


def written(page: str, block: str) -> str:
    """The page with this block. Raises ValueError where it has no place for it."""
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError(f"the page has no {BEGIN} … {END}")
    return before + block + after
