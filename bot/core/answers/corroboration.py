"""Whether others see an error that somebody met, by our probes' latest failures. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.states import ATTENTION
from bot.core.text.symptoms import present, suspected
from bot.core.tips.alternatives import Option
from probes.model import State

SHOWN = 3


class Agreement(StrEnum):
    """How well our measurements agree with the error."""

    SAME = "same"
    TROUBLE = "trouble"
    WELL = "well"
    UNKNOWN = "unknown"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Context:
    """What the one who explains knows of now: how the services stand, and `options` in place of each component.

    `service` and `component` are what the person asked about, "" where only the text tells.
    """

    standings: Sequence[ServiceStatus] = ()
    service: str = ""
    component: str = ""
    options: Mapping[str, Sequence[Option]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ComponentMatch:
    """One component and whether it shows the same."""

    standing: ServiceStatus
    voices: ComponentStatus
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class ErrorQuery:
    """The error to look for; `ours`: its fault is the asker's own, so that other trouble says nothing of it."""

    symptom: str
    layer: str
    status: int | None
    ours: bool = False


def witnesses(context: Context, whose: tuple[str, str], what: ErrorQuery, now: float) -> tuple[ComponentMatch, ...]:
    """The components to ask, those that show the most of it first.

    Args:
        context: how everything stands.
        whose: service and component that the text points at, "" where it does not.
        what: the error.
        now: Unix seconds.
    """
    service, component = (context.service, context.component) if context.service else whose
    asked = [(s, v) for s in context.standings for v in s.voices if s.service == service or not service]
    exact = [(s, v) for s, v in asked if component and v.measured.component == component]
    found = [ComponentMatch(s, v, _agreement(v, what, now)) for s, v in exact or asked]
    if not service:
        telling = {Agreement.SAME} if what.ours else {Agreement.SAME, Agreement.TROUBLE}
        found = [w for w in found if w.agreement in telling]
    return tuple(sorted(found, key=lambda w: _weight(w, now)))[:SHOWN]


def verdict(found: Sequence[ComponentMatch]) -> Agreement:
    """The conclusion from all corroborating sources."""
    return found[0].agreement if found else Agreement.NOBODY


def _weight(witness: ComponentMatch, now: float) -> tuple[int, int]:
    return list(Agreement).index(witness.agreement), -ATTENTION[present(witness.voices.measured, now)]


def _agreement(voices: ComponentStatus, what: ErrorQuery, now: float) -> Agreement:
    measured = voices.measured
    state = present(measured, now)
    if state is State.UNKNOWN:
        return Agreement.UNKNOWN
    if state not in TROUBLE and not suspected(measured):
        return Agreement.WELL
    shown = {word for word, _ in measured.symptoms}
    alike = what.symptom in shown or (what.status is not None and f"http_{what.status}" in shown)
    same = alike or (what.layer != "" and measured.layer == what.layer)
    return Agreement.SAME if same else Agreement.TROUBLE
