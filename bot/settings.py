"""What a configuration comes to: frozen values, each room gets its own slice. No I/O, no environment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from bot.core.detection.plain_rule import Rule
from bot.core.health.signs import RUNBOOK
from bot.core.model.escalation import Policy
from bot.core.rate_limits import RateLimits
from bot.core.routing.tree import Route
from bot.core.tips.alternatives import Similarity
from bot.scheduling.cron import Recurring
from probes.model import Check
from probes.network.control import HOSTS
from probes.secret import Secret
from probes.transport.request import TransportSettings


@dataclass(frozen=True, slots=True)
class Component:
    """One thing people depend on. `page_id` is the vendor's own id of it on the status page ("": not there).

    `rules` are plain rules of its checks, by the check's id.
    """

    id: str
    service: str
    name: str
    nicknames: tuple[str, ...] = ()
    page_id: str = ""
    checks: tuple[Check, ...] = ()
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    rules: Mapping[str, tuple[Rule, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Lag:
    """How late a vendor usually admits trouble, in seconds after its own stated start."""

    median_s: float
    p90_s: float


@dataclass(frozen=True, slots=True)
class StatusPage:
    """Where the vendor speaks. `url` is for machines, `page_url` for people, `options` are the dialect's own."""

    url: str
    dialect: str = "atlassian"
    page_url: str = ""
    fallbacks: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    interval_s: float = 60.0
    timeout_s: float = 15.0
    usual_lag: Lag | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """What can stand in for `components` (none named: for all), with what to know before one changes over.

    `via` are the components of `service` that do (none named: all of it).
    """

    name: str
    components: tuple[str, ...] = ()
    note: str = ""
    url: str = ""
    service: str = ""
    via: tuple[str, ...] = ()
    similarity: Similarity = Similarity.OTHER


@dataclass(frozen=True, slots=True)
class Talk:
    """How people speak of a service in public: what posts are searched by, and repositories with issues about it."""

    query: str
    repositories: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Community:
    """The public places that are searched, and how often; the addresses are those of their search."""

    hackernews: str
    github: str
    interval_s: float = 600.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What the paid checks of one service may use in a day (UTC), those of all probers together."""

    tokens_per_day: int = 100_000
    usd_per_day: float = 0.05


@dataclass(frozen=True, slots=True)
class Service:
    """One vendor or gateway, with its components in the order of the file.

    `mentions` are other services its page speaks of, by id, with the words that mean them there. `edge` is the network
    in front of it where its answers do not say, `cloud` where it runs ("": not known).
    """

    id: str
    name: str
    nicknames: tuple[str, ...] = ()
    homepage: str = ""
    page: StatusPage | None = None
    components: tuple[Component, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    mentions: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    budget: Allowance = Allowance()
    talk: Talk | None = None
    edge: str = ""
    cloud: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Detection:
    """How often we may cry wolf: false alarms a month for one stream; n streams of a service may have √n times that."""

    false_alarms_per_month: float = 0.1


@dataclass(frozen=True, slots=True)
class Channel:
    """One place to say things; `options` are its kind's own and may hold secrets."""

    name: str
    kind: str
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A dead-man's switch: its address, asked every `interval_s` while we work; `fail` is asked when we do not.

    Addresses and headers are secrets: whoever has them can keep the switch quiet.
    """

    url: Secret
    interval_s: float = 60.0
    method: str = "GET"
    fail: Secret | None = None
    headers: tuple[tuple[str, Secret], ...] = ()
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """A "day" or "week" told to some targets when its time comes; `when` says also how late it may still be told."""

    every: str
    when: Recurring
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Watching:
    """All of it.

    `to` are those who hear of our own troubles (none: whoever hears of everything), `listen` is where readiness is
    asked for ("host:port", "" for nowhere), `runbook` the page with an entry for each of these troubles.
    """

    heartbeat: Heartbeat | None = None
    to: tuple[str, ...] = ()
    runbook: str = RUNBOOK
    listen: str = ""
    digests: tuple[Digest, ...] = ()


@dataclass(frozen=True, slots=True)
class Token:
    """What an app or a person shows to be let in: its name, what it may ("viewer", "responder", "admin")."""

    name: str
    secret: Secret
    role: str = "viewer"


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that knows its people: the header with their name, the networks it asks from, what they may."""

    header: str
    networks: tuple[str, ...]
    role: str = "viewer"


@dataclass(frozen=True, slots=True)
class Otlp:
    """A collector that is sent the metrics every `interval_s`: its address, and headers for it, all of them secrets."""

    url: Secret
    interval_s: float = 60.0
    headers: tuple[tuple[str, Secret], ...] = ()
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class Agents:
    """The endpoint for agents: whether they may report, and the sites whose scripts may ask ("https://host:port")."""

    reports: bool = False
    origins: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Web:
    """The page and the API: where they listen ("host:port"), how the page looks, and who sees what.

    `public` are the services that everybody sees; the others take a token, or the proxy's word. `url` is the address
    that people know it by ("": that of the request), `links` are (label, address), `logo` a file ("": none), `frames`
    the sites that may frame a component, `per_minute` the API's requests of one token, or address without one; `otlp`
    is sent the metrics; `agents` None: no endpoint for them. `agent_check` is where gateways ask by a line ("":
    nowhere), `prefer` the components of each `route.<name>` flag in the order of preference.
    `ping_key` None: jobs report by UUID only.
    """

    listen: str
    title: str = "Groundtruth"
    url: str = ""
    logo: str = ""
    links: tuple[tuple[str, str], ...] = ()
    public: frozenset[str] = frozenset()
    tokens: tuple[Token, ...] = ()
    proxy: Proxy | None = None
    frames: tuple[str, ...] = ()
    per_minute: int = 600
    otlp: Otlp | None = None
    agents: Agents | None = None
    agent_check: str = ""
    prefer: tuple[tuple[str, tuple[str, ...]], ...] = ()
    ping_key: Secret | None = None


@dataclass(frozen=True, slots=True)
class ServiceManager:
    """Who started us and asked to be told: a datagram socket ("": nobody), and how often it must hear of us (0: never).

    An address that begins with @ is abstract.
    """

    address: str = ""
    watchdog_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Settings:
    """The whole configuration. `redis` is the store's address with its password, None for the embedded store.

    The embedded store listens at `socket` with the permissions `socket_mode`, None for inside `state_dir`.

    `routes` None: everything goes everywhere; `community` None: public posts are not looked for; `web` None: neither
    page nor API. What only people report makes an incident if `reports_open_incidents`. `secrets` are the checks'
    `${NAME}`; `notes` what is left out.
    """

    services: tuple[Service, ...]
    control: tuple[str, ...] = HOSTS
    redis: Secret | None = None
    state_dir: Path = Path(".groundtruth")
    socket: Path | None = None
    socket_mode: int = 0o600
    vantage: str = "here"
    control_interval_s: float = 30.0
    transport: TransportSettings = field(default_factory=TransportSettings)
    detection: Detection = Detection()
    reports_open_incidents: bool = False
    community: Community | None = None
    courtesy: RateLimits = field(default_factory=RateLimits)
    channels: tuple[Channel, ...] = (Channel("console", "console"),)
    routes: tuple[Route, ...] | None = None
    escalations: Mapping[str, Policy] = field(default_factory=lambda: MappingProxyType({}))
    maintenance: tuple[Recurring, ...] = ()
    watching: Watching = field(default_factory=Watching)
    web: Web | None = None
    secrets: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    notes: tuple[str, ...] = ()
    source: str = "defaults"
    manager: ServiceManager = ServiceManager()

    def components(self) -> tuple[Component, ...]:
        """Every component of every service."""
        return tuple(component for service in self.services for component in service.components)

    def service(self, name: str) -> Service:
        """The service of that id. Raises KeyError."""
        return {service.id: service for service in self.services}[name]

    def component(self, name: str) -> Component:
        """The component of that id, which is unique in a configuration. Raises KeyError."""
        return {component.id: component for component in self.components()}[name]

    def checks(self) -> tuple[Check, ...]:
        """Everything to be scheduled: the control hosts, the status pages, the components' checks."""
        pages = (page_check(service) for service in self.services)
        own = (check for component in self.components() for check in component.checks)
        talk = (c for service in self.services for c in community_checks(service, self.community))
        return (*self.control_checks(), *(check for check in pages if check), *own, *talk)

    def heartbeats(self) -> tuple[Check, ...]:
        """The checks that wait for jobs to report in."""
        return tuple(c for component in self.components() for c in component.checks if c.kind == "heartbeat")

    def control_checks(self) -> tuple[Check, ...]:
        """The checks of our own network, one for each control host."""
        return tuple(
            Check(
                id=f"control:{number}:{urlsplit(host).hostname}",
                kind="control",
                service="",
                component="",
                target=host,
                interval_s=self.control_interval_s,
                timeout_s=5.0,
            )
            for number, host in enumerate(self.control, 1)
        )


def community_checks(service: Service, community: Community | None) -> Iterator[Check]:
    """The searches for public posts about a service, none where it is not to be searched for."""
    talk = service.talk
    if community is None or talk is None:
        return
    words = {"": [service.name, *service.nicknames]} | {c.id: [c.name, *c.nicknames] for c in service.components}
    searches: list[tuple[str, str, dict[str, Any]]] = [
        ("hackernews", community.hackernews, {"query": talk.query, "words": words})
    ]
    known = {c.id for c in service.components}
    for repository, named in talk.repositories.items():
        about = [c for c in named if c in known]
        if about or not named:
            options = {"repository": repository, "components": about}
            searches.append(("github_issues", community.github, options))
    for number, (kind, target, options) in enumerate(searches):
        name = f"{service.id}:{kind}{f':{number}' if number > 1 else ''}"
        yield Check(name, kind, service.id, "", target, community.interval_s, 15.0, MappingProxyType(options))


def labels_of(service: Service) -> dict[str, Mapping[str, str]]:
    """The labels that matchers ask for: the service's own under "", its components' by id."""
    return {"": service.labels} | {component.id: component.labels for component in service.components}


def page_check_id(service: str) -> str:
    """The name of the check that reads a service's page."""
    return f"{service}:page"


def page_check(service: Service) -> Check | None:
    """The reading of a service's status page, None where it has none."""
    page = service.page
    if page is None:
        return None
    options = {
        "dialect": page.dialect,
        "fallbacks": list(page.fallbacks),
        "options": page.options,
        "components": MappingProxyType({c.id: c.page_id for c in service.components if c.page_id}),
    }
    return Check(
        id=page_check_id(service.id),
        kind="statuspage",
        service=service.id,
        component="",
        target=page.url,
        interval_s=page.interval_s,
        timeout_s=page.timeout_s,
        options=MappingProxyType(options),
    )
