"""What services.md says of the catalogue, from its files."""

import re
from urllib.parse import urlsplit

from bot.config import catalogue
from bot.config.load import from_text
from bot.settings import Service
from probes.dialects.registry import DIALECTS
from probes.model import Check
from probes.registry import secrets_wanted
from tests.docs.pages import table

HEAD = ("component", "by its page", "what is measured", "needs a key")
_NAME = re.compile(rb"\$\{([A-Z][A-Z0-9_]*)\??\}")


def services() -> str:
    """How many there are, and one section for each: its page, its components, what is measured of them."""
    every = _everything()
    pages = [service.page for service in every if service.page]
    components = sum(len(service.components) for service in every)
    counted = f"{len(every)} services with {components} components. {len(pages)} of them have a status page that a"
    counted += f" program can read, on {len({page.dialect for page in pages})} platforms."
    return "\n\n".join([counted, *(_section(service) for service in every)])


def dialects() -> str:
    """The dialects by name."""
    return f"{len(DIALECTS)} dialects are known: {', '.join(f'`{name}`' for name in sorted(DIALECTS))}."


def _everything() -> tuple[Service, ...]:
    """All services with all checks, as if every key were there."""
    bodies = [(catalogue.SHELF / f"{name}.yaml").read_bytes() for name in catalogue.names()]
    keys = {name.decode() for body in bodies for name in _NAME.findall(body)}
    return from_text(f"services: [{', '.join(catalogue.names())}]", environ=dict.fromkeys(keys, "{}")).services


def _section(service: Service) -> str:
    page = "No status page that a program can read."
    if service.page:
        page = f"Page: <{service.page.page_url}>, read as `{service.page.dialect}` from <{service.page.url}>."
    rows = []
    for component in service.components:
        free = [_said(check) for check in component.checks if not secrets_wanted(check)]
        keyed = [f"{_said(check)}: {_keys(check)}" for check in component.checks if secrets_wanted(check)]
        name = f"{component.name} (`{component.id}`)"
        rows.append((name, _by_page(service, component.page_id), "; ".join(free) or "nothing", "; ".join(keyed)))
    return f"### {service.name} (`{service.id}`)\n\n{page}\n\n{table(HEAD, rows)}"


def _by_page(service: Service, page_id: str) -> str:
    if not service.page or not page_id:
        return "not on it"
    options = service.page.options
    if page_id in (options.get("parts") or {}):
        return "a part of its page"
    named = (options.get("named") or {}).get(page_id)
    return f"by its name, {named}" if named else f"`{page_id}`"


def _said(check: Check) -> str:
    """A check in a few words: its kind, what it asks for, and the host."""
    mode = str(check.options.get("mode") or check.options.get("part") or "")
    host = urlsplit(check.target).hostname or check.target
    return f"{check.kind}{f' {mode}' if mode else ''} at {host}"


def _keys(check: Check) -> str:
    return ", ".join(f"`{name}`" for name in sorted(secrets_wanted(check)))
