"""What Discord's answers mean for a delivery. Pure.

Codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
Limits: https://discord.com/developers/docs/topics/rate-limits
"""

import math
from collections.abc import Mapping
from typing import Any

from bot.errors import DeliveryError
from probes.fingerprints.retry_after import wait_of

MISSING_ACCESS, MISSING_PERMISSIONS = 50001, 50013
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
TOO_OLD_TO_EDIT = 30046
THREAD_EXISTS, THREAD_LOCKED, THREADS_FULL = 160004, 160005, 160006
ARCHIVED = 50083
INVALID_FORM, EMPTY_MESSAGE = 50035, 50006

TOKEN_WAIT_S = 60.0
BAN_WAIT_S = 600.0
"""Discord's word for a Cloudflare ban is ten minutes at least; it may name more itself."""
LONGEST_WAIT_S = 3600.0
OLD_EDIT_WAIT_S = 60.0


class DiscordError(DeliveryError):
    """An answer of Discord's that is an error: HTTP status, its own code (0: none)."""

    def __init__(self, why: str, status: int, code: int = 0, **how: Any) -> None:
        super().__init__(why, **how)
        self.status = status
        self.code = code


def refused(status: int, headers: Mapping[str, str], body: Any, *, creates: bool) -> DiscordError:
    """The error of an answer that is none; `creates` says that asking again could make a second message."""
    told = body if isinstance(body, dict) else {}
    code = told.get("code", 0) if isinstance(told.get("code", 0), int) else 0
    said = f"Discord answers {status}" + (f" ({code} {str(told.get('message', ''))[:100]})" if code else "")
    if status == 401:
        why = "Discord does not know the bot's token (any more): set a new one (Developer Portal, Bot, Reset Token)"
        return DiscordError(why, status, code, retry_after=TOKEN_WAIT_S, everywhere=True)
    if status == 429:
        return _too_many(headers, told, code)
    if status == 403 and not told:
        why = "something in front of Discord refuses this address (403, not in Discord's format)"
        return DiscordError(why, status, retry_after=BAN_WAIT_S, everywhere=True)
    if status >= 500:
        return DiscordError(said, status, code, ambiguous=creates)
    return DiscordError(_MEANINGS.get(code, said), status, code, permanent=True)


def _too_many(headers: Mapping[str, str], told: Mapping[str, Any], code: int) -> DiscordError:
    if code == TOO_OLD_TO_EDIT:
        why = "Discord takes no more edits of a message this old for now"
        return DiscordError(why, 429, code, retry_after=OLD_EDIT_WAIT_S)
    if not headers.get("Via") or "retry_after" not in told:
        # Not Discord but Cloudflare in front of it: too many requests that were refused.
        wait = max(BAN_WAIT_S, min(wait_of(headers.get("Retry-After", ""), None) or 0.0, LONGEST_WAIT_S))
        return DiscordError("Discord has banned this address for a while", 429, code, retry_after=wait, everywhere=True)
    wait = max(seconds(told.get("retry_after")), 0.0)
    everywhere = told.get("global") is True or headers.get("X-RateLimit-Scope") == "global"
    return DiscordError("Discord asks to slow down", 429, code, retry_after=wait, everywhere=everywhere)


def seconds(value: Any) -> float:
    """A number of seconds out of a body or a rate limit's header; what is none counts as one second."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 1.0
    return min(max(number, 0.0), LONGEST_WAIT_S) if math.isfinite(number) else LONGEST_WAIT_S


_MEANINGS: Mapping[int, str] = {
    MISSING_ACCESS: "the bot cannot see this channel: give it View Channel there",
    MISSING_PERMISSIONS: "the bot may not do this here: give it Send Messages and Embed Links",
    UNKNOWN_CHANNEL: "there is no such channel (any more), or the bot is not in its server",
    UNKNOWN_MESSAGE: "the message was deleted",
    INVALID_FORM: "Discord refuses the form of the message",
}
