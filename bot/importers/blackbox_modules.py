"""Modules of blackbox_exporter as options of our checks."""

from typing import Any

from bot.importers.imported import Imported, listed
from bot.importers.source_table import Rules, SourceTable, whole

META = frozenset("\\^$.|?*+()[]{}")
FAMILY = "both families of addresses are tried"
VERIFIED = "certificates are always verified; trust a CA with `network.ca_file`"
ADDRESS = {
    "preferred_ip_protocol": FAMILY,
    "ip_protocol_fallback": FAMILY,
    "source_ip_address": "the system chooses the address",
}
MODULE = Rules(usual={"prober": ("http",)}, otherwise="of a prober that the module does not use")
HTTP = Rules(
    usual={
        "method": ("GET",),
        "follow_redirects": (True,),
        "no_follow_redirects": (False,),
        "enable_http2": (True,),
        "ip_protocol_fallback": (True,),
        "fail_if_ssl": (False,),
        "fail_if_not_ssl": (False,),
        "skip_resolve_phase_with_proxy": (False,),
    },
    reasons={
        **ADDRESS,
        "valid_http_versions": "any version of HTTP is fine",
        "enable_http2": "HTTP/1.1 is spoken",
        "proxy_url": "the proxy from the environment is used (HTTPS_PROXY)",
        "compression": "compressed answers are asked for and unpacked by themselves",
        "fail_if_body_matches_regexp": "a text can be required, not forbidden",
    },
)
TLS = Rules(usual={"insecure_skip_verify": (False,)}, reasons={"insecure_skip_verify": VERIFIED, "ca_file": VERIFIED})
TCP = Rules(
    usual={"tls": (False,), "ip_protocol_fallback": (True,)},
    reasons={**ADDRESS, "query_response": "only the connection is checked"},
)
DNS = Rules(
    usual={"ip_protocol_fallback": (True,), "transport_protocol": ("udp",), "recursion_desired": (True,)},
    reasons=ADDRESS,
)
ICMP = Rules(otherwise="ICMP is not checked")


def request(found: Imported, module: SourceTable, given: SourceTable) -> dict[str, Any]:
    """The options of an `http` check that say what the module says."""
    options: dict[str, Any] = {}
    if given.text("method", "GET").upper() != "GET":
        options["method"] = given.text("method").upper()
    codes = listed(given.get("valid_status_codes"))
    statuses = [code for code in map(whole, codes) if code is not None]
    if len(statuses) != len(codes):
        given.leave("valid_status_codes", "expected numbers")
    if given.get("accept_any_response", False):
        options["expect_status"] = ["100-599"]
    elif statuses:
        options["expect_status"] = statuses
    headers = _headers(found, module.where.removeprefix("module "), given)
    if headers:
        options["headers"] = headers
    if "body" in given:
        options["body"] = given.text("body")
    if given.get("no_follow_redirects", False) or given.get("follow_redirects", True) is False:
        options["redirects"] = 0
    _transport(given, options)
    _content(given, options)
    given.table("tls_config", TLS)
    return options


def _headers(found: Imported, module: str, given: SourceTable) -> dict[str, str]:
    table = given.table("headers")
    headers = found.headers(module, {key: table.get(key, "") for key in table})
    basic = given.table("basic_auth")
    if "password" in basic:
        headers |= found.basic(module, basic.get("username", ""), basic.get("password"))
    given_scheme = given.table("authorization", Rules(usual={"type": ("Bearer",)}))
    bearer = given.get("bearer_token") or given_scheme.get("credentials")
    if bearer:
        scheme = given_scheme.text("type", "Bearer")
        headers["authorization"] = f"{scheme} {found.secret(f'{module} token', bearer)}"
    return headers


def _transport(given: SourceTable, options: dict[str, Any]) -> None:
    """Over TLS or not, wherever redirects end."""
    if given.get("fail_if_not_ssl", False):
        options["expect_url"] = "https://*"
    if given.get("fail_if_ssl", False):
        options["expect_url"] = "http://*"


def _content(given: SourceTable, options: dict[str, Any]) -> None:
    """What the answer must have: one plain text in its body, headers with a plain text."""
    needed = [str(text) for text in listed(given.get("fail_if_body_not_matches_regexp"))]
    if len(needed) == 1 and not META & set(needed[0]):
        options["expect_text"] = needed[0]
    elif needed:
        given.leave("fail_if_body_not_matches_regexp", "one plain text can be required, no patterns")
    wanted: dict[str, str] = {}
    for header in given.tables("fail_if_header_not_matches"):
        name, text, missing = header.text("header"), header.text("regexp"), header.get("allow_missing", False)
        if missing or META & set(text):
            given.leave(f"fail_if_header_not_matches {name}", "a plain text in a header can be required, no patterns")
        elif name.lower() in {known.lower() for known in wanted}:
            given.leave(f"fail_if_header_not_matches {name}", "one text can be required of a header: the first is")
        else:
            wanted[name] = text
    if wanted:
        options["expect_header"] = wanted
    for header in given.tables("fail_if_header_matches"):
        header.skip("regexp", "allow_missing")
        given.leave(f"fail_if_header_matches {header.text('header')}", "a header can be required, not forbidden")
