"""Answers about asking itself: help, what was not understood, not known, not allowed, not possible here. Pure."""

from collections.abc import Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer, Choice
from bot.core.answers.status import headline_of
from bot.core.commands.asker import Asker
from bot.core.commands.errors import Misunderstood
from bot.core.commands.table import COMMANDS, Argument, Command, Group, Role
from bot.core.model.card import Action
from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.core.text.quoting import clean, listed

RECENT = 12
BY_BUTTON = frozenset({"ack", "release", "resolve", "notify", "why", "tips", "right", "wrong", "postmortem"})
"""What can be done with an incident's id alone."""
GRANTS = {
    "slack": "an admin of Groundtruth, through the user groups or channels under roles in the Slack channel's settings",
    "discord": "anyone with Manage Server, through the Discord roles under roles in the Discord channel's settings",
    "terminal": "nobody needs to: leave out --role",
}
"""Who can give a role, by platform."""


def help_with(word: str, now: float) -> Answer:
    """All commands, or one with its example."""
    if word in COMMANDS:
        one = COMMANDS[word]
        lines = [("Usage", one.usage), *((f"  {a.name}", _argument(a)) for a in one.arguments)]
        lines += [("Also", ", ".join(one.aliases))] if one.aliases else []
        lines += [("Example", one.example), ("Who", _who(one.role))]
        return Answer(f"{one.name}: {one.summary}", now, tuple(lines), data={"commands": [_command_data(one)]})
    return Answer(
        title="Commands",
        at=now,
        lines=tuple(
            (f"{group}" if n == 0 else "", f"{command.name}: {command.summary}")
            for group in Group
            for n, command in enumerate(one for one in COMMANDS.values() if one.group is group)
        ),
        footer="help why: its arguments and an example. A bare name asks for its status; is claude down? works too",
        data={"commands": [_command_data(command) for command in COMMANDS.values()]},
    )


def not_understood(what: Misunderstood, now: float) -> Answer:
    """A sentence, the nearest thing we know, and an example that works."""
    lines = [("Nearest", what.nearest), ("Example", what.example), ("All", "help")]
    return Answer(
        title=what.why,
        at=now,
        lines=tuple((label, text) for label, text in lines if text),
        understood=False,
        data={"misunderstood": asdict(what)},
    )


def not_known(what: str, now: float) -> Answer:
    """Something that was asked for by a good name and is not on record."""
    return Answer(what, now, (("See", "incidents"),), understood=False, data={"unknown": what})


def which(command: str, found: Sequence[tuple[Incident, ServiceStatus]], now: float) -> Answer:
    """Several incidents are open and none was named."""
    shown = found[:RECENT]
    return Answer(
        title=f"{command} which? {len(found)} incidents are open",
        at=now,
        lines=tuple((f"{command} {clean(i.id, 20)}", headline_of(i, standing, now)) for i, standing in shown),
        footer=f"… and {len(found) - RECENT} more" if len(found) > RECENT else "",
        understood=False,
        data={"which": [i.id for i, _ in found]},
        actions=tuple(Action(command, clean(i.id, 20), i.id) for i, _ in shown[:5]) if command in BY_BUTTON else (),
    )


def which_of_it(command: str, one: Incident, components: Sequence[tuple[str, str]], now: float) -> Answer:
    """An incident has several components that a person can tell apart: which of them is meant is asked in one form."""
    shown = tuple((clean(name, 60) or value, value) for name, value in components[:RECENT])
    what = "fails" if command == "report" else "works"
    example = f"{command} {one.id} components={shown[0][1]}"
    return Answer(
        title=f"What {what} for you? Incident {clean(one.id, 20)} is about {len(components)} components",
        at=now,
        lines=(("Components", listed((name for name, _ in shown), RECENT)), ("Example", example)),
        understood=False,
        data={"which": [value for _, value in components]},
        choice=Choice(command, one.id, f"What {what} for you?", shown, voiced=command == "report"),
    )


def name_one(command: str, services: Sequence[str], now: float) -> Answer:
    """It can be said of one service at a time, and there are several (or none)."""
    known = listed(services, 12) or "none configured"
    return Answer(
        f"{command} of what? Choose from {known}", now, (("Example", COMMANDS[command].example),), understood=False
    )


def refused(command: str, needed: Role, asker: Asker, now: float) -> Answer:
    """The asker lacks the role: what is missing, and who can grant it."""
    grant = GRANTS.get(asker.person.platform, "whoever runs Groundtruth, in its configuration")
    return Answer(
        title=f"{command} needs the role {needed}; yours is {asker.role}",
        at=now,
        lines=(("Granted by", grant), ("Changed", "nothing")),
        refused=True,
        data={"at": now, "command": command, "needed": needed.value, "role": asker.role.value, "granted_by": grant},
    )


def too_often(command: str, wait_s: float, now: float) -> Answer:
    """Somebody, or something in their name, acts more often than people do."""
    said = f"{command} was not done: too much at once from you; try again in {max(1, round(wait_s))} s"
    return Answer(title=said, at=now, lines=(("Changed", "nothing"),), refused=True, data={"at": now, "wait_s": wait_s})


def not_here(command: str, now: float) -> Answer:
    """What answers this command does not run in the process that was asked."""
    return Answer(f"{command} cannot be done from here", now, (("Changed", "nothing"),), data={"at": now, "ok": False})


def no_place(command: str, now: float) -> Answer:
    """Asked from a place that is no channel, and none was named."""
    example = COMMANDS[command].example
    return Answer(
        f"{command} which channel? You are in none", now, (("Example", example),), understood=False, data={"at": now}
    )


def _command_data(one: Command) -> dict[str, object]:
    data = {
        "name": one.name,
        "group": one.group,
        "usage": one.usage,
        "summary": one.summary,
        "example": one.example,
        "role": one.role,
    }
    return {**data, "aliases": list(one.aliases), "arguments": [asdict(argument) for argument in one.arguments]}


def _argument(one: Argument) -> str:
    how = f"; given as {one.name}=..." if one.keyed else ""
    return f"{one.description}{how}"


def _who(role: Role) -> str:
    return "everybody" if role is Role.VIEWER else f"{role} and up" if role is Role.RESPONDER else f"{role} only"
