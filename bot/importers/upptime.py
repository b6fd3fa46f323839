"""Upptime's `.upptimerc.yml`, and StatusCake's list of tests as CSV."""

import csv
import io
from typing import Any

from bot.errors import UserError
from bot.importers.addresses import address
from bot.importers.imported import Imported, listed
from bot.importers.source_table import Rules, SourceTable, short, whole

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


def _site(found: Imported, site: SourceTable) -> None:
    url, name = site.text("url"), site.text("name", site.where)
    check = site.text("check", "http")
    if why := found.stands({"target": url}):
        site.drop(why)
    elif check != "http":
        _other(found, name, url, check, site)
    elif address(url).scheme in {"http", "https"} or url.startswith("$"):
        options = _request(found, name, site)
        found.component("sites", name, {"http": {"kind": "http", "target": url, "interval": EVERY, "options": options}})
    else:
        site.drop("an address that no check of ours takes")


def _request(found: Imported, name: str, site: SourceTable) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if "method" in site:
        options["method"] = site.text("method").upper()
    if "expectedStatusCodes" in site:
        codes = listed(site.get("expectedStatusCodes"))
        statuses = [code for code in map(whole, codes) if code is not None]
        if len(statuses) != len(codes):
            site.leave("expectedStatusCodes", "expected numbers")
        options |= {"expect_status": statuses} if statuses else {}
    if "body" in site:
        options["body"] = site.text("body")
    pairs = [str(header).partition(":") for header in listed(site.get("headers"))]
    if pairs:
        options["headers"] = found.headers(name, {key.strip(): value.strip() for key, _, value in pairs})
    if site.get("__dangerous__disable_verify_peer") or site.get("__dangerous__disable_verify_host"):
        site.leave("__dangerous__disable_verify", SITE.reasons["__dangerous__insecure"])
    if "__dangerous__body_down_if_text_missing" in site:
        options["expect_text"] = site.text("__dangerous__body_down_if_text_missing")
    numbers = {
        "slow_ms": site.number("maxResponseTime", None, 1, 600_000),
        "redirects": site.number("maxRedirects", None, 0, 20),
    }
    return options | {name: value for name, value in numbers.items() if value is not None}


def _other(found: Imported, name: str, url: str, check: str, site: SourceTable) -> None:
    where = address(url)
    where = where._replace(port=site.number("port", where.port, 1, 65_535))
    if not where.host:
        site.drop("an address that no check of ours takes")
    elif check == "tcp-ping" and where.port:
        found.component("sites", name, {"tcp": {"kind": "tcp", "target": where.place(0), "interval": EVERY}})
    elif check == "ssl":
        found.component("sites", name, {"tls": {"kind": "tls", "target": where.place(443), "interval": "1h"}})
    else:
        site.drop(f"{check} is not checked")


def statuscake(found: Imported, text: str) -> None:
    """StatusCake's export of uptime tests: a column's name may have spaces or underscores."""
    rows = csv.DictReader(io.StringIO(text))
    try:
        for row in rows:
            if row.get(None):
                found.leave(f"line {rows.line_num}", "it has more cells than the first line has names")
            _test(found, {_name(key): value.strip() for key, value in row.items() if isinstance(value, str)})
    except csv.Error as error:
        raise UserError(f"line {rows.line_num}: expected CSV ({error})") from None


def _test(found: Imported, cells: dict[str, str]) -> None:
    named = cells.get("websitename") or cells.get("name") or cells.get("testname")
    url = cells.get("websiteurl") or cells.get("url") or cells.get("address") or ""
    given = found.given(cells, named or url or "a row", TEST)
    name = given.skip("websitename", "name", "testname", "websiteurl", "url", "address", "id", "testid", "uptime").where
    kind = (given.text("testtype") or given.text("type", "http")).lower()
    timing = {"interval": short(given.seconds("checkrate", 300.0))}
    if given.text("paused").lower() in {"1", "true", "yes"}:
        given.drop("it is paused")
    elif kind in {"http", "head"} and address(url).scheme in {"http", "https"}:
        options = {"method": "HEAD"} if kind == "head" else {}
        if "findstring" in given:
            options["expect_text"] = given.text("findstring")
        found.component("sites", name, {"http": {"kind": "http", "target": url, "options": options, **timing}})
    elif kind == "tcp" and address(url).host and (port := given.number("port", None, 1, 65_535)):
        target = address(url)._replace(port=port).place(port)
        found.component("sites", name, {"tcp": {"kind": "tcp", "target": target, **timing}})
    else:
        given.drop(f"tests of type {kind} are not taken")


def _name(column: str | None) -> str:
    return "".join(letter for letter in (column or "").lower() if letter.isalnum())
