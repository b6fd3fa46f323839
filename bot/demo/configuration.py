"""The configuration that watches the vendor of the demo: the catalogue's Claude with other addresses and intervals."""

from collections.abc import Mapping
from typing import Any

TARGETS = {
    "claude-ai": {"site": ("claude-ai", "/"), "login": ("claude-ai", "/v1/oauth/hello")},
    "claude-api": {
        "hello": ("claude-api", "/api/hello"),
        "models": ("claude-api", "/v1/models"),
        "inference": ("claude-api", ""),
        "count_tokens": ("claude-api", ""),
        "models_keyed": ("claude-api", ""),
    },
    "claude-code": {
        "login": ("claude-login", "/v1/oauth/hello"),
        "api": ("claude-login", "/api/hello"),
        "download": ("claude-downloads", "/"),
        "inference": ("claude-api", ""),
    },
}
"""Host and path here of each check of the catalogue. Each component has its own hosts, so that one can fail alone."""

SUMMARY = "/api/v2/summary.json"


def configuration(urls: Mapping[str, str], interval_s: float, timeout_s: float) -> dict[str, Any]:
    """The file as a mapping: laid over the catalogue's entry, it changes addresses and intervals and nothing else."""
    components = {
        component: {
            "checks": {
                check: {"target": urls[host] + path, "interval": interval_s, "timeout": timeout_s}
                for check, (host, path) in checks.items()
            }
        }
        for component, checks in TARGETS.items()
    }
    page = {
        "url": urls["page"] + SUMMARY,
        "page_url": urls["page"],
        "fallbacks": [urls["page-origin"] + SUMMARY],
        "interval": interval_s,
        "timeout": timeout_s,
    }
    return {
        "services": [{"id": "claude", "page": page, "components": components}],
        "control": [urls["control-1"] + "/", urls["control-2"] + "/"],
        "community": False,
        "intervals": {"checks": interval_s, "pages": interval_s, "control": interval_s},
    }
