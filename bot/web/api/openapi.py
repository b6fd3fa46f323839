"""The API's own description, OpenAPI 3.1, from the operations and their models."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from bot.web.api.models import Refusal
from bot.web.api.operation import Model, Operation, Parameter

REFERENCE = "#/components/schemas/{model}"
ABOUT = (
    "Health of AI services as Groundtruth measures it. Every answer says how old it is (as_of, age_s, stale)."
    " A state that is unknown never means that something works. Times are Unix seconds, shares 0 to 1."
)
Mode = Literal["validation", "serialization"]


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The whole document."""
    wanted: list[tuple[Model, Mode]] = [(Refusal, "serialization")]
    wanted += [(one.answer, "serialization") for one in operations]
    wanted += [(one.takes, "validation") for one in operations if one.takes]
    _, schemas = models_json_schema(list(dict.fromkeys(wanted)), ref_template=REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    bearer = {"type": "http", "scheme": "bearer", "description": "a token of web.tokens"}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Groundtruth", "version": version("groundtruth"), "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas["$defs"], "securitySchemes": {"token": bearer}},
    }


def _operation(one: Operation) -> dict[str, Any]:
    answers = {200: "the answer", **one.also}
    refused = {429: "too many requests", 503: "the store does not answer"}
    refused |= {400: "a parameter or the body is not as described"} if one.takes or one.parameters else {}
    refused |= (
        {401: "a token is expected", 403: "the token's role is not enough"} if one.needs else {401: "unknown token"}
    )
    refused |= {404: "no such thing, or it is not public"} if one.takes or one.parameters else {}
    refused |= {413: "the body is too large"} if one.takes else {}
    responses: dict[str, Any] = {}
    for status, told in sorted({**refused, **answers}.items()):
        model = one.answer if status in answers else Refusal
        responses[str(status)] = _response(told, model)
    if one.method == "GET":
        responses["304"] = {"description": "as you have it already (If-None-Match)"}
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "parameters": [_parameter(p) for p in one.parameters],
        "responses": responses,
        "security": [{"token": []}] if one.needs else [{}, {"token": []}],
    }
    if one.needs:
        made["description"] = f"Needs a token of the role {one.needs} or above."
    if one.takes:
        schema = {"$ref": REFERENCE.format(model=one.takes.__name__)}
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return made


def _response(told: str, model: Model) -> dict[str, Any]:
    schema = {"$ref": REFERENCE.format(model=model.__name__)}
    return {"description": told, "content": {"application/json": {"schema": schema}}}


def _parameter(one: Parameter) -> dict[str, Any]:
    return {
        "name": one.name,
        "in": one.inside,
        "required": one.inside == "path",
        "description": one.description,
        "schema": dict(one.schema),
    }
