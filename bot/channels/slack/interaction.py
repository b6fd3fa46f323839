"""One thing a person did in Slack, out of the three shapes of payload it comes in. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.slack.mrkdwn import unescape

_MENTIONED = re.compile(r"^\s*(?:<@[UW][A-Z0-9]{1,20}(?:\|[^>]*)?>[\s,:]*)+")


@dataclass(frozen=True, slots=True)
class Interaction:
    """Who did what where.

    `id` is the same for every delivery of the same deed. `line` is what it asks of the desk. `answer_to` is the
    response_url, "" where there is none; `trigger` opens a form, within three seconds and once.
    """

    id: str
    team: str
    user: str
    name: str
    channel: str
    line: str = ""
    answer_to: str = ""
    trigger: str = ""
    at_home: bool = False
    thread: str = ""


def of_command(body: Mapping[str, Any]) -> Interaction:
    """A slash command."""
    return Interaction(
        id=_text(body, "trigger_id"),
        team=_text(body, "team_id"),
        user=_text(body, "user_id"),
        name=_text(body, "user_name"),
        channel=_text(body, "channel_id"),
        line=unescape(_text(body, "text")).strip(),
        answer_to=_text(body, "response_url"),
        trigger=_text(body, "trigger_id"),
    )


def of_action(body: Mapping[str, Any]) -> Interaction:
    """A button, or an option of a menu."""
    action: Mapping[str, Any] = next(iter(body.get("actions") or [{}]), {})
    user, channel = body.get("user") or {}, body.get("channel") or {}
    chosen = (action.get("selected_option") or {}).get("value")
    return Interaction(
        id=":".join((_text(action, "action_ts"), _text(user, "id"), _text(action, "action_id"))),
        team=_text(body.get("team") or user, "id" if body.get("team") else "team_id"),
        user=_text(user, "id"),
        name=_text(user, "name") or _text(user, "username"),
        channel=_text(channel, "id"),
        line=str(chosen if chosen is not None else action.get("value") or "")[:2_000],
        answer_to=_text(body, "response_url"),
        trigger=_text(body, "trigger_id"),
        at_home=(body.get("view") or {}).get("type") == "home",
    )


def of_form(body: Mapping[str, Any], line: str) -> Interaction:
    """A form that was sent off; where its answer goes was written into it when it was opened."""
    view, user = body.get("view") or {}, body.get("user") or {}
    known = kept(view)
    return Interaction(
        id=f"{_text(view, 'id')}:{_text(user, 'id')}",
        team=_text(body.get("team") or {}, "id"),
        user=_text(user, "id"),
        name=_text(user, "name") or _text(user, "username"),
        channel=_text(known, "channel"),
        line=line,
        answer_to=_text(known, "answer_to"),
        trigger=_text(body, "trigger_id"),
        at_home=known.get("at_home") is True,
    )


def workspace_of(body: Mapping[str, Any]) -> tuple[str, str]:
    """The ids of the workspace and organization a payload comes from; "" for what it does not say."""
    team, enterprise = body.get("team") or {}, body.get("enterprise") or {}
    user = body.get("user") or {}
    user = user if isinstance(user, Mapping) else {}
    return (
        _text(body, "team_id") or _text(team, "id") or _text(user, "team_id"),
        _text(body, "enterprise_id") or _text(enterprise, "id"),
    )


def of_shortcut(body: Mapping[str, Any]) -> Interaction:
    """A message on which somebody chose "Explain this error"."""
    user, message = body.get("user") or {}, body.get("message") or {}
    return Interaction(
        id=_text(body, "trigger_id"),
        team=_text(body.get("team") or {}, "id"),
        user=_text(user, "id"),
        name=_text(user, "name") or _text(user, "username"),
        channel=_text(body.get("channel") or {}, "id"),
        line=f"explain {unescape(_text(message, 'text'))}",
        answer_to=_text(body, "response_url"),
        trigger=_text(body, "trigger_id"),
    )


def of_message(body: Mapping[str, Any]) -> Interaction:
    """A mention of us, or a direct message: what was said without the mention. `thread` is where it is answered."""
    event = body.get("event") or {}
    said = _MENTIONED.sub("", _text(event, "text"))
    return Interaction(
        id=f"{_text(event, 'channel')}:{_text(event, 'ts')}",
        team=_text(body, "team_id"),
        user=_text(event, "user"),
        name="",
        channel=_text(event, "channel"),
        line=unescape(said).strip(),
        thread=_text(event, "thread_ts") or ("" if _text(event, "channel_type") == "im" else _text(event, "ts")),
    )


def kept(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was written into a form when it was opened."""
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(where: Mapping[str, Any], name: str) -> str:
    value = where.get(name)
    return value[:4_000] if isinstance(value, str) else ""
