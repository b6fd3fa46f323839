"""What somebody is told after an act: what became of it, and the incident as the record has it. Pure."""

from bot.core.answers.answer import Answer
from bot.core.answers.status import headline_of
from bot.core.model.action import ActionResult
from bot.core.model.card import Action
from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.core.text.quoting import clean

NOTED = "noted; it takes effect when the judge is back, which has not answered within a second"


def answer(
    command: str, one: Incident | None, standing: ServiceStatus | None, outcome: ActionResult | None, now: float
) -> Answer:
    """The judge's sentence; where nobody judges at the moment, that it is noted."""
    text = clean(outcome.text, 400) if outcome else NOTED
    about = outcome.incident if outcome and outcome.incident else one.id if one else ""
    lines = []
    if one is not None and standing is not None:
        lines.append((f"Incident {clean(one.id, 20)}", headline_of(one, standing, now)))
    return Answer(
        title=text,
        at=now,
        lines=tuple(lines),
        changed=outcome is None or outcome.ok,
        data={"at": now, "command": command, "incident": about, "judged": outcome is not None,
              "ok": outcome.ok if outcome else None, "text": text},
        actions=_undo(command, about) if outcome is None or outcome.ok else (),
    )  # fmt: skip


def _undo(command: str, incident: str) -> tuple[Action, ...]:
    """The way back, where there is one."""
    back = {"ack": ("unack", "Release"), "unack": ("ack", "Acknowledge"), "silence": ("unsilence", "End silence")}
    return (Action(*back[command], incident),) if command in back and incident else ()
