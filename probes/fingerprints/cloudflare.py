"""Cloudflare's own answers: 52x, 530, 1xxx, by JSON, bare text, page or status; and whose zone it speaks for."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from probes.fingerprints import verdicts as v
from probes.fingerprints.answer import ParsedAnswer
from probes.fingerprints.rules import Found
from probes.fingerprints.verdicts import Verdict

_NAMES: Final = """
    anthropic.com claude.ai claude.com openai.com chatgpt.com oaistatic.com googleapis.com google.com
    amazonaws.com azure.com microsoft.com mistral.ai groq.com cohere.com cohere.ai x.ai grok.com deepseek.com
    perplexity.ai perplexity.com together.xyz together.ai huggingface.co hf.co fireworks.ai modal.com
    replicate.com elevenlabs.io github.com githubcopilot.com cursor.com cursor.sh windsurf.com codeium.com
    moonshot.ai moonshot.cn deepgram.com assemblyai.com voyageai.com openrouter.ai cerebras.ai ai21.com
    stability.ai x.com novita.ai deepinfra.com sambanova.ai z.ai minimax.io poe.com
"""
ZONES: Final = frozenset(_NAMES.split())
"""Registered names of the catalogue's vendors: an edge that names another zone speaks for a gateway in between."""

_MEANINGS: Final = {
    **dict.fromkeys((502, 504, *range(520, 528), 530, *range(1000, 1100)), v.ORIGIN),
    **dict.fromkeys((500, 501, 503, 505), v.EDGE_BROKEN),
    **dict.fromkeys((1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, 1020, 1106), v.BOT_BLOCK),
    **dict.fromkeys((1015, 1027, 1200), v.EDGE_LIMIT),
    **dict.fromkeys((1003, 1013, 1034, 1035, 1036, 1037), v.REQUEST),
    **dict.fromkeys((1101, 1102, 1103, 1104, 1105), v.NAMELESS),
}
"""Origin trouble, the edge's own, a rule against us, a rate, our mistake, the vendor's code that runs at the edge."""
_CODE: Final = re.compile(
    r"error code:? ?(\d{3,4})\b|cf-error-code\W{1,3}(\d{3,4})|\berror\b[^\d]{0,60}?\b(1[012]\d{2}"
    r"|5[23]\d)\b|\| (52\d|530|50\d):",
    re.IGNORECASE,
)
_TITLED: Final = re.compile(r"^([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,5}) \| ")
_DOCUMENTED: Final = "://developers.cloudflare.com/"
_BRANDED: Final = re.compile(
    r"cf-error-details|cf-wrapper|cf-footer|cloudflare ray id|ray id|performance &amp; security by|cloudflare"
)
_STOCK: Final[Mapping[int, Verdict]] = {502: v.EDGE_ORIGIN, 504: v.EDGE_ORIGIN, 403: v.BOT_BLOCK, 429: v.EDGE_LIMIT}
_CATEGORIES: Final = {
    "origin": v.ORIGIN,
    "dns": v.ORIGIN,
    "ssl": v.ORIGIN,
    "tunnel": v.ORIGIN,
    "worker": v.NAMELESS,
    "config": v.ORIGIN,
    "rate_limit": v.EDGE_LIMIT,
    "access_denied": v.BOT_BLOCK,
    "security": v.BOT_BLOCK,
    "edge": v.EDGE_BROKEN,
}


def zone_of(heard: ParsedAnswer) -> str:
    """The zone an error speaks for: named in Cloudflare's JSON, or at the head of its page's title."""
    titled = _TITLED.search(heard.title)
    return (heard.said.other("zone") or (titled.group(1) if titled else "")).lower().strip(".")


def _stranger(heard: ParsedAnswer) -> bool:
    """Whether that zone is neither a known vendor's nor the one that was asked: then it is a gateway in between."""
    zone = zone_of(heard)
    if not zone:
        return False
    try:
        host = urlsplit(heard.answer.url).hostname or ""
    except ValueError:
        host = ""
    asked = bool(host) and (host == zone or host.endswith("." + zone) or zone.endswith("." + host))
    return not asked and not any(zone == known or zone.endswith("." + known) for known in ZONES)


def _code(heard: ParsedAnswer) -> int:
    """Cloudflare's own error number, from its JSON, its bare text, its page or its 52x status; 0 if it gave none."""
    for word in heard.said.words if heard.said.other("cloudflare_error") else ():
        if word.isascii() and word.isdecimal() and len(word) <= 4 and int(word) in _MEANINGS:
            return int(word)
    branded = heard.edge == "cloudflare" or bool(_BRANDED.search(heard.page))
    if heard.kind != "json" and (branded or len(heard.page) < 40):
        numbers = [int(next(filter(None, found))) for found in _CODE.findall(heard.page[:8192])]
        special = [n for n in numbers if n >= 1000 and n in _MEANINGS]  # a page of status 530 names its 1xxx too
        known = special or [n for n in numbers if n in _MEANINGS]
        if known:
            return known[0]
    return heard.status if 520 <= heard.status <= 527 or heard.status == 530 else 0


def read_cloudflare(heard: ParsedAnswer) -> Found | None:
    """What Cloudflare itself says; an app's own JSON under a 52x status is left to the vendors' rules."""
    own = bool(heard.said.other("cloudflare_error")) or any(_DOCUMENTED in word for word in heard.said.words)
    if heard.kind == "json" and heard.said.words and not own:
        return None
    code = _code(heard) if heard.status >= 400 else 0
    if code and (own or heard.vendor == "" or 520 <= heard.status <= 530):
        verdict = _MEANINGS.get(code, v.ORIGIN)
        return Found(f"cf_{code}", v.OWN_GATEWAY if _stranger(heard) else verdict)
    return _by_category(heard) if own else _by_page(heard)


def _by_category(heard: ParsedAnswer) -> Found:
    """Cloudflare's JSON with a number we do not know: its category will do."""
    verdict = next((_CATEGORIES[word] for word in heard.said.words if word in _CATEGORIES), None)
    if verdict is None:
        verdict = v.ORIGIN if heard.status >= 500 else v.BOT_BLOCK
    return Found(f"cf_{heard.status}", v.OWN_GATEWAY if _stranger(heard) else verdict)


def _by_page(heard: ParsedAnswer) -> Found | None:
    """The bare nginx page is made at the edge, before or instead of asking the vendor; the branded one too."""
    symptom = f"cf_{heard.status}"
    if heard.status >= 400 and re.search(r"<center>\s{0,9}cloudflare(?:-nginx)?\s{0,9}</center>", heard.page):
        return Found(symptom, _STOCK.get(heard.status) or (v.EDGE_BROKEN if heard.status >= 500 else v.REQUEST))
    branded = re.search(r"cf-error-details|cf-wrapper", heard.page)
    if branded and heard.edge == "cloudflare" and heard.kind == "html" and heard.status >= 400:
        if _stranger(heard):
            return Found(symptom, v.OWN_GATEWAY)
        return Found(symptom, _MEANINGS.get(heard.status, v.EDGE_BROKEN if heard.status >= 500 else v.BOT_BLOCK))
    return None
