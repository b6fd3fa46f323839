"""Claude Code and claude.ai: service, limits, network; and all their messages together.

Sources: code.claude.com/docs/en/errors (index of September 2026) and the strings of Claude Code 2.1.224 and 2.1.292.
"""

from typing import Final

from bot.explain.messages.claude_account import ACCOUNT
from bot.explain.messages.claude_requests import CLIENT, REQUESTS
from bot.explain.messages.message import Message
from probes.fingerprints import verdicts as v

CODE: Final = "Claude Code"
WEB: Final = "claude.ai"

_SERVER: Final = (
    Message(
        "vendor_throttling",
        v.CAPACITY,
        "Anthropic slows everyone down for want of capacity; it is not your limit",
        ("temporarily limiting requests", "not your usage limit"),
        "wait a minute and retry; use another model or route if it lasts",
        CODE,
    ),
    Message(
        "overloaded",
        v.CAPACITY,
        "the model has no free capacity; it is not your limit",
        (
            "Repeated 529 Overloaded errors",
            "is experiencing high load, please use /model to switch",
            "Switched to … due to high demand for",
            "529 Overloaded",
        ),
        "switch model (/model, --fallback-model) or wait; retry with backoff",
        CODE,
    ),
    Message(
        "http_500",
        v.BACKEND,
        "an error inside Anthropic's service, not in your request",
        ("API Error: 500 Internal server error", "This is a server-side issue, usually temporary"),
        "try again in a moment; if it lasts, look at the incident or switch the route",
        CODE,
    ),
    Message(
        "stream_server_error",
        v.STREAM,
        "the server failed while it was answering; what stands above may be incomplete",
        ("Server error mid-response",),
        "say 'continue'; check what the cut answer had already done",
        CODE,
    ),
    Message(
        "stream_cut",
        v.CUT,
        "the answer began and was cut before its end, by the server or on the way",
        (
            "Connection closed mid-response",
            "Connection lost mid-response",
            "The response stopped arriving",
            "Part of the response never arrived",
            "The response stream was malformed",
            "Content block not found",
            "Content block already closed",
            "Stream event unreadable",
            "Connection closed while thinking",
            "Connection lost before a response was produced",
            "Streaming response ended before any complete data was received",
        ),
        "say 'continue' or ask again; if it repeats, look for a proxy or VPN that cuts long answers",
        CODE,
    ),
    Message(
        "stream_stalled",
        v.CUT,
        "the answer began and then nothing more came",
        (
            "Response stalled mid-stream",
            "Response stalled while thinking",
            "The response stalled before a response was produced",
        ),
        "ask again; if it repeats, look at your network and at what others see",
        CODE,
    ),
    Message(
        "asleep",
        v.OWN_MACHINE,
        "your computer went to sleep and the connection with it",
        (
            "Your computer went to sleep mid-response",
            "Your computer went to sleep before a response was produced",
            "Connection lost while your computer was asleep",
            "Connection interrupted by system sleep",
        ),
        "ask again; keep the computer awake for long runs",
        CODE,
    ),
    Message(
        "waiting",
        v.WAITING,
        "nothing has come for 20 s; the request has not failed yet",
        ("Waiting for API response … will retry in", "will retry in … check your network"),
        "wait for the retry; if it comes back each time, check your network",
        CODE,
    ),
    Message(
        "no_response",
        v.NO_ANSWER,
        "no answer came; the message does not say where it was lost",
        ("No response from API",),
        "",
        CODE,
    ),
    Message(
        "classifier",
        v.CAPACITY,
        "the model that judges actions in auto mode gives no answer",
        (
            "so auto mode cannot determine the safety",
            "Auto mode could not evaluate this action",
            "The server-side auto mode classifier gave no verdict",
            "the server returned no safety verdict",
        ),
        "retry in a few seconds, or approve the action by hand",
        CODE,
    ),
    Message(
        "agent_ended",
        v.UNKNOWN,
        "a subagent stopped at an API error; the error behind it stands in its own transcript",
        ("Agent terminated early due to an API error",),
        "look at the subagent's transcript and explain that error",
        CODE,
    ),
)

_LIMITS: Final = (
    Message(
        "plan_limit",
        v.QUOTA,
        "the allowance of your plan is used up until it resets",
        (
            "You've hit your session limit",
            "You've hit your weekly limit",
            "You've hit your … limit · resets",
            "You've hit your Opus limit",
            "You've hit your Sonnet limit",
            "You've hit your usage limit",
            "You've hit your limit",
            "You've reached your usage limit",
            "limit reached ∙ resets",
            "limit reached · resets",
            "Claude AI usage limit reached",
            "Claude usage limit reached",
            "5-hour limit reached",
            "weekly limit reached",
        ),
        "wait until the reset it names, use another model, or buy usage; retrying does not help",
        CODE,
    ),
    Message(
        "usage_credits",
        v.BILLING,
        "this needs usage credits, and your account has none or they are turned off",
        (
            "Usage credits required for 1M context",
            "Extra usage is required for",
            "You're out of usage credits",
            "out of extra usage",
            "extra usage … exhausted",
            "You've hit your usage credit limit",
            "usage credits exhausted",
            "long context … requires extra usage",
        ),
        "turn usage credits on (/usage-credits) or use the standard context (/model); retrying does not help",
        CODE,
    ),
    Message(
        "spend_limit",
        v.BILLING,
        "a spending limit that you or your organisation set is reached",
        (
            "You've hit your monthly spend limit",
            "You've hit your individual spend limit",
            "You've hit your org's monthly spend limit",
            "You've hit your channel's monthly spend limit",
            "You've hit your team's shared budget",
            "You've hit your individual usage limit",
            "spend limit reached",
            "spend limit unavailable",
            "Could not update your spend limit",
            "enforced_spend_limit_reached",
            "You have reached your specified API usage limits",
        ),
        "raise the limit or wait for the period it names; retrying does not help",
        CODE,
    ),
    Message(
        "credit",
        v.BILLING,
        "the prepaid credit of the account is used up",
        ("Credit balance is too low", "Your credit balance is too low"),
        "add credit or sign in with a subscription; retrying does not help",
        CODE,
    ),
    Message(
        "rate_limit",
        v.QUOTA,
        "the key or project sends more than its rate limit allows",
        ("Request rejected (429)",),
        "check which key is used (/status), lower concurrency, honour retry-after",
        CODE,
    ),
)

_NETWORK: Final = (
    Message(
        "host_denied",
        v.PROXY,
        "the sandbox or network policy does not let this host through",
        (
            "host_not_allowed",
            "Host not in allowlist",
            "x-deny-reason",
            "This GraphQL query is not enabled for this session",
        ),
        "add the host to the allowed domains of the session or sandbox",
        CODE,
    ),
    Message(
        "company_block",
        v.PROXY,
        "a policy of your network keeps the client from a host it needs",
        (
            "network restrictions or enterprise security policies blocking claude.ai",
            "Couldn't connect through your proxy",
            "proxy refused the connection",
        ),
        "let the host through the proxy or firewall",
        CODE,
    ),
    Message(
        "blocked_region",
        v.BOT_BLOCK,
        "the edge refuses your address: a blocked range, VPN or country; it says nothing of rights or plan",
        (
            "Claude Code might not be available in your country",
            "Access blocked by Cloudflare",
            "connecting from a restricted region",
        ),
        "try another network; check that your country is supported",
        CODE,
    ),
    Message(
        "not_api",
        v.MALFORMED,
        "something in between answered in the API's place",
        (
            "returned an empty or malformed response",
            "Bedrock streaming response has content-type",
            "cloud environments service returned",
        ),
        "look for a proxy or gateway that rewrites answers (HTTPS_PROXY, ANTHROPIC_BASE_URL)",
        CODE,
    ),
    Message(
        "download",
        v.NO_ANSWER,
        "a download broke off; the model service is not concerned",
        ("The connection dropped while downloading the update", "Download timed out: exceeded the total deadline"),
        "try the download again, on another network if it repeats",
        CODE,
    ),
)

_WEB: Final = (
    Message(
        "web_capacity",
        v.CAPACITY,
        "claude.ai has no free capacity for this; it is not your limit",
        (
            "Due to unexpected capacity constraints",
            "unable to respond to your message",
            "Claude is at capacity",
            "due to capacity constraints",
            "We're experiencing high demand",
            "high demand … Claude … currently",
            "currently experiencing high demand",
        ),
        "wait and try again; use another model, or the API",
        WEB,
    ),
    Message(
        "maintenance",
        v.BACKEND,
        "claude.ai shows its page for an outage or maintenance",
        ("Claude will return soon", "Claude.ai is currently experiencing a temporary service disruption"),
        "wait; the API may work while the site does not",
        WEB,
    ),
    Message(
        "web_limit",
        v.QUOTA,
        "the number of messages your plan allows is used up for now",
        (
            "You are out of free messages until",
            "You've reached your limit for Claude messages",
            "messages remaining until",
        ),
        "wait until the time it names or upgrade",
        WEB,
    ),
)

CLAUDE: Final = (*_SERVER, *_LIMITS, *ACCOUNT, *REQUESTS, *_NETWORK, *_WEB, *CLIENT)
