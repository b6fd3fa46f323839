"""Results for recordings."""

from bot.core.replay.trace import LETTERS
from probes.model import Observation, Timings

START = 1_776_000_000.0


def seen(slot, mark=".", vantage="eu", component="api", ms=None):
    """One observation as a letter means it."""
    outcome, fault, layer, symptom, status = LETTERS[mark]
    return Observation(
        check=f"{component}/hello",
        service="claude",
        component=component,
        vantage=vantage,
        at=START + 5.0 * slot,
        outcome=outcome,
        fault=fault,
        layer=layer,
        symptom=symptom,
        status=status,
        timings=Timings(total=ms),
    )
