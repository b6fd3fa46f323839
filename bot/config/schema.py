"""The shape of a configuration, for pydantic: types, bounds, and the JSON Schema that editors read."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from bot.config.escalation import EscalationPart
from bot.config.maintenance import MaintenancePart
from bot.config.routing import BranchPart, Labels
from bot.config.self_monitoring import DigestPart, HealthPart, HeartbeatPart, SelfPart
from bot.core.tips.alternatives import Similarity
from bot.fields import (
    ID,
    AlertAfter,
    AlertIf,
    Duration,
    File,
    Id,
    Interval,
    Part,
    Repository,
    Target,
    Text,
    Timeout,
    Url,
    store,
    unrelated,
)
from probes.network.control import HOSTS


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
    vendor: bool | None = Field(
        None,
        description="whether a refusal (401, 403, 404, 429) may be for your own key, quota or request; false: it is a"
        " failure like any other, as on every check that is not the catalogue's",
    )
    alert_after: AlertAfter | None = Field(None, description='so many failures in a row alert, such as "3 failures"')
    alert_if: AlertIf | None = Field(None, description='so many failures of the last results alert, such as "5 of 20"')
    enabled: bool = True


class ComponentPart(Part):
    name: Text
    nicknames: tuple[Text, ...] = Field((), max_length=20)
    page_id: Text | None = Field(None, description="the vendor's id of this component on its status page")
    checks: dict[Id, CheckPart] = Field(default_factory=dict)
    labels: Labels = Field(default_factory=dict, max_length=20, description="your own words about it, for matchers")
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
    labels: Labels = Field(default_factory=dict, max_length=20, description="the same for all its components")
    edge: Text | None = Field(None, description="the network in front of it, where its answers do not say (cloudflare)")
    cloud: Text | None = Field(
        None, description="where it runs; vendors of one cloud that fail at once are told as such"
    )
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
    maintenance: tuple[MaintenancePart, ...] = Field((), max_length=100, description="planned work, by cron")
    heartbeat: HeartbeatPart | None = Field(None, description="a dead-man's switch that we keep quiet while we work")
    self: SelfPart = Field(SelfPart(), description="what is said of our own troubles")
    health: HealthPart = HealthPart()
    digest: tuple[DigestPart, ...] = Field((), max_length=20, description="a day or a week in one message")
    routes: tuple[BranchPart, ...] | None = Field(
        None, max_length=1000, description="who hears of what; everybody of everything if absent"
    )
    escalations: dict[Id, EscalationPart] = Field(
        default_factory=dict, max_length=50, description="whom an incident goes to while nobody acknowledges it"
    )
