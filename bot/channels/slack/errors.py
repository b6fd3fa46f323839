"""What an error of Slack's means for a delivery: try again, say it plainly, post anew, or never."""

from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import DeliveryError
from probes.fingerprints.retry_after import wait_of

RATE = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive", "thread_not_found"},
)
"""The message is not there to be edited any more: a new root takes its place."""
TOO_RICH = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long", "invalid_attachments",
     "too_many_attachments", "block_mismatch"},
)  # fmt: skip
"""Slack does not like the form: the same is said in plain text."""
REFUSED: Mapping[str, str] = {
    "token_revoked": "the token was revoked: reinstall the app and set the new Bot User OAuth Token",
    "token_expired": "the token has expired: reinstall the app and set the new Bot User OAuth Token",
    "account_inactive": "the app was uninstalled: install it again and set the new Bot User OAuth Token",
    "invalid_auth": "Slack does not know this token: copy the Bot User OAuth Token again from OAuth & Permissions",
    "not_authed": "no token was sent: set the Bot User OAuth Token",
    "not_allowed_token_type": "this is the wrong kind of token: use the Bot User OAuth Token (xoxb-…)",
    "org_login_required": "the workspace is being moved to an organisation and does not work until then",
    "team_access_not_granted": "the organisation has not granted the app this workspace",
}
"""Nothing goes to this workspace until a person acts, by code."""
CLOSED: Mapping[str, str] = {
    "channel_not_found": "there is no such channel, or it is private: invite the app with /invite",
    "not_in_channel": "the app is not in the channel: invite it with /invite",
    "is_archived": "the channel is archived",
    "user_not_found": "there is no such person",
    "cannot_dm_bot": "that is a bot, not a person",
    "messages_tab_disabled": "the app's Messages Tab is switched off: turn it on under App Home",
}
"""This place takes nothing more until a person acts, by code; so do all that begin with `restricted_action`."""
AWAY_S = 10.0
"""Rest of a channel whose Slack cannot be reached at all."""
UNSURE = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"})
"""Errors after which the call may still have taken effect."""


def code(error: BaseException) -> str:
    """Slack's own word for an error, "" where it gave none."""
    data = error.response.data if isinstance(error, SlackApiError) and hasattr(error.response, "data") else None
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def failure(error: SlackApiError | aiohttp.ClientError | TimeoutError | OSError) -> DeliveryError:
    """The courier's view of an error."""
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, aiohttp.ConnectionTimeoutError | aiohttp.ClientConnectorError):
        return DeliveryError("Slack cannot be reached", everywhere=True, retry_after=AWAY_S)
    if isinstance(error, TimeoutError):
        return DeliveryError("no answer from Slack in time", ambiguous=True)
    return DeliveryError(f"the connection to Slack broke ({type(error).__name__})", ambiguous=True)


def _answered(error: SlackApiError) -> DeliveryError:
    said, status = code(error), int(getattr(error.response, "status_code", 0) or 0)
    if said in RATE or status == 429:
        return DeliveryError("Slack is rate limiting us (429)", retry_after=_patience(error))
    if said == "missing_scope":
        needed = str(error.response.data.get("needed", "a scope"))[:80]
        why = f"the app lacks the scope {needed}: add it under OAuth & Permissions and reinstall"
        return DeliveryError(why, permanent=True, everywhere=needed == "chat:write")
    if said in REFUSED:
        return DeliveryError(f"{REFUSED[said]} ({said})", permanent=True, everywhere=True)
    if said in CLOSED or said.startswith("restricted_action"):
        why = CLOSED.get(said, "the workspace restricts who may post there: ask its admins")
        return DeliveryError(f"{why} ({said})", permanent=True)
    if said in UNSURE or status >= 500 or not said:
        return DeliveryError(f"Slack failed ({said or f'HTTP {status}'})", ambiguous=True)
    return DeliveryError(f"Slack refuses: {said[:80]}")


def _patience(error: SlackApiError) -> float:
    """Seconds of the Retry-After header, one where it says nothing useful."""
    headers: Mapping[str, Any] = getattr(error.response, "headers", None) or {}
    given = str(next((value for name, value in headers.items() if name.lower() == "retry-after"), ""))
    wait = wait_of(given, None)
    return 1.0 if wait is None else min(wait, 3_600.0)
