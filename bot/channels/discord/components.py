"""Buttons, menus and forms. All they mean is in their ids, so they work after a restart and on every replica."""

import re
from dataclasses import replace
from typing import Any, Self

import discord
from discord import ui

from bot.channels.discord.answers import Reply
from bot.channels.discord.embeds import SILENCES, STYLES, custom_id, once
from bot.channels.discord.interactions import InteractionHandler
from bot.channels.discord.markdown import plain
from bot.core.answers.answer import Choice
from bot.core.commands.table import COMMANDS, NAMES, Command, Takes, line
from bot.core.messages.buttons import LABELS as BUTTONS
from bot.core.messages.buttons import MORE as MORE_LABEL
from bot.core.model.card import Action

SHARE = "share"
FORM = "form-"
MORE = {"report": "Tell more…"}
"""Verbs that act at once and can say more in a form afterwards."""
GONE = "this is of another version of this bot; type /avail help for what it offers now"
MOST = 20
"""Buttons under a reply: four rows, and one for the menu."""
LABELS = {
    "text": "What do you see?",
    "duration": "For how long?",
    "reason": "Why?",
    "start": "When does it begin, if not now?",
    "error": "The error, as it was printed",
    "severity": "From which severity on?",
    "to": "Which channel, if not this one?",
    "components": "Which components?",
}
"""What a form asks, by argument."""
_LABEL = 45
_WORDS = 1_000


def _reception(interaction: discord.Interaction) -> InteractionHandler:
    client: Any = interaction.client
    return client.reception  # type: ignore[no-any-return]


class ActionButton(
    ui.DynamicItem[ui.Button[ui.View]],
    template=r"gt:(?!silence:|more:|report-of:|works-of:)(?P<verb>[a-z-]{1,24}):(?P<subject>[^\s:]{1,64})",
):
    """A button: what it does and to what is its id."""

    def __init__(self, verb: str, subject: str, label: str = "") -> None:
        style = discord.ButtonStyle(STYLES.get(verb, 2))
        super().__init__(ui.Button(style=style, label=plain(label, 80) or verb, custom_id=custom_id(verb, subject)))
        self.verb, self.subject = verb, subject

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["verb"], match["subject"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Share, open a form, or ask the desk."""
        reception = _reception(interaction)
        command = COMMANDS.get(self.verb.removeprefix(FORM))
        if self.verb == SHARE:
            await reception.share(interaction)
        elif command is not None and (self.verb.startswith(FORM) or _needs_more(command)):
            await reception.fill(interaction, form(command, self.subject))
        else:
            await reception.ask(interaction, f"{self.verb} {self.subject}", dressed(self.verb, self.subject))


class SilenceMenu(ui.DynamicItem[ui.Select[ui.View]], template=r"gt:silence:(?P<subject>[^\s:]{1,64})"):
    """The menu of how long to be silent."""

    def __init__(self, subject: str) -> None:
        options = [discord.SelectOption(label=words, value=length) for words, length in SILENCES]
        name = custom_id("silence", subject)
        super().__init__(ui.Select(custom_id=name, placeholder="🔕 Silence…", options=options))
        self.subject = subject

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu that was used."""
        return cls(match["subject"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Ask for the silence."""
        data: Any = interaction.data or {}
        chosen = data.get("values") or [SILENCES[0][1]]
        text = f"silence {self.subject} {str(chosen[0])[:20]}"
        await _reception(interaction).ask(interaction, text, dressed("silence", self.subject))


class MoreButton(
    ui.DynamicItem[ui.Button[ui.View]], template=r"gt:more:(?P<subject>[^\s:]{1,64}):(?P<verbs>[a-z,-]{1,80})"
):
    """The button ⋯: offers privately what has no button of its own under the message."""

    def __init__(self, subject: str, verbs: str) -> None:
        name = custom_id("more", f"{subject}:{verbs}")
        super().__init__(ui.Button(label=MORE_LABEL, custom_id=name, style=discord.ButtonStyle.secondary))
        self.subject, self.verbs = subject, verbs

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The button that was pressed."""
        return cls(match["subject"], match["verbs"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Show the others; the store is not asked."""
        offered = tuple(Action(verb, BUTTONS[verb], self.subject) for verb in self.verbs.split(",") if verb in BUTTONS)
        dress = dressed()
        await _reception(interaction).say(
            interaction, f"More about #{self.subject}", lambda said: dress(replace(said, actions=offered))
        )


class ComponentMenu(
    ui.DynamicItem[ui.Select[ui.View]], template=r"gt:(?P<verb>report|works)-of:(?P<subject>[^\s:]{1,64})"
):
    """The menu of an incident's components: all that somebody can tell apart, chosen at once."""

    def __init__(self, verb: str, subject: str, choice: Choice | None = None) -> None:
        offered = [(label, value) for label, value in (choice.options if choice else ()) if len(value) <= 100][:25]
        options = [discord.SelectOption(label=plain(label, 100) or value, value=value) for label, value in offered]
        name, asked = custom_id(f"{verb}-of", subject), plain(choice.question if choice else "", 150) or None
        super().__init__(ui.Select(custom_id=name, placeholder=asked, options=options, max_values=max(1, len(options))))
        self.verb, self.subject = verb, subject

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction, _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """The menu that was used."""
        return cls(match["verb"], match["subject"])

    async def callback(self, interaction: discord.Interaction) -> None:
        """Report each that was chosen."""
        data: Any = interaction.data or {}
        chosen = ",".join(str(value)[:100] for value in data.get("values") or [])
        text = f"{self.verb} {self.subject} components={chosen}"
        await _reception(interaction).ask(interaction, text, dressed())


def known(interaction: discord.Interaction) -> bool:
    """Whether a press or choice is one of the above."""
    data: Any = interaction.data or {}
    what = str(data.get("custom_id"))
    return any(kind.__discord_ui_compiled_template__.fullmatch(what) for kind in KINDS)


def dressed(verb: str = "", subject: str = "") -> Any:
    """Puts the buttons under a reply: those of the answer, and Share; after a report a form for more."""

    def dress(said: Reply) -> ui.View:
        view = ui.View(timeout=None)
        more = [Action(FORM + verb, MORE[verb], subject)] if said.shareable and verb in MORE else []
        share = [Action(SHARE, "Share in channel", "answer")] if said.shareable else []
        actions = once([*said.actions, *more])
        menus = [SilenceMenu(action.subject) for action in actions if action.verb == "silence"][:1]
        for action in [*(a for a in actions if a.verb != "silence"), *share][-MOST:]:
            view.add_item(ActionButton(action.verb, action.subject, action.label))
        for menu in menus:
            view.add_item(menu)
        if said.choice is not None and said.choice.options:
            view.add_item(ComponentMenu(said.choice.command, said.choice.subject, said.choice))
        return view

    return dress


KINDS = (ActionButton, MoreButton, SilenceMenu, ComponentMenu)
"""What can be pressed or chosen, whenever it was posted."""


def _needs_more(command: Command) -> bool:
    """Whether a press alone cannot say all that is required."""
    return any(a.required and a.takes not in NAMES for a in command.arguments)


def form(command: Command, subject: str) -> ui.Modal:
    """A form for everything but the subject, from the command table."""
    modal = ui.Modal(
        title=plain(f"{command.name} {subject}", _LABEL), custom_id=custom_id(FORM + command.name, subject), timeout=900
    )
    for argument in [a for a in command.arguments if a.takes not in NAMES][:5]:
        hint = plain(", ".join(argument.suggested or argument.choices) or argument.description, 100)
        long = argument.takes in (Takes.WORDS, Takes.PASTE)
        style = discord.TextStyle.paragraph if long else discord.TextStyle.short
        entry = ui.TextInput[ui.Modal](
            custom_id=argument.name, style=style, required=argument.required, placeholder=hint, max_length=_WORDS
        )
        text = plain(LABELS.get(argument.name, argument.name.capitalize()), _LABEL)
        modal.add_item(ui.Label(text=text, description=plain(argument.description, 100), component=entry))
    return modal


async def submitted(interaction: discord.Interaction, reception: InteractionHandler) -> None:
    """A form that was sent: its id says which, wherever it was opened."""
    data: Any = interaction.data or {}
    match = re.fullmatch(rf"gt:{FORM}(?P<verb>[a-z-]{{1,24}}):(?P<subject>[^\s:]{{1,64}})", str(data.get("custom_id")))
    command = COMMANDS.get(match["verb"]) if match else None
    if match is None or command is None:
        await reception.say(interaction, GONE, dressed())
        return
    values = {named.name: match["subject"] for named in command.arguments if named.takes in NAMES}
    for row in data.get("components") or []:
        inside: Any = row.get("component") or next(iter(row.get("components") or []), {})
        values[str(inside.get("custom_id"))] = " ".join(str(inside.get("value") or "").split())
    await reception.ask(interaction, line(command, values), dressed(command.name))
