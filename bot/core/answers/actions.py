"""What somebody is told after an act: what became of it, and the incident as the record has it. Pure."""

from collections import Counter
from collections.abc import Sequence

from bot.core.answers.answer import Answer
from bot.core.answers.status import headline_of
from bot.core.model.action import ActionResult
from bot.core.model.card import Action
from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.core.text.inline import tidy, utc
from bot.core.text.numbers import number
from bot.core.text.quoting import clean

NOTED = "noted; it takes effect when the judge is back, which has not answered within a second"


def answer(
    command: str, one: Incident | None, standing: ServiceStatus | None, outcome: ActionResult | None, now: float
) -> Answer:
    """The judge's sentence; where nobody judges at the moment, that it is noted."""
    text = tidy(outcome.text, 400) if outcome else NOTED
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
              "ok": outcome.ok if outcome else None, "text": utc(text, now)},
        actions=_undo(command, about) if outcome is None or outcome.ok else (),
    )  # fmt: skip


DONE = {
    "ack": "You're on",
    "release": "You released",
    "silence": "You silenced",
    "unsilence": "You ended the silence of",
}


def together(command: str, subject: str, outcomes: Sequence[ActionResult | None], now: float) -> Answer:
    """What became of an act on several incidents at once, counted; what was refused with its reasons."""
    done = [one for one in outcomes if one is None or one.ok]
    refused = Counter(clean(one.text, 120) for one in outcomes if one is not None and not one.ok)
    waiting = sum(one is None for one in outcomes)
    title = f"{DONE.get(command, command)} {number(len(done), 'incident', 'incidents')}"
    lines = [("Noted", f"{waiting} take effect when the judge is back")] if waiting else []
    left = sum(refused.values())
    lines += [("Unchanged", f"{number(left, 'incident', 'incidents')}: {next(iter(refused))}")] if left else []
    return Answer(
        title,
        now,
        tuple(lines),
        changed=bool(done),
        data={"at": now, "command": command, "group": subject, "done": len(done), "refused": dict(refused)},
    )


def _undo(command: str, incident: str) -> tuple[Action, ...]:
    """The way back, where there is one."""
    back = {"ack": ("release", "Release"), "release": ("ack", "Acknowledge"), "silence": ("unsilence", "End silence")}
    return (Action(*back[command], incident),) if command in back and incident else ()
