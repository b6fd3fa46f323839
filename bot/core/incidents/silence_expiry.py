"""Silences that ran out with nothing under them: what the service's log keeps, and who is told where. Pure.

Of an incident that was held back its own trail says so; of the rest, whoever asked is told where it was asked, if
alerts go there at all.
"""

from collections.abc import Iterable

from bot.core.incidents.silences import conditions_of
from bot.core.model.action import ActionRecord, ActionRequest, ActionResult
from bot.core.model.service import ServiceView
from bot.core.model.silence import Silence
from bot.core.model.snapshot import Snapshot
from bot.core.routing.notices import Notice
from bot.core.routing.tree import ActiveRoutes, Recipient
from bot.core.text.people import person
from bot.core.text.quoting import clean, quoted

ENDED = "silence ended"
"""The verb of such a line in the log; nobody can ask for it."""
BY_WISH = "asked there"
"""Why a target is told."""


def done(silence: Silence, service: ServiceView, now: float) -> ActionRecord:
    """The line of the log."""
    who = f"{silence.by.platform}:{silence.by.place}:{silence.by.user}"
    command = ActionRequest(now, ENDED, (silence.target, silence.id), who, silence.where, silence.by.name)
    return ActionRecord(command, ActionResult(ok=True, text=text(silence, service), silence=silence.id))


def notice(silence: Silence, service: ServiceView, now: float) -> Notice | None:
    """What whoever asked is told; None where there is no place to tell it."""
    if not silence.where or not silence.id:
        return None
    said = Snapshot(now, service.id, service.name, None, None, (), reason=text(silence, service), over=True)
    return Notice(silence.id, round(now * 10), said, urgent=True, to=(silence.where,))


def text(silence: Silence, service: ServiceView) -> str:
    """The sentence; a headline in which no time can be shown."""
    what = "maintenance" if silence.work else "silence"
    target = clean(service.names.get(silence.target, silence.target), 120) or "the whole service"
    on = f"everything that matches {target}" if conditions_of(silence.target) else target
    why = f" ({quoted(silence.reason, 80)})" if silence.reason else ""
    return f"the {what} on {on} by {person(silence.by)}{why} has ended; it covers no open incident"


def answered(to: Iterable[str], table: ActiveRoutes) -> tuple[Recipient, ...]:
    """Those of some targets that hear of anything at all: what was asked elsewhere is not answered there."""
    known = {*table.tree.targets(), *(route.target for route in table.subscribed)}
    return tuple(Recipient(target, BY_WISH) for target in to if target in known)
