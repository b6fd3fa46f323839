"""Uptime Kuma: the rows of `kuma.db` (version 2), or the JSON backup of version 1, with notifications."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.importers.imported import Imported, listed, mapping, seconds, short

Rows = Sequence[Mapping[str, Any]]
HTTP = frozenset({"http", "keyword", "json-query"})
REASONS = {
    "ping": "ICMP is not checked; a `tcp` check of a port would be",
    "push": "others push their results there; nothing here waits for pushes",
    "docker": "containers are not asked about; check what they serve",
    "group": "",
}
WEBHOOKS = "an incoming webhook cannot edit messages: set up the app (`groundtruth init`)"


def kuma(monitors: Rows, notifications: Rows) -> Imported:
    """The monitors with their groups as services, and the notifications that have a channel here."""
    found = Imported()
    names = {row.get("id"): str(row.get("name")) for row in monitors if row.get("type") == "group"}
    for row in monitors:
        name = str(row.get("name") or row.get("url") or "monitor")
        if row.get("active") == 0:
            found.leave(name, "it is paused")
            continue
        checks = dict(_checks(found, name, row))
        if checks:
            found.component(names.get(row.get("parent"), "Uptime Kuma"), name, checks)
    for notification in notifications:
        _notification(found, notification)
    if found.channels:
        found.leave("which monitor notifies whom", "every channel gets everything; write `routes:` to part them")
    return found


def backup(document: Mapping[str, Any]) -> Imported:
    """The JSON backup of version 1."""
    tables = ("monitorList", "notificationList")
    monitors, notifications = ([mapping(row) for row in listed(document.get(table))] for table in tables)
    return kuma(monitors, notifications)


def _checks(found: Imported, name: str, row: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    kind, timing = str(row.get("type")), _timing(row)
    host, port = str(row.get("hostname") or ""), row.get("port")
    if kind in HTTP and urlsplit(str(row.get("url"))).scheme in {"http", "https"}:
        url = str(row["url"])
        yield "http", {"kind": "http", "target": url, "options": _request(found, name, row), **timing}
        parts = urlsplit(url)
        if row.get("expiry_notification") or row.get("expiryNotification"):
            yield "certificate", {"kind": "tls", "target": f"{parts.hostname}:{parts.port or 443}", "interval": "1h"}
    elif kind == "port" and host and port:
        yield "tcp", {"kind": "tcp", "target": f"{host}:{port}", **timing}
    elif kind == "dns" and str(row.get("dns_resolve_type", "A")) in {"A", "AAAA"}:
        options: dict[str, Any] = {"type": str(row.get("dns_resolve_type", "A"))}
        if row.get("dns_resolve_server"):
            options["resolvers"] = [part.strip() for part in str(row["dns_resolve_server"]).split(",")]
        yield "dns", {"kind": "dns", "target": host, "options": options, **timing}
    elif why := REASONS.get(kind, f"monitors of type {kind} have no check here"):
        found.leave(name, why)
    if row.get("upside_down") or row.get("upsideDown"):
        found.leave(f"{name}: upside down", "a failure is never expected here: remove the check, or turn it round")


def _timing(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"interval": short(seconds(row.get("interval"), 60.0))}
    retries = row.get("maxretries")
    found["alert_after"] = min(100, 1 + int(retries)) if isinstance(retries, int | float) else 1
    if isinstance(row.get("timeout"), int | float) and row["timeout"] > 0:
        found["timeout"] = short(min(600.0, float(row["timeout"])))
    return found


def _request(found: Imported, name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if str(row.get("method") or "GET").upper() != "GET":
        options["method"] = str(row["method"]).upper()
    headers = _json(row.get("headers"))
    if isinstance(headers, dict) and headers:
        options["headers"] = found.headers(name, headers)
    if row.get("basic_auth_user"):
        basic = found.basic(name, row["basic_auth_user"], row.get("basic_auth_pass") or "")
        options["headers"] = {**options.get("headers", {}), **basic}
    if row.get("body"):
        options["body"] = str(row["body"])
    statuses = _json(row.get("accepted_statuscodes_json") or row.get("accepted_statuscodes"))
    if isinstance(statuses, list) and statuses and statuses != ["200-299"]:
        options["expect_status"] = [str(status) for status in statuses]
    if row.get("maxredirects") is not None:
        options["redirects"] = min(20, max(0, int(row["maxredirects"])))
    _content(found, name, row, options)
    if row.get("ignore_tls") or row.get("ignoreTls"):
        found.leave(f"{name}: ignore TLS errors", "certificates are always verified; trust a CA with `network.ca_file`")
    for key in ("proxy_id", "proxyId", "auth_method", "authMethod"):
        if row.get(key) and str(row[key]) not in {"basic", "null"}:
            found.leave(f"{name}: {key}", "no option of ours says this")
    return options


def _content(found: Imported, name: str, row: Mapping[str, Any], options: dict[str, Any]) -> None:
    """What must be in the body."""
    if row.get("type") == "keyword" and row.get("keyword"):
        if row.get("invert_keyword") or row.get("invertKeyword"):
            found.leave(f"{name}: inverted keyword", "a text can be required, not forbidden")
        else:
            options["expect_text"] = str(row["keyword"])
    if row.get("type") == "json-query":
        path = str(row.get("json_path") or row.get("jsonPath") or "").removeprefix("$").strip(".")
        expected = row.get("expected_value", row.get("expectedValue"))
        plain = path.replace(".", "").replace("_", "").replace("-", "").isalnum()
        if not plain or row.get("json_path_operator") not in {None, "", "=="}:
            found.leave(f"{name}: {path or 'JSON query'}", "only a plain path with one equal value is checked")
            return
        options |= {"json_path": path} | ({"json_equals": _value(expected)} if expected not in {None, ""} else {})


def _value(text: Any) -> Any:
    parsed = _json(text)
    return parsed if isinstance(parsed, bool | int | float | str) else str(text)


def _json(value: Any) -> Any:
    """JSON of a column, or the value itself where it is none."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _notification(found: Imported, row: Mapping[str, Any]) -> None:
    config = _json(row.get("config"))
    options = config if isinstance(config, dict) else {}
    kind, name = str(options.get("type") or row.get("type") or "?"), str(row.get("name") or "notification")
    match kind.lower():
        case "pagerduty" if options.get("pagerdutyIntegrationKey"):
            key = found.secret("pagerduty routing key", options["pagerdutyIntegrationKey"])
            found.channel(name, "pagerduty", routing_key=key)
        case "ntfy" if options.get("ntfytopic"):
            token = options.get("ntfyaccesstoken")
            found.channel(
                name,
                "ntfy",
                topic=found.secret("ntfy topic", options["ntfytopic"]),
                url=options.get("ntfyserverurl"),
                token=found.secret("ntfy token", token) if token else None,
            )
        case "smtp" if options.get("smtpHost"):
            password = options.get("smtpPassword")
            found.channel(
                name,
                "email",
                host=options["smtpHost"],
                port=int(options.get("smtpPort") or 587),
                security="tls" if options.get("smtpSecure") else "starttls",
                user=options.get("smtpUsername"),
                password=found.secret("smtp password", password) if password else None,
                sender=options.get("smtpFrom"),
                to=[part.strip() for part in str(options.get("smtpTo", "")).split(",") if part.strip()],
            )
        case "slack" | "discord" | "teams" | "mattermost":
            found.leave(f"notification {name}", WEBHOOKS)
        case _:
            found.leave(f"notification {name}", f"{kind} has no channel of its own here; `kind: apprise` may reach it")
