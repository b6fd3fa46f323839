"""Upptime's `.upptimerc.yml`, and StatusCake's list of tests as CSV."""

import csv
import io
from typing import Any
from urllib.parse import urlsplit

from bot.importers.given import Given, Rules, short
from bot.importers.imported import Imported, listed

EVERY = "5m"
"""Upptime runs every five minutes unless its workflow says otherwise."""
GITHUB = "GitHub's own; add channels of your own"
TOP = Rules(
    reasons={
        "notifications": GITHUB,
        "assignees": GITHUB,
        "status-website": "the page has its own `web:` section",
        "workflowSchedule": f"every check runs each {EVERY}; write `interval` where another is wanted",
    },
    otherwise="Upptime's own; nothing here says this",
)
SITE = Rules(
    usual={"method": ("GET",), "check": ("http",)},
    reasons={
        "__dangerous__insecure": "certificates are always verified; trust a CA with `network.ca_file`",
        "__dangerous__body_down": "a text can be required, not forbidden",
        "__dangerous__body_degraded": "a text can be required, not forbidden",
        "icon": "how Upptime's own page shows it",
        "slug": "the id is made of the name",
    },
)
TEST = Rules(
    usual={"testtype": ("HTTP",), "paused": ("0", "false", "no"), "method": ("GET",)},
    otherwise="nothing here says this",
)


def upptime(found: Imported, document: object) -> None:
    """The sites of an Upptime repository."""
    root = found.given(document, "", TOP).skip("owner", "repo")
    for site in root.tables("sites", SITE, lambda values: str(values.get("name") or values.get("url") or "site")):
        _site(found, site)


def _site(found: Imported, site: Given) -> None:
    url, name = site.text("url"), site.text("name", site.where)
    check = site.text("check", "http")
    if check != "http":
        _other(found, name, url, check, site)
    elif urlsplit(url).scheme in {"http", "https"} or url.startswith("$"):
        options = _request(found, name, site)
        found.component("sites", name, {"http": {"kind": "http", "target": url, "interval": EVERY, "options": options}})
    else:
        site.drop("an address that no check of ours takes")


def _request(found: Imported, name: str, site: Given) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "method" in site:
        options["method"] = site.text("method").upper()
    if "expectedStatusCodes" in site:
        options["expect_status"] = [int(code) for code in listed(site.get("expectedStatusCodes"))]
    if "maxResponseTime" in site:
        options["slow_ms"] = int(site.get("maxResponseTime"))
    if "body" in site:
        options["body"] = site.text("body")
    pairs = [str(header).partition(":") for header in listed(site.get("headers"))]
    if pairs:
        options["headers"] = found.headers(name, {key.strip(): value.strip() for key, _, value in pairs})
    if site.get("__dangerous__disable_verify_peer") or site.get("__dangerous__disable_verify_host"):
        site.leave("__dangerous__disable_verify", SITE.reasons["__dangerous__insecure"])
    if "__dangerous__body_down_if_text_missing" in site:
        options["expect_text"] = site.text("__dangerous__body_down_if_text_missing")
    redirects = site.get("maxRedirects")
    if redirects is not None:
        options["redirects"] = min(20, max(0, int(redirects)))
    return options


def _other(found: Imported, name: str, url: str, check: str, site: Given) -> None:
    host, _, port = (urlsplit(url).netloc or url).partition(":")
    port = site.text("port", port)
    if check == "tcp-ping" and port.isdecimal():
        found.component("sites", name, {"tcp": {"kind": "tcp", "target": f"{host}:{port}", "interval": EVERY}})
    elif check == "ssl":
        found.component("sites", name, {"tls": {"kind": "tls", "target": f"{host}:{port or 443}", "interval": "1h"}})
    else:
        site.drop(f"{check} is not checked")


def statuscake(found: Imported, text: str) -> None:
    """StatusCake's export of uptime tests: a column's name may have spaces or underscores."""
    for row in csv.DictReader(io.StringIO(text)):
        cells = {_name(key): (value or "").strip() for key, value in row.items() if isinstance(value, str)}
        _test(found, cells)


def _test(found: Imported, cells: dict[str, str]) -> None:
    named = cells.get("websitename") or cells.get("name") or cells.get("testname")
    url = cells.get("websiteurl") or cells.get("url") or cells.get("address") or ""
    given = found.given(cells, named or url or "a row", TEST)
    name = given.skip("websitename", "name", "testname", "websiteurl", "url", "address", "id", "testid", "uptime").where
    kind = (given.text("testtype") or given.text("type", "http")).lower()
    timing = {"interval": short(given.seconds("checkrate", 300.0))}
    if given.text("paused").lower() in {"1", "true", "yes"}:
        given.drop("it is paused")
    elif kind in {"http", "head"} and urlsplit(url).scheme in {"http", "https"}:
        options = {"method": "HEAD"} if kind == "head" else {}
        if "findstring" in given:
            options["expect_text"] = given.text("findstring")
        found.component("sites", name, {"http": {"kind": "http", "target": url, "options": options, **timing}})
    elif kind == "tcp" and given.text("port").isdecimal():
        target = f"{urlsplit(url).hostname or url}:{given.text('port')}"
        found.component("sites", name, {"tcp": {"kind": "tcp", "target": target, **timing}})
    else:
        given.drop(f"tests of type {kind} are not taken")


def _name(column: str | None) -> str:
    return "".join(letter for letter in (column or "").lower() if letter.isalnum())
