"""What paid checks have used of the day's budget, all probers together. The day is UTC's, by the server's clock."""

import secrets
from dataclasses import dataclass

from bot.store import keys
from bot.store.client import RedisClient
from bot.store.keys import keys_of

NANO = 1_000_000_000


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """Today's tokens and US dollars set aside, and how many checks were refused."""

    tokens: int
    usd: float
    refused: int


class BudgetStore:
    """The budgets of all services. Operations raise `StoreError`."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def reserve(self, service: str, wanted: tuple[int, float], allowed: tuple[int, float]) -> bool:
        """Set tokens and US dollars aside, if with them the day stays within what is allowed."""
        granted, *_ = await self._ask(service, wanted, allowed)
        return granted == 1

    async def spent(self, service: str) -> BudgetUse:
        """What was set aside today."""
        _, tokens, nano, refused = await self._ask(service, (0, 0.0), (0, 0.0))
        return BudgetUse(tokens, nano / NANO, refused)

    async def _ask(self, service: str, wanted: tuple[int, float], allowed: tuple[int, float]) -> list[int]:
        figures = (wanted[0], round(wanted[1] * NANO), allowed[0], round(allowed[1] * NANO))
        reply = await self._link.run(
            "budget", (keys_of(service).budget,), (*figures, keys.BUDGET_TTL_S, secrets.token_hex(8))
        )
        return [int(figure) for figure in reply]
