"""Options as they stand at one moment: up, failing, stale, never measured."""

from dataclasses import replace

from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PageStatus
from bot.core.tips.alternatives import Candidate, Option, ranked
from probes.model import State

NOW = 1_776_094_980.0


def option(name: str, state: State = State.OPERATIONAL, age_s: float = 20.0, *, service: str = "") -> Option:
    """The option of a component of that name, measured so long ago, ranked by the rules that production uses."""
    measured = Measurement(name, f"The {name}", state, rate=0.0 if state is State.OPERATIONAL else 0.5, at=NOW - age_s)
    (made,) = ranked(
        [Candidate(name, service=service or name, components=(name,))],
        {service or name: [ComponentStatus(measured)]},
        NOW,
    )
    return made


def live(name: str) -> Option:
    """Up, probed 20 s ago."""
    return option(name)


def failing(name: str) -> Option:
    """Half of its requests fail."""
    return option(name, State.PARTIAL)


def stale(name: str) -> Option:
    """Was up when last looked at, an hour ago."""
    return option(name, age_s=3600)


def unmeasured(name: str) -> Option:
    """Nothing here looks at it."""
    (made,) = ranked([Candidate(name, service=name)], {}, NOW)
    return made


def admitted(name: str) -> Option:
    """We measure it up; its page says that it is not."""
    voices = ComponentStatus(
        live(name).measured or Measurement(name, name, State.UNKNOWN), PageStatus(State.MAJOR, "down", NOW - 5)
    )
    (made,) = ranked([Candidate(name, service=name, components=(name,))], {name: [voices]}, NOW)
    return made


def grown_old(name: str) -> Option:
    """Ranked while it was fresh, used long after: its word `live` must not be believed."""
    one = live(name)
    assert one.measured
    return replace(one, measured=replace(one.measured, at=NOW - 3600))
