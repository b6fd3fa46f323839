"""Evidence of an outage: Shiryaev-Roberts sums over outages of many kinds, against the usual behaviour of each stream.

For each hypothesis (all streams together, one component, one vantage) and each alternative of `alternatives`,

    R <- R * LR(look | outage goes on) + LR(look | outage begins now)

and the evidence E is their weighted sum. With LR taken against the usual behaviour R - (its number of looks) is a
martingale, so opening at E >= A has a mean time between false alarms of at least A/w looks (Pollak 1985; Shin, Ramdas
and Rinaldo 2022, "E-detectors"), w the weight of the hypotheses one look concerns (1 for one stream): guaranteed as far
as the usual behaviour is as learned. `CALIBRATION` then uses up what such a bound leaves unused, or adds where the
usual is not quite as learned: measured by simulation, see tests/bench/detector.py. Delays against Lorden's bound are
in its table: 1.2 to 1.4 times it where many streams fail by chance, 2 and more where usual spells must be ruled out
first. One failing component of nine streams at 10% takes 5 min, 1.22 times the bound: half the threshold would gain
nothing there, for the next failure must come first.
The budget is that of one stream; a service of n streams may cry wolf sqrt(n) times as often.

Why not the plain rule with one repeat probability: usual failures come in spells, so the fifth failure in a row is
worth next to nothing, while a second single failure is worth a lot. One number cannot say both; learned from an
undetected outage it even explains a total outage away. The hidden Markov chain of `usual` can, in one more float.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, log, sqrt

from bot.core.detection.baseline import BurstModel
from bot.core.detection.classification import LASTING, Sample
from bot.core.detection.disturbance import Disturbance
from bot.core.detection.hypotheses import KINDS, WEIGHTS, Odds
from bot.core.detection.stream_filter import Stream
from bot.core.stats.sum_tree import SumTree

CALIBRATION = 1.6
MONTH_S = 30 * 86400.0
SHARES = {"all": 0.3, "component": 0.6, "vantage": 0.1}
STREAMS = 4096
"""Streams of one service; more are not measured by anybody and would only fill memory."""
FORGOTTEN_S = 7 * 86400.0
"""A stream without results for so long is forgotten with all it had learned."""
SHORT_S, TOTAL = 45.0, 0.9
"""An episode so short in which everything failed was one of the target's spells."""
HIGHEST = 1e30
"""Sums stop here: an outage of months is no longer a matter of evidence, and floats end."""
LOW = 40.0
"""Evidence below this is the level of quiet times: nothing is afoot."""
CLEARED = 300.0
"""Evidence below this clears what was seen until then: it is learned as usual."""

Name = tuple[str, str]
"""A hypothesis: ("all", ""), ("component", id) or ("vantage", id)."""
Key = tuple[str, str, str]


@dataclass(slots=True)
class Suspicion:
    """The sums of one hypothesis."""

    sums: list[float] = field(default_factory=lambda: [0.0 for _ in KINDS])
    value: float = 0.0

    def take(self, odds: Odds) -> None:
        """One more look."""
        self.set([min(HIGHEST, r * on + new) for r, on, new in zip(self.sums, *odds, strict=True)])

    def set(self, sums: list[float]) -> None:
        """Put the sums, and their weighted mean."""
        self.sums = sums
        self.value = weighted(sums)

    def after_calm(self, count: int, logs: list[float]) -> list[float]:
        """The sums after `count` successes of mean log odds `logs`: the recursion's geometric series in closed form."""
        after = []
        for r, each in zip(self.sums, logs, strict=True):
            faded = exp(count * each)
            step = exp(each)
            after.append(r * faded + step * (1 - faded) / (1 - step) if step < 1 else r * faded + count)
        return after

    def reset(self) -> None:
        self.set([0.0 for _ in KINDS])


def weighted(sums: list[float]) -> float:
    """The mean over the alternatives."""
    return sum(w * r for w, r in zip(WEIGHTS, sums, strict=True))


class Detector:
    """All streams of one service and the hypotheses about them.

    `muted` vantages have trouble of their own, `settled` components are in an episode already. Streams without a result
    for `silence_s` count for nothing, nor do those of a muted vantage whose component another, unmuted vantage measures
    (`apart`): where none does, there is nobody whose word could be taken instead.
    """

    def __init__(self, interval_s: float, alarms_per_month: float, silence_s: float = 150.0) -> None:
        self.interval_s = interval_s
        self.silence_s = silence_s
        self.next_s = 0.0
        self._budget = alarms_per_month
        self.spells = BurstModel()
        self.streams: dict[Key, Stream] = {}
        self.suspicions: dict[Name, Suspicion] = {}
        self.shares: dict[Name, float] = {}
        self.threshold = 0.0
        self.muted: set[str] = set()
        self.settled: set[str] = set()
        self.beyond_components: list[Name] = []
        self._by_component: dict[str, list[Stream]] = {}
        self._waiting: dict[Key, Stream] = {}
        self._total = SumTree()

    def of_component(self, component: str) -> list[Stream]:
        """The streams of one component."""
        return self._by_component.get(component, [])

    def stream(self, vantage: str, component: str, check: str) -> Stream:
        """The stream of these names; a new one widens the hypotheses and raises the threshold."""
        key = (vantage, component, check)
        found = self.streams.get(key)
        if found is None:
            self.bring()
            found = self.streams[key] = Stream(vantage, component, check)
            self.part()
            self.arrange()
        return found

    def room(self, at: float) -> bool:
        """Whether there is room for one more stream; the one that has been silent longest makes room."""
        if len(self.streams) < STREAMS:
            return True
        key, longest = min(self.streams.items(), key=lambda item: (item[1].at, item[0]))
        if at - longest.at <= self.silence_s:
            return False
        self.bring()
        del self.streams[key]
        self._waiting.pop(key, None)
        self._by_component[longest.component].remove(longest)
        return True

    def refresh(self, now: float) -> bool:
        """See which streams are silent, forget those that have been for long (True: some were), share out anew."""
        if self.next_s - self.silence_s <= now < self.next_s:
            return False
        self.next_s = now + self.silence_s / 10
        old = [key for key, s in self.streams.items() if now - s.at > FORGOTTEN_S]
        changed = bool(old)
        for stream in self.streams.values():
            silent = now - stream.at > self.silence_s
            changed = changed or silent != stream.silent
            stream.silent = silent
        if changed:
            self.bring()
            for key in old:
                del self.streams[key]
            self.part()
            self.arrange()
        return bool(old)

    def live_of(self, component: str) -> list[Stream]:
        """Those of one component among `live`."""
        found = [s for s in self.of_component(component) if not s.silent]
        return found or (self.of_component(component) if all(s.silent for s in self.streams.values()) else [])

    def live(self) -> list[Stream]:
        """The streams that have results; all of them if none has."""
        return [s for s in self.streams.values() if not s.silent] or list(self.streams.values())

    def mute(self, vantage: str) -> None:
        """This vantage has trouble of its own."""
        self.muted.add(vantage)
        self.part()

    def unmute(self, vantage: str) -> None:
        """It has none any more, or nobody can tell."""
        self.muted.discard(vantage)
        self.part()

    def part(self) -> None:
        """Settle which streams of muted vantages are left out: those that a fresh, unmuted vantage measures too."""
        measured = {s.component for s in self.streams.values() if not s.silent and s.vantage not in self.muted}
        for stream in self.streams.values():
            stream.apart = stream.vantage in self.muted and stream.component in measured

    def begin_anew(self, components: Iterable[str]) -> None:
        """Something began or ended: what is pending belongs to it, and its evidence has been used.

        The hypotheses of all streams, of single vantages and of these components start again from nothing.
        """
        for stream in self.streams.values():
            stream.drop()
        for (kind, name), suspicion in self.suspicions.items():
            if kind != "component" or name in components:
                suspicion.reset()
        self._weigh()

    def arrange(self) -> None:
        """Share out the prior among the hypotheses there are, and set the threshold for the number of streams."""
        self._by_component = {}
        for stream in self.streams.values():
            self._by_component.setdefault(stream.component, []).append(stream)
        live = self.live()
        components = sorted({s.component for s in live})
        vantages = sorted({s.vantage for s in live})
        kinds = {"all": [""], "component": components, "vantage": vantages}
        used = {k: names for k, names in kinds.items() if k == "all" or len(names) > 1}
        whole = sum(SHARES[k] for k in used)
        self.shares = {(k, n): SHARES[k] / whole / len(names) for k, names in used.items() for n in names}
        self.beyond_components = [name for name in self.shares if name[0] != "component"]
        self.suspicions = {name: self.suspicions.get(name) or Suspicion() for name in self.shares}
        self._weigh()
        looks = sqrt(len(live)) * MONTH_S / self.interval_s / self._budget
        self.threshold = CALIBRATION * looks * self._growth(live)

    def _growth(self, live: list[Stream]) -> float:
        """How much a usual look adds to the evidence on average: the share of the hypotheses it concerns."""
        parts = [
            self.shares.get(name, 0.0)
            for s in live
            for name in (("all", ""), ("component", s.component), ("vantage", s.vantage))
        ]
        return sum(parts) / max(1, len(live))

    def concerns(self, stream: Stream) -> Iterable[Name]:
        """The hypotheses that a stream's looks speak for or against."""
        if stream.apart or stream.component in self.settled:
            return ()
        return (("all", ""), ("component", stream.component), ("vantage", stream.vantage))

    def take(self, result: Sample) -> Stream:
        """Take in one result."""
        self.bring()
        troubled = self.settled or self.muted
        if result.failed and not troubled and self.evidence() < CLEARED:
            self.learn(result.at)
        stream = self.stream(result.vantage, result.component, result.check)
        if stream.silent:
            stream.silent = False
            self.part()
            self.arrange()
        odds = stream.take(result, self.spells, self.interval_s)
        for name in self.concerns(stream):
            suspicion = self.suspicions.get(name)
            if suspicion is not None:
                suspicion.take(odds)
                self._total.put(name, self.shares[name] * suspicion.value)
        return stream

    def bring(self) -> None:
        """Tell the hypotheses of the successes that wait, and learn if all is quiet."""
        waiting = [s for s in self._waiting.values() if s.oks]
        self._waiting = {}
        if not waiting:
            return
        for name, sums in self._after(waiting).items():
            self._set(name, sums)
        for stream in waiting:
            stream.oks = 0

    def wait(self, stream: Stream, count: int, at: float) -> None:
        """Keep successes at the usual distance for later."""
        stream.calm(count, at, self.interval_s)
        self._waiting[stream.vantage, stream.component, stream.check] = stream

    def restore(self, stream: Stream) -> None:
        """Put back a stream as it was dumped, with the successes that waited; `arrange` when all are there."""
        self.streams[stream.vantage, stream.component, stream.check] = stream
        if stream.oks:
            self._waiting[stream.vantage, stream.component, stream.check] = stream

    def believe(self, sums: Mapping[Name, list[float]]) -> None:
        """Put the sums of hypotheses, as they were dumped."""
        for name, values in sums.items():
            self.suspicions[name] = Suspicion(values, weighted(values))
        self._weigh()

    def _set(self, name: Name, sums: list[float]) -> None:
        suspicion = self.suspicions[name]
        suspicion.set(sums)
        self._total.put(name, self.shares.get(name, 0.0) * suspicion.value)

    def _weigh(self) -> None:
        """The evidence from the beginning: after a change of the hypotheses."""
        self._total = SumTree({name: share * self.suspicions[name].value for name, share in self.shares.items()})

    def learn(self, at: float) -> None:
        """All that was pending at `at` was quiet."""
        for stream in self.streams.values():
            stream.clear(self.spells, at, self.interval_s)
        for stream in self.streams.values():
            stream.reckon(self.spells, at)

    def was_short(self, component: str, course: Disturbance) -> None:
        """An episode of a component is over: if everything failed for a short while only, it is learned as a spell."""
        lasted = course.failed_at - course.began
        if lasted > SHORT_S or course.said[0] < TOTAL:
            return
        lasting = sum(n for word, n in course.symptoms.items() if word in LASTING)
        for stream in self.streams.values():
            if stream.component == component and stream.vantage in course.vantages:
                stream.shown(course.began, course.failed_at, self.spells, self.interval_s, lasting=lasting > 0)

    def evidence(self) -> float:
        """How much likelier the recent results are under an outage, in looks; to be held against `threshold`."""
        return self._total.total

    def by_name(self) -> dict[Name, float]:
        """Each hypothesis' part of the evidence, waiting successes included, nothing changed."""
        after = self._after([s for s in self._waiting.values() if s.oks])
        return {
            name: share * (weighted(after[name]) if name in after else self.suspicions[name].value)
            for name, share in self.shares.items()
        }

    def _after(self, waiting: list[Stream]) -> dict[Name, list[float]]:
        logs: dict[Name, list[float]] = {}
        counts: dict[Name, int] = {}
        for stream in waiting:
            odds = stream.odds_of_calm(self.spells, self.interval_s)
            each = [stream.oks * log(o) for o in odds]
            for name in self.concerns(stream):
                if name in self.suspicions:
                    had = logs.get(name)
                    logs[name] = each if had is None else [a + b for a, b in zip(had, each, strict=True)]
                    counts[name] = counts.get(name, 0) + stream.oks
        return {
            name: self.suspicions[name].after_calm(counts[name], [x / counts[name] for x in summed])
            for name, summed in logs.items()
        }
