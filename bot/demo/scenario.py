"""What a vendor does when: behaviours on a time line, a page's posts, and the clock of a story. Pure."""

import math
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from statistics import NormalDist

from bot.demo.seeded_random import chance
from probes.model import State


class Kind(StrEnum):
    """What was answered. The first three are a healthy vendor's; the others are failures to choose from."""

    OK = "ok"
    NEEDS_KEY = "needs_key"  # 401: the request had no key, or a wrong one
    BAD_REQUEST = "bad_request"  # 400, 404: the request itself was wrong
    HTTP_500 = "http_500"  # JSON api_error with a request id: the kind of 13 April 2026
    OVERLOADED_529 = "overloaded_529"
    EMPTY_500 = "empty_500"
    NGINX_502 = "nginx_502"
    ENVOY_503 = "envoy_503"  # the gateway's text: it did not reach the application
    CLOUDFLARE_522 = "cloudflare_522"  # the edge did not reach the origin
    RESET = "reset"  # the connection is reset before any header
    HANG = "hang"  # no answer until the client gives up or the vendor closes
    SSE_ERROR = "sse_error"  # 200, then `event: error`; 529 where the answer is no stream
    SSE_CUT = "sse_cut"  # 200, then a neat end before message_stop; half a body where it is no stream
    SSE_ABORT = "sse_abort"  # the same, the connection dropped
    QUOTA_429 = "quota_429"  # the client's own quota
    THROTTLED_429 = "throttled_429"  # the vendor limits everybody
    EDGE_429 = "edge_429"  # Cloudflare 1015
    UNAUTHORIZED_401 = "unauthorized_401"  # even with a good key
    FORBIDDEN_403 = "forbidden_403"
    CHALLENGE_403 = "challenge_403"  # Cloudflare's "Just a moment..."


FAILURES = tuple(kind for kind in Kind if kind not in {Kind.OK, Kind.NEEDS_KEY, Kind.BAD_REQUEST})


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a component answers.

    `rate` is the share of requests that fail, `kinds` the failures with their weights. `spell_s` > 0 makes them come in
    spells of that mean length in seconds of the story (all requests in a spell fail), 0 leaves each request to itself.
    Latency to the headers is log-normal: median `latency_ms`, standard deviation of its logarithm `spread`; a stream's
    first token comes `first_token_ms` later. `paths` and `models` limit failures to those; empty means all.
    Raises ValueError for figures that make no sense.
    """

    rate: float = 0.0
    kinds: tuple[tuple[Kind, float], ...] = ((Kind.HTTP_500, 1.0),)
    spell_s: float = 0.0
    latency_ms: float = 20.0
    spread: float = 0.25
    first_token_ms: float = 10.0
    paths: tuple[str, ...] = ()
    models: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError(f"rate is a share between 0 and 1, not {self.rate}")
        if not self.kinds or any(weight <= 0 for _, weight in self.kinds):
            raise ValueError("kinds need at least one failure, each with a weight above 0")
        if min(self.spell_s, self.latency_ms, self.spread, self.first_token_ms) < 0:
            raise ValueError("durations and the spread are at least 0")

    def hits(self, path: str, model: str) -> bool:
        """Whether failures of this behaviour apply to the request."""
        return (not self.paths or path in self.paths) and (not self.models or model in self.models)

    def kind(self, draw: float) -> Kind:
        """The failure that `draw`, uniform in [0, 1), picks by weight."""
        mark = draw * sum(weight for _, weight in self.kinds)
        for kind, weight in self.kinds:
            mark -= weight
            if mark < 0:
                return kind
        return self.kinds[-1][0]

    def wait_ms(self, draw: float) -> float:
        """The latency that `draw` picks."""
        if not self.spread or not self.latency_ms:
            return self.latency_ms
        return self.latency_ms * math.exp(NormalDist(0, self.spread).inv_cdf(min(max(draw, 1e-6), 1 - 1e-6)))


@dataclass(frozen=True, slots=True)
class Decision:
    """What is answered to one request, and how long it takes."""

    kind: Kind
    wait_ms: float
    first_token_ms: float


def decide(behaviour: Behaviour, path: str, model: str, *, bad: bool, key: tuple[object, ...]) -> Decision:
    """The answer to the request that `key` (seed, component, path, ordinal) names; `bad`: a spell of failures is on."""
    fails = bad if behaviour.spell_s else chance("fail", *key) < behaviour.rate
    kind = Kind.OK
    if fails and behaviour.hits(path, model):
        kind = behaviour.kind(chance("kind", *key))
    return Decision(kind, behaviour.wait_ms(chance("wait", *key)), behaviour.first_token_ms)


@dataclass(frozen=True, slots=True)
class Step:
    """From `at` (Unix seconds of the story) on, these components behave so."""

    at: float
    components: tuple[str, ...]
    behaviour: Behaviour


@dataclass(frozen=True, slots=True)
class Post:
    """One update on a status page, first visible at `at` (Unix seconds).

    `states` is what it makes of components (page ids). `display_at` and `started_at` may be backdated, as vendors do.
    Without an `incident` it only changes states.
    """

    at: float
    states: Mapping[str, State] = field(default_factory=dict)
    incident: str = ""
    name: str = ""
    status: str = "investigating"
    impact: str = "minor"
    body: str = ""
    id: str = ""
    display_at: float | None = None
    opened_at: float | None = None
    started_at: float | None = None
    shortlink: str = ""
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Event:
    """A line of the narration: story time as text, seconds after the start of the demo, words."""

    clock: str
    seconds: float
    words: str


@dataclass(frozen=True, slots=True)
class Story:
    """A time line from `begins` to `ends` (Unix seconds), played `speed` story seconds to the second."""

    name: str
    title: str
    begins: float
    ends: float
    speed: float
    steps: tuple[Step, ...] = ()
    posts: tuple[Post, ...] = ()
    narration: tuple[tuple[float, str], ...] = ()

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return (self.ends - self.begins) / self.speed

    def paced(self, speed: float) -> "Story":
        """The same story at another speed. Raises ValueError unless it is above 0."""
        if speed <= 0:
            raise ValueError(f"speed is above 0, not {speed}")
        return replace(self, speed=speed)

    def time(self, clock: str) -> float:
        """Unix seconds of a clock time "15:40:43" of the story: the first one not before its beginning."""
        start = datetime.fromtimestamp(self.begins, UTC)
        stamp = datetime.combine(start.date(), datetime.strptime(_full(clock), "%H:%M:%S.%f").time(), UTC)  # noqa: DTZ007 -- UTC is said in the same line
        return (stamp if stamp >= start else stamp + timedelta(days=1)).timestamp()

    def at(self, clock: str) -> float:
        """Seconds after the start of the demo at the story's clock time."""
        return (self.time(clock) - self.begins) / self.speed

    def clock(self, seconds: float) -> str:
        """The story's clock time, to the second, that many seconds after the start of the demo."""
        return datetime.fromtimestamp(self.begins + seconds * self.speed + 1e-6, UTC).strftime("%H:%M:%S")

    def events(self) -> tuple[Event, ...]:
        """The narration with its times."""
        seconds = [((at - self.begins) / self.speed, words) for at, words in self.narration]
        return tuple(Event(self.clock(s), s, words) for s, words in seconds)

    def step(self, component: str, now: float) -> Step:
        """What the component does at story time `now`; healthy where the script says nothing."""
        steps = [s for s in self.steps if component in s.components]
        place = bisect_right(steps, now, key=lambda s: s.at)
        return steps[place - 1] if place else Step(self.begins, (component,), Behaviour())


def _full(clock: str) -> str:
    """A clock time with seconds and a fraction."""
    text = clock if clock.count(":") == 2 else clock + ":00"
    return text if "." in text else text + ".0"


QUIET = Story("quiet", "A day without news", datetime(2026, 4, 1, tzinfo=UTC).timestamp(), math.inf, 1.0)
