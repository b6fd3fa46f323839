"""What is not to be spoken of for a while, and what that covers. Pure; what is silent is recorded all the same.

A silence is on an incident, a component, a whole service, or on whatever its matchers fit. An incident is held back
where every component that is affected now is covered, and, by matchers, as it is seen from every vantage: what nobody
silenced speaks. The same values are maintenance that people, the configuration or the vendor's page announced.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident
from bot.core.model.labels import Facts, Labels
from bot.core.model.measurement import Measurement
from bot.core.model.silence import Silence, Silences
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.routing.matchers import KEYS, Matcher, facts_of, labelled, matchers, matches

MOST = 50
"""Silences of one service at a time."""
SHORTEST_S, LONGEST_S = 60.0, 30 * 86_400.0
CONDITIONS, WRITTEN = 8, 400
"""Most matchers of one silence, and characters of them all together."""
FIXED = frozenset({"service", "component"})
"""Keys, beside labels, whose values are known before there is any trouble."""


@dataclass(frozen=True, slots=True)
class MatchContext:
    """What matchers are held against beside an incident: the service, its labels, what is measured now."""

    service: str
    labels: Labels = field(default_factory=dict)
    measured: Mapping[str, Measurement] = field(default_factory=dict)

    def facets(self, incident: Incident, component: str) -> Iterator[Facts]:
        """The incident as it is on one component, seen from each vantage by itself."""
        alone = replace(incident, components=(component,), worst=incident.state)
        known = self.measured.get(component)
        places = () if incident.vantage or known is None else known.vantages
        for place in places or ("",):
            seen = (ComponentStatus(replace(known, vantages=(place,) if place else ())),) if known is not None else ()
            yield facts_of(Snapshot(0.0, self.service, "", alone, None, seen, ""), self.labels)

    def dispute(self, record: Discrepancy) -> Facts:
        """A discrepancy."""
        return facts_of(Snapshot(0.0, self.service, "", None, record, (), ""), self.labels)

    def standing(self, component: str) -> Facts:
        """What is known of a component whatever happens."""
        named = {"service": frozenset({self.service}), "component": frozenset({component})}
        return labelled(self.labels, [component]) | named

    def unknown(self, conditions: Iterable[Matcher]) -> str:
        """The first key that nothing of this service has, "" where all are known."""
        own = {key for labels in self.labels.values() for key in labels}
        return next((c.key for c in conditions if c.key not in own and c.key not in KEYS), "")

    def reaches(self, conditions: Iterable[Matcher], components: Iterable[str]) -> bool:
        """Whether conditions could ever fit something of this service."""
        fixed = [c for c in conditions if c.key in FIXED or c.key not in KEYS]
        return any(matches(fixed, self.standing(component)) for component in components)


NOWHERE = MatchContext("")


def written(conditions: Iterable[Matcher]) -> str:
    """The target of a silence by matchers: the same conditions are the same text, in whatever order they were said.

    Raises:
        ValueError: one sentence, where they are too many or too long.
    """
    said = sorted({str(condition) for condition in conditions})
    text = ", ".join(said)
    if len(said) > CONDITIONS or len(text) > WRITTEN:
        raise ValueError(f"at most {CONDITIONS} matchers with {WRITTEN} characters together")
    return text


@lru_cache(maxsize=1_000)
def conditions_of(target: str) -> tuple[Matcher, ...]:
    """The matchers in a target that is made of them; none where it names a thing, or cannot be read any more."""
    try:
        return matchers(target) if any(sign in target for sign in "=~!") else ()
    except ValueError:
        return ()


def may_reach(conditions: Iterable[Matcher], service: str, components: Iterable[str]) -> bool:
    """Whether conditions could fit something of a service whose labels are not at hand."""
    fixed = [c for c in conditions if c.key in FIXED]
    return any(matches(fixed, MatchContext(service).standing(component)) for component in components)


def standing(silences: Silences, now: float) -> Silences:
    """Those that have not run out; some may only come."""
    return tuple(s for s in silences if s.until > now)


def under_way(silences: Silences, now: float) -> Silences:
    """The silences in force now."""
    return tuple(s for s in silences if s.since <= now < s.until)


def with_one(silences: Silences, silence: Silence, now: float) -> Silences:
    """One more. It takes the place of one on the same target that it corrects or covers; others stand side by side.

    Announced work and a silence are two things; so are a window under way and one that is to come.
    """
    return (*(s for s in silences if not _replaced(s, silence, now)), silence)


def on(silences: Silences, target: str) -> Silences:
    """Those on this very target, or of this id."""
    return tuple(s for s in silences if s.target == target or (s.id and s.id == target))


def of_component(silences: Silences, component: str, ground: MatchContext = NOWHERE) -> Silence | None:
    """The silence on a component, its own or the service's, or by matchers that fit it whatever happens."""

    def always(silence: Silence) -> bool:
        fixed = all(c.key in FIXED or c.key not in KEYS for c in conditions_of(silence.target))
        return fixed and _fits(silence, lambda: [ground.standing(component)])

    return _longest(s for s in silences if s.target in {"", component} or always(s))


def of_incident(silences: Silences, incident: Incident, ground: MatchContext = NOWHERE) -> Silence | None:
    """The silence on an incident: its own, the service's, or one on every component that is affected now."""
    whole = [s for s in silences if s.target in {"", incident.id}]
    parts = [_longest(s for s in silences if _on_part(s, incident, c, ground)) for c in incident.active]
    covered = [s for s in parts if s is not None]
    if parts and len(covered) == len(parts):
        # Silent until the first of them ends; what the vendor announced is told, and so not hidden by the others.
        whole.append(min(covered, key=lambda s: (not s.announced, s.until)))
    return _longest(whole)


def of_dispute(silences: Silences, record: Discrepancy, ground: MatchContext) -> Silence | None:
    """The silence on a discrepancy: its component's, the service's, or by matchers."""
    direct = of_component(silences, record.component)
    return direct or _longest(s for s in silences if _fits(s, lambda: [ground.dispute(record)]))


def over(silences: Silences, incident: Incident, ground: MatchContext = NOWHERE) -> Silences:
    """Every silence that holds this incident back, wholly or in part."""
    return tuple(
        s
        for s in silences
        if s.target in {"", incident.id} or any(_on_part(s, incident, c, ground) for c in incident.active)
    )


def _on_part(silence: Silence, incident: Incident, component: str, ground: MatchContext) -> bool:
    if silence.announced and not silence.since <= incident.opened_at < silence.until:
        # An outage is not explained by work that the page announces afterwards.
        return False
    return silence.target in {"", component} or _fits(silence, lambda: ground.facets(incident, component))


def _fits(silence: Silence, facets: Callable[[], Iterable[Facts]]) -> bool:
    conditions = conditions_of(silence.target)
    return bool(conditions) and all(matches(conditions, facts) for facts in facets())


def _replaced(old: Silence, new: Silence, now: float) -> bool:
    if new.id and old.id == new.id:
        return True
    if (old.target, old.work) != (new.target, new.work):
        return False
    begun = old.since <= now and new.since <= now
    return begun or old.since == new.since or new.since <= old.since < old.until <= new.until


def _longest(silences: Iterable[Silence]) -> Silence | None:
    """What people want goes before what the page announces, for it is quieter."""
    return max(silences, key=lambda s: (not s.announced, s.until), default=None)
