"""blackbox_exporter: its modules, with the scrape configurations of Prometheus that say what is probed with them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot.importers.imported import Imported, listed, mapping, seconds, short
from bot.importers.relabelling import relabelled

USUAL: Mapping[str, Any] = {
    "http_2xx": {"prober": "http"},
    "http_post_2xx": {"prober": "http", "http": {"method": "POST"}},
    "tcp_connect": {"prober": "tcp"},
    "icmp": {"prober": "icmp"},
}
"""Modules of the file that comes with the exporter."""
META = frozenset("\\^$.|?*+()[]{}")
DISCOVERED = "targets that are discovered are not known here; write them out"


def blackbox(documents: list[Mapping[str, Any]]) -> Imported:
    """Everything that is probed, one service a scrape job."""
    found = Imported()
    modules = {name: module for one in documents for name, module in mapping(one.get("modules")).items()} or dict(USUAL)
    jobs = [
        (mapping(one.get("global")), mapping(job)) for one in documents for job in listed(one.get("scrape_configs"))
    ]
    if not jobs:
        found.leave("every module", "no scrape configuration says what is probed: give prometheus.yml as well")
    for common, job in jobs:
        name = str(job.get("job_name") or "job")
        interval = short(seconds(job.get("scrape_interval") or common.get("scrape_interval"), 60.0))
        for key in (key for key in job if key.endswith("_sd_configs") and _probes(job)):
            found.leave(f"{name}: {key}", DISCOVERED)
        for target, module, labels in _targets(job):
            given = mapping(modules.get(module))
            _probe(found, name, Target(target, module, given, labels), interval)
    return found


def _probes(job: Mapping[str, Any]) -> bool:
    """Whether a job asks the exporter."""
    return str(job.get("metrics_path", "")).endswith("/probe") or "module" in mapping(job.get("params"))


def _targets(job: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each target with its module and its own labels, after relabelling."""
    params = {
        f"__param_{key}": str(listed(value)[0]) for key, value in mapping(job.get("params")).items() if listed(value)
    }
    base = {"job": str(job.get("job_name", "")), "__metrics_path__": str(job.get("metrics_path", "/metrics")), **params}
    for group in map(mapping, listed(job.get("static_configs"))):
        own = {str(key): str(value) for key, value in mapping(group.get("labels")).items()}
        for address in listed(group.get("targets")):
            labels = relabelled({**base, **own, "__address__": str(address)}, job.get("relabel_configs"))
            if labels and labels.get("__param_target"):
                kept = {key: labels[key] for key in own.keys() & labels.keys() if not key.startswith("__")}
                shown = {"instance": labels["instance"]} if labels.get("instance") else {}
                yield labels["__param_target"], labels.get("__param_module", "http_2xx"), {**kept, **shown}


@dataclass(frozen=True, slots=True)
class Target:
    """What is probed, with which module, and its own labels."""

    address: str
    module: str
    options: Mapping[str, Any]
    labels: dict[str, str]


def _probe(found: Imported, job: str, one: Target, interval: str) -> None:
    name, given, target, labels = one.module, one.options, one.address, one.labels
    shown = labels.pop("instance", target)
    if not given:
        found.leave(shown, f"no module {name} is given")
        return
    prober = str(given.get("prober", "http"))
    options = mapping(given.get(prober))
    check: dict[str, Any] = {"interval": interval}
    if given.get("timeout"):
        check["timeout"] = short(seconds(given["timeout"], 10.0))
    match prober:
        case "http":
            url = target if "://" in target else f"http://{target}"
            check |= {"kind": "http", "target": url, "options": _http(found, name, options)}
        case "tcp" if not urlsplit(f"//{target.partition('://')[2] or target}").port:
            found.leave(shown, "expected a host with a port")
            return
        case "tcp":
            check |= {"kind": "tls" if options.get("tls") else "tcp", "target": target.partition("://")[2] or target}
            if options.get("query_response"):
                found.leave(f"module {name}: query_response", "only the connection is checked")
        case "dns" if str(options.get("query_type", "ANY")).upper() in {"A", "AAAA"}:
            asked = {"type": str(options["query_type"]).upper(), "resolvers": [target.partition(":")[0]]}
            check |= {"kind": "dns", "target": str(options.get("query_name", "")).strip("."), "options": asked}
        case _:
            found.leave(shown, f"the prober {prober} of module {name} has no check here")
            return
    found.component(job, shown, {prober: check}, {k: v for k, v in labels.items() if k.isidentifier()})


def _http(found: Imported, module: str, given: Mapping[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if str(given.get("method", "GET")).upper() != "GET":
        options["method"] = str(given["method"]).upper()
    if given.get("valid_status_codes"):
        options["expect_status"] = [int(code) for code in listed(given["valid_status_codes"])]
    if headers := _headers(found, module, given):
        options["headers"] = headers
    if given.get("body"):
        options["body"] = str(given["body"])
    if given.get("no_follow_redirects") or given.get("follow_redirects") is False:
        options["redirects"] = 0
    _left(found, module, given, options)
    return options


def _headers(found: Imported, module: str, given: Mapping[str, Any]) -> dict[str, str]:
    headers = found.headers(module, mapping(given.get("headers")))
    basic = mapping(given.get("basic_auth"))
    if basic:
        headers |= found.basic(module, basic.get("username", ""), basic.get("password", ""))
    bearer = given.get("bearer_token") or mapping(given.get("authorization")).get("credentials")
    if bearer:
        headers["authorization"] = f"Bearer {found.secret(f'{module} token', bearer)}"
    return headers


def _left(found: Imported, module: str, given: Mapping[str, Any], options: dict[str, Any]) -> None:
    """The text that must be in the body, and what no option of ours says."""
    needed = [str(text) for text in listed(given.get("fail_if_body_not_matches_regexp"))]
    if len(needed) == 1 and not META & set(needed[0]):
        options["expect_text"] = needed[0]
    elif needed:
        found.leave(f"module {module}: fail_if_body_not_matches_regexp", "one plain text can be required, no patterns")
    if mapping(given.get("tls_config")).get("insecure_skip_verify"):
        found.leave(f"module {module}: insecure_skip_verify", "certificates are always verified; see `network.ca_file`")
    for key in given.keys() & OTHERS:
        if given[key]:
            found.leave(f"module {module}: {key}", "no option of ours says this")


OTHERS = frozenset(
    {
        "fail_if_body_matches_regexp",
        "fail_if_header_matches",
        "fail_if_header_not_matches",
        "fail_if_ssl",
        "proxy_url",
        "oauth2",
        "compression",
        "valid_http_versions",
    }
)
