"""Whose error a pasted text is, by the names in it: hosts, clients, the forms of ids."""

import re
from dataclasses import dataclass
from typing import Final

_WHOSE: Final = tuple(
    (service, component, re.compile(rule, re.IGNORECASE))
    for service, component, rule in (
        ("openrouter", "openrouter-api", r"openrouter|\bgen-\d{10}-\w+"),
        (
            "aws-bedrock",
            "",
            r"bedrock|botocore|\bInvokeModel|\bConverse(?:Stream)?\b|x-amzn-|amazonaws|ThrottlingException",
        ),
        ("vertex-ai", "", r"vertex|aiplatform\.googleapis"),
        ("azure-openai", "azure-openai", r"azure|apim-request-id"),
        (
            "gemini",
            "gemini-api",
            r"generativelanguage|gemini|GoogleGenerativeAI|google\.(?:genai|api_core|generativeai)|RESOURCE_EXHAUSTED",
        ),
        (
            "claude",
            "claude-code",
            r"claude[ -]code|\bAPI Error:? \(?(?:\d{3}|Repeated|Connection|Request|Server)|/login\b",
        ),
        ("claude", "claude-ai", r"claude\.ai\b|claude will return soon"),
        (
            "claude",
            "claude-api",
            r"anthropic|\bclaude\b|\breq_01[A-Za-z0-9]{8,}|\bmsg_01|overloaded_error|request_too_large",
        ),
        ("openai", "chatgpt", r"chatgpt"),
        ("openai", "codex", r"\bcodex\b"),
        ("openai", "openai-api", r"openai|\breq_[0-9a-f]{32}\b|chatcmpl-|\bgpt-\d|insufficient_quota"),
        ("mistral", "", r"mistral"),
        ("groq", "", r"groq"),
        ("cohere", "", r"cohere"),
        ("xai", "", r"api\.x\.ai|\bgrok\b"),
        ("deepseek", "", r"deepseek"),
        ("perplexity", "", r"perplexity"),
        ("together", "", r"together\.(?:ai|xyz)"),
        ("fireworks", "", r"fireworks"),
        ("huggingface", "", r"hugging ?face"),
        ("replicate", "", r"replicate\.(?:com|exceptions)"),
        ("github-copilot", "", r"copilot"),
        ("cursor", "", r"cursor\.(?:com|sh)"),
    )
)
_IDS: Final = (
    ("Anthropic", re.compile(r"\breq_(?:vrtx_|bdrk_)?01[A-Za-z0-9]{8,40}\b")),
    ("OpenAI", re.compile(r"\breq_[0-9a-f]{32}\b")),
    ("OpenRouter", re.compile(r"\bgen-\d{10}-[A-Za-z0-9]{10,40}\b")),
    ("Cloudflare", re.compile(r"\b[0-9a-f]{16}-[A-Z]{3}\b")),
    ("Cloudflare", re.compile(r"(?i:ray id:?)\s{0,4}(?:<[^<>]{1,60}>)?([0-9a-f]{16})\b")),
    (
        "AWS",
        re.compile(r"(?i:request ?id:?)[\"']?\s{0,4}[:=]?\s{0,4}[\"']?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b"),
    ),
)
_REGION: Final = re.compile(r"bedrock(?:-runtime)?[./]([a-z]{2}(?:-[a-z]+){1,2}-\d)\b")


@dataclass(frozen=True, slots=True)
class Clues:
    """What the names in a text say: the catalogue's service and component ("": not told), and an id with its giver."""

    service: str = ""
    component: str = ""
    request_id: str = ""
    giver: str = ""


def clues(text: str) -> Clues:
    """Whose it is. The first rule that fits wins: routes go before the vendors whose models they carry."""
    service, component = next(((s, c) for s, c, rule in _WHOSE if rule.search(text)), ("", ""))
    region = _REGION.search(text) if service == "aws-bedrock" else None
    for giver, rule in _IDS:
        if found := rule.search(text):
            return Clues(
                service, f"bedrock-{region[1]}" if region else component, found.group(found.lastindex or 0), giver
            )
    return Clues(service, f"bedrock-{region[1]}" if region else component)
