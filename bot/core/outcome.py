"""What became of an act, as a value: for the person who asked, for the audit, for the answer. Pure."""

from dataclasses import dataclass

from bot.core.people import Command


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act: whether it changed anything, the sentence for the person, and the incident's id.

    Of a silence also its id, and how many open incidents it holds back now.
    """

    ok: bool
    text: str
    incident: str = ""
    silence: str = ""
    covers: int = 0


@dataclass(frozen=True, slots=True)
class Done:
    """An act and what became of it, as it stands in the audit trail."""

    command: Command
    outcome: Outcome
