"""Text from strangers made fit to keep: one bounded line, no control characters, no secrets, no mark-up."""

import re
from typing import Final

DETAIL_LENGTH: Final = 200
ID_LENGTH: Final = 128
LOOKED_AT: Final = 2048
HIDDEN: Final = "[hidden]"

_TAGS: Final = re.compile(
    r"<(?:style|script)\b.{0,1000}?(?:</(?:style|script)>|$)|<[^<>]{0,300}>", re.IGNORECASE | re.DOTALL
)
_SECRETS: Final = re.compile(
    r"""
    (?<![A-Za-z0-9])(?:sk|gsk|xai|pplx|hf|r8|tgp|gh[pousr]|glpat|xox[a-z])[-_][\w*.-]+  # a vendor's prefix
  | (?:AKIA|ASIA|AIza|ya29\.|eyJ)[\w*.-]*                              # AWS, Google, JSON web tokens
  | \b(?:bearer|basic|digest)\s+[^\s"',;]*[\d*=_.-][^\s"',;]*          # authorization values
  | \bkey\ provided:\s*\S+
  | \b[\w-]{0,40}(?:key|token|secret|password|passwd|pwd|signature|credential|authorization|cookie|session)s?
        ["']?\s{0,9}(?:=|%3d|:\s{0,9}(?=[^\s]{0,99}[\d*]))\s{0,9}["']?[^\s"',;&]+  # key=..., "token": "abc1"
  | [\w.+-]{1,64}@[\w-]{1,64}\.[\w.-]{1,64}                           # people's addresses
  | [\w+=*-]{32,}                                                     # anything long and random
    """,
    re.IGNORECASE | re.VERBOSE,
)
_IDENTIFIER: Final = re.compile(r"[\w.:=+/@-]{1,128}")


def one_line(text: str, length: int = DETAIL_LENGTH) -> str:
    """At most `length` characters of printable text, tags and secrets taken out."""
    text = _TAGS.sub(" ", text[:LOOKED_AT])
    text = "".join(c if c.isprintable() else " " for c in text)
    text = " ".join(_SECRETS.sub(HIDDEN, text).split())
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def identifier(text: str) -> str:
    """A request id as it came, or nothing if it does not look like one."""
    text = text.strip()
    if not _IDENTIFIER.fullmatch(text) or not text.isascii():
        return ""
    return "" if re.match(r"(?:sk|rk|gsk|xai|pplx|hf|r8)[-_]|AKIA|AIza|eyJ", text) else text
