"""Kind `hackernews`: stories on Hacker News whose headline names the service and tells of trouble.

By Algolia's public search, without a key (10,000 requests an hour and address are allowed, one in five minutes is the
most we make): https://hn.algolia.com/api
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from probes.community.keywords import named, troubled
from probes.community.polling import ask, headline, seconds
from probes.model import Check, Observation, PublicMention
from probes.options import Option, Options, with_defaults
from probes.tools import Tools

MOST = 50


def words(value: Mapping[Any, Any]) -> str:
    """Lists of names by component."""
    good = all(isinstance(names, list) and all(isinstance(name, str) for name in names) for names in value.values())
    return "" if good else 'a table of lists of names, by component; "" is the service'


OPTIONS: Options = MappingProxyType(
    {
        "query": Option((str,), "", "what is searched for, the service's name"),
        "words": Option((dict,), {}, 'names in a headline that mean a component; "" is the service', words),
    }
)


async def hackernews(check: Check, tools: Tools) -> Observation:
    """Look for the latest stories once."""
    options = with_defaults(OPTIONS, check.options)
    asked = {
        "query": options["query"],
        "tags": "story",
        "hitsPerPage": MOST,
        "attributesToRetrieve": "title,created_at_i",
        "attributesToHighlight": "",
    }

    def read(told: Any) -> list[PublicMention]:
        hits = told.get("hits") if isinstance(told, dict) else None
        found = [_story(check, hit, options["words"]) for hit in (hits if isinstance(hits, list) else [])[:MOST]]
        return [mention for mention in found if mention is not None]

    return await ask(check, tools, f"{check.target}?{urlencode(asked)}", "application/json", read)


def _story(check: Check, hit: Any, names: Mapping[str, list[str]]) -> PublicMention | None:
    if not isinstance(hit, dict):
        return None
    number, title = str(hit.get("objectID", "")), hit.get("title")
    if not (number.isascii() and number.isdigit() and len(number) < 16 and isinstance(title, str)):
        return None
    components = named(title[:500], names)
    if components is None or not troubled(title[:500]):
        return None
    # The address is made of the number alone: what a story links to is the choice of whoever posted it.
    url = f"https://news.ycombinator.com/item?id={number}"
    return PublicMention(check.kind, number, seconds(hit.get("created_at_i")), headline(title), url, components)
