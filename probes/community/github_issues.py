"""Kind `github_issues`: new issues of a public repository whose title tells of trouble.

By GitHub's public search, without a key (10 requests a minute and address are allowed; what the answer says of the rest
is honoured): https://docs.github.com/en/rest/search/search#search-issues-and-pull-requests. Titles repeat the error
verbatim ("API Error: 500"), minutes after it began.
"""

import re
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from probes.community.keywords import troubled
from probes.community.polling import ask, headline, seconds
from probes.inference.model_options import unready
from probes.model import Check, Observation, PublicMention
from probes.options import Option, Options, with_defaults
from probes.tools import Tools

MOST = 30
REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}")


def repository(value: str) -> str:
    """Owner and name of a repository."""
    return (
        "" if not value or REPOSITORY.fullmatch(value) else "a repository by its owner and name, anthropics/claude-code"
    )


OPTIONS: Options = MappingProxyType(
    {
        "repository": Option((str,), "", "whose issues are read, owner/name", repository),
        "components": Option((list,), [], "the components they are about; none: the service as a whole"),
    }
)


async def github_issues(check: Check, tools: Tools) -> Observation:
    """Look for the latest issues once."""
    options = with_defaults(OPTIONS, check.options)
    where = options["repository"]
    if not REPOSITORY.fullmatch(where):
        return unready(check, tools, "no_repository", "the option repository must be owner/name")
    asked = {"q": f"repo:{where} is:issue", "sort": "created", "order": "desc", "per_page": MOST}
    components = tuple(str(component) for component in options["components"])

    def read(told: Any) -> list[PublicMention]:
        items = told.get("items") if isinstance(told, dict) else None
        found = [_issue(check, item, where, components) for item in (items if isinstance(items, list) else [])[:MOST]]
        return [mention for mention in found if mention is not None]

    return await ask(check, tools, f"{check.target}?{urlencode(asked)}", "application/vnd.github+json", read)


def _issue(check: Check, item: Any, where: str, components: tuple[str, ...]) -> PublicMention | None:
    if not isinstance(item, dict):
        return None
    number, title = item.get("number"), item.get("title")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 < number < 10**9 or not isinstance(title, str):
        return None
    if not troubled(title[:500]):
        return None
    url = f"https://github.com/{where}/issues/{number}"
    name = f"{where}#{number}"
    return PublicMention(check.kind, name, seconds(item.get("created_at")), headline(title), url, components)
