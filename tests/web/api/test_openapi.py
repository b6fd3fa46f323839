"""The API as it describes itself: every operation asked with anything, every answer held against its schema."""

import json
import random
import string
from typing import Any
from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from bot.process import Process
from bot.web.api.section import described as operations_described
from bot.web.metrics.scraper import Scraper
from bot.web.pages.live import Live
from bot.web.pages.renderer import PageRenderer
from bot.web.pasts import Pasts
from bot.web.routing import Table
from bot.web.serving import table
from bot.web.site import Site
from tests.support.filled import fill
from tests.support.site import NOW, bearer, page, with_page

HOSTILE = (
    "", "0", "-1", "99999999999999999999", "NaN", "\x00", "\ud7ff", "é", "%00", "../../etc/passwd", "<script>", "null",
    "' OR 1=1", "a" * 4_000, "claude-api", "claude-web", "4F7K", "SABCD", "24h", "degraded", "٣", "☃", "{{7*7}}",
    "\r\nX: y",
)  # fmt: skip
ASKED = 12
"""Requests of each operation with chance values; the seed is fixed, so that what fails fails again."""
BODIES = (b"", b"{", b"[]", b"null", b"\xff", b'{"text": 5}', b'{"a": ' * 2_000, b'{"outcomes": []}')


def whole(store, settings) -> Table:
    """All routes of a page."""
    process = Process(store, settings, "t", lambda: NOW)
    site = Site(process)
    return table(PageRenderer(site, Pasts(site)), Live(site), Scraper(process, site, dict))


def described(client_document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A schema with the document's own definitions."""
    text = json.dumps(schema | {"$defs": client_document["components"]["schemas"]})
    return Draft202012Validator(json.loads(text.replace("#/components/schemas/", "#/$defs/")))


def made(schema: dict[str, Any], document: dict[str, Any], dice: random.Random) -> Any:
    """A value that fits a schema more or less."""
    schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if dice.random() < 0.15:
        return dice.choice([None, -1, 10**30, "x" * 300, [], {}, True, *HOSTILE])
    match schema.get("type"):
        case "object":
            for inner in schema.get("patternProperties", {}).values():
                return {dice.choice(["529", "timeout", *HOSTILE]): made(inner, document, dice)}
            return {name: made(inner, document, dice) for name, inner in schema["properties"].items()}
        case "array":
            return [made(schema["items"], document, dice) for _ in range(dice.randint(0, 3))]
        case "integer":
            return dice.randint(0, 500)
    return dice.choice([*HOSTILE, "2h", "until resolved", "529 overloaded_error"])


def chance(document: dict[str, Any], path: str, operation: dict[str, Any], dice: random.Random):
    """A request of an operation: its address, its query, its body, who asks."""
    query = {}
    for parameter in operation["parameters"]:
        value = dice.choice([*HOSTILE, *parameter["schema"].get("enum", ())])
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", quote(value or "x", safe="", errors="replace"))
        elif dice.random() < 0.6:
            query[parameter["name"]] = value.replace("\x00", "")
    body = None
    if "requestBody" in operation:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        body = dice.choice(BODIES) if dice.random() < 0.3 else json.dumps(made(schema, document, dice)).encode()
    who = dice.choice([{}, bearer("viewer"), bearer("responder"), bearer("admin"), {"Authorization": "Bearer wrong"}])
    return path, query, body, who


async def test_every_operation_answers_anything_as_it_is_described(store):
    """No status that is not described, no body that does not fit its schema, never a 500."""
    await fill(store)
    dice = random.Random(20)
    async with page(store, with_page(per_minute=1_000_000), timeout=30) as client:
        document = (await client.get("/v1/openapi.json")).json()
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                for _ in range(ASKED):
                    address, query, body, who = chance(document, path, operation, dice)
                    answer = await client.request(method.upper(), address, params=query, content=body, headers=who)
                    said = f"{method} {address} {query} {body!r}: {answer.status_code} {answer.text[:300]}"
                    assert str(answer.status_code) in operation["responses"], said
                    assert answer.status_code != 503 or "at_least" in query, said
                    content = operation["responses"][str(answer.status_code)].get("content")
                    if content:
                        described(document, content["application/json"]["schema"]).validate(answer.json())


async def test_every_other_route_answers_anything(store):
    """Pages, feeds, documents, metrics: whatever stands in the path and the query, nothing breaks."""
    await fill(store)
    dice = random.Random(21)
    settings = with_page(per_minute=1_000_000)
    routes = list(whole(store, settings))
    async with page(store, settings, timeout=30) as client:
        for route in routes:
            for _ in range(0 if route.stream else 4):
                path = route.path
                for name in [part.strip("{}") for part in path.split("/") if "{" in part]:
                    word = "".join(c for c in name if c in string.ascii_lowercase + "_")
                    path = path.replace(f"{{{word}}}", quote(dice.choice(HOSTILE) or "x", safe="", errors="replace"))
                query = {"target": dice.choice(HOSTILE[:6]), "q": dice.choice(HOSTILE[6:9])}
                who = dice.choice([{}, bearer("admin")])
                answer = await client.request(route.method, path, params=query, headers=who)
                assert answer.status_code < 500, f"{route.method} {path}: {answer.status_code} {answer.text[:300]}"


async def test_the_description_is_of_what_there_is(store):
    """Each operation is a route and the other way round; each is named once and has what it needs."""
    every = operations_described()
    routes = {
        (r.method, r.path) for r in whole(store, with_page()) if r.path.startswith("/v1/") and r.method != "OPTIONS"
    }

    assert {(one.method, one.path) for one in every} == routes - {("GET", "/v1/openapi.json")}
    assert len({one.name for one in every}) == len(every)
    assert all(one.needs is not None for one in every if one.method != "GET")
    for one in every:
        named = {p.name for p in one.parameters if p.inside == "path"}
        assert named == {part.strip("{}") for part in one.path.split("/") if part.startswith("{")}


@pytest.mark.parametrize("asked", ["GET /v1/x", "PATCH /v1/components", "GET /v1", "GET /v1/components/a/b/c"])
async def test_faults_are_json(store, asked):
    """Also where there is no route."""
    method, path = asked.split()
    async with page(store, with_page()) as client:
        answer = await client.request(method, path)
    assert answer.json()["error"]["status"] == answer.status_code
