"""From a configuration without complaints to `Settings`: defaults filled in, secrets fetched, what is off left out."""

from collections.abc import Collection
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote, urlsplit

from bot.config import heartbeats
from bot.config.escalation import policies
from bot.config.maintenance import recurring
from bot.config.routing import branches
from bot.config.schema import CheckPart, ComponentPart, Configuration, Page, ServicePart
from bot.config.secrets import Secrets, named, plainly
from bot.config.self_monitoring import watching
from bot.config.web import web_settings
from bot.core.detection.plain_rule import Rule
from bot.core.rate_limits import RateLimits
from bot.settings import (
    Allowance,
    Alternative,
    Channel,
    Community,
    Component,
    Detection,
    Lag,
    Service,
    Settings,
    StatusPage,
    Talk,
)
from probes.model import Check
from probes.secret import Secret
from probes.transport.request import TransportSettings

PLAIN = frozenset({"dns", "heartbeat", "http", "tcp", "tls"})
"""Kinds of which a user says himself what he expects: those he adds to a vendor's service are his own, too."""


class SettingsBuilder:
    """One configuration on its way to settings; collects the notes of what its missing secrets switch off."""

    def __init__(self, configuration: Configuration, vault: Secrets, vendors: Collection[str] = ()) -> None:
        """`vendors` are the ids of the catalogue's services: all others are the user's own."""
        self._configuration = configuration
        self._vault = vault
        self._vendors = vendors
        self._off: dict[str, list[str]] = {}
        self._secrets: dict[str, Secret] = {}

    def settings(self, *, vantage: str, folder: Path, source: str, transport: TransportSettings) -> Settings:
        """The settings. Relative paths start at `folder`."""
        given = self._configuration
        services = tuple(self._service(service) for service in given.services)
        channels = tuple(self._channels())
        return Settings(
            services=services,
            control=given.control,
            redis=self._store(given.redis) if given.redis else None,
            state_dir=(folder / Path(given.state_dir or "").expanduser()).resolve(),
            socket=(folder / Path(given.socket.path).expanduser()).absolute() if given.socket else None,
            socket_mode=int(given.socket.mode, 8) if given.socket else 0o600,
            vantage=vantage,
            control_interval_s=given.intervals.control,
            transport=transport,
            detection=Detection(given.detection.false_alarms_per_month),
            reports_open_incidents=given.reports.open_incidents,
            community=self._community(),
            courtesy=RateLimits(given.courtesy.at_once, given.courtesy.per_second, given.courtesy.reprobes_per_hour),
            channels=channels,
            routes=None if given.routes is None else branches(given.routes),
            escalations=MappingProxyType(policies(given.escalations)),
            maintenance=recurring(given.maintenance),
            watching=watching(given, self._vault),
            web=web_settings(given.web, self._vault, self._vendors, folder),
            secrets=MappingProxyType(self._secrets),
            notes=tuple(f"{name} is not set, so off: {', '.join(off)}" for name, off in self._off.items()),
            source=source,
        )

    def _store(self, given: str) -> Secret | None:
        """The store's address, with the password from the environment unless it has one."""
        address, password = self._vault.secret(given), self._vault.find("REDIS_PASSWORD")
        if address is None or password is None:
            return address
        parts = urlsplit(address.reveal())
        who, _, where = parts.netloc.rpartition("@")
        if ":" in who:
            return address
        return Secret(parts._replace(netloc=f"{who}:{quote(password.reveal(), safe='')}@{where}").geturl())

    def _service(self, part: ServicePart) -> Service:
        on = ((name, component) for name, component in part.components.items() if component.enabled)
        return Service(
            id=part.id,
            name=part.name,
            nicknames=part.nicknames,
            homepage=part.homepage or "",
            page=self._page(part.page) if part.page else None,
            components=tuple(self._component(part.id, name, component) for name, component in on),
            alternatives=tuple(
                Alternative(a.name, a.components, a.note, a.url or "", a.service or "", a.via, a.similarity)
                for a in part.alternatives
            ),
            mentions=MappingProxyType(part.mentions),
            talk=Talk(part.community.query, part.community.repositories) if part.community else None,
            labels=MappingProxyType(part.labels),
            edge=(part.edge or "").lower(),
            cloud=part.cloud or "",
            budget=Allowance(part.budget.tokens_per_day, part.budget.usd_per_day),
        )

    def _community(self) -> Community | None:
        part = self._configuration.community
        return Community(part.hackernews, part.github, part.interval) if part.enabled else None

    def _page(self, part: Page) -> StatusPage:
        parts = urlsplit(part.url)
        return StatusPage(
            url=part.url,
            dialect=part.dialect,
            page_url=part.page_url or f"{parts.scheme}://{parts.netloc}",
            fallbacks=part.fallbacks,
            options=MappingProxyType(part.options),
            interval_s=part.interval or self._configuration.intervals.pages,
            timeout_s=part.timeout,
            usual_lag=Lag(part.usual_lag.median, part.usual_lag.p90) if part.usual_lag else None,
        )

    def _component(self, service: str, name: str, part: ComponentPart) -> Component:
        checks = (self._check(service, name, short, check) for short, check in part.checks.items() if check.enabled)
        return Component(
            id=name,
            service=service,
            name=part.name,
            nicknames=part.nicknames,
            page_id=part.page_id or "",
            checks=tuple(check for check in checks if check),
            labels=MappingProxyType(part.labels),
            rules=MappingProxyType(
                {f"{name}/{short}": rules for short, check in part.checks.items() if (rules := _rules(check))}
            ),
        )

    def _check(self, service: str, component: str, name: str, part: CheckPart) -> Check | None:
        missing = self._vault.missing(part.options)
        if missing:
            self._off.setdefault(missing, []).append(f"{component}/{name}")
            return None
        return Check(
            id=f"{component}/{name}",
            kind=part.kind,
            service=service,
            component=component,
            target=part.target,
            interval_s=part.interval or self._configuration.intervals.checks,
            timeout_s=part.timeout,
            options=MappingProxyType(self._taken(part)),
            own=self._own(service, part),
        )

    def _own(self, service: str, part: CheckPart) -> bool:
        """Whether whatever is not expected of it is a failure."""
        if part.vendor is not None:
            return not part.vendor
        return service not in self._vendors or part.kind in PLAIN

    def _taken(self, part: CheckPart) -> dict[str, Any]:
        """The options with each `${NAME?}` as `${NAME}`; the secrets they name are laid ready for the probes."""
        options = heartbeats.lengths(part.options) if part.kind == heartbeats.KIND else part.options
        self._secrets |= {name: secret for name in named(options) if (secret := self._vault.find(name))}
        taken: dict[str, Any] = plainly(options)
        return taken

    def _channels(self) -> list[Channel]:
        channels = []
        for name, part in self._configuration.channels.items():
            if not part.enabled:
                continue
            options = part.model_extra or {}
            missing = self._vault.missing(options)
            if missing:
                self._off.setdefault(missing, []).append(f"channel {name}")
                continue
            channels.append(Channel(name, part.kind, MappingProxyType(self._vault.fill(options))))
        return channels


def _rules(part: CheckPart) -> tuple[Rule, ...]:
    after = part.alert_after
    if after is None and part.alert_if is None and part.kind == heartbeats.KIND:
        after = 1  # a missed ping is no matter of chance
    rules = [Rule(after, after)] if after else []
    return (*rules, *([Rule(*part.alert_if)] if part.alert_if else []))
