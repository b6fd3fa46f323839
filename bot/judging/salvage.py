"""What a service goes on with when its state cannot be read or judged on: what people see of it, and nothing else.

Open incidents, silences and what was said of them are kept, each part for itself as far as it can be read; incidents
that only the store knows are taken up again. What the detector had learned is learned anew.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.core.judging.decisions import JudgementState
from bot.core.model.incident import IncidentStatus
from bot.core.routing.notices import SentNotice
from bot.store.codec import INCIDENT, REMEMBERED
from bot.store.types import Delivery

KEPT = ("incidents", "silences", "asides", "told", "ledger", "others", "heard", "compared", "counted")
"""The parts of a state that people see; none of them holds what the detector believes."""


def salvaged(state: bytes | None, known: Iterable[str], said: Sequence[Delivery], now: float) -> JudgementState:
    """The state to go on with at `now` (Unix seconds).

    `known` are the service's incidents in the store (JSON), `said` its deliveries: whom they went to.
    """
    kept = parts(state, KEPT)
    open_ = {one.id: one for one in INCIDENT.load_all(known) if one.status is not IncidentStatus.RESOLVED}
    incidents = {**open_, **kept.incidents}
    # The count of editions is lost with the state: the time, in tenths, is above any count.
    told = {i: SentNotice(int(now * 10), now, _heard(i, said)) for i in incidents if any(d.subject == i for d in said)}
    return replace(kept, incidents=incidents, told={**told, **kept.told})


def unsaid(kept: JudgementState, said: Iterable[Delivery]) -> dict[str, SentNotice]:
    """Open incidents of which the store has not all deliveries any more, as if it were time for the next edition."""
    there = {(one.subject, one.channel) for one in said}
    lost = {}
    for name in kept.incidents.keys() & kept.told.keys():
        told = kept.told[name]
        if any((name, target) not in there for target in told.to):
            lost[name] = replace(told, at=0.0)
    return lost


def parts(state: bytes | None, names: Collection[str]) -> JudgementState:
    """The named parts of a state, each as far as it can be read by itself; all others as of nothing."""
    try:
        fields = json.loads(state or b"{}")
    except (ValueError, RecursionError):
        return JudgementState()
    read: dict[str, Any] = {}
    for name in names if isinstance(fields, Mapping) else ():
        one = REMEMBERED.load(json.dumps({name: fields[name]})) if name in fields else None
        if one is not None:
            read[name] = getattr(one, name)
    return JudgementState(**read)


def _heard(incident: str, said: Iterable[Delivery]) -> dict[str, float]:
    return {one.channel: one.held_until or 0.0 for one in said if one.subject == incident}
