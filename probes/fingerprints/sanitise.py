"""Text from strangers made fit to keep: one bounded line, no control characters, no secrets, no mark-up."""

import re
from typing import Final

from probes.redaction import MASK, without_secrets

DETAIL_LENGTH: Final = 200
ID_LENGTH: Final = 128
LOOKED_AT: Final = 2048

_TAGS: Final = re.compile(
    r"<(?:style|script)\b.{0,1000}?(?:</(?:style|script)>|$)|<[^<>]{0,300}>", re.IGNORECASE | re.DOTALL
)
_ALSO: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}|[\w+=*-]{32,}")
"""Addresses of people, and anything long and random: no secret by its form, and no loss."""
_IDENTIFIER: Final = re.compile(r"[\w.:=+/@-]{1,128}")


def one_line(text: str, length: int = DETAIL_LENGTH) -> str:
    """At most `length` characters of printable text, tags and secrets taken out."""
    text = _TAGS.sub(" ", without_secrets(text[:LOOKED_AT]))
    text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(_ALSO.sub(MASK, without_secrets(text)).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def identifier(text: str) -> str:
    """A request id as it came, or nothing if it does not look like one."""
    text = text.strip()
    if not _IDENTIFIER.fullmatch(text) or not text.isascii():
        return ""
    return "" if re.match(r"(?:sk|rk|gsk|xai|pplx|hf|r8)[-_]|AKIA|AIza|eyJ", text) else text
