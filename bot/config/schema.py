"""The shape of a configuration, for pydantic: types, bounds, and the JSON Schema that editors read."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from bot.config.escalation import EscalationPart
from bot.config.maintenance import MaintenancePart
from bot.config.routing import BranchPart, Labels
from bot.config.self_monitoring import DigestPart, HealthPart, HeartbeatPart, SelfPart
from bot.config.web import WebPart
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
    median: Annotated[Duration, Field(ge=0)] = Field(description="half of its incidents are posted within this time")
    p90: Annotated[Duration, Field(ge=0)] = Field(description="nine in ten are posted within this time")


class Page(Part):
    url: Url = Field(description="the address that is read")
    dialect: Id = Field("atlassian", description="the page's dialect")
    page_url: Url | None = Field(None, description="the address for people; the url without its path if absent")
    fallbacks: tuple[Url, ...] = Field((), max_length=8, description="other addresses of the same page, tried in order")
    interval: Interval | None = Field(None, description="how often the page is read; `intervals.pages` if absent")
    timeout: Timeout = Field(15.0, description="how long one reading may take")
    options: dict[str, Any] = Field(default_factory=dict, description="what the dialect needs to know")
    usual_lag: Lag | None = Field(None, description="how late this vendor usually posts an incident")


class CheckPart(Part):
    kind: Id = Field(description="the kind of probe")
    target: Target = Field(description="what it checks: an address for most kinds")
    interval: Interval | None = Field(None, description="how often it runs; `intervals.checks` if absent")
    timeout: Timeout = Field(10.0, description="how long it may take")
    options: dict[str, Any] = Field(default_factory=dict, description="the kind's own options")
    vendor: bool | None = Field(
        None,
        description="whether a refusal (401, 403, 404, 429) may be for your own key, quota or request; false: it is a"
        " failure like any other, as on every check that is not the catalogue's",
    )
    alert_after: AlertAfter | None = Field(None, description='so many failures in a row alert, such as "3 failures"')
    alert_if: AlertIf | None = Field(None, description='so many failures of the last results alert, such as "5 of 20"')
    enabled: bool = Field(True, description="false switches this check off")


class ComponentPart(Part):
    name: Text = Field(description="the name as people read it")
    nicknames: tuple[Text, ...] = Field((), max_length=20, description="what else people call it in commands")
    page_id: Text | None = Field(None, description="the vendor's id of this component on its status page")
    checks: dict[Id, CheckPart] = Field(default_factory=dict, description="its checks by name; null removes one")
    labels: Labels = Field(
        default_factory=dict, max_length=20, description="labels of your own, for matchers in routes"
    )
    enabled: bool = Field(True, description="false switches all its checks off")


class AlternativePart(Part):
    name: Text = Field(description="the name as people read it")
    components: tuple[Id, ...] = Field((), description="the components it can stand in for; all if none is named")
    note: Annotated[str, StringConstraints(max_length=1000)] = Field("", description="what to set up beforehand")
    url: Url | None = Field(None, description="where its set-up is described")
    service: Id | None = Field(None, description="the catalogue's service whose state says whether it helps")
    via: tuple[Id, ...] = Field((), description="the components of that service that stand in; all if none is named")
    similarity: Similarity = Field(Similarity.OTHER, description="how little changes for whoever switches to it")


class BudgetPart(Part):
    tokens_per_day: Annotated[int, Field(ge=0, le=10**12)] = Field(100_000, description="of all paid checks together")
    usd_per_day: Annotated[float, Field(ge=0, le=1_000_000)] = Field(
        0.05, description="dollars for all of them together"
    )


class TalkPart(Part):
    query: Text = Field(description="what public posts about it are searched by")
    repositories: dict[Repository, tuple[Id, ...]] = Field(
        default_factory=dict, max_length=4, description="public repositories with issues about these components of it"
    )


class ServicePart(Part):
    id: Id = Field(description="a service of the catalogue, to change it, or an id of your own")
    name: Text = Field(description="the name as people read it")
    nicknames: tuple[Text, ...] = Field((), max_length=20, description="what else people call it in commands")
    homepage: Url | None = Field(None, description="the vendor's address for people")
    page: Page | None = Field(None, description="the vendor's status page; null: none is read")
    components: dict[Id, ComponentPart] = Field(
        min_length=1, description="its components by id, in the order in which they are shown; null removes one"
    )
    mentions: dict[Id, Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]] = Field(
        default_factory=dict, description="other services that its page writes about, with the words that mean them"
    )
    alternatives: tuple[AlternativePart, ...] = Field((), description="what can stand in when it fails")
    labels: Labels = Field(default_factory=dict, max_length=20, description="the same for all its components")
    edge: Text | None = Field(
        None, description="the network in front of it (cloudflare), where its answers do not show it"
    )
    cloud: Text | None = Field(None, description="where it runs; a common cause of several vendors is found by it")
    budget: BudgetPart = Field(BudgetPart(), description="what its paid checks may use in a day (UTC)")
    community: TalkPart | None = Field(
        None, description="where people write about it in public; not searched if absent"
    )


class Intervals(Part):
    checks: Interval = Field(30.0, description="of every check without one of its own")
    pages: Interval = Field(60.0, description="of every status page without one of its own")
    control: Interval = Field(30.0, description="of the control hosts")


class Vantage(Part):
    name: Annotated[str, StringConstraints(pattern=ID)] | None = Field(None, description="the host's name if absent")


class Network(Part):
    ca_file: File | None = Field(None, description="certificates to trust beside the public ones")
    user_agent: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")] = Field(
        "groundtruth", description="the User-Agent of every check; a contact address in it is good manners"
    )


class DetectionPart(Part):
    false_alarms_per_month: Annotated[float, Field(gt=0, le=1000)] = Field(
        0.1, description="the budget of one stream (a component at a vantage); lower is slower"
    )


class ReportsPart(Part):
    open_incidents: bool = Field(False, description="a lasting surge of user reports opens an incident")


class CommunityPart(Part):
    enabled: bool = Field(True, description="false: no public post is searched")
    interval: Annotated[Duration, Field(ge=300, le=86400)] = Field(600.0, description="how often they are searched")
    hackernews: Url = Field("https://hn.algolia.com/api/v1/search_by_date", description="the search of Hacker News")
    github: Url = Field("https://api.github.com/search/issues", description="the search of GitHub issues")


Community = Annotated[
    CommunityPart,
    BeforeValidator(lambda given: {"enabled": given} if isinstance(given, bool) else given),
    WithJsonSchema(
        {
            "anyOf": [{"type": "boolean"}, CommunityPart.model_json_schema()],
            "description": "public posts about trouble; false: none",
        }
    ),
]


class CourtesyPart(Part):
    at_once: Annotated[int, Field(ge=1, le=10_000)] = Field(4, description="requests under way to one host")
    per_second: Annotated[float, Field(ge=0.01, le=100_000)] = Field(10.0, description="requests begun to one host")
    reprobes_per_hour: Annotated[int, Field(ge=0, le=100_000)] = Field(
        720, description="checks of one component beyond its intervals, from each vantage"
    )


class SocketPart(Part):
    path: File = Field(description="the socket, in a folder that they may enter, such as /run/groundtruth/store.sock")
    mode: Literal["0600", "0660"] = Field(
        "0600", description="its permissions; 0660: the group may ask, and is as powerful as an administrator"
    )


class ChannelPart(BaseModel):
    """One channel: its kind, and the kind's own keys beside it."""

    model_config = ConfigDict(extra="allow", frozen=True)

    kind: Id
    enabled: bool = True


class Configuration(Part):
    """Configuration of Groundtruth, after the catalogue has been filled in."""

    services: tuple[ServicePart, ...] = Field(
        min_length=1, max_length=10_000, description="what is watched: ids of the catalogue, changes to them, your own"
    )
    control: Annotated[tuple[Url, ...], Field(min_length=2, max_length=8), AfterValidator(unrelated)] = Field(
        HOSTS, description="hosts of unrelated companies; where all of them fail it is our own network"
    )
    redis: Annotated[str, StringConstraints(max_length=2000), AfterValidator(store)] | None = Field(
        None,
        description="redis:// or rediss:// address without a password, of Sentinels (redis+sentinel://) or of a cluster"
        " (redis+cluster://); an embedded server if absent",
    )
    state_dir: File | None = Field(
        None,
        description="where the embedded server and the console keep files; $STATE_DIRECTORY or .groundtruth if absent",
    )
    socket: SocketPart | None = Field(
        None, description="where the embedded server listens, for those who ask besides the user that runs it"
    )
    vantage: Vantage = Field(Vantage(), description="the place of measurement")
    intervals: Intervals = Field(Intervals(), description="how often checks run")
    network: Network = Field(Network(), description="how every check is made")
    detection: DetectionPart = Field(DetectionPart(), description="how sure an alert has to be")
    courtesy: CourtesyPart = Field(CourtesyPart(), description="the most that one host is asked")
    reports: ReportsPart = Field(ReportsPart(), description="what user reports lead to")
    community: Community = CommunityPart()
    channels: dict[Id, ChannelPart] = Field(
        default_factory=lambda: {"console": ChannelPart(kind="console")},
        description="where messages go, by a name of your own; the console if absent",
    )
    maintenance: tuple[MaintenancePart, ...] = Field(
        (), max_length=100, description="maintenance windows that come again, by cron"
    )
    heartbeat: HeartbeatPart | None = Field(None, description="a dead-man's switch that is pinged while we work")
    self: SelfPart = Field(SelfPart(), description="who is notified of Groundtruth's own problems")
    health: HealthPart = Field(HealthPart(), description="answers for a supervisor or a balancer")
    web: WebPart | None = Field(None, description="the status page and the API; off if absent")
    digest: tuple[DigestPart, ...] = Field((), max_length=20, description="a summary of a day or a week in one message")
    routes: tuple[BranchPart, ...] | None = Field(
        None, max_length=1000, description="who gets what; every channel gets everything if absent"
    )
    escalations: dict[Id, EscalationPart] = Field(
        default_factory=dict,
        max_length=50,
        description="policies by name: who else is notified while nobody acknowledges",
    )
