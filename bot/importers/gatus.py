"""Gatus: its YAML, endpoints with their conditions, and alerting."""

import json
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from bot.importers.gatus_conditions import Conditions
from bot.importers.imported import VARIABLE, Imported, listed, mapping, seconds, short

TOP = {
    "external-endpoints": "others push their results there; nothing here waits for pushes",
    "suites": "steps that share values have no counterpart",
    "maintenance": "write `maintenance:` of your own",
    "connectivity": "`control:` hosts do this; the defaults are fine",
    "security": "the page has its own `web:` section",
    "remote": "another vantage runs `groundtruth probe`",
    "announcements": "announce with the command `announce`",
}
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
WEBHOOKS = "an incoming webhook cannot edit messages: set up the app (`groundtruth init`)"


def gatus(document: Mapping[str, Any]) -> Imported:
    """A configuration of Gatus, also inside of its chart's values."""
    inner = mapping(document.get("config"))
    root = inner if "endpoints" in inner or "services" in inner else document
    found, alerting = Imported(), mapping(root.get("alerting"))
    for key, why in TOP.items():
        if root.get(key):
            found.leave(key, why)
    usual = {str(kind): mapping(mapping(options).get("default-alert")) for kind, options in alerting.items()}
    for endpoint in listed(root.get("endpoints") or root.get("services")):
        alerts = [
            {**usual.get(str(a.get("type")), {}), **a} for a in map(mapping, listed(mapping(endpoint).get("alerts")))
        ]
        _endpoint(found, {**mapping(endpoint), "alerts": alerts})
    for kind, options in alerting.items():
        _alerting(found, str(kind), mapping(options))
    return found


def _endpoint(found: Imported, given: Mapping[str, Any]) -> None:
    name = str(given.get("name") or given.get("url") or "endpoint")
    url = str(given.get("url") or "")
    if given.get("enabled") is False:
        found.leave(name, "it is disabled")
        return
    if VARIABLE.search(url):
        found.leave(name, "its address has a variable in it: an address is no secret here, write it out")
        return
    conditions = Conditions(listed(given.get("conditions")))
    checks = dict(_checks(found, name, url, given, conditions))
    for text, why in conditions.left:
        found.leave(f"{name}: {text}", why)
    if checks:
        found.component(str(given.get("group") or "services"), name, checks)


def _checks(
    found: Imported, name: str, url: str, given: Mapping[str, Any], conditions: Conditions
) -> Iterator[tuple[str, dict[str, Any]]]:
    timing = _timing(given)
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port or 443}" if parts.hostname else ""
    if given.get("dns"):
        yield from _dns(found, name, url, mapping(given["dns"]), timing)
    elif parts.scheme in {"http", "https"} and host:
        yield "http", {"kind": "http", "target": url, "options": _request(found, name, given, conditions), **timing}
    elif parts.scheme == "tcp" and parts.port:
        yield "tcp", {"kind": "tcp", "target": host, **timing}
    elif parts.scheme == "tls" and host:
        yield "tls", {"kind": "tls", "target": host, **timing, **_lasting(conditions)}
    else:
        found.leave(name, SCHEMES.get(parts.scheme, "an address that no check of ours takes"))
    if parts.scheme == "https" and conditions.fail_days is not None and host:
        yield "certificate", {"kind": "tls", "target": host, "interval": "1h", **_lasting(conditions)}


def _lasting(conditions: Conditions) -> dict[str, Any]:
    return {} if conditions.fail_days is None else {"options": {"fail_days": conditions.fail_days}}


def _timing(given: Mapping[str, Any]) -> dict[str, Any]:
    alerts = [mapping(alert) for alert in listed(given.get("alerts"))]
    thresholds = [int(a["failure-threshold"]) for a in alerts if str(a.get("failure-threshold", "")).isdecimal()]
    found: dict[str, Any] = {"interval": short(seconds(given.get("interval"), 60.0))}
    timeout = mapping(given.get("client")).get("timeout")
    if timeout is not None:
        found["timeout"] = short(seconds(timeout, 10.0))
    if thresholds or alerts:
        found["alert_after"] = max(1, min(thresholds, default=3))
    return found


def _request(found: Imported, name: str, given: Mapping[str, Any], conditions: Conditions) -> dict[str, Any]:
    options: dict[str, Any] = dict(conditions.http)
    if "slow_ms" in options:
        found.leave(f"{name}: [RESPONSE_TIME]", "not as a failure: a slower answer counts as slow (slow_ms)")
    if given.get("method"):
        options["method"] = str(given["method"]).upper()
    if given.get("headers"):
        options["headers"] = found.headers(name, mapping(given["headers"]))
    if given.get("body"):
        body = str(given["body"])
        options["body"] = json.dumps({"query": body}) if given.get("graphql") else body
    client = mapping(given.get("client"))
    if client.get("ignore-redirect"):
        options["redirects"] = 0
    if client.get("insecure"):
        found.leave(f"{name}: client.insecure", "certificates are always verified; trust a CA with `network.ca_file`")
    for key in client.keys() - {"ignore-redirect", "insecure", "timeout"}:
        found.leave(f"{name}: client.{key}", "no option of ours says this")
    return options


def _dns(
    found: Imported, name: str, url: str, given: Mapping[str, Any], timing: dict[str, Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    resolver = (url.partition("://")[2] or url).partition(":")[0]
    if not _is_address(resolver):
        found.leave(name, f"the resolver {resolver} is a name: write `kind: dns` with its address")
        return
    kind = str(given.get("query-type", "A")).upper()
    if kind not in {"A", "AAAA"}:
        found.leave(name, f"records of type {kind} are not checked")
        return
    options = {"type": kind, "resolvers": [resolver]}
    yield "dns", {"kind": "dns", "target": str(given.get("query-name", "")).strip("."), "options": options, **timing}


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _alerting(found: Imported, kind: str, given: Mapping[str, Any]) -> None:
    taken = CHANNELS.get(kind)
    if taken is None:
        why = WEBHOOKS if kind in {"slack", "discord", "teams", "teams-workflows"} else "`kind: apprise` may reach it"
        found.leave(f"alerting.{kind}", why)
        return
    taken(found, given)
    if given.get("overrides"):
        found.leave(f"alerting.{kind}.overrides", "write `routes:` for groups that go elsewhere")


def _pagerduty(found: Imported, given: Mapping[str, Any]) -> None:
    found.channel(
        "pagerduty", "pagerduty", routing_key=found.secret("pagerduty routing key", given.get("integration-key"))
    )


def _ntfy(found: Imported, given: Mapping[str, Any]) -> None:
    token = given.get("token")
    found.channel(
        "ntfy",
        "ntfy",
        topic=found.secret("ntfy topic", given.get("topic")),
        url=given.get("url"),
        token=found.secret("ntfy token", token) if token else None,
    )


def _email(found: Imported, given: Mapping[str, Any]) -> None:
    password = given.get("password")
    found.channel(
        "email",
        "email",
        host=given.get("host"),
        port=given.get("port"),
        user=given.get("username"),
        password=found.secret("smtp password", password) if password else None,
        sender=given.get("from"),
        to=[part.strip() for part in str(given.get("to", "")).split(",") if part.strip()],
    )


CHANNELS: Mapping[str, Callable[[Imported, Mapping[str, Any]], None]] = {
    "pagerduty": _pagerduty,
    "ntfy": _ntfy,
    "email": _email,
}
