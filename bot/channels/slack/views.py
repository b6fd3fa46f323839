"""Forms and the App Home: views of Slack, and what comes back when a form is filled in. Pure."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.channels.slack.answers import body
from bot.channels.slack.blocks import Block, button, buttons, context, numbered, title
from bot.channels.slack.interaction import Interaction, kept
from bot.channels.slack.mrkdwn import escape, moment
from bot.core.answers.answer import Answer, Choice
from bot.core.commands import table
from bot.core.text.inline import tidy
from bot.core.text.quoting import clean
from bot.core.text.truncation import fit

REPORT, MAINTENANCE, EXPLAIN, CHOICE = "form:report", "form:maintenance", "form:explain", "form:choice"
SUBSCRIBE, UNSUBSCRIBE = "form:subscribe", "form:unsubscribe"
FORMS = (REPORT, MAINTENANCE, EXPLAIN, CHOICE, SUBSCRIBE, UNSUBSCRIBE)
NAMES = "names"
"""How the ids of menus begin whose names are looked up while one types; the command follows."""
MANY = 25
"""From so many names on they are looked up."""
CHECKED = 10
"""Most check boxes in a row of Slack's; more are a menu."""
PASTED = 3_000
BEGINS = "22:00 or 2026-05-01T22:00Z"
REFRESH = "home:refresh"
MENU = "home:form"
"""How the ids of the buttons begin that open the forms of the App Home; the command is their value."""
LENGTHS = (("30 minutes", "30m"), ("1 hour", "1h"), ("2 hours", "2h"), ("4 hours", "4h"), ("1 day", "1d"))
LEVELS = (("Everything", "degraded"), ("Partial outages and worse", "partial"), ("Major outages only", "major"))
VOICES = (("It fails for me", "report"), ("It works for me", "works"))
Choices = Sequence[tuple[str, str]]
_MENU = (
    button("Subscribe a channel…", f"{MENU}:subscribe", "subscribe"),
    button("Unsubscribe…", f"{MENU}:unsubscribe", "unsubscribe"),
)
_CONVERSATIONS: Block = {
    "type": "conversations_select",
    "action_id": "v",
    "placeholder": {"type": "plain_text", "text": "Choose a channel", "emoji": True},
    "filter": {"include": ["public", "private"], "exclude_bot_users": True},
}
"""Slack's own list, of what this person can see: it needs no scope of ours."""


def report(asked: Interaction, names: Choices) -> Block:
    """Say that something fails, or works."""
    words = {"type": "plain_text_input", "action_id": "v", "multiline": True, "max_length": 300}
    rows = [
        _input("what", "What is it about?", _names(names, "report")),
        _input("voice", "How is it for you?", _choice("radio_buttons", VOICES, first=True)),
        _input("words", "What do you see?", words, optional=True),
    ]
    return _form(REPORT, "Report", "Send", rows, asked)


def maintenance(asked: Interaction, names: Choices) -> Block:
    """Announce work on something."""
    words = {"type": "plain_text_input", "action_id": "v", "max_length": 200}
    moment = {"type": "plain_text_input", "action_id": "v", "max_length": 30, "placeholder": _plain(BEGINS)}
    rows = [
        _input("what", "What is worked on?", _names(names, "maintenance")),
        _input("length", "For how long?", _choice("static_select", LENGTHS, first=True)),
        _input("start", "When does it begin, if not now?", moment, optional=True),
        _input("words", "Why?", words, optional=True),
    ]
    return _form(MAINTENANCE, "Maintenance", "Announce", rows, asked)


def explain(asked: Interaction, names: Choices) -> Block:  # noqa: ARG001  one shape for all forms
    """Paste what a program printed."""
    words = {"type": "plain_text_input", "action_id": "v", "multiline": True, "max_length": PASTED}
    rows = [_input("words", "The error, as it was printed", words)]
    return _form(EXPLAIN, "Explain an error", "Explain", rows, asked)


def choice(asked: Interaction, it: Choice) -> Block:
    """Which components of an incident are meant: all of them until somebody says otherwise."""
    kind = "checkboxes" if len(it.options) <= CHECKED else "multi_static_select"
    which = _choice(kind, it.options)
    which["initial_options"] = which["options"]
    rows = [_input("which", it.question, which)]
    if it.voiced:
        words = {"type": "plain_text_input", "action_id": "v", "multiline": True, "max_length": 300}
        rows.append(_input("words", "What do you see?", words, optional=True))
    return _form(CHOICE, "Which of them?", "Send", rows, asked, f"{it.command} {it.subject}")


def subscribe(asked: Interaction, names: Choices, places: str) -> Block:
    """Have a channel hear of something; `places` comes before its id."""
    rows = [
        _input("to", "Which channel?", _CONVERSATIONS),
        _input("what", "What about? Empty: everything", _names(names, "subscribe"), optional=True),
        _input("severity", "How bad must it be?", _choice("static_select", LEVELS, first=True)),
    ]
    return _form(SUBSCRIBE, "Subscribe a channel", "Subscribe", rows, asked, places)


def unsubscribe(asked: Interaction, names: Choices, places: str) -> Block:
    """End what a channel hears of."""
    rows = [
        _input("to", "Which channel?", _CONVERSATIONS),
        _input("what", "What about? Empty: everything", _names(names, "unsubscribe"), optional=True),
    ]
    return _form(UNSUBSCRIBE, "Unsubscribe", "Unsubscribe", rows, asked, places)


def offered(found: Choices) -> list[Block]:
    """What a menu offers for what was typed so far."""
    known = {value: label for label, value in found if 0 < len(value) <= 140}
    return [{"text": _plain(clean(label, 60) or value), "value": value} for value, label in known.items()][:100]


def line(view: Mapping[str, Any]) -> str:
    """What a filled in form asks of the desk."""
    values = (view.get("state") or {}).get("values") or {}
    if view.get("callback_id") == EXPLAIN:
        return f"explain {_value(values, 'words', PASTED)}"
    if view.get("callback_id") == CHOICE:
        about = str(kept(view).get("about", ""))
        which = ",".join(_values(values, "which"))
        return f"{about} components={which} {' '.join(_value(values, 'words').split())}".strip()
    if view.get("callback_id") in (SUBSCRIBE, UNSUBSCRIBE):
        place = f"{kept(view).get('about', '')}{_value(values, 'to')}"
        filled = {"what": _value(values, "what"), "severity": _value(values, "severity"), "to": place}
        return table.line(table.COMMANDS[str(view["callback_id"]).partition(":")[2]], filled)
    what, words = _value(values, "what"), " ".join(_value(values, "words").split())
    if view.get("callback_id") == MAINTENANCE:
        # People write "2026-05-01 22:00"; in a line it is one word.
        start = "T".join(_value(values, "start").split())
        filled = {"what": what, "duration": _value(values, "length"), "start": start, "reason": words}
        return table.line(table.COMMANDS["maintenance"], filled)
    verb = "works" if _value(values, "voice") == "works" else "report"
    return f"{verb} {what} {words if verb == 'report' else ''}".strip()


def home(standing: Answer, subscribed: Answer | None, now: float, note: str = "") -> Block:
    """The App Home: how everything stands, and who hears of what; `note`: what became of a form."""
    every = [
        *([title(clean(note, 2_000))] if note else []),
        title(tidy(standing.title, 2_000) or "no answer", now),
        *body(standing, now, 9_000),
        *buttons(standing.actions),
    ]
    if subscribed is not None:
        every += [
            {"type": "divider"},
            title(clean(subscribed.title, 300) or "Subscriptions"),
            *body(subscribed, now, 4_000),
            *buttons((), after=_MENU),
            *context(f"subscribing and unsubscribing need the role {table.COMMANDS['subscribe'].role}"),
        ]
    every += buttons((), after=[button("Refresh", REFRESH, "status")])
    every += context(f"as of {moment(standing.at, now, seconds=True)}")
    return {"type": "home", "blocks": numbered(every[:100], "h")}


def told(it: Answer, now: float) -> Block:
    """An answer to a press in the App Home, where nothing private can be posted."""
    every = [title(tidy(it.title, 2_000) or "no answer", now), *body(it, now, 9_000)]
    every += context(f"as of {moment(it.at, now, seconds=True)}")
    return {
        "type": "modal",
        "title": _plain("Groundtruth"),
        "close": _plain("Close"),
        "blocks": numbered(every[:100], "t"),
    }


def _form(  # noqa: PLR0913, PLR0917 - all that a form has
    callback: str, name: str, send: str, rows: Sequence[Block], asked: Interaction, about: str = ""
) -> Block:
    written = json.dumps(
        {"channel": asked.channel, "answer_to": asked.answer_to, "about": about, "at_home": asked.at_home}
    )
    return {
        "type": "modal",
        "callback_id": callback,
        "title": _plain(name),
        "submit": _plain(send),
        "close": _plain("Cancel"),
        "private_metadata": written[:3_000],
        "blocks": list(rows),
    }


def _input(name: str, label: str, element: Block, *, optional: bool = False) -> Block:
    return {"type": "input", "block_id": name, "label": _plain(label), "element": element, "optional": optional}


def _names(names: Choices, command: str) -> Block:
    """A menu of what there is, looked up where that is much; a line to type in where it is not known now."""
    known = {value: label for label, value in names if 0 < len(value) <= 140}
    if not known:
        return {"type": "plain_text_input", "action_id": "v", "max_length": 100}
    if len(known) >= MANY:
        asked = _plain("Type a name")
        return {
            "type": "external_select",
            "action_id": f"{NAMES}:{command}",
            "min_query_length": 0,
            "placeholder": asked,
        }
    return _choice("static_select", [(label, value) for value, label in known.items()])


def _choice(kind: str, offered: Choices, *, first: bool = False) -> Block:
    options = [{"text": _plain(clean(label, 60) or value), "value": value} for label, value in offered]
    return {"type": kind, "action_id": "v", "options": options, **({"initial_option": options[0]} if first else {})}


def _values(values: Mapping[str, Any], name: str) -> list[str]:
    """What was chosen in a row where several can be."""
    field: Mapping[str, Any] = next(iter((values.get(name) or {}).values()), {})
    return [str(one.get("value", ""))[:140] for one in field.get("selected_options") or []]


def _value(values: Mapping[str, Any], name: str, most: int = 400) -> str:
    """What was chosen or typed in a row."""
    field: Mapping[str, Any] = next(iter((values.get(name) or {}).values()), {})
    chosen = (field.get("selected_option") or {}).get("value", field.get("selected_conversation"))
    return str(chosen if chosen is not None else field.get("value") or "")[:most]


def lacks_length(line: str) -> bool:
    """Whether a line of a menu silences and does not say for how long."""
    return line.startswith("silence ") and line.count(" ") == 1


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": fit(text, 75, escape), "emoji": True}
