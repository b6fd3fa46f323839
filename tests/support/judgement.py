"""Settings and results for tests of the judgement."""

from bot.core.detection.assessment import AssessorSettings
from bot.core.model.service import ServiceView
from probes.model import Fault, Layer, Observation, Outcome

START = 1_776_000_000.0
VIEW = ServiceView("claude", "Claude", {"api": "Claude API"}, {"api": "k8w"})
SETTINGS = AssessorSettings(components=("api",), interval_s=30.0)


def seen(at, *, failed=False, vantage="eu"):
    """One result."""
    how = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error") if failed else (Outcome.OK,)
    return Observation("api/hello", "claude", "api", vantage, START + at, *how)
