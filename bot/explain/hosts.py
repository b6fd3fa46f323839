"""The hosts that a text says were asked, and whose they are."""

import re
from collections.abc import Mapping
from typing import Final

_OWNERS: Final[Mapping[str, tuple[str, str]]] = {
    "anthropic.com": ("claude", "claude-api"),
    "claude.ai": ("claude", "claude-ai"),
    "claude.com": ("claude", "claude-api"),
    "openai.com": ("openai", "openai-api"),
    "chatgpt.com": ("openai", "chatgpt"),
    "generativelanguage.googleapis.com": ("gemini", "gemini-api"),
    "gemini.google.com": ("gemini", "gemini-app"),
    "cloudcode-pa.googleapis.com": ("gemini", "gemini-api"),
    "aiplatform.googleapis.com": ("vertex-ai", ""),
    "openai.azure.com": ("azure-openai", "azure-openai"),
    "cognitiveservices.azure.com": ("azure-openai", "azure-openai"),
    "services.ai.azure.com": ("azure-openai", "azure-openai"),
    "openrouter.ai": ("openrouter", "openrouter-api"),
    "deepseek.com": ("deepseek", "deepseek-api"),
    "x.ai": ("xai", "xai-api"),
    "moonshot.ai": ("moonshot", "moonshot-api"),
    "moonshot.cn": ("moonshot", "moonshot-api"),
    "kimi.com": ("moonshot", "moonshot-api"),
    "groq.com": ("groq", "groq-api"),
    "mistral.ai": ("mistral", "mistral-api"),
    "cohere.com": ("cohere", "cohere-api"),
    "cohere.ai": ("cohere", "cohere-api"),
    "perplexity.ai": ("perplexity", "perplexity-api"),
    "together.xyz": ("together", "together-api"),
    "together.ai": ("together", "together-api"),
    "fireworks.ai": ("fireworks", "fireworks-api"),
    "huggingface.co": ("huggingface", "huggingface-inference"),
    "replicate.com": ("replicate", "replicate-api"),
    "elevenlabs.io": ("elevenlabs", "elevenlabs-tts"),
    "deepgram.com": ("deepgram", "deepgram-api"),
    "assemblyai.com": ("assemblyai", "assemblyai-api"),
    "voyageai.com": ("voyage-ai", "voyage-api"),
    "pinecone.io": ("pinecone", "pinecone-api"),
    "minimax.io": ("minimax", "minimax-llm"),
    "githubcopilot.com": ("github-copilot", "copilot"),
    "cursor.sh": ("cursor", "cursor-ide"),
    "cursor.com": ("cursor", "cursor-ide"),
    "codeium.com": ("windsurf", "windsurf-cascade"),
    "windsurf.com": ("windsurf", "windsurf-cascade"),
}
_NOBODY: Final = (
    "cerebras.ai",
    "sambanova.ai",
    "deepinfra.com",
    "novita.ai",
    "z.ai",
    "bigmodel.cn",
    "aliyuncs.com",
    "dashscope.com",
    "volces.com",
    "nvidia.com",
    "ai21.com",
    "baseten.co",
    "modal.run",
    "stability.ai",
    "runwayml.com",
    "lepton.ai",
    "siliconflow.cn",
    "siliconflow.com",
)
"""Vendors outside the catalogue: known, so no gateway of one's own, and nobody's state is shown for them."""
_BEDROCK: Final = re.compile(
    r"^bedrock(?:-runtime|-agent-runtime|-mantle)?[.-](?:fips\.)?([a-z]{2}(?:-[a-z]+){1,2}-\d)\."
)
_VERTEX: Final = re.compile(r"^(?:[a-z]+-[a-z]+\d-)?aiplatform\.(?:\w+\.)?(?:rep\.)?googleapis\.com$")
_HOST: Final = r"((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,6}[a-z]{2,18}|localhost|(?:\d{1,3}\.){3}\d{1,3})"
_ASKED: Final = tuple(
    re.compile(rule, re.IGNORECASE)
    for rule in (
        rf"https?://(?:[^\s/@\"']{{1,100}}@)?{_HOST}(?::\d+)?(?:/[^\s\"')]{{0,200}})?",
        (
            rf"(?:getaddrinfo (?:ENOTFOUND|EAI_AGAIN|ENODATA)|lookup|resolve host:?|Failed to resolve|host='|host="
            rf"|connect(?:ing)? to(?: host)?"
            rf"|connection (?:to|with)|failed to connect to|in connection to|resolution failed for|dial tcp"
            rf"|host ?:) ?['\"]?{_HOST}"
        ),
        rf"(?<![\w@/.-]){_HOST}:\d{{2,5}}\b",
        rf"\"(?:host|hostname|servername|baseURL|base_url|api_base)\":\s?\"(?:https?://)?{_HOST}",
    )
)
_READING: Final = re.compile(
    r"(?:^|\.)(?:docs?|status|help|support|console|platform|dash|developers?|community|status-page|www|code"
    r"|statuspage|learn|aka)\.?"
    r"|github\.com$|githubusercontent|stackoverflow|readthedocs|npmjs|pypi\.org|mozilla\.org|curl\.|haxx\.se"
    r"|python\.org|nodejs\.org"
    r"|cloudflare\.com$|microsoft\.com$|microsoftonline|w3\.org|example\.com/docs|apache\.org|nginx\.org|schema\.org"
    r"|type\.googleapis"
    r"|errors\.pydantic|sqlalche\.me|amazon\.com$|ibm\.com|postman|langchain\.com|vercel\.com$|ai\.google\.dev"
    r"|cloud\.google\.com"
    r"|google\.com$|ngrok\.com$|reactjs|llamaindex|litellm\.ai$|jetbrains\.com$",
    re.IGNORECASE,
)
_ENDPOINT: Final = re.compile(
    r"/(?:v\d|api|openai|chat|messages|completions|responses|models?|embeddings|oauth|inference|anthropic)\b",
    re.IGNORECASE,
)
_FILE: Final = re.compile(
    r"\.(?:js|ts|mjs|cjs|py|go|rs|java|json|md|html?|yaml|yml|txt|rb|php|cs|exe|dll|so|sh|c|h|log)$"
)


def asked(text: str) -> list[str]:
    """The hosts that were asked, in the order of the text; links to read (docs, status pages) are none."""
    found: dict[str, int] = {}
    for number, rule in enumerate(_ASKED):
        for match in rule.finditer(text):
            host = match.group(1).lower().rstrip(".")
            reading = _READING.search(host) and not (number == 0 and _ENDPOINT.search(match.group()))
            if not reading and not _FILE.search(host) and not _an_address(host):
                found.setdefault(host, match.start())
    return sorted(found, key=lambda host: found[host])


def _an_address(host: str) -> bool:
    """A public address says nothing of whose it is; one's own does."""
    if not re.fullmatch(r"[\d.]+", host):
        return False
    return not re.match(r"(?:127|10|192\.168|172\.(?:1[6-9]|2\d|3[01])|0)\.", host)


def owner(host: str) -> tuple[str, str] | None:
    """(service, component) whose host it is; ("", "") a vendor outside the catalogue; None nobody's known."""
    if found := _BEDROCK.match(host):
        return "aws-bedrock", f"bedrock-{found[1]}"
    if _VERTEX.match(host):
        return "vertex-ai", ""
    for name, whose in _OWNERS.items():
        if host == name or host.endswith("." + name):
            return whose
    if any(host == name or host.endswith("." + name) for name in _NOBODY):
        return "", ""
    return None
