"""Gatus: its YAML, endpoints with their conditions, and alerting."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bot.importers.addresses import address
from bot.importers.gatus_conditions import Conditions
from bot.importers.imported import Imported, listed, resolver
from bot.importers.source_table import Rules, SourceTable, short, whole

PAGE = "the page has its own `web:` section"
TOP = {
    "suites": "steps that share values have no counterpart",
    "maintenance": "write `maintenance:` of your own",
    "connectivity": "`control:` hosts do this; the defaults are fine",
    "security": PAGE,
    "ui": PAGE,
    "web": PAGE,
    "metrics": "`web:` serves metrics",
    "storage": "write `store:` of your own; Gatus's past results stay there",
    "remote": "another vantage runs `groundtruth probe`",
    "announcements": "announce with the command `announce`",
    "skip-invalid-config-update": "a file with a fault never replaces the one in force",
    "concurrency": "checks run side by side by themselves",
    "disable-monitoring-lock": "checks run side by side by themselves",
    "debug": "the option --log-level does this",
}
ROOT = Rules(reasons=TOP, otherwise="no key of Gatus's: what it holds counts where it is merged in")
ENDPOINT = Rules(
    usual={"enabled": (True,), "method": ("GET",)},
    reasons={
        "ui": "how Gatus's own page shows it",
        "ssh": "SSH is not checked",
        "maintenance-windows": "write `maintenance:` of your own",
        "extra-labels": "write `labels:` of the component",
        "store": "no value of one answer is kept for another check",
    },
)
CLIENT = Rules(
    usual={"insecure": (False,), "ignore-redirect": (False,)},
    reasons={
        "insecure": "certificates are always verified; trust a CA with `network.ca_file`",
        "dns-resolver": "the system's resolver is asked",
        "proxy-url": "the proxy from the environment is used (HTTPS_PROXY)",
    },
)
ALERT = Rules(
    usual={"enabled": (True,), "send-on-resolved": (True,)},
    reasons={
        "success-threshold": "an incident ends by its results, not by a count of good ones",
        "send-on-resolved": "the end of an incident is always told",
        "description": "an alert says what was measured",
    },
)
SCHEMES = {
    "icmp": "ICMP is not checked; a `tcp` check of a port would be",
    "udp": "UDP is not checked",
    "sctp": "SCTP is not checked",
    "ws": "websockets are not checked",
    "wss": "websockets are not checked",
    "ssh": "SSH is not checked; a `tcp` check of its port would be",
    "starttls": "STARTTLS is not checked",
    "grpc": "gRPC is not checked",
    "grpcs": "gRPC is not checked",
}
ANY_STATUS = ["100-599"]
"""What Gatus takes as fine where no condition says which status."""
WEBHOOKS = "an incoming webhook cannot edit messages: set up the app (`groundtruth init`)"
UNREACHED = {
    **dict.fromkeys(("slack", "discord", "teams", "teams-workflows"), WEBHOOKS),
    "custom": "`kind: webhook` posts each incident as JSON of our own",
}


def gatus(found: Imported, document: object) -> None:
    """A configuration of Gatus, also inside of its chart's values."""
    root = found.given(document, "", ROOT)
    if {"endpoints", "services"} & set(root.table("config", ROOT)):
        root.rules = Rules(otherwise="of the chart, not of Gatus")
        root = root.table("config", ROOT)
    alerting = root.table("alerting")
    usual = {str(kind): _usual(alerting, str(kind)) for kind in alerting}
    for endpoint in root.tables("endpoints" if "endpoints" in root else "services", ENDPOINT, _name):
        _endpoint(found, endpoint, usual)
    for endpoint in root.tables("external-endpoints", ENDPOINT, _name):
        _external(found, endpoint, usual)
    for kind in alerting:
        _alerting(found, str(kind), alerting.table(str(kind)))
    if found.channels:
        found.leave("which endpoint alerts where", "every channel gets everything; write `routes:` to part them")


def _name(values: Mapping[str, Any]) -> str:
    return str(values.get("name") or values.get("url") or "endpoint")


def _usual(alerting: SourceTable, kind: str) -> dict[str, Any]:
    default = alerting.table(kind).table("default-alert", ALERT)
    threshold = default.get("failure-threshold")
    return {"enabled": default.get("enabled", True), "failure-threshold": threshold}


def _endpoint(found: Imported, given: SourceTable, usual: Mapping[str, Mapping[str, Any]]) -> None:
    name, url = given.text("name", given.where), given.text("url")
    if given.get("enabled") is False:
        given.drop("it is disabled")
        return
    if why := found.stands({"target": url}):
        given.drop(why)
        return
    group = given.text("group", "services")
    checks = dict(_checks(found, name, url, given, _alerts(given, usual)))
    if checks:
        found.component(group, name, checks)


def _external(found: Imported, given: SourceTable, usual: Mapping[str, Mapping[str, Any]]) -> None:
    """A job that pushes its results: what counts here is that they come."""
    name = given.text("name", given.where)
    beat = given.table("heartbeat")
    if given.get("enabled") is False:
        given.drop("it is disabled")
    elif "interval" not in beat:
        given.drop("it has no heartbeat interval, so nobody knows when a push is missing: write `kind: heartbeat`")
    else:
        every, token = short(beat.seconds("interval", 60.0, 1.0, 366 * 86_400.0)), given.text("token")
        check = {**found.heartbeat(name, token, every), **_alerts(given, usual)}
        found.component(given.text("group", "services"), name, {"ping": check})


def _alerts(given: SourceTable, usual: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """After how many failures it alerts, with the defaults of the kinds of alert."""
    counts = []
    for alert in given.tables("alerts", ALERT):
        defaults = usual.get(alert.text("type"), {})
        threshold = alert.get("failure-threshold", defaults.get("failure-threshold"))
        if alert.get("enabled", defaults.get("enabled", True)) is False:
            alert.drop("it is disabled")
        else:
            count = whole(threshold)
            counts.append(3 if count is None else count)
    return {"alert_after": max(1, min(counts))} if counts else {}


def _checks(
    found: Imported, name: str, url: str, given: SourceTable, alerts: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    parts = address(url)
    host = parts.place(443) if parts.host else ""
    kind = "dns" if "dns" in given else {"http": "http", "https": "http"}.get(parts.scheme, parts.scheme)
    if kind not in {"dns", "http", "tcp", "tls"} or not (host or kind == "dns"):
        given.drop(SCHEMES.get(parts.scheme, "an address that no check of ours takes"))
        return
    conditions = Conditions(listed(given.get("conditions")), "https" if parts.scheme == "https" else kind)
    if conditions.left and not conditions.taken:
        given.drop(f"none of its conditions can be checked: {conditions.left[0][0]}: {conditions.left[0][1]}")
        return
    timing = {**_timing(given), **alerts}
    if kind == "dns":
        yield from _dns(given, url, conditions, timing)
    elif kind == "http":
        yield "http", {"kind": "http", "target": url, "options": _request(found, name, given, conditions), **timing}
    elif kind == "tcp" and not parts.port:
        given.drop("expected a host with a port")
        return
    else:
        yield kind, {"kind": kind, "target": host, **timing, **(_lasting(conditions) if kind == "tls" else {})}
    if parts.scheme == "https" and conditions.fail_days is not None:
        yield "certificate", {"kind": "tls", "target": host, "interval": "1h", **_lasting(conditions)}
    for text, why in conditions.left:
        given.leave(text, why)


def _lasting(conditions: Conditions) -> dict[str, Any]:
    return {} if conditions.fail_days is None else {"options": {"fail_days": conditions.fail_days}}


def _timing(given: SourceTable) -> dict[str, Any]:
    found = {"interval": short(given.seconds("interval", 60.0))}
    client = given.table("client", CLIENT)
    if "timeout" in client:
        found["timeout"] = short(client.seconds("timeout", 10.0, 0.05, 600.0))
    return found


def _request(found: Imported, name: str, given: SourceTable, conditions: Conditions) -> dict[str, Any]:
    options: dict[str, Any] = {"expect_status": ANY_STATUS, **conditions.http}
    if "slow_ms" in options:
        given.leave("[RESPONSE_TIME]", "not as a failure: a slower answer counts as slow (slow_ms)")
    if "method" in given:
        options["method"] = given.text("method").upper()
    headers = given.table("headers")
    if headers:
        options["headers"] = found.headers(name, {key: headers.get(key, "") for key in headers})
    graphql = given.get("graphql", False)
    if "body" in given:
        options["body"] = json.dumps({"query": given.text("body")}) if graphql else given.text("body")
    if given.table("client", CLIENT).get("ignore-redirect"):
        options["redirects"] = 0
    return options


def _dns(
    given: SourceTable, url: str, conditions: Conditions, timing: Mapping[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    server, asked = resolver(url), given.table("dns")
    kind, name = asked.text("query-type", "A").upper(), asked.text("query-name").strip(".")
    if server is None:
        given.drop(f"the DNS server {url} is a name: write `kind: dns` with its address")
    elif kind not in {"A", "AAAA"}:
        given.drop(f"records of type {kind} are not checked")
    else:
        options = {"type": kind, "resolvers": [server], **conditions.dns}
        yield "dns", {"kind": "dns", "target": name, "options": options, **timing}


def _alerting(found: Imported, kind: str, given: SourceTable) -> None:
    given.where = f"alerting.{kind}"
    given.rules = Rules(reasons={"overrides": "write `routes:` for groups that go elsewhere"})
    taken = CHANNELS.get(kind)
    if taken is None:
        given.drop(UNREACHED.get(kind, "`kind: apprise` may reach it"))
        return
    why = taken(found, given)
    if why:
        given.drop(why)


def _pagerduty(found: Imported, given: SourceTable) -> str:
    key = given.get("integration-key")
    if not key:
        return "it has no integration-key"
    found.channel("pagerduty", "pagerduty", routing_key=found.secret("pagerduty routing key", key))
    return ""


def _ntfy(found: Imported, given: SourceTable) -> str:
    topic, token = given.get("topic"), given.get("token")
    if not topic:
        return "it has no topic"
    found.channel(
        "ntfy",
        "ntfy",
        topic=found.secret("ntfy topic", topic),
        url=given.text("url"),
        token=found.secret("ntfy token", token) if token else None,
    )
    return ""


def _email(found: Imported, given: SourceTable) -> str:
    password = given.get("password")
    found.channel(
        "email",
        "email",
        host=given.text("host"),
        port=given.number("port", None, 1, 65_535),
        user=given.text("username"),
        password=found.secret("smtp password", password) if password else None,
        sender=given.text("from"),
        to=[part.strip() for part in given.text("to").split(",") if part.strip()],
    )
    return ""


CHANNELS: Mapping[str, Callable[[Imported, SourceTable], str]] = {
    "pagerduty": _pagerduty,
    "ntfy": _ntfy,
    "email": _email,
}
