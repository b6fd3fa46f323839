"""Whose error a pasted text is: the host that was asked decides, then the form of ids, the client, the words."""

import re
from dataclasses import dataclass
from typing import Final

from bot.explain.hosts import asked, owner

_NAMES: Final = tuple(
    (service, component, re.compile(rule, re.IGNORECASE))
    for service, component, rule in (
        ("openrouter", "openrouter-api", r"\bopenrouter|\bgen-\d{10}-\w+"),
        (
            "aws-bedrock",
            "",
            r"\bbedrock|\bInvokeModel|\bConverse(?:Stream)?\b(?= operation)|x-amzn-bedrock",
        ),
        ("vertex-ai", "", r"\bvertex[ _-]?ai\b|\bvertex\b|error-code-429"),
        ("azure-openai", "azure-openai", r"\bazure[ _-]?(?:open)?ai\b|\bAzure\b|apim-request-id"),
        ("deepseek", "deepseek-api", r"\bdeepseek"),
        ("moonshot", "moonshot-api", r"\bkimi\b|\bmoonshot"),
        ("xai", "xai-api", r"\bxAI\b|\bgrok-?\d|\bgrok\b"),
        ("groq", "groq-api", r"\bgroq"),
        ("mistral", "mistral-api", r"\bmistral|\bcodestral"),
        ("cohere", "cohere-api", r"\bcohere(?!n)|\bcommand-r"),
        ("perplexity", "perplexity-api", r"\bperplexity|\bsonar-pro"),
        ("together", "together-api", r"\btogether\.(?:ai|xyz)|\btogether ai\b|\btogetherai\b"),
        ("fireworks", "fireworks-api", r"\bfireworks(?:\.ai|[ _-]ai|ai)\b|accounts/fireworks"),
        ("huggingface", "huggingface-inference", r"\bhugging ?face|huggingface_hub"),
        ("replicate", "replicate-api", r"\breplicate\.exceptions|\breplicate\b(?= ?(?:api|error|client))"),
        ("github-copilot", "copilot", r"\bcopilot\b|\bResponsible AI Service"),
        ("cursor", "cursor-ide", r"\bcursor(?:\.com|\.sh|:| IDE| agent)|trouble connecting to the model provider"),
        ("windsurf", "windsurf-cascade", r"\bwindsurf\b|\bcascade\b(?= (?:error|could))"),
        ("openai", "codex", r"\bcodex\b|stream disconnected before completion"),
        ("openai", "chatgpt", r"\bchatgpt\b"),
        (
            "claude",
            "claude-code",
            (
                r"\bclaude[ -]code|\bAPI Error:? \(?(?:\d{3}|Repeated|Connection|Request|Server|The response)"
                r"|(?<![\w/.])/(?:login|model|compact|rewind|usage-credits|status)\b|claude-cli|@anthropic-ai/claude-code"
            ),
        ),
        ("claude", "claude-ai", r"claude\.ai\b|claude will return soon"),
        (
            "gemini",
            "gemini-api",
            r"\bgemini|GoogleGenerativeAI|google\.(?:genai|api_core|generativeai)|RESOURCE_EXHAUSTED",
        ),
        (
            "claude",
            "claude-api",
            r"\banthropic|\bclaude\b|\breq_01[A-Za-z0-9]{8,}|\bmsg_01|\boverloaded_error\b|\brequest_too_large\b",
        ),
        ("aws-bedrock", "", r"\bbotocore|ThrottlingException|ModelNotReadyException"),
        ("openai", "openai-api", r"\bopenai|\breq_[0-9a-f]{32}\b|\bchatcmpl-|\bgpt-\d|\binsufficient_quota\b"),
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
_OF_AWS: Final = re.compile(r"x-amzn|amazonaws|botocore|bedrock|aws", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Clues:
    """What the names in a text say: the catalogue's service and component ("": not told), and an id with its giver.

    `elsewhere` is a host that was asked and that is no vendor's that we know: a gateway or server of one's own.
    """

    service: str = ""
    component: str = ""
    request_id: str = ""
    giver: str = ""
    elsewhere: str = ""


def clues(text: str) -> Clues:
    """Whose it is. A host that was asked outweighs every name: an SDK may be pointed at anybody."""
    request_id, giver = _id(text)
    known, elsewhere = None, ""
    for host in asked(text):
        found = owner(host)
        if found is None:
            elsewhere = elsewhere or host
        elif known is None or not known[1]:
            known = found
    if known is None and not elsewhere:
        known = next(((s, c) for s, c, rule in _NAMES if rule.search(text)), None)
    elif known is not None and known[0] == "claude" and known[1] != "claude-ai" and _CODE.search(text):
        known = ("claude", "claude-code")
    service, component = known or ("", "")
    return Clues(service, component, request_id, giver, "" if known else elsewhere)


_CODE: Final = next(rule for _, component, rule in _NAMES if component == "claude-code")


def _id(text: str) -> tuple[str, str]:
    for giver, rule in _IDS:
        if (found := rule.search(text)) and (giver != "AWS" or _OF_AWS.search(text)):
            return found.group(found.lastindex or 0), giver
    return "", ""
