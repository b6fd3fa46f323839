"""Every kind of check: its name in configurations -> its probe and its options. A new kind is a line in each."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from probes import options, statuspage
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

PROBES: Mapping[str, Probe] = MappingProxyType(
    {
        "anthropic_count_tokens": anthropic_count_tokens.anthropic_count_tokens,
        "anthropic_message": anthropic_message.anthropic_message,
        "anthropic_models": anthropic_models.anthropic_models,
        "bedrock": bedrock.bedrock,
        "claude_code": claude_code.claude_code,
        "claude_code_cli": claude_code_cli.claude_code_cli,
        "claude_web": claude_web.claude_web,
        "control": control.control,
        "dns": dns.dns,
        "edge_hello": edge_hello.edge_hello,
        "gemini": gemini.gemini,
        "github_issues": github_issues.github_issues,
        "hackernews": hackernews.hackernews,
        "http": http.http,
        "openai": openai.openai,
        "openrouter_endpoints": openrouter_endpoints.openrouter_endpoints,
        "statuspage": statuspage.statuspage,
        "tcp": tcp.tcp,
        "tls": tls.tls,
        "vertex": vertex.vertex,
    }
)

KIND_OPTIONS: Mapping[str, Options] = MappingProxyType(
    {
        "anthropic_count_tokens": anthropic_count_tokens.OPTIONS,
        "anthropic_message": anthropic_message.OPTIONS,
        "anthropic_models": anthropic_models.OPTIONS,
        "bedrock": bedrock.OPTIONS,
        "claude_code": claude_code.OPTIONS,
        "claude_code_cli": claude_code_cli.OPTIONS,
        "claude_web": claude_web.OPTIONS,
        "control": control.OPTIONS,
        "dns": dns.OPTIONS,
        "edge_hello": edge_hello.OPTIONS,
        "gemini": gemini.OPTIONS,
        "github_issues": github_issues.OPTIONS,
        "hackernews": hackernews.OPTIONS,
        "http": http.OPTIONS,
        "openai": openai.OPTIONS,
        "openrouter_endpoints": openrouter_endpoints.OPTIONS,
        "statuspage": statuspage.OPTIONS,
        "tcp": tcp.OPTIONS,
        "tls": tls.OPTIONS,
        "vertex": vertex.OPTIONS,
    }
)


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
