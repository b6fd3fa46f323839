"""The buttons of an incident's message, and which of them stand behind its menu (⋯). Pure."""

from collections.abc import Collection, Sequence

from bot.core.model.card import Action
from bot.core.model.incident import Incident, IncidentStatus

LABELS = {
    "ack": "Acknowledge",
    "unack": "Release",
    "resolve": "Resolve",
    "report": "I'm affected",
    "notify": "🔔 Tell me when it's over",
    "silence": "Silence",
    "unsilence": "Unsilence",
    "why": "Why?",
    "tips": "Tips",
    "works": "Works for me",
    "right": "Useful alert 👍",
    "wrong": "False alarm 👎",
    "postmortem": "Postmortem",
}
MORE = "⋯"
BEHIND = frozenset({"notify", "silence", "unsilence", "why", "tips", "works"})
"""What stands behind the menu (⋯) on every platform: a button each would take half of a phone's screen.

Silencing too: a second row of buttons takes a message about three components to 422 px on a phone, where 400 fit
(`python -m tests.pictures.heights`). Behind the menu it asks for how long, which a button has to do anyway.
"""


def under(incident: Incident) -> tuple[Action, ...]:
    """What people can do about an incident as it stands, the most urgent first."""
    if incident.status is IncidentStatus.RESOLVED:
        verbs = ["right", "wrong", "postmortem"]
    else:
        verbs = ["unack", "resolve"] if incident.acknowledged_at is not None else ["ack"]
        silenced = incident.silence is not None and not incident.announced
        verbs += ["report", "notify", "unsilence" if silenced else "silence", "why", "tips", "works"]
    return tuple(Action(verb, LABELS[verb], incident.id) for verb in verbs)


def folded(actions: Sequence[Action], behind: Collection[str] = BEHIND) -> tuple[list[Action], list[Action]]:
    """Those that stand in the row, and those behind the menu (⋯): none where the menu would hold a single one."""
    inside = [action for action in actions if action.verb in behind]
    if len(inside) < 2 or len({action.subject for action in inside}) > 1:
        return list(actions), []
    return [action for action in actions if action not in inside], inside
