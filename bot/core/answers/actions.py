"""What somebody is told after an act: what became of it, and the incident as the record has it. Pure."""

from collections import Counter
from collections.abc import Sequence

from bot.core.answers.answer import Answer
from bot.core.answers.status import headline_of, line
from bot.core.model.action import ActionResult
from bot.core.model.card import Action
from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.core.text.inline import mention, tidy, utc
from bot.core.text.numbers import number
from bot.core.text.quoting import clean
from bot.core.text.silences import hushed

COMPONENTS = 4
"""Components of a service whose state an answer shows after an act on all of it."""
NOTED = "noted; the judge hasn't answered within a second, so it takes effect when it is back"


def answer(  # noqa: PLR0913, PLR0917 - what was asked, of what, and what became of it
    command: str,
    one: Incident | None,
    standing: ServiceStatus | None,
    outcome: ActionResult | None,
    now: float,
    target: str = "",
) -> Answer:
    """The judge's sentence, or that it is noted where nobody judges at the moment; then how it stands after the act.

    That is an incident's state, or that of a component or service (`target`).
    """
    text = tidy(outcome.text, 400) if outcome else NOTED
    about = outcome.incident if outcome and outcome.incident else one.id if one else ""
    lines = []
    if one is not None and standing is not None:
        lines.append((f"Incident {clean(one.id, 20)}", _state(one, standing, now)))
    elif standing is not None:
        meant = [v for v in standing.voices if target in {v.measured.component, standing.service}]
        lines += [line(standing, voices, now, several=False) for voices in meant[:COMPONENTS]]
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


def _state(one: Incident, standing: ServiceStatus, now: float) -> str:
    """An incident after an act: its headline, who is on it, and until when it is silenced."""
    parts = [headline_of(one, standing, now)]
    if one.resolved_at is None and one.acknowledged_at is not None:
        parts.append(f"👀 {mention(one.acknowledged_by)} is on it")
    if one.resolved_at is None and one.silence is not None and one.silence.until > now:
        parts.append(f"🔕 {hushed(one.silence, reason=False)}")
    return " · ".join(parts)


def together(command: str, subject: str, outcomes: Sequence[ActionResult | None], now: float) -> Answer:
    """What became of an act on several incidents at once, counted; what was refused with its reasons."""
    done = [one for one in outcomes if one is None or one.ok]
    refused = Counter(tidy(one.text, 120) for one in outcomes if one is not None and not one.ok)
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
