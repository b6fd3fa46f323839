"""What every page has in common: its frame, its age, who reads it; and one rendering for all who see the same."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.core.text.durations import duration
from bot.core.text.inline import Style, moment
from bot.web.assets import asset
from bot.web.pages.renderings import Renderings
from bot.web.pages.times import localised
from bot.web.pasts import Pasts
from bot.web.replies import HTML, Body, reply
from bot.web.routing import Call, HttpError
from bot.web.site import Site
from bot.web.templates import template

CHOICES = ("span", "month")
"""The parameters of a query that change a page; whatever else is asked for makes no other rendering."""
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors {frames}"
)
Filled = Callable[[Call], Awaitable[dict[str, Any]]]
"""What a template shows, from a request."""


@dataclass(slots=True)
class PageRenderer:
    """Renders pages. `pasts` are read for all of them."""

    site: Site
    pasts: Pasts
    _renderings: Renderings = field(default_factory=Renderings)

    def page(self, name: str, filled: Filled) -> Callable[[Call], Awaitable[web.StreamResponse]]:
        """A handler: the template of that name with what `filled` finds for the request."""

        async def handler(call: Call) -> web.StreamResponse:
            async def made() -> Body:
                return self.body(call, name, await filled(call))

            who, chosen = call.visitor, (call.query(one) for one in CHOICES) if call.request.query_string else ()
            key = (call.request.path, str(who.inside), who.name, who.role, *chosen)
            return reply(call, await self._renderings.of(key, made), headers=headers)

        headers = policy(self._frames(name))
        return handler

    def body(self, call: Call, name: str, filled: dict[str, Any]) -> Body:
        """The page as bytes."""
        text = template(name).render(**self._frame(call), **filled)
        # Times and people in answers are written out here, where nothing can be forgotten; all else is escaped.
        return Body(localised(text, call.now).encode(), HTML)

    def _frames(self, name: str) -> str:
        settings = self.site.settings.web
        allowed = settings.frames if settings is not None and name == "embed.html" else ()
        return " ".join(allowed) or "'none'"

    def _frame(self, call: Call) -> dict[str, Any]:
        settings, fresh = self.site.settings.web, self.site.freshness(call.now)
        assert settings is not None
        return {
            "title": settings.title,
            "links": settings.links,
            "logo": asset_of_logo(settings.logo),
            "path": call.request.path,
            "visitor": call.visitor,
            "may_sign_in": bool(settings.tokens),
            "css": asset("page.css").path,
            "js": asset("page.js").path,
            "now": call.now,
            "as_of": fresh.as_of,
            "as_of_words": moment(fresh.as_of, Style.SECONDS) if fresh.as_of is not None else "",
            "age_words": duration(fresh.age_s) if fresh.age_s is not None else "",
            "age_s": fresh.age_s,
            "stale": fresh.stale,
        }


def policy(frames: str = "'none'") -> dict[str, str]:
    """The page loads nothing from elsewhere, and only `frames` may frame it."""
    return {"Content-Security-Policy": POLICY.format(frames=frames)}


def asset_of_logo(file: str) -> str:
    """The address of the logo, "" where there is none."""
    return f"/logo?{hashlib.sha256(file.encode()).hexdigest()[:8]}" if file and Path(file).is_file() else ""


def missing(what: str) -> HttpError:
    """Nothing of that name, or nothing that this visitor may see: the same answer."""
    return HttpError(404, f"there is no {what} of this name here")
