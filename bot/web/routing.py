"""The route table: who answers which path, for whom, and how a fault is told there."""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web

from bot.core.commands.table import Role
from bot.desk.desk import Desk
from bot.web.site import Site
from bot.web.visitors import Visitor

_NAME = re.compile(r"\{([a-z_]+)\}")
LONGEST = 300
"""Characters of one part of a path that stands for a name."""


class HttpError(Exception):
    """A request that is not answered: the status code, and the sentence that says why and what was expected."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way: `params` are the names in the path, `now` is the process's clock, Unix seconds."""

    request: web.BaseRequest
    params: Mapping[str, str]
    visitor: Visitor
    site: Site
    desk: Desk
    now: float
    body: bytes = b""

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the query, the first of that name."""
        return str(self.request.query.get(name, default))[:LONGEST]


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Route:
    """One path: `{name}` in it stands for one part. `needs` is the role of a token (None: everybody).

    `stream`: the answer stays open. `keeps`: of a body that is longer than so many bytes the rest is not read (0: such
    a body is refused). What is not GET takes the token in its header, never a cookie, so that no other
    site can send it in a reader's name.
    """

    method: str
    path: str
    handler: Handler
    needs: Role | None = None
    stream: bool = False
    keeps: int = 0


@dataclass(frozen=True, slots=True)
class Section:
    """Routes that belong together, the beginnings of paths that are theirs, and how a fault is told there."""

    prefixes: tuple[str, ...]
    routes: Sequence[Route]
    fault: Callable[[Call, HttpError], web.Response]


@dataclass(frozen=True, slots=True)
class Found:
    """The route of a request and the names in its path; `route` is None where there is none, with what is allowed."""

    section: Section
    route: Route | None
    params: Mapping[str, str]
    allowed: tuple[str, ...] = ()


class Table:
    """All routes of all sections; the last section takes the paths of no other."""

    def __init__(self, sections: Sequence[Section]) -> None:
        self._sections = tuple(sections)
        self._exact: dict[str, list[tuple[Section, Route]]] = {}
        self._patterns: list[tuple[re.Pattern[str], Section, Route]] = []
        for section in sections:
            for route in section.routes:
                if _NAME.search(route.path):
                    self._patterns.append((_pattern(route.path), section, route))
                else:
                    self._exact.setdefault(route.path, []).append((section, route))

    def __iter__(self) -> Iterator[Route]:
        return (route for section in self._sections for route in section.routes)

    def find(self, method: str, path: str) -> Found:
        """Who answers; HEAD is answered like GET."""
        wanted = "GET" if method == "HEAD" else method
        allowed: list[str] = []
        for section, route, params in self._at(path):
            if route.method == wanted:
                return Found(section, route, params)
            allowed.append(route.method)
        section = next((s for s in self._sections if path.startswith(s.prefixes)), self._sections[-1])
        return Found(section, None, {}, tuple(dict.fromkeys(allowed)))

    def _at(self, path: str) -> Iterator[tuple[Section, Route, Mapping[str, str]]]:
        for section, route in self._exact.get(path, ()):
            yield section, route, {}
        for pattern, section, route in self._patterns:
            match = pattern.fullmatch(path)
            if match is not None:
                yield section, route, {name: unquote(part)[:LONGEST] for name, part in match.groupdict().items()}


def _pattern(path: str) -> re.Pattern[str]:
    parts = _NAME.split(path)
    # re.split gives text and names in turn.
    return re.compile("".join(f"(?P<{part}>[^/]+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)))
