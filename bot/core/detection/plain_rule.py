"""Plain rules beside the detector: so many failures among the last results of one check. Pure.

For services of one's own, as people know them from counting monitors. A rule only opens an incident; it ends as every
other does, when the component has been quiet for long enough.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.detection.classification import Sample
from bot.core.detection.disturbance import Disturbance, begun

USUAL = 0.005
"""The chance of a failure in good times, for a course that nothing else is known of."""

Window = tuple[Sample, ...]
"""The last results of one check, those of all vantages, the latest last."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`failures` among the last `of` results of a check; both alike: so many in a row."""

    failures: int
    of: int

    @property
    def words(self) -> str:
        """How people write it."""
        if self.failures < self.of:
            return f"{self.failures} failures in {self.of} results"
        return f"{self.failures} failures in a row" if self.failures > 1 else "one failure"

    def so_far(self, window: Window) -> int:
        """How many failures count for it now."""
        last = [result.failed for result in window[-self.of :]]
        if self.failures < self.of:
            return sum(last)
        return next((n for n, failed in enumerate(reversed(last)) if not failed), len(last))

    def met(self, window: Window) -> bool:
        """Whether the last results say so, a failure the last of all."""
        return bool(window) and window[-1].failed and self.so_far(window) >= self.failures


Rules = Mapping[str, Sequence[tuple[int, int]]]
"""The rules of each check by its id, as pairs: so many failures, of so many results."""


@dataclass(frozen=True, slots=True)
class MetRule:
    """A rule that is met, of which check, and by what."""

    check: str
    rule: Rule
    window: Window

    @property
    def words(self) -> str:
        """As it stands in the reason of an incident."""
        return f"rule of {self.check}: {self.rule.words}"

    def course(self, interval_s: float) -> Disturbance:
        """The course of the disturbance since the first failure of the window."""
        first = next(n for n, result in enumerate(self.window) if result.failed)
        course, before = begun(self.window[first]), self.window[first]
        for result in self.window[first + 1 :]:
            dt = max(0.0, result.at - before.at) or interval_s
            course.take(result, dt, USUAL, failed_before=before.failed)
            before = result
        return course


class Counting:
    """Counts the results of the checks that have rules; `kept` is what `state` gave before."""

    def __init__(self, rules: Rules, kept: Mapping[str, Window] | None = None) -> None:
        self._rules = {check: [Rule(*pair) for pair in pairs] for check, pairs in rules.items()}
        self._windows = {check: window for check, window in (kept or {}).items() if check in rules}

    def take(self, result: Sample) -> MetRule | None:
        """Count one result; the rule that it meets. What met a rule is used up: it has to be met anew."""
        rules = self._rules.get(result.check)
        if not rules:
            return None
        longest = max(rule.of for rule in rules)
        window = (*self._windows.get(result.check, ()), result)[-longest:]
        rule = next((rule for rule in rules if rule.met(window)), None)
        self._windows[result.check] = () if rule else window
        return MetRule(result.check, rule, window) if rule else None

    def told(self, component: str, *, open_: bool) -> tuple[str, ...]:
        """The rules of a component's checks and how far each is, in words; `open_`: there is an incident already."""
        return tuple(
            f"{check.rpartition('/')[2]}: alert at {rule.words}, "
            + ("an incident is open" if open_ else f"{rule.so_far(self._windows.get(check, ()))} so far")
            for check, rules in self._rules.items()
            if check.rpartition("/")[0] == component
            for rule in rules
        )

    def state(self) -> dict[str, Window]:
        """What has to be kept."""
        return {check: window for check, window in self._windows.items() if window}
