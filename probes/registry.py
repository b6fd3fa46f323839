"""Every probe kind: its name in configurations -> its probe and its options.

To add a kind, import its module here; that line is all. A kind is a module with a table `OPTIONS` and a probe that has
the module's own name.
"""
# ruff: noqa: F401  (the imports are the table)

from collections.abc import Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Any

from probes import heartbeat, options, statuspage
from probes.community import github_issues, hackernews
from probes.model import Check
from probes.network import control, dns, http, tcp, tls
from probes.options import Options
from probes.tools import Probe, named
from probes.vendors import (
    anthropic_count_tokens,
    anthropic_message,
    anthropic_models,
    bedrock,
    claude_code,
    claude_code_cli,
    claude_web,
    edge_hello,
    gemini,
    openai,
    openrouter_endpoints,
    vertex,
)

_KINDS: Mapping[str, ModuleType] = {
    name: value for name, value in vars().copy().items() if isinstance(value, ModuleType) and hasattr(value, "OPTIONS")
}
PROBES: Mapping[str, Probe] = MappingProxyType({name: getattr(_KINDS[name], name) for name in sorted(_KINDS)})
KIND_OPTIONS: Mapping[str, Options] = MappingProxyType({name: _KINDS[name].OPTIONS for name in sorted(_KINDS)})


def complaints(kind: str, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is wrong with the options of a check: pairs of key and what was expected, "" for an unknown key."""
    return options.complaints(KIND_OPTIONS[kind], given)


def secrets_wanted(check: Check) -> frozenset[str]:
    """Names of the secrets that a check's options refer to as `${NAME}`, defaults included."""
    values = options.with_defaults(KIND_OPTIONS[check.kind], check.options).values()
    return frozenset(name for value in values for text in _texts(value) for name in named(text))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)
