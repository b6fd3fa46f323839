"""What the configuration offers in place of a component, as the core's candidates."""

from collections.abc import Mapping

from bot.core.tips.alternatives import Candidate
from bot.settings import Alternative, Settings
from probes.model import Check
from probes.registry import secrets_wanted

INFERENCE = frozenset({"chat", "generate", "converse", "invoke"})
"""The modes of a check that ask a model, of those kinds that have modes."""


def candidates(settings: Settings) -> Mapping[str, tuple[Candidate, ...]]:
    """By component id: what its service's configuration names as able to stand in for it."""
    measured = frozenset(check.component for check in settings.checks() if infers(check))
    return {
        component.id: tuple(
            _candidate(one, measured)
            for one in service.alternatives
            if component.id in (one.components or (component.id,)) and component.id not in one.via
        )
        for service in settings.services
        for component in service.components
    }


def infers(check: Check) -> bool:
    """Whether a check asks a model for words, and does not only knock at the door."""
    match check.kind:
        case "anthropic_message" | "claude_code_cli":
            return True
        case "claude_code":
            return "key" in check.options
        case _:
            return check.options.get("mode") in INFERENCE and bool(secrets_wanted(check))


def _candidate(one: Alternative, measured: frozenset[str]) -> Candidate:
    return Candidate(
        name=one.name,
        similarity=one.similarity,
        service=one.service,
        components=one.via,
        note=one.note,
        url=one.url,
        infers=measured,
    )
