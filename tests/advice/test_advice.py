"""Tips with live states: what the courier words and the desk answers come from the store of this moment."""

from dataclasses import replace

import pytest

from bot.advice.advisor import Advisor
from bot.advice.candidates import candidates
from bot.advice.library import recipes, tips
from bot.config import catalogue
from bot.config.load import from_text
from bot.core.model.group import Correlation
from bot.core.model.incident import IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.tips.alternatives import Candidate, Similarity
from probes.model import State
from tests.support.situations import INCIDENT, NOW, SITUATIONS, stood

BEDROCK = Candidate("Claude on Amazon Bedrock", Similarity.SAME_MODEL, "aws-bedrock", ("bedrock-us-east-1",))
ELSEWHERE = Candidate("Not watched here", Similarity.OTHER, "nowhere")


class Store:
    """How services stand, with a note of who was asked about."""

    def __init__(self, measured: Measurement) -> None:
        self.measured = measured
        self.asked: list[str] = []

    async def standing(self, service: str) -> ServiceStatus:
        self.asked.append(service)
        return ServiceStatus(service, service, (ComponentStatus(self.measured),))

    async def causes(self, _service: str) -> tuple[Correlation, ...]:
        """Nothing, whoever is asked about."""
        return ()


UP = Measurement("bedrock-us-east-1", "Bedrock (N. Virginia)", State.OPERATIONAL, at=NOW - 20)


def advisor(store):
    return Advisor(store, {"claude-api": (BEDROCK, ELSEWHERE)}, ["claude", "aws-bedrock"])


async def do_now(store, snapshot=SITUATIONS["intermittent"][0]):
    """What the card says to do."""
    return stood((await advisor(store).card(snapshot, NOW)).lines, "Do now")


async def test_the_card_has_the_live_state():
    """A route that is measured to be up is offered by name; one look at the store for each service."""
    store = Store(UP)

    said = await do_now(store)

    assert said == "Retry with backoff (max 3) · Bedrock (N. Virginia) is up (front door only)"
    assert store.asked == ["aws-bedrock"]


async def test_the_card_offers_nothing_that_fails():
    """Failing, stale or never looked at: another step takes its place."""
    for measured in (replace(UP, state=State.PARTIAL, rate=0.4), replace(UP, at=NOW - 3600), replace(UP, at=None)):
        said = await do_now(Store(measured))

        assert "Bedrock" not in said
        assert "another route" not in said
        assert said.startswith("Retry with backoff (max 3) · ")


async def test_what_needs_no_alternatives_asks_for_none():
    """A message of an end, or of a disagreement, reads nothing."""
    store = Store(UP)
    snapshot, _ = SITUATIONS["intermittent"]
    over = replace(snapshot, incident=replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=NOW))

    assert await do_now(store, over) == ""
    await advisor(store).card(SITUATIONS["discrepancy_open"][0], NOW)
    assert store.asked == []


@pytest.mark.parametrize("tip", [tip for tip in tips() if tip.needs], ids=lambda tip: tip.name)
def test_where_tips_send_people_is_known(tip):
    """The catalogue offers it in place of each component the tip is for; a gateway or deployment is the user's own."""
    offered = candidates(from_text(f"services: [{', '.join(catalogue.names())}]", environ={}))

    for component in tip.components:
        found = [one for one in offered[component] if tip.needs == one.service or tip.needs in one.components]
        assert found or tip.needs in {"gateway", "azure-foundry"}


def test_recipes_come_in_three_languages():
    """Each of the four is there in all three, with a comment that says how to use it."""
    found = {(recipe.name, recipe.language) for recipe in recipes()}

    assert found == {
        (n, x) for n in ("backoff", "breaker", "cache", "fallback") for x in ("python", "typescript", "curl")
    }
    assert all(recipe.code.startswith(('"""', "//", "#!/usr/bin/env bash\n#")) for recipe in recipes())
    assert all(len(recipe.code) < 3000 for recipe in recipes())
