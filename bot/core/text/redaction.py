"""Secrets in a text that people paste: taken out by the one redactor, and what to do about them. Pure.

To be used before anything else touches the text, so that nothing behind it can store, log or repeat a secret.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from bot.core.text.quoting import listed
from probes.redaction import redact

LONGEST: Final = 20_000
"""Characters of a pasted text that are looked at; what lies beyond is dropped."""
ENDING: Final = 200
"""Characters at the cut end of a text that is too long which are dropped too: half a secret shows no mark of one."""

_ESCAPES: Final = re.compile(r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]?|\x1b.?", re.DOTALL)

REVOKE: Final[Mapping[str, str]] = {
    "Anthropic key": "platform.claude.com, Settings, API keys",
    "OpenAI key": "platform.openai.com/api-keys",
    "OpenRouter key": "openrouter.ai/settings/keys",
    "Google key": "console.cloud.google.com/apis/credentials",
    "AWS key": "the IAM console, Security credentials",
    "GitHub token": "github.com/settings/tokens",
    "Slack token": "api.slack.com/apps",
    "Slack webhook": "api.slack.com/apps, Incoming Webhooks",
    "Discord token": "discord.com/developers/applications",
    "Discord webhook": "the channel's settings, Integrations",
    "Telegram token": "@BotFather, /revoke",
    "SendGrid key": "app.sendgrid.com/settings/api_keys",
    "Cursor key": "cursor.com/dashboard, Integrations",
    "Azure key": "portal.azure.com, Keys and Endpoint of the resource",
}
"""Where a key of each kind is revoked; the others where they were made."""


def redacted(text: str) -> tuple[str, tuple[str, ...]]:
    """The text without its secrets and without invisible characters, and the kinds of secret found, each once.

    At most `LONGEST` characters are kept. Invisible characters go first: they could hide a secret from the rules.
    """
    safe = _visible(text[:LONGEST])
    if len(text) > LONGEST:
        safe = safe[:-ENDING]
    safe, found = redact(safe, random=False)
    safe, more = redact(_ESCAPES.sub("", safe))  # an escape may stand before a secret, or within it
    return _visible(safe, kept=""), tuple(dict.fromkeys((*found, *more)))


def secret(kinds: Sequence[str]) -> list[tuple[str, str]]:
    """The line that tells whoever pasted secrets of these kinds what to do; none where there was none."""
    if not kinds:
        return []
    where = [f"{kind} ({REVOKE[kind]})" if kind in REVOKE else kind for kind in kinds]
    text = f"what you pasted held a secret: {listed(where)}. Revoke it now and delete your message"
    return [("Secret", f"{text}; it is neither stored nor repeated here")]


def _visible(text: str, kept: str = "\x1b\x9b") -> str:
    """Without invisible characters, but for those that begin an escape."""
    unseen = {"Cc", "Cf", "Cs", "Co", "Cn"}
    return "".join(c for c in text if c in "\n\t" or c in kept or unicodedata.category(c) not in unseen)
