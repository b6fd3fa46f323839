"""Forms and the App Home: views of Slack, and what comes back when a form is filled in. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.slack.answers import body
from bot.channels.slack.blocks import Block, button, buttons, context, numbered, title
from bot.channels.slack.interaction import Interaction
from bot.channels.slack.mrkdwn import escape, moment
from bot.core.answers.answer import Answer
from bot.core.commands import table
from bot.core.text.quoting import clean
from bot.core.text.truncation import fit

REPORT, MAINTENANCE = "form:report", "form:maintenance"
BEGINS = "22:00 or 2026-05-01T22:00Z"
REFRESH = "home:refresh"
LENGTHS = (("30 minutes", "30m"), ("1 hour", "1h"), ("2 hours", "2h"), ("4 hours", "4h"), ("1 day", "1d"))
VOICES = (("It fails for me", "report"), ("It works for me", "works"))
Choices = Sequence[tuple[str, str]]


def report(asked: Interaction, names: Choices) -> Block:
    """Say that something fails, or works."""
    words = {"type": "plain_text_input", "action_id": "v", "multiline": True, "max_length": 300}
    rows = [
        _input("what", "What is it about?", _names(names)),
        _input("voice", "How is it for you?", _choice("radio_buttons", VOICES, first=True)),
        _input("words", "What do you see?", words, optional=True),
    ]
    return _form(REPORT, "Report", "Send", rows, asked)


def maintenance(asked: Interaction, names: Choices) -> Block:
    """Announce work on something."""
    words = {"type": "plain_text_input", "action_id": "v", "max_length": 200}
    moment = {"type": "plain_text_input", "action_id": "v", "max_length": 30, "placeholder": _plain(BEGINS)}
    rows = [
        _input("what", "What is worked on?", _names(names)),
        _input("length", "For how long?", _choice("static_select", LENGTHS, first=True)),
        _input("start", "When does it begin, if not now?", moment, optional=True),
        _input("words", "Why?", words, optional=True),
    ]
    return _form(MAINTENANCE, "Maintenance", "Announce", rows, asked)


def line(view: Mapping[str, Any]) -> str:
    """What a filled in form asks of the desk."""
    values = (view.get("state") or {}).get("values") or {}
    what, words = _value(values, "what"), " ".join(_value(values, "words").split())
    if view.get("callback_id") == MAINTENANCE:
        # People write "2026-05-01 22:00"; in a line it is one word.
        start = "T".join(_value(values, "start").split())
        filled = {"what": what, "duration": _value(values, "length"), "start": start, "reason": words}
        return table.line(table.COMMANDS["maintenance"], filled)
    verb = "works" if _value(values, "voice") == "works" else "report"
    return f"{verb} {what} {words if verb == 'report' else ''}".strip()


def home(standing: Answer, subscribed: Answer | None, now: float) -> Block:
    """The App Home: how everything stands, and who hears of what."""
    every = [
        title(clean(standing.title, 2_000) or "no answer"),
        *body(standing, now, 9_000),
        *buttons(standing.actions),
    ]
    if subscribed is not None:
        every += [
            {"type": "divider"},
            title(clean(subscribed.title, 300) or "Subscriptions"),
            *body(subscribed, now, 4_000),
        ]
    every += buttons((), after=[button("Refresh", REFRESH, "status")])
    every += context(f"as of {moment(standing.at, now, seconds=True)}")
    return {"type": "home", "blocks": numbered(every[:100], "h")}


def told(it: Answer, now: float) -> Block:
    """An answer to a press in the App Home, where nothing private can be posted."""
    every = [title(clean(it.title, 2_000) or "no answer"), *body(it, now, 9_000)]
    every += context(f"as of {moment(it.at, now, seconds=True)}")
    return {
        "type": "modal",
        "title": _plain("Groundtruth"),
        "close": _plain("Close"),
        "blocks": numbered(every[:100], "t"),
    }


def _form(callback: str, name: str, send: str, rows: Sequence[Block], asked: Interaction) -> Block:
    kept = json.dumps({"channel": asked.channel, "answer_to": asked.answer_to})
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(name),
        "submit": _plain(send),
        "close": _plain("Cancel"),
        "private_metadata": kept[:3_000],
        "blocks": list(rows),
    }


def _input(name: str, label: str, element: Block, *, optional: bool = False) -> Block:
    return {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": optional}


def _names(names: Choices) -> Block:
    """A menu of what there is; a line to type in where that is not known now."""
    known = {value: label for label, value in names if 0 < len(value) <= 140}
    offered = [(label, value) for value, label in known.items()][:100]
    if not offered:
        return {"type": "plain_text_input", "action_id": "v", "max_length": 100}
    return _choice("static_select", offered)


def _choice(kind: str, offered: Choices, *, first: bool = False) -> Block:
    options = [{"text": _plain(clean(label, 60) or value), "value": value} for label, value in offered]
    return {"type": kind, "action_id": "v", "options": options, **({"initial_option": options[0]} if first else {})}


def _value(values: Mapping[str, Any], name: str) -> str:
    """What was chosen or typed in a row."""
    field: Mapping[str, Any] = next(iter((values.get(name) or {}).values()), {})
    chosen = (field.get("selected_option") or {}).get("value")
    return str(chosen if chosen is not None else field.get("value") or "")[:400]


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": fit(text, 75, escape), "emoji": True}
