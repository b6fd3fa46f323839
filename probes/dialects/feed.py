"""Any RSS or Atom feed of incidents, with rules from the catalogue.

A feed states no durations: `resolved_at` is always None, and `posted_at` is the publication time the entry states.

Entries of one id are one incident: its newest one that states a phase says how it stands, its oldest when it began.

Options (all optional): `channel` (words, one of which the channel must say of itself), `components` (our id -> rules of
words, see `scope`: all words of a rule must be there; no words: every entry), `name`, `where` ("title" or "text": where
those words are looked for), `closed_words`,
`open_words`, `severity` (phrase -> state), `state` (of an open entry that states no severity), `empty` (state when
there is no entry at all), `undetermined` ("open", "closed" or "unknown": an entry without a word of its status),
`unmatched` ("ignore" or "unknown": what an open entry of no known component does to the others), `newest_only`,
`dated` (false: the published time is no posting time).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.feed_words import OPEN, OVER, PLANNED, UNDETERMINED, WORKS, phase, severity, touches
from probes.dialects.scope import Rules as Words
from probes.dialects.scope import rules_from
from probes.dialects.shapes import text
from probes.dialects.states import PAGE, is_closed, worst
from probes.dialects.xml_feed import Entry, Feed, read_feed
from probes.model import Claim, Page, State, VendorIncident

_OVER_KEPT = 50


@dataclass(frozen=True, slots=True)
class Rules:
    """The options, checked."""

    channel: tuple[str, ...]
    components: Mapping[str, Words]
    name: str
    whole_text: bool
    over_words: tuple[str, ...]
    open_words: tuple[str, ...]
    severity: Mapping[str, State]
    state: State
    empty: State
    undetermined: str
    unmatched_unknown: bool
    newest_only: bool
    dated: bool


@dataclass(frozen=True, slots=True)
class EntryStatus:
    """An entry with what it says: phase, status word, state, components."""

    entry: Entry
    phase: str
    word: str
    state: State
    components: tuple[str, ...]


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a feed by its rules. Raises NotUnderstoodError."""
    rules = rules_of(options)
    feed = read_feed(body)
    if rules.channel and not any(word in feed.about for word in rules.channel):
        raise NotUnderstoodError(f"the feed of another page: {feed.title[:100] or 'without a title'}")
    told = once_each(tell(entry, rules) for entry in feed.entries)
    claims = _claims(told, feed, rules)
    return Page(url="", claims=claims, incidents=incidents(told, dated=rules.dated), stated_at=feed.built)


def rules_of(options: Mapping[str, Any]) -> Rules:
    """The options as rules. Raises NotUnderstoodError if one is of the wrong kind."""
    table = options.get("components") or {PAGE: ()}
    severities = options.get("severity") or {}
    if not isinstance(table, Mapping) or not isinstance(severities, Mapping):
        raise NotUnderstoodError("the options components and severity are tables")
    return Rules(
        channel=_words(options, "channel"),
        components={str(key): rules_from(table[key] or (), str(key)) for key in table},
        name=text(options.get("name")),
        whole_text=options.get("where", "title") == "text",
        over_words=_words(options, "closed_words"),
        open_words=_words(options, "open_words"),
        severity={str(phrase).lower(): _state(state) for phrase, state in severities.items()},
        state=_state(options.get("state", State.DEGRADED.value)),
        empty=_state(options.get("empty", State.UNKNOWN.value)),
        undetermined=str(options.get("undetermined", UNDETERMINED)),
        unmatched_unknown=options.get("unmatched") == "unknown",
        newest_only=bool(options.get("newest_only")),
        dated=bool(options.get("dated", True)),
    )


def tell(entry: Entry, rules: Rules) -> EntryStatus:
    """What one entry says."""
    found, word = phase(entry, rules.over_words, rules.open_words)
    found = rules.undetermined if found == UNDETERMINED else found
    components = tuple(
        key for key, words in rules.components.items() if touches(entry, words, whole_text=rules.whole_text)
    )
    state = State.OPERATIONAL
    if found == OPEN:
        stated = severity(entry, rules.severity, rules.state)
        state = rules.state if stated is State.OPERATIONAL else stated
        state = State.MAINTENANCE if word in WORKS else state
    elif found not in {OVER, PLANNED}:
        state = State.UNKNOWN
    return EntryStatus(entry, found, word, state, components)


def once_each(told: Iterable[EntryStatus]) -> list[EntryStatus]:
    """One for each id, in the feed's order: the newest that states a phase, with the first time of all of them."""
    groups: dict[object, list[EntryStatus]] = {}
    for number, one in enumerate(told):
        groups.setdefault(one.entry.id or number, []).append(one)
    return [_one_of(group) for group in groups.values()]


def _one_of(group: list[EntryStatus]) -> EntryStatus:
    if len(group) == 1:
        return group[0]
    newest = sorted(group, key=lambda one: -(one.entry.published or one.entry.updated or 0.0))
    chosen = next((one for one in newest if one.phase != UNDETERMINED and one.word != "update"), newest[0])
    began = min((one.entry.published for one in group if one.entry.published is not None), default=None)
    named = tuple(dict.fromkeys(key for one in newest for key in one.components))
    return replace(chosen, entry=replace(chosen.entry, published=began), components=named)


def incidents(told: Iterable[EntryStatus], *, dated: bool) -> tuple[VendorIncident, ...]:
    """The entries as incidents: all that are not over, and the newest of those that are."""
    kept = list(told)
    over = [one for one in kept if one.phase == OVER][:_OVER_KEPT]
    return tuple(
        VendorIncident(
            id=one.entry.id or one.entry.link or one.entry.title,
            name=one.entry.title,
            status=one.word if one.phase != OVER or is_closed(one.word) else "resolved",
            impact="" if one.phase != OPEN else one.state.value,
            components=tuple(key for key in one.components if key != PAGE),
            posted_at=one.entry.published if dated else None,
            url=one.entry.link,
            maintenance=one.phase == PLANNED or one.state is State.MAINTENANCE,
        )
        for one in kept
        if one.phase != OVER or one in over
    )


def _claims(told: list[EntryStatus], feed: Feed, rules: Rules) -> tuple[Claim, ...]:
    # A title that names one component does not say that the others are fine.
    stray = rules.unmatched_unknown and any(one.phase == OPEN for one in told)
    claims = []
    for key in rules.components:
        own = [one for one in told if key in one.components]
        if rules.newest_only and own:
            own = [max(own, key=lambda one: one.entry.published or one.entry.updated or 0.0)]
        state = worst(one.state for one in own) if feed.entries else rules.empty
        if stray and state is State.OPERATIONAL:
            state = State.UNKNOWN
        claims.append(Claim(key, rules.name or (feed.title or key if key == PAGE else key), state))
    return tuple(claims)


def _words(owner: Mapping[Any, Any], key: Any) -> tuple[str, ...]:
    value = owner.get(key) or ()
    if isinstance(value, str):
        value = (value,)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) and one for one in value):
        raise NotUnderstoodError(f"the option {text(str(key), 60)} is not a list of words")
    return tuple(one.lower() for one in value)


def _state(value: Any) -> State:
    try:
        return State(value)
    except ValueError as error:
        raise NotUnderstoodError(f"the options name no such state: {text(str(value), 60)}") from error


def fits(content: Content) -> bool:
    """Any feed; those with a dialect of their own are recognised before it."""
    return content.feed is not None
