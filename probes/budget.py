"""Who says whether a look that costs something may be taken."""

from typing import Protocol

from probes.model import Check


class Budget(Protocol):
    """The day's money and tokens, across all probers that share a store."""

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:
        """Set that much aside for one look, at most what it will cost. False: it is spent, and nothing is set aside."""
        ...


class Unlimited:
    """Everything is allowed: a prober by itself, with nobody to share a budget with."""

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:  # noqa: ARG002 - the protocol's
        return True
