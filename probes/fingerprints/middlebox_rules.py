"""Rows for those who answer in the vendor's place near us: captive portals, proxies, filters; and checks for robots."""

from typing import Final

from probes.fingerprints import verdicts as v
from probes.fingerprints.rules import REFUSED, Row

_PORTAL_WORDS: Final = (
    r"captive[ -]?portal|hotspot|wi-?fi.{0,40}(?:login|log in|sign in|access|terms|welcome|guest)"
    r"|(?:login|log in|sign in|access|welcome|connect|guest).{0,40}wi-?fi|guest (?:network|access|internet|portal)"
    r"|network (?:login|authentication|access) required|(?:accept|agree to) the terms.{0,60}(?:network"
    r"|internet|connect)"
    r"|<wispaccessgatewayparam|coova|mikrotik|nodogsplash|opennds|internet access (?:is )?(?:blocked|required)"
)
PORTALS: Final = (
    Row(
        "captive_portal",
        v.PORTAL,
        head=r"^(?:server: .{0,40}(?:hotspot|captive|nodogsplash|mikrotik|coova|chilli|mini_httpd|goahead)|x-captive)",
    ),
    Row("captive_portal", v.PORTAL, page=_PORTAL_WORDS),
)

PROXIES: Final = (
    Row(
        "proxy_auth", v.PROXY_AUTH, head=r"^x-squid-error: err_cache_access_denied|^proxy-authenticate:", status=REFUSED
    ),
    Row("host_denied", v.PROXY, head=r"^x-deny-reason:", status=REFUSED),
    Row(
        "host_denied",
        v.PROXY,
        page=r"host (?:is )?not in (?:the )?allow ?list|host_not_allowed",
        status=REFUSED,
        loose=True,
    ),
    Row("squid", v.PROXY, head=r"^x-squid-error:|^server: squid", status=REFUSED),
    Row("squid", v.PROXY, page=r"generated .{0,80}\(squid|the requested url could not be retrieved", status=REFUSED),
    Row(
        "zscaler",
        v.PROXY,
        head=r"^(?:server: zscaler|x-zscaler|location: https?://[^/\s]{0,80}(?:zscaler|gateway\.zs))",
    ),
    Row("zscaler", v.PROXY, page=r"zscaler|zsc(?:aler|loud)\.net"),
    Row("bluecoat", v.PROXY, head=r"^(?:server: blue ?coat|x-bluecoat|server: proxysg)"),
    Row("bluecoat", v.PROXY, page=r"blue ?coat|proxysg|symantec web (?:gateway|security)|broadcom.{0,40}web security"),
    Row(
        "fortinet",
        v.PROXY,
        page=r"fortiguard|fortigate|fortinet|web filter (?:violation|block)|application control violation",
    ),
    Row("netskope", v.PROXY, page=r"netskope|goskope"),
    Row("netskope", v.PROXY, head=r"^(?:server: netskope|x-netskope)"),
    Row(
        "umbrella",
        v.PROXY,
        page=r"cisco umbrella|block\.opendns\.com|opendns|cisco (?:web security|ironport|secure web)",
    ),
    Row("cisco", v.PROXY, head=r"^via: .{0,80}cisco-wsa", status=REFUSED),
    Row("menlo", v.PROXY, head=r"^location: https?://[^/\s]{0,80}menlosecurity\.com"),
    Row("palo_alto", v.PROXY, page=r"palo ?alto networks|<title>\s*(?:web page|application) blocked|globalprotect"),
    Row("mcafee", v.PROXY, page=r"mcafee web gateway|skyhigh (?:secure )?web|trellix web"),
    Row("mcafee", v.PROXY, head=r"^(?:via: .{0,60}(?:mcafee|mwg)|server: mcafee)", status=REFUSED),
    Row("forcepoint", v.PROXY, page=r"forcepoint|websense"),
    Row("sophos", v.PROXY, page=r"sophos (?:web|utm|xg|firewall)|blocked by sophos"),
    Row("check_point", v.PROXY, page=r"check ?point (?:usercheck|software)|usercheck"),
    Row(
        "cloudflare_gateway",
        v.PROXY,
        page=r"cloudflare gateway|blocked by your (?:organization|administrator)|cloudflare zero trust",
    ),
    Row(
        "filter",
        v.PROXY,
        page=r"blocked by (?:your )?(?:network|it|company|corporate) ?(?:admin|polic|security|department)"
        r"|(?:url|access|site|website|web ?page|category)[^<]{0,60}blocked[^<]{0,80}(?:policy"
        r"|administrator|category|content filter)"
        r"|(?:company|corporate|organi[sz]ation|internet|acceptable)[^<.]{0,30}\buse policy|web filter"
        r"|content filter(?:ed by|ing)"
        r"|barracuda (?:web|networks)|untangle|smoothwall|lightspeed systems|securly|goguardian|iboss"
        r"|contentkeeper|sonicwall|watchguard",
    ),
    Row(
        "mitmproxy",
        v.PROXY,
        page=r"mitmproxy|\[fiddler\]|charles error report|burp suite|privoxy|tinyproxy|polipo|ccproxy|wingate"
        r"|winroute|kerio control",
    ),
    Row(
        "proxy",
        v.PROXY,
        head=r"^(?:server: (?:mitmproxy|privoxy|tinyproxy|ccproxy|fiddler)|proxy-status: .{0,80}error="
        r"|proxy-connection:|x-proxy-error|proxy-agent:)",
        status=REFUSED,
    ),
    Row(
        "proxy",
        v.PROXY,
        page=r"\berr_(?:proxy|tunnel)\w*|proxy authentication required|unable to connect to (?:the )?proxy"
        r"|tunnel connection failed|proxyconnect",
        status=REFUSED,
        loose=True,
    ),
)

CHALLENGES: Final = (
    Row("cf_challenge", v.BOT_BLOCK, head=r"^cf-mitigated:"),
    Row(
        "cf_challenge",
        v.BOT_BLOCK,
        page=r"<title>\s*just a moment|_cf_chl_opt|/cdn-cgi/challenge-platform/.{0,200}(?:orchestrate|chl_page)"
        r"|enable javascript and cookies to continue|checking your browser before|cf-challenge|cf_chl_",
        status=(200, 202, 401, 403, 429, 503),
    ),
    Row("cf_block", v.BOT_BLOCK, page=r"attention required! \| cloudflare|sorry, you have been blocked"),
    Row("waf_challenge", v.BOT_BLOCK, head=r"^x-amzn-waf-action:"),
    Row(
        "waf_challenge",
        v.BOT_BLOCK,
        page=r"awswafcookiedomainlist|awswafintegration|gokuprops|<title>human verification",
    ),
    Row(
        "cloudfront_block",
        v.BOT_BLOCK,
        page=r"cloudfront.{0,900}request blocked|request blocked.{0,900}cloudfront"
        r"|configured to block access from your country",
        status=(403, 405),
    ),
    Row("vercel_challenge", v.BOT_BLOCK, head=r"^x-vercel-mitigated:"),
    Row("vercel_challenge", v.BOT_BLOCK, page=r"vercel security checkpoint|we're verifying your browser"),
    Row(
        "akamai_block",
        v.BOT_BLOCK,
        page=r"access denied.{0,600}(?:reference\s*(?:#|&#35;|&#x23;)|errors\.edgesuite\.net)",
        status=(403,),
    ),
    Row(
        "imperva_block",
        v.BOT_BLOCK,
        page=r"incapsula incident id|_incapsula_resource|powered by imperva|incident_id.{0,100}incapsula",
    ),
    Row(
        "datadome",
        v.BOT_BLOCK,
        head=r"^(?:x-datadome|server: datadome|set-cookie: datadome)",
        status=(401, 403, 405, 429),
    ),
    Row("big_ip_block", v.BOT_BLOCK, page=r"requested url was rejected.{0,120}support id"),
    Row("datadome", v.BOT_BLOCK, page=r"captcha-delivery\.com|geo\.captcha-delivery"),
    Row("perimeterx", v.BOT_BLOCK, page=r"perimeterx|px-captcha|_pxappid|press & hold to confirm"),
    Row("kasada", v.BOT_BLOCK, head=r"^x-kpsdk-"),
    Row("sucuri_block", v.BOT_BLOCK, page=r"sucuri (?:website )?firewall - access denied|access denied - sucuri"),
    Row("ddos_guard", v.BOT_BLOCK, head=r"^server: ddos-guard", status=(403,)),
    Row("google_block", v.BOT_BLOCK, page=r"unusual traffic from your computer network|/sorry/index"),
    Row(
        "front_door_block",
        v.BOT_BLOCK,
        page=r"the request is blocked\.?.{0,400}(?:x-azure-ref|ref a:|\d{8}t\d{6}z|<|$)",
        status=(403,),
    ),
    Row(
        "captcha",
        v.BOT_BLOCK,
        page=r"g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|challenges\.cloudflare\.com"
        r"|are you (?:a )?(?:human|robot)|verify (?:that )?you are (?:a )?human"
        r"|<title>[^<]{0,40}(?:captcha|bot detection|robot check)",
        status=(200, 202, 401, 403, 405, 406, 429, 503),
    ),
)
