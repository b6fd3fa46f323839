"""The catalogue's pages: each component's id is one its dialect can claim."""

import json
import re

import pytest

from bot.config import catalogue
from bot.config.load import from_text
from bot.settings import Service
from probes.dialects.reading import understand
from probes.model import State
from tests.probes.dialects.recorded import recorded

SERVICES = [
    service
    for service in from_text(f"services: [{', '.join(catalogue.names())}]", environ={}).services
    if service.page is not None
]
FORMS = {
    "atlassian": r"[a-z0-9]{12}",
    "incident_io": r"[0-9A-HJKMNP-TV-Z]{26}",
    "cloudflare": r"[a-z0-9]{12}",
    "datadog": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "betterstack": r"\d{4,8}",
}
ULID = "01JMDK9XYNY6RXSED6SDWW50WY"


def own_ids(service: Service) -> list[str]:
    """The ids the page itself must name: not those that its options make."""
    made = {*options(service, "parts"), *options(service, "named")}
    return [one.page_id for one in service.components if one.page_id and one.page_id not in made]


def options(service: Service, name: str) -> dict[str, str]:
    """A table of the page's options."""
    assert service.page is not None
    return dict(service.page.options.get(name) or {})


def listed(service: Service) -> list[dict[str, str]]:
    """The components of a good day, those that are found by their name with an id of the platform's own."""
    ids = {key: key for key in own_ids(service)}
    ids |= {f"aaaabbbb{number:04}": name for number, name in enumerate(options(service, "named").values())}
    return [
        {"id": key, "name": name, "status": "operational"} for key, name in (ids or {"aaaabbbbcccc": "All"}).items()
    ]


STATUSPAGE = {"status": {"indicator": "none", "description": "All good"}, "incidents": [], "scheduled_maintenances": []}
CALM = {
    "aws": lambda service: recorded("aws/empty.json"),
    "azure_rss": lambda service: recorded("azure_rss/empty.xml"),
    "atlassian": lambda service: {**STATUSPAGE, "page": {"id": "aaaabbbbcccc"}, "components": listed(service)},
    "betterstack": lambda service: {
        "data": {"attributes": {"aggregate_state": "operational"}},
        "included": [
            {"id": one["id"], "type": "status_page_resource", "attributes": {"status": "operational"}}
            for one in listed(service)
        ],
    },
    "cloudflare": lambda service: {
        "success": True,
        "result": {"components": listed(service), "active_incidents": []},
    },
    "datadog": lambda service: {
        "components": [{**one, "type": "Component"} for one in listed(service)],
        "incidents": [],
    },
    "feed": lambda service: recorded("feed/xai_calm.xml"),
    "google": lambda service: [],
    "incident_io": lambda service: {**STATUSPAGE, "page": {"id": ULID}, "components": listed(service)},
    "instatus": lambda service: {
        "page": {"name": "P", "status": "UP"},
        "components": [one | {"status": "OPERATIONAL"} for one in listed(service)],
    },
    "rootly": lambda service: {**STATUSPAGE, "page": {"name": "P"}},
}
"""A good day on a page of each platform."""


def calm(service: Service) -> bytes:
    """A good day on that service's page."""
    assert service.page is not None
    page = CALM[service.page.dialect](service)
    return page if isinstance(page, bytes) else json.dumps(page).encode()


@pytest.mark.parametrize("service", SERVICES, ids=[service.id for service in SERVICES])
def test_a_calm_page_makes_every_component_green(service):
    """By the options of the catalogue; a wrong id or option shows as a component nobody claims."""
    page = understand(service.page.dialect, calm(service), service.page.options)
    states = {claim.id: claim.state for claim in page.claims}
    wanted = [component.page_id for component in service.components if component.page_id]
    assert wanted
    assert {key: states.get(key) for key in wanted} == dict.fromkeys(wanted, State.OPERATIONAL)


@pytest.mark.parametrize("service", SERVICES, ids=[service.id for service in SERVICES])
def test_ids_have_their_platform_s_form(service):
    """Twelve small letters and digits, or a ULID; names are no ids, and no aggregate stands for a component."""
    form = FORMS.get(service.page.dialect, "")
    assert all(component.page_id != "page" for component in service.components)
    for key in own_ids(service) if form else ():
        assert re.fullmatch(form, key)


TROUBLED = [service for service in SERVICES if options(service, "parts")]


@pytest.mark.parametrize("service", TROUBLED, ids=[service.id for service in TROUBLED])
def test_trouble_somewhere_on_a_page_is_no_word_about_its_part(service):
    """While an aggregate is red and nothing names the part, nothing is known of it."""
    body = (
        calm(service)
        .replace(b'"none"', b'"major"')
        .replace(b'"aggregate_state": "operational"', b'"aggregate_state": "downtime"')
    )
    page = understand(service.page.dialect, body.replace(b'"UP"', b'"HASISSUES"'), service.page.options)
    states = {claim.id: claim.state for claim in page.claims}
    whole = [key for key, words in options(service, "parts").items() if not words]  # the page is of this part alone
    assert all(states[key] is State.UNKNOWN for key in options(service, "parts") if key not in whole)


NEW = (
    *(
        "cerebras",
        "sambanova",
        "baseten",
        "vercel",
        "runway",
        "lovable",
        "bolt",
        "stability",
        "langsmith",
        "replit",
        "luma",
    ),
    *("recraft", "character-ai", "black-forest-labs", "ai21", "notion", "deepinfra", "qwen", "zai", "midjourney"),
    *("azure-ai-foundry", "nvidia-nim", "github-models", "workers-ai", "litellm", "ollama"),
)


@pytest.mark.parametrize("name", NEW)
def test_a_new_service_names_its_source_and_date(name):
    """What we know of a vendor ages: where it is from, and of when, stands beside it."""
    head = (catalogue.SHELF / f"{name}.yaml").read_bytes().decode().partition("\nid: ")[0]
    assert re.search(r"Source: .+20\d\d-\d\d", head, re.DOTALL)


def test_at_least_forty_five_services_with_a_page():
    """Every vendor whose page can be read without a browser."""
    assert len(SERVICES) >= 45
