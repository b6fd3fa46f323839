"""The day's tokens and money, kept in the store for all probers together: asked before every check that costs."""

import asyncio
import logging
from collections.abc import Mapping

from bot.errors import StoreError
from bot.settings import Allowance
from bot.store.budget import BudgetStore
from probes.model import Check

log = logging.getLogger(__name__)

ASK_S = 1.0
"""A store that takes longer to answer counts as away: the check has a deadline of its own."""


class BudgetGate:
    """What each service's paid checks may still use today; where the store cannot tell, they may not."""

    def __init__(self, purse: BudgetStore, allowances: Mapping[str, Allowance]) -> None:
        self._purse = purse
        self._allowances = allowances
        self._resting: set[str] = set()

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:
        """Set that much aside for one check; False: not allowed, and nothing is set aside."""
        allowance = self._allowances[check.service]
        try:
            async with asyncio.timeout(min(ASK_S, check.timeout_s / 4)):
                allowed = await self._purse.reserve(
                    check.service, (tokens, cost_usd), (allowance.tokens_per_day, allowance.usd_per_day)
                )
        except (StoreError, TimeoutError) as error:
            log.debug(
                "the budget of %s cannot be read, so %s is paused: %s", check.service, check.id, error or "no answer"
            )
            return False
        if not allowed and check.service not in self._resting:
            log.warning(
                "the day's budget of %s is spent: paid checks rest until 00:00 UTC, the free ones go on", check.service
            )
        (self._resting.discard if allowed else self._resting.add)(check.service)
        return allowed
