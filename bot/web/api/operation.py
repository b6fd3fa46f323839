"""One operation of the API: its route, and all that OpenAPI says of it."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel, ValidationError

from bot.core.commands.table import Role
from bot.web.api.models import Envelope
from bot.web.replies import JSON, Body, reply
from bot.web.routing import Call, HttpError

B = TypeVar("B", bound=BaseModel)
Model = type[BaseModel]

READABLE: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Retry-After, X-Groundtruth-As-Of",
}
"""Any site's script may read what it asks for; what changes something it may not send."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A name in the path (`inside` "path") or in the query."""

    name: str
    description: str
    inside: str = "query"
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and path below `/v1`, what it answers with, what it takes, and who may."""

    method: str
    path: str
    summary: str
    handler: Callable[[Call], Awaitable[web.Response]]
    answer: Model
    takes: Model | None = None
    parameters: tuple[Parameter, ...] = ()
    needs: Role | None = None
    also: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What generated clients call it."""
        words = [w.strip("{}") for w in self.path.replace("-", "_").split("/") if w]
        return "_".join([{"GET": "get", "POST": "post", "DELETE": "delete"}[self.method], *words])


def answered(
    call: Call, model: Envelope, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """The model as JSON with its age; the ETag is that of what it says, whenever it was read."""
    fresh = call.site.freshness(call.now)
    said = model.model_dump(mode="json", exclude={"as_of", "age_s", "stale"})
    said = {"stale": fresh.stale, **said}
    tagged = Body(_text(said), JSON)
    body = Body(_text({"as_of": fresh.as_of, "age_s": fresh.age_s, **said}), JSON)
    body.tag = tagged.tag
    more = {"X-Groundtruth-As-Of": "" if fresh.as_of is None else f"{fresh.as_of:.3f}"}
    if call.request.method in {"GET", "HEAD"}:
        more |= READABLE
    return reply(call, body, status=status, headers=more | dict(headers or {}))


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def taken(call: Call, kind: type[B]) -> B:
    """The body as that model. Raises HttpError: every complaint in one sentence."""
    try:
        return kind.model_validate_json(call.body)
    except ValidationError as error:
        found = [
            f"{'.'.join(map(str, one['loc'])) or 'body'}: {one['msg']}"
            for one in error.errors(include_url=False, include_input=False)[:5]
        ]
        raise HttpError(400, "; ".join(found)[:500]) from None
