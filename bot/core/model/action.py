"""What became of an act, as a value: for the person who asked, for the audit, for the answer. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """What a person asks the judge to change: acknowledge, silence, resolve (all in `bot.core.incidents.actions`).

    `who` is "platform:place:user" and `where` the target it came from ("slack:C0123"), for the audit trail; `name` is
    how the person is shown; `id` names this one request, so that it is done once however often it is sent.
    """

    at: float
    verb: str
    args: tuple[str, ...] = ()
    who: str = ""
    where: str = ""
    name: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What became of an act: whether it changed anything, the sentence for the person, and the incident's id.

    Of a silence also its id, and how many open incidents it holds back now.
    """

    ok: bool
    text: str
    incident: str = ""
    silence: str = ""
    covers: int = 0


@dataclass(frozen=True, slots=True)
class ActionRecord:
    """An act and what became of it, as it stands in the audit trail."""

    command: ActionRequest
    outcome: ActionResult
