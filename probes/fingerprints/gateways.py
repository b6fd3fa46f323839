"""Gateways and load balancers between edge and app, by their stock texts."""

from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.answer import ParsedAnswer
from probes.fingerprints.rules import BROKEN, REFUSED, Found, Row, first

_GONE: Final = (500, 502, 503, 504)

GATEWAYS: Final = (
    Row(
        "envoy_overflow",
        v.GATEWAY_FULL,
        page=r"upstream connect error.{0,200}(?:reset reason|reason): overflow",
        loose=True,
    ),
    Row("envoy_timeout", v.GATEWAY, page=r"upstream connect error.{0,300}connection timeout", loose=True),
    Row(
        "envoy_connect",
        v.GATEWAY,
        page=r"upstream connect error|disconnect/reset before headers|delayed connect error",
        loose=True,
    ),
    Row(
        "envoy_no_upstream",
        v.GATEWAY,
        page=r"no healthy upstream|no_healthy_upstream|cluster not found|no cluster match",
        loose=True,
    ),
    Row(
        "envoy_timeout",
        v.GATEWAY,
        page=r"upstream request timeout|upstream max stream duration|^\s*stream timeout\s*$",
        loose=True,
    ),
    Row("envoy_rate_limit", v.EDGE_LIMIT, page=r"local_rate_limited", loose=True),
    Row("envoy_denied", v.BOT_BLOCK, page=r"rbac: access denied", loose=True),
    Row("envoy_no_key", v.NEEDS_AUTH, page=r"jwt is missing", status=(401, 403), loose=True),
    Row(
        "envoy_key",
        v.KEY,
        page=r"jwt (?:verification fails|is expired|is not|issuer)|jwks",
        status=(401, 403),
        loose=True,
    ),
    Row(
        "kong_upstream",
        v.GATEWAY,
        page=r"invalid response was received from the upstream|upstream server is timing out"
        r"|failure to get a peer|ring-?balancer|name resolution failed",
        loose=True,
    ),
    Row(
        "kong_upstream",
        v.GATEWAY,
        page=r"an unexpected error occurred",
        head=r"^(?:x-kong|server: kong)",
        status=(500,),
        loose=True,
    ),
    Row("no_route", v.REQUEST, page=r"no route matched with those values", loose=True),
    Row("ingress_default", v.GATEWAY, page=r"default backend ?- ?404|response 404 \(backend notfound\)", loose=True),
    Row(
        "api_gateway_timeout",
        v.GATEWAY,
        page=r"endpoint request timed out|network error communicating with endpoint",
        loose=True,
    ),
    Row(
        "api_gateway_{}",
        v.GATEWAY,
        page=r"internal server error|bad gateway|service unavailable",
        head=r"^(?:x-amz-apigw-id|apigw-requestid):",
        status=(502, 503, 504),
        loose=True,
    ),
    Row(
        "api_gateway_config",
        v.GATEWAY,
        page=r"^internal server error$|execution failed due to configuration",
        head=r"^(?:x-amz-apigw-id|apigw-requestid):",
        status=(500,),
        loose=True,
    ),
    Row(
        "cloud_run_capacity",
        v.CAPACITY,
        page=r"no available instance|rate exceeded",
        status=(200, *range(400, 600)),
        loose=True,
    ),
    Row(
        "cloud_run",
        v.GATEWAY,
        page=r"malformed or connection to the instance had an error|application failed to respond"
        r"|the service you requested is not available yet",
        loose=True,
    ),
    Row(
        "google_{}",
        v.GATEWAY,
        status=(502, 503, 504),
        page=r"that.{1,6}s an error|server encountered a temporary error|\(server error\)!!1"
        r"|\(service unavailable\)!!1|error: server error",
    ),
    Row(
        "google_{}",
        v.NAMELESS,
        status=BROKEN,
        page=r"that.{1,6}s an error|!!1|error: server error|server encountered an error and could not complete",
    ),
    Row("google_{}", v.EDGE_LIMIT, status=(429,), page=r"that.{1,6}s an error|!!1"),
    Row("google_{}", v.BOT_BLOCK, status=(403,), page=r"that.{1,6}s an error|!!1"),
    Row("google_{}", v.REQUEST, status=REFUSED, page=r"that.{1,6}s an error|!!1"),
    Row(
        "haproxy_{}",
        v.GATEWAY,
        status=_GONE,
        page=r"no server is available to handle this request|server didn't respond in time"
        r"|returned an invalid or incomplete response",
    ),
    Row(
        "haproxy_{}",
        v.REQUEST,
        status=(400, 408),
        page=r"browser (?:didn't send a complete request|sent an invalid request)",
    ),
    Row("alb_{}", v.NAMELESS, status=(500,), head=r"^server: awselb"),
    Row("alb_{}", v.GATEWAY, status=BROKEN, head=r"^server: awselb"),
    Row("alb_{}", v.BOT_BLOCK, status=(403,), head=r"^server: awselb"),
    Row("alb_{}", v.REQUEST, status=REFUSED, head=r"^server: awselb"),
    Row(
        "azure_gateway_{}",
        v.GATEWAY,
        status=BROKEN,
        page=r"microsoft-azure-application-gateway|http error 50\d\. the service is unavailable"
        r"|iis (?:detailed error|windows)|there is a problem with the resource you are looking for",
    ),
    Row("azure_gateway_{}", v.GATEWAY, status=BROKEN, head=r"^server: microsoft-(?:azure-application-gateway|httpapi)"),
    Row("apisix_{}", v.SOME_GATEWAY, status=BROKEN, page=r"apisix\.apache\.org|powered by .{0,80}apisix"),
    Row(
        "nginx_{}",
        v.REQUEST,
        status=(400, 404, 405, 408, 411, 413, 414, 431, 494, 495, 496, 497, 499),
        page=r"<center>\s*(?:nginx|openresty|tengine)",
    ),
    Row("nginx_{}", v.NEEDS_AUTH, status=(401,), page=r"<center>\s*(?:nginx|openresty|tengine)"),
    Row("nginx_{}", v.BOT_BLOCK, status=(403,), page=r"<center>\s*(?:nginx|openresty|tengine)"),
    Row("nginx_{}", v.EDGE_LIMIT, status=(429,), page=r"<center>\s*(?:nginx|openresty|tengine)"),
    Row(
        "nginx_{}",
        v.GATEWAY,
        status=BROKEN,
        page=r"<center>\s*(?:nginx|openresty|tengine|kong)|<h1>an error occurred\.?</h1>",
    ),
    Row(
        "apache_{}",
        v.GATEWAY,
        status=BROKEN,
        page=r"<address>apache|proxy server received an invalid|maintenance downtime or capacity problems|proxy error",
    ),
    Row("traefik", v.GATEWAY, status=BROKEN, page=r"^\s*no available server\s*$"),
    Row("overloaded", v.CAPACITY, status=(429, *BROKEN), page=r"overloaded|(?:over|at) capacity|high demand|too busy"),
    Row(
        "maintenance",
        v.BACKEND,
        status=(200, *BROKEN),
        page=r"will return soon|(?:down for|under|scheduled) maintenance|we'll be (?:right )?back"
        r"|be back (?:soon|shortly)",
        loose=True,
    ),
    Row(
        "gateway_{}",
        v.GATEWAY,
        status=_GONE,
        page=r"<title>[^<]{0,20}(?:50[234]|bad gateway|gateway time-?out|service (?:temporarily )?unavailable)",
    ),
    Row(
        "gateway_{}",
        v.GATEWAY,
        status=(502, 503, 504),
        page=r"bad gateway|gateway time-?out|service (?:is )?(?:temporarily |currently )?unavailable"
        r"|could not connect|connection refused|upstream",
        loose=True,
    ),
)


def read_gateway(heard: ParsedAnswer) -> Found | None:
    """A gateway by its words."""
    return first(GATEWAYS, heard) if heard.status >= 400 or heard.kind in ("text", "html") else None
