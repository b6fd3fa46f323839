"""The slash commands, made from the one command table."""

import hashlib
import inspect
import json
from collections.abc import Sequence
from typing import Any

import discord
from discord import app_commands

from bot.channels.discord.components import GONE, dressed
from bot.channels.discord.interactions import InteractionHandler
from bot.channels.discord.markdown import plain
from bot.core.commands.table import COMMANDS, NAMES, Argument, Command, Takes, line

ROOT = "avail"
MOST = 25
"""Most subcommands that Discord accepts in one group."""
ASIDE = ("right", "wrong", "deliveries", "subscriptions", "silences", "unsilence", "accuracy")
"""Where the table is longer these go to `/avail more`, as many as must: buttons or other answers lead to them too."""
_DESCRIPTION = 90


class AppCommands(app_commands.CommandTree[Any]):
    """All commands of a client; one that an older version registered is answered too."""

    async def on_error(self, interaction: discord.Interaction, error: app_commands.AppCommandError, /) -> None:
        """Say that a command is gone; anything else goes to the log."""
        gone = isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch)
        if gone and interaction.type is discord.InteractionType.application_command:
            reception: InteractionHandler = self.client.reception
            await reception.say(interaction, GONE, dressed())
        elif not gone:
            await super().on_error(interaction, error)


def group(reception: InteractionHandler) -> app_commands.Group:
    """`/avail` with every command of the table; in direct messages and other servers everybody is a viewer.

    All may see it, for most of it only reads: Discord's own permissions are for the whole group, so the desk checks
    roles, and a server may narrow the group in its settings (Integrations).
    """
    root = app_commands.Group(
        name=ROOT,
        description="What is up, what is not, and what to do about it",
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        default_permissions=None,
    )
    near, aside = parted(list(COMMANDS.values()))
    for command in near:
        root.add_command(_made(command, reception))
    if aside:
        more = app_commands.Group(name="more", description="The rarer commands", parent=root)
        for command in aside:
            more.add_command(_made(command, reception))
    return root


def parted(commands: Sequence[Command]) -> tuple[list[Command], list[Command]]:
    """Those at the top and those set aside, so that both lists fit."""
    if len(commands) <= MOST:
        return list(commands), []
    over = len(commands) - MOST + 1
    rarest = [c.name for name in ASIDE for c in commands if c.name == name]
    rarest += [c.name for c in reversed(commands) if c.name not in (*ASIDE, "help", "status")]
    aside = set(rarest[:over])
    return [c for c in commands if c.name not in aside], [c for c in commands if c.name in aside]


def fingerprint(tree: app_commands.CommandTree[Any]) -> str:
    """The same for the same commands: they are registered again only when it changes."""
    told = [command.to_dict(tree) for command in tree.get_commands()]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def _made(command: Command, reception: InteractionHandler) -> app_commands.Command[Any, ..., None]:
    async def run(interaction: discord.Interaction, **given: str) -> None:
        await reception.ask(interaction, line(command, given), dressed())

    signature = [
        inspect.Parameter("interaction", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=discord.Interaction)
    ]
    for argument in command.arguments:
        default = inspect.Parameter.empty if argument.required else ""
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        signature.append(inspect.Parameter(argument.name, kind, annotation=str, default=default))
    signature.sort(key=lambda parameter: parameter.default == "")
    run.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    if command.arguments:
        app_commands.describe(**{a.name: plain(a.description, _DESCRIPTION) for a in command.arguments})(run)
    for argument in command.arguments:
        _helped(run, command, argument, reception)
    return app_commands.Command(name=command.name, description=plain(command.summary, _DESCRIPTION), callback=run)


def _helped(run: Any, command: Command, argument: Argument, reception: InteractionHandler) -> None:
    """Choices where there are few words, completion where there are names."""
    if argument.choices:
        choices = [app_commands.Choice(name=word, value=word) for word in argument.choices[:MOST]]
        app_commands.choices(**{argument.name: choices})(run)
        return
    if argument.takes not in NAMES and argument.takes is not Takes.COMMAND and not argument.suggested:
        return

    async def complete(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        if argument.suggested:
            begun = [(word, word) for word in argument.suggested if word.startswith(typed.strip())]
        else:
            begun = list(await reception.complete(interaction, f"{command.name} {typed}"))
        fits = [(label, value) for label, value in begun[:MOST] if 0 < len(value) <= 100]
        return [app_commands.Choice(name=plain(label, 100) or value, value=value) for label, value in fits]

    app_commands.autocomplete(**{argument.name: complete})(run)
