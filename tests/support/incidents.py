"""Open incidents and the people who act on them."""

from bot.core.detection.assessment import Transition
from bot.core.incidents.tracker import IncidentTracker
from bot.core.model.action import ActionRequest
from bot.core.model.service import ServiceView
from probes.model import State

NOW = 1_776_000_000.0
VIEW = ServiceView("claude", "Claude", {"api": "Claude API", "code": "Claude Code"}, {"api": "k8w"})
ANN, BOB = "slack:T1:U1", "discord:G1:U2"
NAMES = {ANN: "Ann", BOB: "Bob"}


def step(after, event, *components, state=State.PARTIAL, kind="failures"):
    """What the detector says."""
    return Transition(NOW + after, event, "component", components, state, 0.4, 0.3, 0.5, kind, NOW, "", "evidence")


def said(after, verb, *args, who=ANN):
    """What a person wants."""
    return ActionRequest(NOW + after, verb, args, who, who.rpartition(":")[0], NAMES[who])


def opened(*components):
    """A casebook in which one incident stands; and its id."""
    cases = IncidentTracker(VIEW, {})
    cases.follow([step(0, "opened", *(components or ("api",)))])
    cases.take()
    return cases, next(iter(cases.incidents))
