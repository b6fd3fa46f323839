"""Uptime Kuma: the rows of `kuma.db` (version 2), or the JSON backup of version 1, with notifications."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.importers.addresses import Address, address
from bot.importers.imported import Imported, listed, resolver
from bot.importers.source_table import EMPTY, Rules, SourceTable, short

OFF = (0, "0")
Rows = Sequence[Mapping[str, Any]]
MOST_TABLES = 100
"""In the JSON of one column; nothing honest has more, and it could not be read when each is in the one before."""
HTTP = frozenset({"http", "keyword", "json-query"})
REASONS = {
    "ping": "ICMP is not checked; a `tcp` check of a port would be",
    "docker": "containers are not asked about; check what they serve",
}
WEBHOOKS = "an incoming webhook cannot edit messages: set up the app (`groundtruth init`)"
OF_KUMA = (
    *("id", "user_id", "created_date", "weight", "dns_last_result", "include_sensitive_data", "maintenance", "path"),
    *("force_inactive", "children_ids", "path_name", "screenshot", "human_readable_interval", "restart_url", "parent"),
    *("notification_id_list", "psc", "timeout"),
)
"""What a row says of Kuma's own record, not of what is checked; a time-out is read where a request has one."""
MONITOR = Rules(
    usual={
        "url": ("https://", "http://"),
        "method": ("GET",),
        "expiry_notification": (1, True),
        "packet_size": (56,),
        "maxredirects": (10,),
        "accepted_statuscodes": (["200-299"],),
        "accepted_statuscodes_json": ('["200-299"]',),
        "dns_resolve_type": ("A",),
        "dns_resolve_server": ("1.1.1.1",),
        "http_body_encoding": ("json",),
        "gamedig_given_port_only": (1, True),
        "kafka_producer_sasl_options": ({"mechanism": "None"}, '{"mechanism":"None"}'),
        "kafka_producer_brokers": ("[]",),
        "rabbitmq_nodes": ("[]",),
        "conditions": ("[]",),
        "mqtt_check_type": ("keyword",),
        "oauth_auth_method": ("client_secret_basic",),
        "snmp_version": ("2c",),
        "json_path": ("$",),
        "json_path_operator": ("==",),
        "ping_count": (1, 3),
        "ping_numeric": (1, True),
        "ping_per_request_timeout": (2,),
        "domain_expiry_notification": (1, True),
        "save_error_response": (1, True),
        "response_max_length": (256, 1024),
        "snmp_community_string": ("public",),
        "location": ("world",),
        "ntp_stratum_threshold": (5,),
        "ntp_time_offset_threshold": (1000,),
        "ntp_root_dispersion_threshold": (500,),
        "ssh_auth_method": ("password",),
    },
    reasons={
        "ignore_tls": "certificates are always verified; trust a CA with `network.ca_file`",
        "upside_down": "a failure is never expected here: remove the check, or turn it round",
        "retry_interval": "a failed check runs again at its interval",
        "resend_interval": "write `escalation:` for reminders",
        "description": "a component has a name and labels, no text",
        "domain_expiry_notification": "the end of a domain's registration is not checked",
    },
    dump=True,
)
NOTIFICATION = Rules(
    reasons={
        "is_default": "every channel gets everything; write `routes:` to part them",
        "apply_existing": "every channel gets everything; write `routes:` to part them",
    },
    dump=True,
)
TOP = Rules(
    reasons={
        "proxyList": "the proxy from the environment is used (HTTPS_PROXY)",
        "proxy": "the proxy from the environment is used (HTTPS_PROXY)",
        "maintenance": "write `maintenance:` of your own",
        "status_page": "the page has its own `web:` section",
        "docker_host": REASONS["docker"],
        "setting": "settings of Kuma's own",
        "tags": "colours of Kuma's own page",
    },
    otherwise="nothing here says this",
)


def kuma(found: Imported, document: object) -> None:
    """The JSON backup of version 1, a list of monitors, or tables of `kuma.db` by name, each a list of its rows."""
    root = found.given({"monitorList": document} if isinstance(document, list) else document, "", TOP).skip("version")
    monitors = _rows(root, next((key for key in ("monitorList", "monitors") if key in root), "monitor"))
    notifications = _rows(root, "notificationList" if "notificationList" in root else "notification")
    groups = {_id(row.get("id")): str(row.get("name")) for row in monitors if row.get("type") == "group"}
    tags = _tags(root)
    for row in monitors:
        _monitor(found, {"tags": tags.get(_id(row.get("id")), []), **row}, groups)
    for row in notifications:
        _notification(found, row)
    if found.channels:
        found.leave("which monitor notifies whom", "every channel gets everything; write `routes:` to part them")


def _rows(root: SourceTable, key: str) -> Rows:
    """Rows with their columns named as in the database. A list by id counts as a list."""
    rows = root.get(key, [])
    found = []
    for row in rows.values() if isinstance(rows, dict) else listed(rows):
        if isinstance(row, dict):
            found.append({_column(str(name)): value for name, value in row.items()})
        else:
            root.leave(f"{key}: {str(row)[:40]}", "expected a table")
    return found


def _tags(root: SourceTable) -> dict[str, list[dict[str, Any]]]:
    """The tags of each monitor in the database, as a backup has them in its rows."""
    names = {_id(row.get("id")): row.get("name") for row in _rows(root, "tag")}
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(root, "monitor_tag"):
        named = {"name": names.get(_id(row.get("tag_id"))), "value": row.get("value")}
        found.setdefault(_id(row.get("monitor_id")), []).append(named)
    return found


def _labels(tags: Any) -> dict[str, str]:
    """Tags as labels: a tag without a value is "yes". Colours are of Kuma's page."""
    pairs = [(tag.get("name"), tag.get("value")) if isinstance(tag, dict) else (tag, "") for tag in listed(tags)]
    return {str(name): str(value or "yes") for name, value in pairs if name}


def _id(value: object) -> str:
    """A row's number, which a script may have written as text."""
    return str(value)


def _column(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _monitor(found: Imported, row: Mapping[str, Any], groups: Mapping[Any, str]) -> None:
    name = str(row.get("name") or row.get("url") or "monitor")
    given = found.given(row, name, MONITOR).skip("name", "type", "active", *OF_KUMA)
    kind = given.text("type", "http")
    if row.get("active", True) in OFF:
        given.drop("it is paused")
        return
    if kind == "group":
        _group(given)
        return
    checks = dict(_checks(found, given, kind))
    if checks:
        labels = found.labels(_labels(given.get("tags")), name)
        found.component(groups.get(_id(row.get("parent")), "Uptime Kuma"), name, checks, labels)


def _group(given: SourceTable) -> None:
    """A service of that name; how often Kuma looks at its members says nothing of them."""
    given.skip("interval", "retry_interval", "maxretries")
    if given.get("tags"):
        given.leave("tags", "labels belong to components: tag the monitors of a group")


def _checks(found: Imported, given: SourceTable, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
    url = given.text("url") if kind in HTTP else ""
    parts = address(url)
    if why := found.stands({"target": url}):
        given.drop(why)
    elif kind in HTTP and parts.scheme in {"http", "https"} and parts.host:
        yield "http", {"kind": "http", "target": url, "options": _request(found, given, kind), **_timing(given, True)}
        if given.get("expiry_notification") and parts.scheme == "https":
            yield "certificate", {"kind": "tls", "target": parts.place(443), "interval": "1h"}
    elif kind in HTTP:
        given.drop(f"{url or 'no address'} is no http address")
    elif kind == "port" and "hostname" in given and (port := given.number("port", None, 1, 65_535)):
        target = Address(host=given.text("hostname"), port=port).place(port)
        yield "tcp", {"kind": "tcp", "target": target, **_timing(given)}
    elif kind == "dns":
        yield from _dns(given)
    elif kind == "push":
        yield "ping", _push(found, given)
    else:
        given.drop(REASONS.get(kind, f"monitors of type {kind} have no check here"))


def _push(found: Imported, given: SourceTable) -> dict[str, Any]:
    """A job that reports in: late by as many retries as it has."""
    every, retries = given.seconds("interval", 60.0), given.number("maxretries", 0, 0, 99) or 0
    late = retries * (given.seconds("retry_interval", every, 0.0) or every)
    return found.heartbeat(given.where, given.text("push_token"), short(every), short(late) if late >= 1 else "")


def _dns(given: SourceTable) -> Iterator[tuple[str, dict[str, Any]]]:
    kind = given.text("dns_resolve_type", "A")
    servers = [part.strip() for part in given.text("dns_resolve_server").split(",") if part.strip()]
    port = given.number("port", 53, 1, 65_535)
    asked = [resolver(server if port == 53 else f"{server}:{port}") for server in servers]
    if kind not in {"A", "AAAA"}:
        given.drop(f"records of type {kind} are not checked")
    elif None in asked:
        given.drop(f"a DNS server of {', '.join(servers)} is a name: write `kind: dns` with its address")
    else:
        options = {"type": kind, **({"resolvers": asked} if asked else {})}
        yield "dns", {"kind": "dns", "target": given.text("hostname"), "options": options, **_timing(given)}


def _timing(given: SourceTable, request: bool = False) -> dict[str, Any]:
    interval = given.seconds("interval", 60.0)
    found: dict[str, Any] = {"interval": short(interval)}
    if given.seconds("retry_interval", 0.0, 0.0) not in {0.0, interval}:
        given.leave("retry_interval", MONITOR.reasons["retry_interval"])
    found["alert_after"] = 1 + (given.number("maxretries", 0, 0, 99) or 0)
    if request and given.get("timeout"):
        found["timeout"] = short(given.seconds("timeout", 10.0, 0.05, 600.0))
    return found


def _request(found: Imported, given: SourceTable, kind: str) -> dict[str, Any]:
    name, options = given.where, dict[str, Any]()
    if given.text("method", "GET").upper() != "GET":
        options["method"] = given.text("method").upper()
    headers = _json(given.get("headers"))
    if isinstance(headers, dict) and headers:
        options["headers"] = found.headers(name, headers)
    elif headers:
        given.leave("headers", "expected a table as JSON")
    signed = _signed(found, given, name)
    if signed:
        options["headers"] = {**options.get("headers", {}), **signed}
    if "body" in given:
        options["body"] = given.text("body")
    statuses = _json(given.get("accepted_statuscodes_json", given.get("accepted_statuscodes")))
    if isinstance(statuses, list) and statuses and statuses != ["200-299"]:
        options["expect_status"] = [str(status) for status in statuses]
    redirects = given.number("maxredirects", None, 0, 20)
    if redirects is not None:
        options["redirects"] = redirects
    _content(given, kind, options)
    return options


def _signed(found: Imported, given: SourceTable, name: str) -> dict[str, str]:
    """The header that says who asks."""
    method = given.text("auth_method", "basic") or "basic"
    if method == "basic" and "basic_auth_user" in given:
        return found.basic(name, given.get("basic_auth_user"), given.text("basic_auth_pass"))
    if method == "bearer" and "bearer_token" in given:
        return {"authorization": f"Bearer {found.secret(f'{name} token', given.get('bearer_token'))}"}
    if method not in {"basic", "null"}:
        given.leave(f"auth_method {method}", "a user with a password, or a token, is sent, nothing else")
    return {}


def _content(given: SourceTable, kind: str, options: dict[str, Any]) -> None:
    """What must be in the body."""
    if kind == "keyword":
        keyword = given.text("keyword")
        if given.get("invert_keyword"):
            given.leave(f"inverted keyword {keyword}", "a text can be required, not forbidden")
        elif keyword:
            options["expect_text"] = keyword
    if kind == "json-query":
        path = given.text("json_path").removeprefix("$").strip(".")
        expected, sign = given.get("expected_value"), given.text("json_path_operator", "==")
        plain = path.replace(".", "").replace("_", "").replace("-", "").isalnum()
        if not plain or sign != "==":
            given.leave(f"JSON query {path} {sign} {expected}", "only a plain path with one equal value is checked")
            return
        options |= {"json_path": path} | ({"json_equals": _value(expected)} if expected not in EMPTY else {})


def _value(text: Any) -> Any:
    parsed = _json(text)
    return parsed if isinstance(parsed, bool | int | float | str) else str(text)


def _json(value: Any) -> Any:
    """JSON of a column, or the value itself where it is none."""
    if not isinstance(value, str) or value.count("[") + value.count("{") > MOST_TABLES:
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _notification(found: Imported, row: Mapping[str, Any]) -> None:
    config = _json(row.get("config"))
    values = {
        **row,
        **{_column(str(key)): value for key, value in (config if isinstance(config, dict) else {}).items()},
    }
    name = str(row.get("name") or "notification")
    given = found.given(values, f"notification {name}", NOTIFICATION).skip("id", "user_id", "name", "config")
    kind = given.text("type", "?")
    if given.get("active", True) in OFF:
        given.drop("it is switched off")
        return
    match kind.lower():
        case "pagerduty" if "pagerduty_integration_key" in given:
            key = found.secret("pagerduty routing key", given.get("pagerduty_integration_key"))
            found.channel(name, "pagerduty", routing_key=key)
        case "ntfy" if "ntfytopic" in given:
            _ntfy(found, given, name)
        case "smtp" if "smtp_host" in given:
            _email(found, given, name)
        case "slack" | "discord" | "teams" | "mattermost":
            given.drop(WEBHOOKS)
        case _:
            given.drop(f"{kind} has no channel of its own here; `kind: apprise` may reach it")


def _ntfy(found: Imported, given: SourceTable, name: str) -> None:
    token = given.get("ntfyaccesstoken")
    found.channel(
        name,
        "ntfy",
        topic=found.secret("ntfy topic", given.get("ntfytopic")),
        url=given.text("ntfyserverurl"),
        token=found.secret("ntfy token", token) if token else None,
    )


def _email(found: Imported, given: SourceTable, name: str) -> None:
    password = given.get("smtp_password")
    found.channel(
        name,
        "email",
        host=given.text("smtp_host"),
        port=given.number("smtp_port", 587, 1, 65_535),
        security="tls" if given.get("smtp_secure") else "starttls",
        user=given.text("smtp_username"),
        password=found.secret("smtp password", password) if password else None,
        sender=given.text("smtp_from"),
        to=[part.strip() for part in given.text("smtp_to").split(",") if part.strip()],
    )
