"""`groundtruth routes`: the routing tree, and who would hear of something, when, and why not the others."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from rich.console import Console

from bot.cli.ask import show
from bot.config.complaints import nearest, printable
from bot.config.load import load
from bot.core.answers.answer import Answer
from bot.core.answers.routing import ExpectedRecipient, drawn, hearers, passed_over, switched_off, uncalled, why_not
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.labels import Facts
from bot.core.model.severity import SEVERITY, TROUBLE
from bot.core.model.snapshot import Snapshot
from bot.core.routing.matchers import KEYS, facts_of
from bot.core.routing.tree import BY_SUBSCRIPTION, RouteMatch, Tree, verdicts, wanted
from bot.core.text.durations import clock
from bot.core.text.quoting import listed
from bot.core.text.states import WORDS
from bot.delivery.routes import configured_routes, policies_of, tree_of
from bot.errors import GroundtruthError, UserError
from bot.settings import Component, Service, Settings, labels_of
from bot.store.connect import open_store
from probes.model import State

EXAMPLES = """\
  groundtruth routes                                              the tree in force
  groundtruth routes test "claude-api major_outage at 03:00"      who would hear, when, and why not the others
  groundtruth routes test "claude partial_outage vantage=fra-1 team=core" --json
Exit code: 0 somebody would hear, 1 nobody would, 2 not understood."""

BAD_STATES = tuple(sorted(TROUBLE, key=SEVERITY.__getitem__))
BRIEFLY = {state.value: state for state in BAD_STATES} | {state.value.partition("_")[0]: state for state in BAD_STATES}
"""States as in the configuration, and as in `subscribe`: major_outage, major."""


@dataclass(slots=True)
class Question:
    """What is asked about: a service with its components, how bad it is, facts beside, and when (Unix seconds)."""

    service: Service | None = None
    components: tuple[Component, ...] = ()
    state: State = State.MAJOR
    facts: dict[str, frozenset[str]] = field(default_factory=dict)
    at: float = 0.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    style = argparse.ArgumentParser(add_help=False)
    style.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    parser.add_argument("--json", action="store_true", help="print JSON")
    actions = parser.add_subparsers(dest="action", metavar="test")
    test = actions.add_parser("test", parents=[style], help="who would hear of this")
    test.add_argument(
        "words", nargs="+", help="component or service, a state, key=value, at HH:MM (this machine's time)"
    )


def run(args: argparse.Namespace) -> int:
    """Print the routing tree, or where one incident would go."""
    settings = load(args.config)
    if args.action == "test":
        question = understood(" ".join(args.words).split(), settings, time.time())
        return asyncio.run(_test(question, settings, as_json=args.json))
    tree = tree_of(settings)
    lines = drawn(tree.branches)
    if args.json:
        _json({"branches": [{"name": name.strip(), "says": says} for name, says in lines]})
    else:
        title = "The routes in force" if settings.routes is not None else "No routes are configured: all go to all"
        show(Answer(title, 0.0, lines=tuple(lines)), Console())
    return 0


def understood(words: list[str], settings: Settings, now: float) -> Question:
    """The question in these words. Raises UserError with the first word that makes no sense."""
    found, rest = Question(at=now), iter(words)
    services = {service.id: service for service in settings.services}
    components = {component.id: component for component in settings.components()}
    for word in rest:
        key, equals, value = word.partition("=")
        if word == "at":
            found.at = _moment(next(rest, ""), now)
        elif equals and value:
            found.facts[key] = found.facts.get(key, frozenset()) | {value}
        elif word in components:
            found.components += (components[word],)
            found.service = services[components[word].service]
        elif word in services:
            found.service = services[word]
        elif word in BRIEFLY:
            found.state = BRIEFLY[word]
        else:
            known = [*components, *services, *(state.value for state in BAD_STATES)]
            close = nearest(word, known)
            advice = (
                f"did you mean {close}?" if close else "expected a component, a service, a state, key=value or at HH:MM"
            )
            raise UserError(f"'{printable(word)}' is not known here: {advice}")
    if found.service is None:
        raise UserError(f"expected a component or service, such as {next(iter(components), 'claude-api')}")
    return found


def _moment(text: str, now: float) -> float:
    """The next time that this machine's clock shows it. Raises UserError."""
    try:
        told = datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day, in this machine's zone
    except ValueError:
        raise UserError(f"expected a time such as 03:00 after 'at', found '{printable(text)}'") from None
    today = datetime.fromtimestamp(now).astimezone()
    there = today.replace(hour=told.hour, minute=told.minute, second=0, microsecond=0)
    return (there if there >= today else there + timedelta(days=1)).timestamp()


def supposed(question: Question) -> Snapshot:
    """The incident that the words suppose."""
    service = question.service
    if service is None:
        raise UserError("expected a component or service")
    named = question.components or service.components
    ids = tuple(component.id for component in named if component.service == service.id)
    incident = Incident(
        "TEST",
        service.id,
        "failures",
        IncidentStatus.OPEN,
        ids,
        question.state,
        question.at,
        question.at,
        active=ids,
        worst=question.state,
    )
    return Snapshot(question.at, service.id, service.name, incident, None, (), reason="a question")


async def _test(question: Question, settings: Settings, *, as_json: bool) -> int:
    snapshot, service = supposed(question), question.service
    labels = labels_of(service) if service else {}
    facts = {**facts_of(snapshot, labels), **question.facts}
    unknown = [key for key in question.facts if key not in KEYS and not _labelled(key, settings)]
    tree = tree_of(settings)
    told, silent, taken = _asked(tree, settings, facts, question)
    places, note = await _subscribed(settings, snapshot)
    told += [ExpectedRecipient(place, BY_SUBSCRIPTION, "at once", question.at) for place in places]
    away = switched_off(Tree(settings.routes or ()), settings.escalations, taken, {c.name for c in settings.channels})
    notes = [*note, *(f"no label of this configuration is named {printable(key)}" for key in unknown)]
    if as_json:
        _json(
            {
                "hear": [asdict(one) for one in told],
                "branches": {v.branch.name: why for v, why in silent},
                "off": away,
                "notes": notes,
            }
        )
    else:
        lines = [(one.target, f"{one.when}, by {one.by}") for one in told] or [("nobody", "hears of this")]
        heard = {one.target for one in told}
        lines += [("not notified", said) for said in away]
        lines += [("not notified", passed_over(verdict, heard, why)) for verdict, why in silent]
        lines += [("not notified", said) for said in uncalled(policies_of(settings).values(), heard, tree)]
        lines += [("note", note) for note in notes]
        about = listed([c.name for c in question.components]) or (service.name if service else "")
        title = f"{about}, {WORDS[question.state]} at {clock(question.at, time.time())}: who would hear"
        show(Answer(title, question.at, lines=tuple(lines)), Console())
    return 0 if told else 1


def _asked(
    tree: Tree, settings: Settings, facts: Facts, question: Question
) -> tuple[list[ExpectedRecipient], list[tuple[RouteMatch, str]], frozenset[str]]:
    """Who hears; who does not, and why; the names of the branches that take it."""
    severity = SEVERITY[question.state]
    said = list(verdicts(tree.branches, facts, severity))
    taken = [verdict for verdict in said if verdict.taken]
    known = policies_of(settings)
    policies = [known[name] for name in dict.fromkeys(v.branch.escalation for v in taken) if name in known]
    silent = [(v, why) for v in said if (why := why_not(v, facts))]
    return hearers(taken, severity, policies, question.at), silent, frozenset(v.branch.name for v in taken)


def _labelled(key: str, settings: Settings) -> bool:
    return any(key in s.labels for s in settings.services) or any(key in c.labels for c in settings.components())


async def _subscribed(settings: Settings, snapshot: Snapshot) -> tuple[list[str], list[str]]:
    """The places that subscribed to such a thing, and a note where they could not be read."""
    url = settings.redis.reveal() if settings.redis else None
    try:
        async with open_store(url, settings.state_dir, start=False) as store:
            found = await configured_routes(store, settings).subscribed()
    except GroundtruthError as error:
        return [], [f"subscriptions were not read: {error}"]
    return [route.target for route in found.values() if wanted(snapshot, route.interest)], []


def _json(told: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
