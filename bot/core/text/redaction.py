"""Secrets in a text that people paste: found, taken out, named by kind. Pure.

To be used before anything else touches the text, so that nothing behind it can store, log or repeat a secret. Rather
too much is taken out than too little; what is only long and random is taken out without an alarm.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot.core.text.quoting import listed

LONGEST: Final = 20_000
"""Characters of a pasted text that are checked; what lies beyond is dropped."""
MASK: Final = "[hidden]"
RANDOM: Final = "long random value"
ENDING: Final = 200
"""Characters at the cut end of a text that is too long which are dropped too: half a secret shows no mark of one."""

_NAME = (
    r"api[ _-]?key|secret|token|passwd|password|pwd|credentials?|signature|client[_-]secret|access[_-]key|auth[_-]key"
)
_NO_VALUE = (
    r"(?!(?i:\[?hidden\]?|(?:header|is|was|not|missing|required|invalid|expired|failed|null|none|undefined|true|false"
    r"|unauthorized|bearer|basic|digest)\b))"
)
_RULES: Final = (
    ("private key", r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?(?:-----END [A-Z0-9 ]{0,40}-----|\Z)"),
    ("Anthropic key", r"sk-ant-[\w-]{4,}"),
    ("OpenRouter key", r"sk-or-(?:v1-)?[\w-]{8,}"),
    ("OpenAI key", r"sk-(?:proj|svcacct|admin|None|service)-[\w-]{4,}|sk-[A-Za-z0-9]{20,}|sess-[A-Za-z0-9]{30,}"),
    ("Google key", r"AIza[\w-]{20,}|GOCSPX-[\w-]{8,}|ya29\.[\w-]{8,}|1//0[\w-]{20,}"),
    ("AWS key", r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,}|ABSK[\w+/=]{20,}|bedrock-api-key-[\w+/=]{8,}"),
    ("GitHub token", r"gh[opsur]_[A-Za-z0-9]{16,}|github_pat_\w{16,}"),
    ("GitLab token", r"gl(?:pat|ptt|rt|dt)-[\w-]{16,}"),
    (
        "Slack token",
        r"xox[a-z](?:\.xox[a-z])?-[\w-]{8,}|xapp-\d-[\w-]{8,}|hooks\.slack\.com/(?:services|workflows)/[\w/]+",
    ),
    (
        "Discord token",
        r"[\w-]{22,40}\.[\w-]{6,7}\.[\w-]{27,}|mfa\.[\w-]{40,}|discord(?:app)?\.com/api/webhooks/\d+/[\w-]+",
    ),
    (
        "vendor key",
        (
            r"(?:gsk|xai|pplx|nvapi|tgp_v1|fw|csk|pcsk|npm|pypi|shpat|rk_live|sk_live|sk_test|whsec)[-_][\w-]{16,}"
            r"|(?:hf|r8)_[A-Za-z0-9]{16,}"
        ),
    ),
    ("JSON web token", r"eyJ[\w-]{8,}(?:\.[\w-]*){0,4}"),
    ("password in an address", r"(?<=://)[^\s/]{1,300}(?=@)"),
    ("cookie", rf"(?i:(?<=cookie:)|(?<=cookie\":)|(?<=cookie':)){_NO_VALUE}[^\r\n]+"),
    (
        "authorization header",
        (
            r"(?i:authorization|x-api-key|x-goog-api-key|api-key|x-amz-security-token)[\"']?\s{0,4}[:=]\s{0,4}[\[\"']{0,2}"
            rf"(?i:(?:bearer|basic|digest|token|bot|key)\s{{1,4}})?{_NO_VALUE}[^\s\"',;\]}}]{{3,}}"
        ),
    ),
    ("authorization header", r"(?i:bearer)\s{1,4}(?=\S{0,80}[\d._=~+/-]|\S{20})[^\s\"',;\]}]{6,}"),
    ("authorization header", r"(?i:basic)\s{1,4}(?=[\w+/-]{0,80}(?:[\d=]|[a-z][A-Z]))[\w+/=-]{6,}"),
    (
        "password",
        (
            rf"(?i:{_NAME})[\"']?\s{{0,4}}(?:=|:|%3[dD])\s{{0,4}}[\"']?{_NO_VALUE}"
            r"(?=[^\s\"',;&]{0,80}[\d_+/=!@#$%^~-]|[^\s\"',;&]{12})[^\s\"',;&]{4,}"
        ),
    ),
    ("AWS key", r"(?i:secret[ _-]?access[ _-]?key|session[ _-]?token)[^A-Za-z0-9+/]{1,12}[A-Za-z0-9+/=]{16,}"),
    (RANDOM, r"(?<![\w+/=-])(?=[\w+/=-]*[A-Z])(?=[\w+/=-]*[a-z])(?=[\w+/=-]*\d)[\w+/=-]{40,}"),
)
*_FORMS, _RANDOM = ((kind, re.compile(rule, re.DOTALL)) for kind, rule in _RULES)
_ESCAPES: Final = re.compile(r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]?|\x1b.?", re.DOTALL)

REVOKE: Final[Mapping[str, str]] = {
    "Anthropic key": "platform.claude.com, Settings, API keys",
    "OpenAI key": "platform.openai.com/api-keys",
    "OpenRouter key": "openrouter.ai/settings/keys",
    "Google key": "console.cloud.google.com/apis/credentials",
    "AWS key": "the IAM console, Security credentials",
    "GitHub token": "github.com/settings/tokens",
    "Slack token": "api.slack.com/apps",
    "Discord token": "discord.com/developers/applications",
}
"""Where a key of each kind is revoked; the others where they were made."""


def redacted(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its secrets and without invisible characters, and the kinds of secret found, each once.

    At most `LONGEST` characters are kept. Invisible characters go first: they could hide a secret from the rules.
    """
    safe = _visible(text[:LONGEST])
    if len(text) > LONGEST:
        safe = safe[:-ENDING]
    found: list[str] = []
    safe = _ESCAPES.sub("", _masked(safe, _FORMS, found))  # an escape may stand before a secret, or within it
    safe = _visible(_masked(safe, (*_FORMS, _RANDOM), found), kept="")
    return safe, tuple(dict.fromkeys(found))


def secret(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """The line that tells whoever pasted secrets of these kinds what to do; none where there was none."""
    if not kinds:
        return []
    where = [f"{kind} ({REVOKE[kind]})" if kind in REVOKE else kind for kind in kinds]
    text = f"what you pasted held a secret: {listed(where)}. Revoke it now and delete your message"
    return [("Secret", f"{text}; it is neither stored nor repeated here")]


def _masked(text: str, rules: Iterable[tuple[str, re.Pattern[str]]], found: list[str]) -> str:
    for kind, rule in rules:
        text, times = rule.subn(MASK, text)
        if times and kind != RANDOM:
            found.append(kind)
    return text


def _visible(text: str, kept: str = "\x1b\x9b") -> str:
    """Without invisible characters, but for those that begin an escape."""
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn"}
    return "".join(c for c in text if c in "\n\t" or c in kept or unicodedata.category(c) not in unseen)
