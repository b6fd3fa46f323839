"""Alternatives with measurements."""

from dataclasses import replace
from typing import Any

from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.tips.alternatives import Candidate, Similarity
from tests.support.situations import WELL

BEDROCK = Candidate(
    "Claude on Bedrock", Similarity.SAME_MODEL, "aws-bedrock", note="An AWS account.", infers=frozenset({"bedrock-a"})
)
OPENAI = Candidate("OpenAI", Similarity.OTHER, "openai", ("openai-api",))
GATEWAY = Candidate("A gateway of your own", Similarity.SAME_MODEL)
ALL = (OPENAI, GATEWAY, BEDROCK)


def at(component: str, base: Measurement = WELL, **more: Any) -> ComponentStatus:
    """A component as we measure it, with nothing read of its page."""
    return ComponentStatus(replace(base, component=component, name=component.title(), **more))
