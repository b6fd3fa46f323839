"""The shape of a configuration, for pydantic: types, bounds, and the JSON Schema that editors read."""

import math
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

from bot.configuration.plain import path, unrelated
from bot.core.alternatives import Similarity
from probes.control import HOSTS

ID = r"^[a-z0-9][a-z0-9._-]{0,62}$"
REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(\?)?\}")
"""A secret by its name in the environment: `${NAME}`, or `${NAME?}` for what is left out where it is not set."""

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
DURATION = r"^(\d{1,9}(\.\d{1,6})?(ms|s|m|h|d))+$"
STORES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")


def seconds(value: object) -> float:
    """A duration: a number of seconds, or text such as 500ms, 30s, 5m, 1h30m. Raises ValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    if isinstance(value, str) and len(value) <= 40 and re.fullmatch(DURATION, value):
        return sum(float(n) * UNITS[unit] for n, unit in re.findall(r"([\d.]+)(ms|s|m|h|d)", value))
    raise ValueError("expected a duration such as 30s, 5m or 2h, or a number of seconds")


def web(value: str) -> str:
    """An address for HTTP. Raises ValueError, which never repeats the address: it may hold a password."""
    try:
        parts = urlsplit(value)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        raise ValueError("expected an http:// or https:// address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_fine or not is_printable(value):
        raise ValueError("expected an http:// or https:// address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without user or password; send secrets in a header, as ${NAME}")
    return value


def is_printable(value: str) -> bool:
    """Whether the text is one word without blanks and control characters."""
    return value.isprintable() and " " not in value


def target(value: str) -> str:
    """What a check looks at: an address, or a host or name for kinds that are not HTTP. Raises ValueError."""
    if not value.isprintable():
        raise ValueError("expected one line of plain text")
    if REFERENCE.search(value):
        raise ValueError("expected no secret here: targets are shown; send it in a header")
    return web(value) if value.startswith(("http:", "https:")) else value


def store(value: str) -> str:
    """The store's address, or the name of the secret that holds it. Raises ValueError."""
    if REFERENCE.fullmatch(value):
        return value
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError("expected redis://host:6379/0 or the like") from None
    if parts.scheme not in STORES:
        raise ValueError(f"expected an address that starts with {', '.join(s + '://' for s in STORES)} or is ${{NAME}}")
    if parts.password or "password" in parts.query.lower() or REFERENCE.search(value):
        raise ValueError("expected no password here: set REDIS_PASSWORD or REDIS_PASSWORD_FILE, or write ${REDIS_URL}")
    return value


Repository = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$")]
Id = Annotated[str, StringConstraints(pattern=ID)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
File = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(path)]
Url = Annotated[str, StringConstraints(max_length=2000), AfterValidator(web)]
Target = Annotated[str, StringConstraints(min_length=1, max_length=2000), AfterValidator(target)]
Duration = Annotated[
    float,
    BeforeValidator(seconds),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": DURATION}]}),
]
Interval = Annotated[Duration, Field(ge=0.1, le=86400)]
Timeout = Annotated[Duration, Field(ge=0.05, le=600)]


class Part(BaseModel):
    """A mapping of the file: its keys are these and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Lag(Part):
    median: Annotated[Duration, Field(ge=0)]
    p90: Annotated[Duration, Field(ge=0)]


class Page(Part):
    url: Url = Field(description="what the machine reads")
    dialect: Id = Field("atlassian", description="the kind of page")
    page_url: Url | None = Field(None, description="what people open; the url without its path if absent")
    fallbacks: tuple[Url, ...] = Field((), max_length=8, description="other addresses of the same page, tried in order")
    interval: Interval | None = None
    timeout: Timeout = 15.0
    options: dict[str, Any] = Field(default_factory=dict, description="what the dialect needs to know")
    usual_lag: Lag | None = Field(None, description="how late this vendor usually admits trouble")


class CheckPart(Part):
    kind: Id = Field(description="the kind of probe")
    target: Target = Field(description="what it looks at, an address for most kinds")
    interval: Interval | None = None
    timeout: Timeout = 10.0
    options: dict[str, Any] = Field(default_factory=dict, description="the kind's own options")
    enabled: bool = True


class ComponentPart(Part):
    name: Text
    nicknames: tuple[Text, ...] = Field((), max_length=20)
    page_id: Text | None = Field(None, description="the vendor's id of this component on its status page")
    checks: dict[Id, CheckPart] = Field(default_factory=dict)
    enabled: bool = True


class AlternativePart(Part):
    name: Text
    components: tuple[Id, ...] = Field((), description="the components it can stand in for; all if none is named")
    note: Annotated[str, StringConstraints(max_length=1000)] = ""
    url: Url | None = None
    service: Id | None = Field(None, description="the catalogue's service whose state says whether it helps")
    via: tuple[Id, ...] = Field((), description="the components of that service that stand in; all if none is named")
    similarity: Similarity = Field(Similarity.OTHER, description="how little changes for the one who changes over")


class BudgetPart(Part):
    tokens_per_day: Annotated[int, Field(ge=0, le=10**12)] = Field(100_000, description="of all paid checks together")
    usd_per_day: Annotated[float, Field(ge=0, le=1_000_000)] = 0.05


class TalkPart(Part):
    query: Text = Field(description="what public posts about it are searched by")
    repositories: dict[Repository, tuple[Id, ...]] = Field(
        default_factory=dict, max_length=4, description="public repositories with issues about these components of it"
    )


class ServicePart(Part):
    id: Id
    name: Text
    nicknames: tuple[Text, ...] = Field((), max_length=20)
    homepage: Url | None = None
    page: Page | None = None
    components: dict[Id, ComponentPart] = Field(min_length=1)
    mentions: dict[Id, Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]] = Field(
        default_factory=dict, description="services its page speaks of besides, with the words that mean them"
    )
    alternatives: tuple[AlternativePart, ...] = ()
    budget: BudgetPart = Field(BudgetPart(), description="what its paid checks may use in a day (UTC)")
    community: TalkPart | None = Field(None, description="where people write of it in public; not searched if absent")


class Intervals(Part):
    checks: Interval = 30.0
    pages: Interval = 60.0
    control: Interval = 30.0


class Vantage(Part):
    name: Annotated[str, StringConstraints(pattern=ID)] | None = Field(None, description="the host's name if absent")


class Network(Part):
    ca_file: File | None = Field(None, description="certificates to trust beside the public ones")
    user_agent: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")] = (
        "groundtruth"
    )


class DetectionPart(Part):
    false_alarms_per_month: Annotated[float, Field(gt=0, le=1000)] = 0.1


class ReportsPart(Part):
    open_incidents: bool = Field(False, description="what only people report makes an incident when it lasts")


class CommunityPart(Part):
    enabled: bool = True
    interval: Annotated[Duration, Field(ge=300, le=86400)] = 600.0
    hackernews: Url = "https://hn.algolia.com/api/v1/search_by_date"
    github: Url = "https://api.github.com/search/issues"


Community = Annotated[
    CommunityPart,
    BeforeValidator(lambda given: {"enabled": given} if isinstance(given, bool) else given),
    WithJsonSchema({"type": ["boolean", "object"], "description": "public posts about trouble; false: none"}),
]


class CourtesyPart(Part):
    at_once: Annotated[int, Field(ge=1, le=10_000)] = Field(4, description="requests under way to one host")
    per_second: Annotated[float, Field(ge=0.01, le=100_000)] = Field(10.0, description="requests begun to one host")
    reprobes_per_hour: Annotated[int, Field(ge=0, le=100_000)] = Field(
        720, description="looks at one component beyond its intervals, from each vantage"
    )


class ChannelPart(BaseModel):
    """One channel: its kind, and the kind's own keys beside it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Id
    enabled: bool = True


class Configuration(Part):
    """Configuration of Groundtruth, after the catalogue has been filled in."""

    services: tuple[ServicePart, ...] = Field(min_length=1, max_length=100)
    control: Annotated[tuple[Url, ...], Field(min_length=2, max_length=8), AfterValidator(unrelated)] = HOSTS
    redis: Annotated[str, StringConstraints(max_length=2000), AfterValidator(store)] | None = None
    state_dir: File = ".groundtruth"
    vantage: Vantage = Vantage()
    intervals: Intervals = Intervals()
    network: Network = Network()
    detection: DetectionPart = DetectionPart()
    courtesy: CourtesyPart = CourtesyPart()
    reports: ReportsPart = ReportsPart()
    community: Community = CommunityPart()
    channels: dict[Id, ChannelPart] = Field(default_factory=lambda: {"console": ChannelPart(kind="console")})
