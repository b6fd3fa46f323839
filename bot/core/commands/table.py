"""The command table, the same for every platform: parser, help, usage, autocomplete and registrations come from it.

Slack's usage hint is `Command.usage`; Discord's app-command options are `Command.arguments` (name, description,
required, choices; `Takes.NAMES` and those with `suggested` values complete by `Desk.complete`), and `line` makes the
text for the desk out of what was filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.incidents.silences import SHORTEST_S
from bot.core.model.silence import END, UNTIL_RESOLVED


class Takes(StrEnum):
    """What an argument takes, in words."""

    TARGET = "a service or component"
    SUBJECT = "a component or incident"
    INCIDENT = "an incident"
    DURATION = "a duration"
    MOMENT = "a moment"
    CHOICE = "one of a few words"
    WORDS = "your words"
    PASTE = "pasted text, as it is"
    COMMAND = "a command"
    COMPONENTS = "components, with commas between"
    PLACE = "a channel"


NAMES = frozenset({Takes.TARGET, Takes.SUBJECT, Takes.INCIDENT})
"""These are given by name, nickname, beginning or id; a command has at most one."""


class Role(StrEnum):
    """Who may: each role may what those before it may."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    ADMIN = "admin"

    def may(self, needed: "Role") -> bool:
        """Whether this role is enough."""
        roles = list(Role)
        return roles.index(self) >= roles.index(needed)


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument; `name` is lower case and one word, as platforms want it.

    `keyed` ones are given as `name=value`, anywhere; `suggested` are values worth offering; `fallback` says in words
    what is meant where it is left out; `matched`: matchers may stand in its place; `shortest_s` is the least length of
    time that it takes.
    """

    name: str
    takes: Takes
    description: str
    required: bool = False
    choices: tuple[str, ...] = ()
    keyed: bool = False
    suggested: tuple[str, ...] = ()
    fallback: str = ""
    matched: bool = False
    shortest_s: float = SHORTEST_S

    @property
    def usage(self) -> str:
        """How it stands in a usage line: <needed>, [optional]."""
        said = "|".join(self.choices) or self.name
        if self.name == "what" or self.takes is Takes.PLACE:
            said = self.takes.partition(" ")[2]
        said = "|".join((said, *(word for word in (END, UNTIL_RESOLVED) if word in self.suggested)))
        if self.takes is Takes.MOMENT:
            said = "from moment"
        elif self.keyed:
            said = f"{self.name}={said}"
        return f"<{said}>" if self.required else f"[{said}]"


class Group(StrEnum):
    """The groups of help, in their order."""

    ASK = "Ask"
    ACT = "Act"
    SET_UP = "Set up"


@dataclass(frozen=True, slots=True)
class Command:
    """One command; `example` works, `aliases` are other words for it."""

    name: str
    summary: str
    example: str
    arguments: tuple[Argument, ...] = ()
    role: Role = Role.VIEWER
    aliases: tuple[str, ...] = ()
    group: Group = Group.ASK

    @property
    def usage(self) -> str:
        """The usage line: the name and its arguments."""
        return " ".join((self.name, *(argument.usage for argument in self.arguments)))

    def argument(self, name: str) -> Argument | None:
        """The argument of that name."""
        return next((argument for argument in self.arguments if argument.name == name), None)


ONLY_OPEN = "the only open incident"
LATEST = "the latest incident"
LENGTHS = ("30m", "1h", "4h", "1d")


SPANS = ("24h", "7d", "30d", "90d", "1y")
SEVERITIES = ("degraded", "partial", "major")

_TARGET = Argument("what", Takes.TARGET, "a service or component; without it everything")
_SERVICE = Argument("service", Takes.TARGET, "a service; without it all of them")
_SUBJECT = Argument("what", Takes.SUBJECT, "a component or incident; without it the only open one", fallback=ONLY_OPEN)
_VOICED = Argument("what", Takes.SUBJECT, "the component or incident you mean", required=True)
_OPEN = Argument("incident", Takes.INCIDENT, "an incident; without it the only open one", fallback=ONLY_OPEN)
_LATEST = Argument("incident", Takes.INCIDENT, "an incident; without it the latest", fallback=LATEST)
_QUIET = Argument(
    "what",
    Takes.SUBJECT,
    "an incident, component or service, or matchers such as state=partial_outage",
    fallback=ONLY_OPEN,
    matched=True,
)
_LOUD = replace(_QUIET, description="an incident, component, service, a silence's id, or its matchers")
_WORKED = Argument("what", Takes.TARGET, "the component or service that is worked on", required=True, matched=True)
_LENGTH = Argument(
    "duration",
    Takes.DURATION,
    "for how long: 30m, 2h, 1d, until resolved",
    required=True,
    suggested=(*LENGTHS, UNTIL_RESOLVED),
)
_DEADLINE = Argument(
    "deadline", Takes.DURATION, "how long you can wait: 30s, 10m, 2h", suggested=("1m", "10m", "1h"), shortest_s=1.0
)
_WORK = replace(_LENGTH, description="for how long: 30m, 2h, 1d; or end, when it is over", suggested=(*LENGTHS, END))
_START = Argument("start", Takes.MOMENT, "when it begins, if not now: 22:00 or 2026-05-01T22:00Z", keyed=True)
_REASON = Argument("reason", Takes.WORDS, "why, for later readers")
_STANDS = replace(
    _LENGTH, description="for how long: 4h, 1d, 7d; or end, to take it off", suggested=("4h", "1d", "7d", END)
)
_SENTENCE = Argument("text", Takes.WORDS, "what the page says; with end the announcement's id, without it all end")
_TO = Argument("to", Takes.PLACE, "a channel, if not this one: slack:C0123", keyed=True)
_ABOVE = Argument("severity", Takes.CHOICE, "nothing below this severity", choices=SEVERITIES)
RECIPES = ("backoff", "breaker", "cache", "fallback")
_CODE = Argument(
    "code", Takes.CHOICE, "code: all of it, with steps, limits and code; or the code of one", choices=("code", *RECIPES)
)
_PERIOD = Argument("period", Takes.CHOICE, "the last day, or the last seven", choices=("day", "week"))
_DISAGREEING = Argument(
    "discrepancies", Takes.CHOICE, "also discrepancies between page and measurement", choices=("on", "off"), keyed=True
)

_OF_IT = Argument("components", Takes.COMPONENTS, "which of the incident's components, separated by commas", keyed=True)
_WHERE = Argument("what", Takes.TARGET, "a service or component that would fail; without it the tree")
_ASK = (
    Command("status", "how everything stands, or one thing: our measurement, the status page, user reports",
            "status claude-api", (_TARGET,)),
    Command("why", "the evidence behind it: figures, latest results, what would change our mind",
            "why claude-api", (_SUBJECT,)),
    Command("tips", "workarounds that help right now, each checked live where it names an alternative",
            "tips claude-api", (_SUBJECT, _CODE)),
    Command("explain", "what an error means, whose fault it is, whether others see it now, what to do",
            "explain 529 overloaded_error",
            (Argument("error", Takes.PASTE, "status code, message, body or request id", required=True),)),
    Command("alternatives", "other services and routes with their state and latency, best first",
            "alternatives claude-api", (Argument("what", Takes.SUBJECT, "what to replace", fallback=ONLY_OPEN),)),
    Command("should-i", "wait, retry, switch, or look at your own code; with the end to expect from past incidents",
            "should-i claude-api 10m", (_SUBJECT, _DEADLINE), aliases=("should_i",)),
    Command("history", "uptime, failure rate and latency over a day, a week, a month, a quarter, a year",
            "history claude-api 7d", (_TARGET, Argument("span", Takes.CHOICE, "how far back", choices=SPANS))),
    Command("incidents", "the latest incidents", "incidents", (_SERVICE,)),
    Command("incident", "one incident with its timeline, and who did what", "incident 4F7K", (_LATEST,)),
    Command("ledger", "how late and how honest status pages have been, with a grade",
            "ledger claude", (_SERVICE,)),
    Command("reliability", "how often it fails and for how long: MTTR, MTBF, the page's stages, joint failures",
            "reliability claude", (_TARGET,), aliases=("mttr", "mtbf")),
    Command("accuracy", "how right our own alerts were in 90 days: precision, misses, delay, with the cases",
            "accuracy claude", (_SERVICE,)),
    Command("postmortem", "the write-up after an incident: impact, timeline, lags, evidence", "postmortem 4F7K",
            (_LATEST,), aliases=("report-card",)),
    Command("digest", "a day or a week in one answer: uptime, incidents, the pages' lag, what was not delivered",
            "digest week", (_PERIOD,)),
    Command("silences", "what is silenced now, by whom, why, until when, and what it covers; maintenance windows",
            "silences", (_SERVICE,), aliases=("quiet",)),
)  # fmt: skip
_ACT = (
    Command("report", "say that it fails for you, and see how many others did",
            "report claude-code login loops", (_VOICED, Argument("text", Takes.WORDS, "what you see"), _OF_IT),
            aliases=("affected", "broken")),
    Command("works", "say that it works for you", "works claude-code", (_VOICED, _OF_IT)),
    Command("ack", "take an incident: others see that somebody is on it", "ack 4F7K", (_OPEN,),
            Role.RESPONDER, ("acknowledge", "take")),
    Command("release", "release an incident: others see that nobody is on it", "release 4F7K", (_OPEN,),
            Role.RESPONDER, ("unack", "unacknowledge")),
    Command("resolve", "mark an incident as over", "resolve 4F7K", (_OPEN, _REASON), Role.RESPONDER, ("close",)),
    Command("silence", "hold messages back for a while; everything is still recorded",
            "silence claude-api 2h known, vendor is on it", (_QUIET, _LENGTH, _REASON), Role.RESPONDER,
            ("mute", "snooze")),
    Command("unsilence", "end a silence or a maintenance window", "unsilence claude-api", (_LOUD,), Role.RESPONDER,
            ("unmute",)),
    Command("maintenance", "begin or announce a maintenance window: trouble in it is recorded and not alerted",
            "maintenance claude-api 90m from 22:00 gateway upgrade", (_WORKED, _WORK, _START, _REASON),
            Role.RESPONDER),
    Command("announce", "put a sentence on the status page and in its feeds, for a while",
            "announce 4h We move our gateway tonight at 22:00 UTC", (_STANDS, _SENTENCE), Role.RESPONDER),
    Command("notify", "one direct message to you when an incident is over", "notify 4F7K", (_OPEN,)),
    Command("right", "after an incident: say the alert was useful", "right 4F7K", (_LATEST,)),
    Command("wrong", "after an incident: say it was a false alarm", "wrong 4F7K", (_LATEST,)),
)  # fmt: skip
_SET_UP = (
    Command("subscribe", "post alerts here; tests that it can before it confirms",
            "subscribe claude partial discrepancies=off to=slack:C0123", (_TARGET, _ABOVE, _DISAGREEING, _TO),
            Role.ADMIN),
    Command("unsubscribe", "end this channel's subscriptions", "unsubscribe claude to=slack:C0123",
            (_TARGET, _TO), Role.ADMIN),
    Command("subscriptions", "which channels get which alerts", "subscriptions"),
    Command("test", "post a marked test message here, and show the result", "test to=slack:C0123", (_TO,),
            Role.ADMIN),
    Command("routes", "the routing tree, and who would hear if something failed now", "routes claude-api", (_WHERE,)),
    Command("doctor", "Groundtruth's own health: connections, store, queues, vantages", "doctor"),
    Command("deliveries", "what was sent where, what waits, what could not be sent and why", "deliveries",
            (_SERVICE,)),
    Command("audit", "who did what, where and when, and who was refused", "audit", role=Role.ADMIN),
    Command("help", "all commands, or one with its example", "help why",
            (Argument("command", Takes.COMMAND, "a command"),), aliases=("?",)),
)  # fmt: skip
_ALL = (
    *_ASK,
    *(replace(command, group=Group.ACT) for command in _ACT),
    *(replace(command, group=Group.SET_UP) for command in _SET_UP),
)
COMMANDS: Mapping[str, Command] = {command.name: command for command in _ALL}
ALIASES: Mapping[str, str] = {alias: command.name for command in _ALL for alias in command.aliases}
FORMER: Mapping[str, str] = {"quiet": "silences", "report-card": "postmortem", "unack": "release"}
"""Aliases that were a command's name before: understood everywhere; the terminal says what it is called now."""
DEFAULT = "status"


def line(command: Command, values: Mapping[str, str]) -> str:
    """The text for the desk from what was filled in, by argument name; empty values are left out."""
    said = [command.name]
    for argument in command.arguments:
        value = values.get(argument.name, "").strip()
        if value:
            said.append(f"{argument.name}={value}" if argument.keyed else value)
    return " ".join(said)
