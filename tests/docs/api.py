"""The API's operations for their page, from the document that the API serves."""

from bot.web.api.openapi import document
from bot.web.api.section import described
from tests.docs.pages import table


def operations() -> str:
    """Every operation: method and path, who may, what it does."""
    rows = []
    for path, methods in document(described())["paths"].items():
        for method, one in methods.items():
            query = ", ".join(f"`{p['name']}`" for p in one["parameters"] if p["in"] == "query")
            needs = one.get("description", "everybody").removeprefix("Needs a token of the role ")
            who = needs.removesuffix(" or above.")
            rows.append((f"`{method.upper()} {path}`", one["summary"], query, who))
    return table(("operation", "what", "query", "who"), tuple(rows))
