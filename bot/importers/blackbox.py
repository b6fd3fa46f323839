"""blackbox_exporter: its modules, with the scrape configurations of Prometheus that say what is probed with them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import PurePath
from typing import Any

from bot.importers.addresses import address
from bot.importers.blackbox_modules import DNS, HTTP, ICMP, MODULE, TCP, TLS, request
from bot.importers.imported import Imported, listed, resolver
from bot.importers.relabelling import relabelled
from bot.importers.source_table import Rules, SourceTable, short

USUAL: Mapping[str, Any] = {
    "http_2xx": {"prober": "http"},
    "http_post_2xx": {"prober": "http", "http": {"method": "POST"}},
    "tcp_connect": {"prober": "tcp"},
    "icmp": {"prober": "icmp"},
}
"""Modules of the file that comes with the exporter."""
DISCOVERED = "targets that are discovered are not known here; write them out"
FILES = "give the files of targets too, after this one"
DOCUMENT = Rules(otherwise="Prometheus's own")
JOB = Rules(usual={"metrics_path": ("/probe",), "scheme": ("http",)}, otherwise="of how Prometheus asks the exporter")
PARAMS = Rules(otherwise="only the module and the target of a probe are read")
PROBERS = {"http": HTTP, "tcp": TCP, "dns": DNS, "icmp": ICMP}


@dataclass(slots=True)
class Files:
    """What the files hold together: modules, jobs with the `global` of their file, and lists of targets by file."""

    modules: dict[str, SourceTable] = field(default_factory=dict)
    jobs: list[tuple[SourceTable, SourceTable]] = field(default_factory=list)
    lists: dict[str, list[Any]] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)


def blackbox(found: Imported, documents: Sequence[tuple[str, object]]) -> None:
    """Everything that is probed, one service a scrape job. `documents`: each file's name and what it holds."""
    files = _read(found, documents)
    if not files.jobs:
        found.leave("every module", "no scrape configuration says what is probed: give prometheus.yml as well")
    for common, job in files.jobs:
        if _probes(job):
            _job(found, files, common, job)
        else:
            job.drop("it scrapes metrics and probes nothing")
    for name, module in files.modules.items():
        if not files.jobs:
            module.cover()
        elif name not in files.used:
            module.drop("no target is probed with it")
    for name in files.lists.keys() - files.used:
        found.leave(name, "no job reads its targets (file_sd_configs)")


def _read(found: Imported, documents: Sequence[tuple[str, object]]) -> Files:
    files = Files()
    for name, document in documents:
        if isinstance(document, list):
            files.lists[PurePath(name).name] = document
            continue
        root = found.given(document, "", DOCUMENT)
        modules = root.table("modules")
        for module in modules:
            files.modules[str(module)] = found.given(modules.get(module, {}), f"module {module}", MODULE)
        common = root.table("global", DOCUMENT)
        jobs = root.tables("scrape_configs", JOB, lambda values: f"job {values.get('job_name')}")
        files.jobs += [(common, job) for job in jobs]
    if not files.modules:
        files.modules = {name: found.given(module, f"module {name}", MODULE) for name, module in USUAL.items()}
    return files


def _probes(job: SourceTable) -> bool:
    """Whether a job asks the exporter."""
    return job.text("metrics_path").endswith("/probe") or "module" in job.table("params", PARAMS)


def _job(found: Imported, files: Files, common: SourceTable, job: SourceTable) -> None:
    default = common.seconds("scrape_interval", 60.0)
    timing = {"interval": short(job.seconds("scrape_interval", default))}
    timeout = job.seconds("scrape_timeout", common.seconds("scrape_timeout", 10.0, 0.05, 600.0), 0.05, 600.0)
    for key in job:
        if str(key).endswith("_sd_configs") and key != "file_sd_configs" and job.get(key):
            job.leave(str(key), DISCOVERED)
    targets = list(_targets(files, job))
    for target, module, labels in targets:
        files.used.add(module)
        if module in files.modules:
            usual = {**timing, "timeout": short(files.modules[module].seconds("timeout", timeout, 0.05, 600.0))}
            _probe(found, job.text("job_name", "job"), Target(target, files.modules[module], labels), usual)
        else:
            found.leave(labels.get("instance", target), f"no module {module} is given")


def _groups(files: Files, job: SourceTable) -> Iterator[SourceTable]:
    yield from job.tables("static_configs")
    for source in job.tables("file_sd_configs", Rules(usual={"refresh_interval": (0,)}, otherwise=DISCOVERED)):
        source.skip("refresh_interval")
        for pattern in listed(source.get("files")):
            names = [name for name in files.lists if fnmatch(name, PurePath(str(pattern)).name)]
            if not names:
                job.leave(f"file_sd_configs {pattern}", FILES)
            for name in names:
                files.used.add(name)
                yield from SourceTable({"targets": files.lists[name]}, job.where).tables("targets")


def _targets(files: Files, job: SourceTable) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Each target with its module and its labels, after relabelling."""
    params = job.table("params", PARAMS)
    given = {f"__param_{key}": str(value) for key in ("module", "target") for value in listed(params.get(key))[:1]}
    base = {"job": job.text("job_name"), "__metrics_path__": job.text("metrics_path", "/metrics"), **given}
    rules, faults = job.get("relabel_configs"), list[str]()
    for group in _groups(files, job):
        own = group.get("labels", {})
        labels = {str(key): str(value) for key, value in (own if isinstance(own, dict) else {}).items()}
        for target in listed(group.get("targets")):
            after = relabelled({**base, **labels, "__address__": str(target)}, rules, faults)
            if after is None:
                job.leave(f"target {target}", "its relabelling drops it")
            elif not after.get("__param_target"):
                job.leave(f"target {target}", "no relabelling makes it what is probed (__param_target)")
            else:
                shown = {key: value for key, value in after.items() if not key.startswith("__") and key != "job"}
                yield after["__param_target"], after.get("__param_module") or "http_2xx", shown
        for one in group.left():
            job.leave(one.what, "of how Prometheus names it")
    for fault in dict.fromkeys(faults):
        job.leave(f"relabel_configs: {fault}", "this rule changes nothing here")


@dataclass(frozen=True, slots=True)
class Target:
    """What is probed, with which module, and its labels."""

    address: str
    module: SourceTable
    labels: dict[str, str]


def _probe(found: Imported, job: str, one: Target, check: dict[str, Any]) -> None:
    shown, module = one.labels.pop("instance", one.address), one.module
    prober = module.text("prober", "http")
    options = module.table(prober, PROBERS.get(prober, MODULE))
    why = ""
    match prober:
        case "http":
            url = one.address if "://" in one.address else f"http://{one.address}"
            check |= {"kind": "http", "target": url, "options": request(found, module, options)}
        case "tcp":
            target = one.address.partition("://")[2] or one.address
            check |= {"kind": "tls" if options.get("tls") else "tcp", "target": target}
            options.table("tls_config", TLS)
            why = "" if address(target).port else "expected a host with a port"
        case "dns":
            why = _dns(one.address, options, check)
        case _:
            why = f"the prober {prober} of {module.where} has no check here"
    if why:
        found.leave(shown, why)
    else:
        found.component(job, shown, {prober: check}, found.labels(one.labels, shown))


def _dns(server: str, options: SourceTable, check: dict[str, Any]) -> str:
    """The check of a DNS server; why not, "" where it is one."""
    asked, kind = resolver(server), options.text("query_type", "ANY").upper()
    rcodes = listed(options.get("valid_rcodes"))
    if asked is None:
        return f"the DNS server {server} is a name: write `kind: dns` with its address"
    if kind not in {"A", "AAAA"}:
        return f"records of type {kind} are not checked"
    if rcodes and rcodes != ["NOERROR"]:
        return f"an answer {' or '.join(map(str, rcodes))} cannot be expected (valid_rcodes)"
    check |= {
        "kind": "dns",
        "target": options.text("query_name").strip("."),
        "options": {"type": kind, "resolvers": [asked]},
    }
    return ""
