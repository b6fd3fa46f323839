"""What people say of one service's components: who counts how much, what is usual, and when they report trouble. Pure.

One person is one voice of a component for `WINDOW_S`; the latest word holds, so "works" takes back "affected". Rows of
one window may come in any order.

One workspace weighs at most as much as all others together, and as one voice where it speaks alone: nobody's server,
however large or false, makes a surge by itself. Only where no second workspace is known (`LEAST` people of another in
four weeks) do its people count one by one, up to `LONE_MOST`: for most teams the workspace is their own company.

People report trouble (a surge) when at least `LEAST` voices, more than say it works, have a surprise of `SURGE`: one
in ten thousand usual windows, so one false surge in fifteen weeks of a component if reports come by chance. It stands
until the surprise is below `CALM`. A loud public place (`publicity`) counts as one voice more, never as people; so do
all apps that report together.
A surge is shown, and the component is checked as fast as after a failure. It never makes an outage, and an incident
only where the configuration says so (`reports: {open_incidents: true}`), after `SUSTAINED_S`, which says whose word it
is.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from math import isfinite

from bot.core.detection.assessment import Event, Kind, Transition
from bot.core.model.incident import Incident
from bot.core.model.report import APPS, Report, Reports
from bot.core.reports.apps import AppRequests, Counts, apps_say, settled, sums, taken
from bot.core.reports.outcomes import voice
from bot.core.reports.public_posts import PublicPosts, PublicPostState
from bot.core.stats.seasonal import Baseline, surprise
from bot.core.text.reports import voices_of
from probes.model import PublicMention, State

BY_PEOPLE: Kind = "reports"
"""The kind of incident that only people report."""

WINDOW_S = 900.0
LEAST, LONE_MOST = 3, 8
SURGE, CALM = 4.0, 2.0
SUSTAINED_S = 300.0
PRIOR = 0.4
"""Reports an hour of one component before anything is known."""
IN_SURGE = 0.1
"""What a report of a surge or an incident is worth as one of the usual."""
PLACE_S = 28 * 86400.0
PLACES, VOICES, OF_ONE_PLACE, COUNTED = 64, 1000, 100, 1000
"""Most workspaces known, voices of a component in a window, of them from one workspace, people of an incident."""
AHEAD_S = 60.0
"""A word from further in the future is from a wrong clock and taken as of now."""


@dataclass(frozen=True, slots=True)
class LatestReport:
    """A person's latest word on a component, and the workspace it was said in.

    `apart`: said in a surge or an incident; `told`: it was passed on as evidence, which happens once.
    """

    at: float
    works: bool = False
    place: str = ""
    apart: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class ComponentReports:
    """What is known of one component: voices by person, how many are usual, and since when people report trouble.

    `opened`: this surge has made an incident; `counts` are those of apps.
    """

    voices: Mapping[str, LatestReport] = field(default_factory=dict)
    usual: Baseline = field(default_factory=Baseline)
    since: float | None = None
    opened: bool = False
    counts: Counts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SurgeState:
    """Everything that decides the future; `places` hold people of each workspace with the time of their last word."""

    components: Mapping[str, ComponentReports] = field(default_factory=dict)
    places: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    affected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    talk: PublicPostState = field(default_factory=PublicPostState)


class SurgeDetector:
    """The people and public places that speak of one service."""

    def __init__(self, components: Collection[str], kept: SurgeState | None = None, *, opens: bool = False) -> None:
        """`opens`: a sustained surge makes an incident."""
        kept = kept or SurgeState()
        self._opens = opens
        self._components = {c: kept.components.get(c, ComponentReports()) for c in components}
        self._places = {place: dict(people) for place, people in kept.places.items()}
        self._affected = dict(kept.affected)
        self._public = PublicPosts(components, kept.talk)

    def state(self) -> SurgeState:
        """What must be written for another process to go on here."""
        kept = {c: g for c, g in self._components.items() if g != ComponentReports()}
        return SurgeState(kept, {p: dict(w) for p, w in self._places.items()}, dict(self._affected), self._public.talk)

    @property
    def speaks(self) -> bool:
        """Whether anybody has said anything lately, in person or in public."""
        told = any(g.voices or g.opened or g.counts for g in self._components.values())
        return bool(self._public.talk.found) or told

    def resume(self, opened: Iterable[Iterable[str]]) -> None:
        """The components of open incidents that only people report: they stand here too, or nothing would end them."""
        for component in (c for components in opened for c in components if c in self._components):
            self._components[component] = replace(self._components[component], opened=True)

    def take(self, report: Report) -> int:
        """Take in a person's word; how many people more it fails for, each told once however often they say so."""
        gathered = self._components.get(report.component)
        if gathered is None or not isfinite(report.at):
            return 0
        if report.total:
            counts = taken(gathered.counts, report.who, AppRequests(report.at, report.failed, report.total))
            gathered = self._components[report.component] = replace(gathered, counts=counts)
            works = voice(*sums(counts, report.who))
            if works is None:
                return 0
            report = replace(report, works=works)
        before, voices, fresh = self._weight(gathered), dict(gathered.voices), 0
        for n in range(max(1, min(report.n, OF_ONE_PLACE))):
            who = report.who if report.n == 1 else f"{report.who}#{n}"
            said, word = voices.get(who), LatestReport(report.at, report.works, report.place)
            if said is None and not _room(voices.values(), report.place):
                break
            if said is None or _order(word) > _order(said):
                told = said is not None and said.told
                fresh += not (told or word.works)
                voices[who] = replace(word, apart=said.apart if said else False, told=told or not word.works)
            self._know(report.place, who, report.at)
        after = self._components[report.component] = replace(gathered, voices=voices)
        return max(0, min(fresh, self._weight(after) - before))

    def hear(self, mentions: Iterable[PublicMention], at: float) -> None:
        """Take in public posts, seen at `at`."""
        self._public.take(mentions, at)

    def settle(self, now: float, troubled: Collection[str]) -> None:
        """Let time pass: old voices are learned as usual, or hardly at all where trouble stood meanwhile."""
        self._public.settle(now, troubled)
        for component, gathered in self._components.items():
            quiet = not gathered.voices and not gathered.counts
            if quiet and gathered.since is None and gathered.usual.since is not None:
                continue
            apart = component in troubled or gathered.since is not None
            rest, usual = {}, gathered.usual.begun(now)
            for who, word in gathered.voices.items():
                if word.at <= now - WINDOW_S:
                    if not word.works:
                        usual = usual.learn(word.at, IN_SURGE if word.apart or apart else 1.0)
                    continue
                at = word.at if word.at <= now + AHEAD_S else now
                rest[who] = replace(word, at=at, apart=word.apart or apart)
            kept = replace(gathered, voices=rest, usual=usual, counts=settled(gathered.counts, now))
            self._components[component] = replace(kept, since=self._surge(component, kept, now))

    def reports(self, component: str, now: float) -> Reports:
        """What people say of a component, as it is shown."""
        gathered = self._components.get(component, ComponentReports())
        usual = gathered.usual.usual(now, WINDOW_S, PRIOR)
        public = self._public.voices(component, now)
        weight = self._weight(gathered)
        return Reports(
            affected=weight,
            works=_works(gathered),
            window_s=WINDOW_S,
            usual=round(usual, 3),
            beyond=self._beyond(gathered),
            surprise=round(surprise(weight + any(p.loud for p in public), usual), 1) if weight else 0.0,
            since=gathered.since,
            public=public,
            apps=apps_say(settled(gathered.counts, now)),
        )

    def others(self, component: str, who: str, now: float) -> Reports:
        """What everybody but one person says of a component."""
        gathered = self._components.get(component, ComponentReports())
        rest = {w: v for w, v in gathered.voices.items() if w != who and v.at > now - WINDOW_S}
        alone = SurgeDetector(
            (component,), replace(self.state(), components={component: replace(gathered, voices=rest)})
        )
        return alone.reports(component, now)

    def doubted(self) -> set[str]:
        """The components that people or apps report, which are worth a check at once."""
        apps = {c for c, g in self._components.items() if (said := apps_say(g.counts)) is not None and said.trouble}
        return apps | self.surging().keys()

    def surging(self) -> dict[str, float]:
        """The components with which people report trouble, and since when."""
        return {c: g.since for c, g in self._components.items() if g.since is not None}

    def steps(self, now: float, measured: Collection[str]) -> list[Transition]:
        """The incidents that sustained surges make where nothing is `measured`, and their ends."""
        steps = []
        for component, gathered in self._components.items():
            since = gathered.since if component not in measured else None
            begins = self._opens and not gathered.opened and since is not None and now - since >= SUSTAINED_S
            if begins or (gathered.opened and since is None):
                self._components[component] = replace(gathered, opened=begins)
                why = f"only people report it: {voices_of([self.reports(component, now)])}; we measure no trouble"
                if not begins:
                    why = "we measure it ourselves now" if component in measured else "no more reports than usual"
                steps.append(_step(component, now, since, why))
        return steps

    def count(self, incidents: Iterable[Incident]) -> dict[str, int]:
        """How many people each of these incidents has affected so far."""
        counts = {}
        for incident in incidents:
            known = dict.fromkeys(self._affected.get(incident.id, ()))
            for component in incident.active if incident.scope != "vantage" else ():
                known |= dict.fromkeys(self._counted(self._components.get(component, ComponentReports())))
            counts[incident.id] = len(known)
            if known:
                self._affected[incident.id] = tuple(known)[:COUNTED]
        self._affected = {i: people for i, people in self._affected.items() if i in counts}
        return {i: min(n, COUNTED) for i, n in counts.items()}

    def _surge(self, component: str, gathered: ComponentReports, now: float) -> float | None:
        weight = self._weight(gathered)
        if weight <= _works(gathered):
            return None
        loud = any(p.loud for p in self._public.voices(component, now))
        surprising = surprise(weight + loud, gathered.usual.usual(now, WINDOW_S, PRIOR))
        if gathered.since is not None:
            return gathered.since if surprising >= CALM else None
        return now if weight + loud >= LEAST and surprising >= SURGE else None

    def _weight(self, gathered: ComponentReports) -> int:
        return sum(self._weights(gathered).values())

    def _weights(self, gathered: ComponentReports) -> dict[str, int]:
        """How many voices of each workspace count."""
        said = Counter(v.place for v in gathered.voices.values() if not v.works)
        apps = {APPS: 1} if said.pop(APPS, 0) else {}
        known = {place for place, people in self._places.items() if len(people) >= LEAST}
        whole = said.total() + len(apps)
        people = {p: min(n, max(1, whole - n)) if known - {p} else min(n, LONE_MOST) for p, n in said.items()}
        return people | apps

    def _beyond(self, gathered: ComponentReports) -> int:
        """How many people the weights leave out."""
        people = sum(not v.works and v.place != APPS for v in gathered.voices.values())
        return people - sum(n for place, n in self._weights(gathered).items() if place != APPS)

    def _counted(self, gathered: ComponentReports) -> list[str]:
        """The affected whose voices count: of each workspace those who spoke first."""
        left = self._weights(gathered)
        counted = []
        for who, word in sorted(gathered.voices.items(), key=lambda item: (item[1].at, item[0])):
            if not word.works and left[word.place]:
                left[word.place] -= 1
                counted.append(who)
        return counted

    def _know(self, place: str, who: str, at: float) -> None:
        """Remember some people of each workspace that speaks; apps are none."""
        if place == APPS:
            return
        people = {w: t for w, t in self._places.pop(place, {}).items() if t > at - PLACE_S}
        if who in people or len(people) < LEAST:
            people[who] = max(at, people.get(who, at))
        self._places[place] = people
        kept = [(p, w) for p, w in self._places.items() if any(t > at - PLACE_S for t in w.values())]
        self._places = dict(kept[-PLACES:])


def _works(gathered: ComponentReports) -> int:
    """How many say that it works; all apps together are one voice."""
    said = Counter(v.place for v in gathered.voices.values() if v.works)
    return min(1, said.pop(APPS, 0)) + said.total()


def _step(component: str, now: float, since: float | None, why: str) -> Transition:
    """The beginning (since when people report it) or the end of an incident that only people report."""
    event: Event = "opened" if since is not None else "resolved"
    state = State.DEGRADED if since is not None else State.OPERATIONAL
    return Transition(now, event, "component", (component,), state, 0.0, 0.0, 1.0, BY_PEOPLE, since or now, why=why)


def _order(word: LatestReport) -> tuple[float, bool, str]:
    """Which of one person's words holds: the latest; of two at once the worse."""
    return word.at, not word.works, word.place


def _room(voices: Collection[LatestReport], place: str) -> bool:
    return len(voices) < VOICES and sum(v.place == place for v in voices) < OF_ONE_PLACE
