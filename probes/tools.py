"""What a probe is given, and how it says what it saw."""

import re
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from probes.fingerprints.values import Reading
from probes.model import Check, Fault, Layer, Observation, Outcome, Timings
from probes.secret import Secret
from probes.transport.client import Transport

_NAMED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class Budget(Protocol):
    """The day's money and tokens, across all probers that share a store."""

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:
        """Reserve what one check costs at most. False: the budget is spent, and nothing is reserved."""
        ...


class Unlimited:
    """Everything is allowed: a prober by itself, with nobody to share a budget with."""

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:  # noqa: ARG002 - the protocol's
        return True


class Pings(Protocol):
    """What jobs reported of themselves, as the store keeps it."""

    async def reading(self, check: Check, memory: MutableMapping[str, Any]) -> Reading:
        """What a job's reports come to now; `memory` is the check's own."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """Given to every check.

    `memory` is this check's own and lives as long as the process: ETags, the last good page. `budget` is asked before a
    look that costs something; `pings` are None where no store is open.
    """

    transport: Transport
    vantage: str
    now: Callable[[], float]
    secrets: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    memory: MutableMapping[str, Any] = field(default_factory=dict, repr=False)
    budget: Budget = field(default_factory=Unlimited)
    pings: Pings | None = None


class Probe(Protocol):
    """Makes one check. May raise: `look` turns everything into a result."""

    async def __call__(self, check: Check, tools: Tools) -> Observation: ...


class MissingSecretError(Exception):
    """A check names a secret that the environment does not hold; the message is its name."""


def patience(check: Check) -> float:
    """Seconds a probe may wait: less than the check's deadline, so that the transport can say where it hung."""
    return check.timeout_s * 0.98


def observe(
    check: Check, tools: Tools, reading: Reading, timings: Timings | None = None, status: int | None = None
) -> Observation:
    """The result of one reading."""
    return Observation(
        check=check.id,
        service=check.service,
        component=check.component,
        vantage=tools.vantage,
        at=tools.now(),
        outcome=reading.outcome,
        fault=reading.fault,
        layer=reading.layer,
        symptom=reading.symptom,
        status=status,
        timings=timings or Timings(),
        request_id=reading.request_id,
        pop=reading.pop,
        edge=reading.edge,
        advice=reading.advice,
        detail=reading.detail,
    )


def ours(symptom: str, detail: str, layer: Layer = Layer.UNKNOWN) -> Reading:
    """Our own fault, of which nothing follows about the vendor."""
    return Reading(Outcome.INCONCLUSIVE, Fault.OURS, layer, symptom, detail=detail)


def named(text: str) -> frozenset[str]:
    """The secrets a configured text refers to as `${NAME}`."""
    return frozenset(_NAMED.findall(text))


def filled(text: str, secrets: Mapping[str, Secret]) -> str:
    """The text with its secrets in place. Raises MissingSecretError."""

    def reveal(match: re.Match[str]) -> str:
        if match[1] not in secrets:
            raise MissingSecretError(match[1])
        return secrets[match[1]].reveal()

    return _NAMED.sub(reveal, text)
