"""What an error means and what to do about it, by the words of the fingerprints. Pure.

Symptoms that mean more than their layer have a sentence of their own; each layer and each advice key has one.
"""

from collections.abc import Mapping
from typing import Final

from bot.core.messages.layers import LOOKS_LIKE
from probes.model import Fault, Layer

WHOSE: Final[Mapping[Fault, str]] = {
    Fault.VENDOR: "the vendor's",
    Fault.EDGE: "the vendor's edge network's, or the way to it",
    Fault.OURS: "yours, not the vendor's",
    Fault.UNKNOWN: "not clear from this alone",
    Fault.NONE: "nobody's: it worked",
}

_LAYERS: Final[Mapping[str, str]] = {
    **{layer: text.format(who="the vendor", whose="the vendor's") for layer, text in LOOKS_LIKE.items()},
    Layer.OK: "the request succeeded",
    Layer.OK_EDGE_AND_GATEWAY: "edge and gateway answered; what is behind them was not reached",
    Layer.ALIVE_NEEDS_AUTH: "the service is alive and wants a login or key, which was missing or not accepted",
    Layer.OUR_NETWORK: "your own network, or a rule that keeps your address out",
    Layer.OUR_PROXY: "a proxy, filter or inspection between you and the vendor answered in its place",
    Layer.CAPTIVE_PORTAL: "the login page of a network (hotel, guest wireless) answered in the vendor's place",
    Layer.EDGE_BOT_BLOCK: "the vendor's edge checks for robots or blocks this address; its service may well be up",
    Layer.EDGE_RATE_LIMIT: "the vendor's edge or gateway counts too many requests from your address",
    Layer.OUR_QUOTA: "the vendor counts more requests or tokens than your limit allows",
    Layer.OUR_KEY: "the vendor does not accept this key, or the key may not do this",
    Layer.OUR_BILLING: "the vendor refuses because of your account's plan, credit or rights",
    Layer.OUR_REQUEST: "the vendor understood the request and refuses it as it is",
    Layer.UNKNOWN: "what answered, or why nothing did, is not clear from this",
}

_SYMPTOMS: Final[Mapping[str, str]] = {
    "other": "the request got no answer, and the text does not say why",
    "refused": "the connection was refused: nothing listens there, or a firewall rejects it",
    "reset": "the connection was cut before an answer came",
    "stale": "a kept-alive connection had been closed meanwhile; this happens now and then",
    "timeout": "the vendor took the connection and gave no answer in time",
    "connect_timeout": "no connection could be made in time",
    "write_timeout": "the request could not be sent in time",
    "unreachable": "there is no route to the vendor's address from where you are",
    "protocol": "the connection ended before a whole answer came",
    "tls": "no secure connection could be made",
    "dns": "the vendor's name could not be resolved",
    "tls_untrusted": "the certificate is signed by an unknown authority: often a proxy that inspects your traffic",
    "tls_name": "the certificate is for another name: often a proxy or a login page in between",
    "tls_expired": "the certificate has expired, or your clock is wrong",
    "stream_cut": "the answer began and was cut before its end",
    "stream_stalled": "the answer began and then nothing more came",
    "stream_empty": "the stream opened and brought nothing",
    "blank_200": "the answer was only white space: the server kept the line open and then gave up",
    "nothing_listens": "nothing listens on that port of your own machine, or it refuses",
    "host_denied": "a sandbox or network policy does not let this host through",
    "vendor_throttling": "the vendor slows everyone down for want of capacity; it is not your limit",
    "cf_1015": "Cloudflare limits the rate of your address",
    "cf_1020": "a firewall rule at Cloudflare blocks your address",
    "cf_520": "Cloudflare got an answer from the vendor's servers that it could not read",
    "cf_521": "the vendor's servers refuse Cloudflare's connection",
    "cf_522": "the vendor's servers did not take Cloudflare's connection in time",
    "cf_523": "Cloudflare has no route to the vendor's servers",
    "cf_524": "the vendor's servers took the request and gave no answer in 100 s: overload, or a long request",
    "cf_525": "no secure connection between Cloudflare and the vendor's servers",
    "cf_526": "the certificate of the vendor's servers is not valid for Cloudflare",
    "cf_530": "Cloudflare cannot resolve the vendor's servers",
    "cf_challenge": "a check for robots stands before the page; a script or server cannot pass it",
    "envoy_overflow": "the vendor's gateway has too many requests waiting (circuit breaker)",
    "empty_200": "an answer came, empty or not what an API says: often a proxy or gateway of your own in between",
    "request_too_large": "the request is larger than the vendor takes",
    "context_length_exceeded": "the conversation is longer than the model can read",
    "insufficient_quota": "your prepaid credit or monthly budget is used up",
    "timeout_error": "the vendor's application gave up on a request that took too long",
    "modeltimeoutexception": "the model took too long for this request",
    "upstream_429": "the provider behind OpenRouter is out of capacity; it is not your quota",
    "model_gone": "the requested model is gone, or not available to this key; the vendor itself answered",
    "maintenance": "the vendor shows a maintenance page",
    "region": "the vendor does not serve your country or region",
    "moderation": "the request or its answer was held back by the vendor's content rules",
}

ADVICE: Final[Mapping[str, str]] = {
    "none": "",
    "retry_backoff": "retry with exponential backoff and jitter, at most 3 tries; then change over or wait",
    "retry_once": "retry once, on a fresh connection; keep what already came",
    "retry_fresh": "retry at once on a fresh connection",
    "wait": "wait; retries do not help before the vendor has repaired it",
    "switch_model": "use another model or route, with fewer requests at once; retry with backoff",
    "shorten_request": "shorten the request or stream the answer, then retry",
    "slow_down": "slow down, honour retry-after, ask for a higher limit; hard retries make it worse",
    "add_key": "log in again, or send a key",
    "check_key": "check the key: expired, revoked, of another account? log in again or make a new one",
    "check_permissions": "check the rights of the key and account for this model or action",
    "check_billing": "check plan, credit and spending limit of the account",
    "check_request": "correct the request: model name, size, parameters; resending it unchanged won't help",
    "change_model": "ask for another model: the old one was retired, or this key may not use it",
    "check_region": "ask the vendor which countries it serves; check where your traffic leaves (VPN, proxy)",
    "check_network": "check your own network, firewall and VPN; try from another network",
    "check_proxy": "check the proxy or gateway between you and the vendor (HTTPS_PROXY, base URL)",
    "check_proxy_login": "log in to your proxy",
    "check_gateway": "look at the gateway that the error names: its own log tells whether the vendor failed behind it",
    "check_program": "look at your own program or machine; no AI service is involved",
    "rephrase": "rephrase or leave out what was refused; resending it unchanged won't help",
    "shorten_context": "shorten the conversation or the input, then ask again",
    "check_model": "use a current model name that your account may use",
    "ask_admin": "ask the admin of the account, or the vendor's support",
    "check_resolver": "check your name server, VPN and spelling of the host; try another resolver",
    "check_issuer": "check who signed the certificate: your proxy (NODE_EXTRA_CA_CERTS)? is your clock right?",
    "lower_load": "use fewer connections at once in your own program",
    "unknown": "try once more; if it stays, read the whole error and the raw answer",
}
"""What to do, by the fingerprints' advice keys; "none" needs nothing."""


def means(layer: str, symptom: str, advice: str = "") -> str:
    """What an error means in a sentence: by its symptom where that says more, else by its layer."""
    if advice == "check_gateway":
        return "a gateway or server that isn't the vendor's gives this answer, for itself or for what is behind it"
    return _SYMPTOMS.get(symptom) or _LAYERS.get(layer) or _LAYERS[Layer.UNKNOWN]
