"""What PagerDuty answers."""

from dataclasses import replace

from bot.core.model.card import CardFacts, Colour
from probes.model import State
from tests.support.contract import CARD

TAKEN = replace(CARD, tone=Colour.YELLOW, facts=CardFacts("claude", ("api", "web"), State.PARTIAL, acknowledged=True))
