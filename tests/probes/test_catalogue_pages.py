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
FORMS = {"atlassian": r"[a-z0-9]{12}", "incident_io": r"[0-9A-HJKMNP-TV-Z]{26}"}


CALM = {
    "google": b"[]",
    "aws": recorded("aws/empty.json"),
    "azure_rss": recorded("azure_rss/empty.xml"),
    "betterstack": b'{"data": {"attributes": {"aggregate_state": "operational"}}, "included": []}',
    "instatus": recorded("instatus/summary_up.json"),
    "feed": recorded("feed/xai_calm.xml"),
    "statuspage_feed": recorded("statuspage_feed/history.rss"),
}


def calm(service: Service) -> bytes:
    """A good day on that service's page."""
    assert service.page is not None
    if service.page.dialect in CALM:
        return CALM[service.page.dialect].replace(b"Example", service.name.encode())
    ids = [component.page_id for component in service.components if component.page_id not in {"", "page"}]
    listed = [{"id": key, "name": key, "status": "operational"} for key in ids or ["aaaabbbbcccc"]]
    key = "01JMDK9XYNY6RXSED6SDWW50WY" if service.page.dialect == "incident_io" else "aaaabbbbcccc"
    page = {"page": {"id": key, "name": "P"}, "status": {"indicator": "none", "description": "All good"}}
    return json.dumps({**page, "components": listed, "incidents": [], "scheduled_maintenances": []}).encode()


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
    """Twelve small letters and digits, or a ULID; names are no ids."""
    form = FORMS.get(service.page.dialect)
    for component in service.components:
        if form and component.page_id not in {"", "page"}:
            assert re.fullmatch(form, component.page_id)


def test_at_least_twenty_services_with_a_page():
    """Every vendor whose page can be read without a browser."""
    assert len(SERVICES) >= 20
