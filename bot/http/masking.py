"""Secrets kept out of what platforms say: some repeat the key or the address they were asked with. Pure."""

import re
from collections.abc import Sequence

from bot.core.text.quoting import clean
from probes.secret import MASK, Secret

SHORT = 8
"""Parts of an address no longer than this are no secret: "api", "v2", "alerts"."""


def secrets_to_mask(secrets: Sequence[Secret]) -> list[str]:
    """What of them must not be repeated, the longest first."""
    return sorted({part for secret in secrets for part in _telling(secret)}, key=len, reverse=True)


def mask(text: str, secret: Sequence[str]) -> str:
    """A platform's own words, without our secrets, which some repeat."""
    for one in secret:
        text = text.replace(one, MASK)
    return clean(text, 160)


def _telling(secret: Secret) -> set[str]:
    """What of a secret must not be repeated: all of it, and what is long in an address's path or after "Bearer"."""
    text = secret.reveal()
    parts = re.split(r"[/?&=]", text.partition("://")[2])[1:]
    return {part for part in (text, *parts, *text.split()[1:]) if len(part) > (SHORT if part is not text else 0)}
