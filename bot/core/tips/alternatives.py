"""Other services and routes for a component, best first, each with the evidence for its state. Pure.

For tips that name an alternative: `ranked` gives one `Option` for each component that can stand in. A tip about a
service is shown only with an option of it whose `live` is True, in that option's words (`state`, `at`); the first one
with `option.service == "aws-bedrock" and option.live` is the best of that service. Without one the tip is not shown.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.measurement import Measurement
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PAGE_STALE_AFTER_S
from bot.core.text.symptoms import present, suspected
from probes.model import State


class Similarity(StrEnum):
    """How little changes for the one who changes over: another route to the same model, the same vendor, another."""

    SAME_MODEL = "same-model"
    SIMILAR = "similar"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the configuration offers in place of a component.

    `components` are those of `service` that stand in (none named: all of it); `infers` those of which inference itself
    is measured here, not the front door alone.
    """

    name: str
    similarity: Similarity = Similarity.OTHER
    service: str = ""
    components: tuple[str, ...] = ()
    note: str = ""
    url: str = ""
    infers: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Option:
    """One component that can stand in, as it is now.

    `state` is the present one (stale is unknown); `measured` the figures behind it, None where nothing here measures
    it; `page` what its page says, `page_at` when that was read; `infers` whether inference was measured, not the front
    door alone. `live`: fresh results, no trouble in them, and its page admits none.
    """

    name: str
    similarity: Similarity
    service: str
    component: str
    state: State
    measured: Measurement | None
    page: State
    page_at: float | None
    infers: bool
    live: bool
    note: str
    url: str

    @property
    def at(self) -> float | None:
        """When the last result came, Unix seconds."""
        return self.measured.at if self.measured else None

    @property
    def latency_ms(self) -> float | None:
        """The median latency."""
        return self.measured.latency_ms if self.measured else None

    @property
    def rate(self) -> float | None:
        """The failure rate, 0 to 1; None where nothing was counted."""
        return self.measured.rate if self.measured and self.measured.total else None


_ORDER = (State.OPERATIONAL, State.DEGRADED, State.PARTIAL, State.UNKNOWN, State.MAINTENANCE, State.MAJOR)
_ALIKE = tuple(Similarity)


def ranked(
    candidates: Iterable[Candidate], known: Mapping[str, Sequence[ComponentStatus]], now: float
) -> tuple[Option, ...]:
    """What can stand in, best first: by state, likeness, what was measured (inference first), latency, name.

    `known` are the stored voices of every configured service, by its id. What fails goes behind what is up, what is
    unknown behind what partly works, and what is not measured here is last.
    """
    found = [option for candidate in candidates for option in _options(candidate, known, now)]
    return tuple(sorted(found, key=_rank))


def better(options: Sequence[Option], own: Measurement, now: float) -> Option | None:
    """The first option that is in a better state than the component itself; None: none is better."""
    standing = _ORDER.index(present(own, now))
    if standing == 0 and not suspected(own):
        return None
    best = options[0] if options else None
    if best is None or best.at is None or best.state is State.UNKNOWN:
        return None
    return best if best.live or _ORDER.index(best.state) < standing else None


def _options(candidate: Candidate, known: Mapping[str, Sequence[ComponentStatus]], now: float) -> list[Option]:
    wanted = [
        voices
        for voices in known.get(candidate.service, ())
        if not candidate.components or voices.measured.component in candidate.components
    ]
    return [_option(candidate, voices, now) for voices in wanted] or [_option(candidate, None, now)]


def _option(candidate: Candidate, voices: ComponentStatus | None, now: float) -> Option:
    measured = voices.measured if voices else None
    state = present(measured, now) if measured else State.UNKNOWN
    heard = voices.heard if voices and not voices.heard.unreadable else None
    read_at = heard.read_at if heard else None
    fresh = read_at is not None and now - read_at <= PAGE_STALE_AFTER_S
    page = heard.state if heard and fresh else State.UNKNOWN
    well = state is State.OPERATIONAL and measured is not None and not suspected(measured)
    return Option(
        name=candidate.name,
        similarity=candidate.similarity,
        service=candidate.service,
        component=measured.component if measured else "",
        state=state,
        measured=measured,
        page=page,
        page_at=read_at if fresh else None,
        infers=measured is not None and measured.component in candidate.infers,
        live=well and page not in TROUBLE,
        note=candidate.note,
        url=candidate.url,
    )


def _rank(option: Option) -> tuple[bool, int, bool, int, bool, float, str, str]:
    latency = option.latency_ms
    return (
        option.measured is None,
        _ORDER.index(option.state),
        option.state is State.OPERATIONAL and not option.live,
        _ALIKE.index(option.similarity),
        not option.infers,
        latency if latency is not None and latency == latency else float("inf"),  # noqa: PLR0124 - NaN has no order
        option.name,
        option.component,
    )
