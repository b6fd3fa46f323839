"""What a line could go on to, for platforms that offer values while one types."""

from bot.core.answers.status import headline_of
from bot.core.commands.names import plain
from bot.core.commands.parser import command_named
from bot.core.commands.table import COMMANDS, NAMES, Argument, Takes
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.quoting import clean, cut
from bot.desk import targets
from bot.desk.ports import DeskServices

MOST = 25
"""What Discord takes; Slack takes more."""
LABEL = 100
SERVICES = 100
"""Services whose open incidents are looked up: a person waits for every key typed."""


async def complete(behind: DeskServices, text: str) -> list[tuple[str, str]]:
    """(label, value) of what may follow: commands, then the named command's next argument; the likeliest first."""
    head, space, rest = text[:200].lstrip().partition(" ")
    command = command_named(head) if space else None
    if command is None:
        begun = [c for c in COMMANDS.values() if c.name.startswith(head.casefold())]
        begun.sort(key=lambda c: len(c.name) if head else 0)
        return [(cut(f"{c.name}: {c.summary}", LABEL), c.name) for c in begun][:MOST]
    named = next((a for a in command.arguments if a.takes in NAMES or a.takes is Takes.COMMAND), None)
    before, typed = rest.casefold().rpartition(" ")[::2]
    if named is not None and not (before and behind.names.find(before)):
        return (await _named(behind, named, rest.strip()))[:MOST]
    others = [a for a in command.arguments if a is not named]
    values = [value for a in others for value in (a.choices or a.suggested) if not a.keyed]
    return [(value, value) for value in values if value.startswith(typed)][:MOST]


async def _named(behind: DeskServices, argument: Argument, typed: str) -> list[tuple[str, str]]:
    word = plain(typed)
    if argument.takes is Takes.COMMAND:
        return [(cut(f"{c.name}: {c.summary}", LABEL), c.name) for c in COMMANDS.values() if c.name.startswith(word)]
    found: list[tuple[str, str]] = []
    if argument.takes is not Takes.TARGET:
        for service in behind.names.services[:SERVICES]:
            incidents = await behind.reads.incidents(service, targets.NEWEST)
            going = [one for one in incidents if one.status is not IncidentStatus.RESOLVED]
            if going:
                standing = await behind.reads.standing(service)
                found += [_incident(one, standing) for one in going]
        found = [(label, value) for label, value in found if not word or word in plain(label)]
    for named in behind.names.every if not word else (*behind.names.find(typed), *behind.names.every):
        if not word or word in plain(f"{named.name} {named.id} {' '.join(named.nicknames)}"):
            kind = "" if named.component else " (all of it)"
            found.append((cut(f"{clean(named.name, 60)}{kind}", LABEL), named.id))
    return list(dict.fromkeys(found))


def _incident(one: Incident, standing: ServiceStatus) -> tuple[str, str]:
    """Its id with the headline of its message, as of the last result."""
    at = max((v.measured.at for v in standing.voices if v.measured.at is not None), default=one.opened_at)
    return cut(f"{one.id} {headline_of(one, standing, at)}", LABEL), one.id
