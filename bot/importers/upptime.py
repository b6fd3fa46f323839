"""Upptime's `.upptimerc.yml`, and StatusCake's list of tests as CSV."""

import csv
import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.importers.imported import VARIABLE, Imported, listed, mapping, seconds, short

EVERY = "5m"
"""Upptime runs every five minutes unless its workflow says otherwise."""


def upptime(document: Mapping[str, Any]) -> Imported:
    """The sites of an Upptime repository."""
    found = Imported()
    for site in map(mapping, listed(document.get("sites"))):
        _site(found, site)
    for key in ("notifications", "assignees", "status-website"):
        if document.get(key):
            found.leave(key, "GitHub's own; add channels of your own")
    return found


def _site(found: Imported, site: Mapping[str, Any]) -> None:
    url, name = str(site.get("url") or ""), str(site.get("name") or site.get("url") or "site")
    if VARIABLE.search(url):
        found.leave(name, "its address is a secret of the repository: write it out")
        return
    if site.get("check") in {"tcp-ping", "ws", "ssl"}:
        _other(found, name, url, site)
        return
    options = _request(found, name, site)
    if urlsplit(url).scheme in {"http", "https"}:
        found.component("sites", name, {"http": {"kind": "http", "target": url, "interval": EVERY, "options": options}})
    else:
        found.leave(name, "an address that no check of ours takes")


def _request(found: Imported, name: str, site: Mapping[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if site.get("method"):
        options["method"] = str(site["method"]).upper()
    if site.get("expectedStatusCodes"):
        options["expect_status"] = [int(code) for code in listed(site["expectedStatusCodes"])]
    if site.get("maxResponseTime"):
        options["slow_ms"] = int(site["maxResponseTime"])
    if site.get("body"):
        options["body"] = str(site["body"])
    pairs = [str(header).partition(":") for header in listed(site.get("headers"))]
    if pairs:
        options["headers"] = found.headers(name, {key.strip(): value.strip() for key, _, value in pairs})
    if site.get("__dangerous__body_down_if_text_missing"):
        options["expect_text"] = str(site["__dangerous__body_down_if_text_missing"])
    for key in site.keys() & {"__dangerous__body_down", "__dangerous__body_degraded", "__dangerous__insecure"}:
        found.leave(f"{name}: {key}", "no option of ours says this")
    return options


def _other(found: Imported, name: str, url: str, site: Mapping[str, Any]) -> None:
    host, _, port = (urlsplit(url).netloc or url).partition(":")
    port = str(site.get("port") or port)
    if site["check"] == "tcp-ping" and port.isdecimal():
        found.component("sites", name, {"tcp": {"kind": "tcp", "target": f"{host}:{port}", "interval": EVERY}})
    elif site["check"] == "ssl":
        found.component("sites", name, {"tls": {"kind": "tls", "target": f"{host}:{port or 443}", "interval": "1h"}})
    else:
        found.leave(name, f"{site['check']} is not checked")


def statuscake(text: str) -> Imported:
    """StatusCake's export of uptime tests: a column's name may have spaces or underscores."""
    found = Imported()
    for row in csv.DictReader(io.StringIO(text)):
        cells = {_name(key): (value or "").strip() for key, value in row.items() if isinstance(value, str)}
        url = cells.get("websiteurl") or cells.get("url") or cells.get("address") or ""
        name = cells.get("websitename") or cells.get("name") or cells.get("testname") or url
        kind = (cells.get("testtype") or cells.get("type") or "http").lower()
        timing = {"interval": short(seconds(cells.get("checkrate") or None, 300.0))}
        if cells.get("paused", "").lower() in {"1", "true", "yes"}:
            found.leave(name, "it is paused")
        elif kind in {"http", "head"} and urlsplit(url).scheme in {"http", "https"}:
            options = {"method": "HEAD"} if kind == "head" else {}
            if cells.get("findstring"):
                options["expect_text"] = cells["findstring"]
            found.component("sites", name, {"http": {"kind": "http", "target": url, "options": options, **timing}})
        elif kind == "tcp" and cells.get("port", "").isdecimal():
            target = f"{urlsplit(url).hostname or url}:{cells['port']}"
            found.component("sites", name, {"tcp": {"kind": "tcp", "target": target, **timing}})
        else:
            found.leave(name or "a row", f"tests of type {kind} are not taken")
    return found


def _name(column: str | None) -> str:
    return "".join(letter for letter in (column or "").lower() if letter.isalnum())
