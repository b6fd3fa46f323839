"""`groundtruth catalogue document`: the catalogue as a page for people, Markdown made of the files themselves."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from bot.config import catalogue
from bot.config.load import from_text
from bot.settings import Service
from probes.model import Check
from probes.registry import secrets_wanted

HEAD = """\
# The services of the catalogue

Made by `groundtruth catalogue document > deploy/docs/services.md` of the files in `probes/catalogue/`; a test fails
when it is not current. For each service: its status page and how it is read, and for each component what the page says
of it and what we measure. A check that needs a key is switched on by the environment variable that is named, and is off
without it.

"By its page" is the id the page has for it. A component that is *a part of its page* is well while the page as a whole
is; when the page is not, nothing is known of the part until an entry names it. Without a page there is only what we
measure ourselves.
"""
_NAME = re.compile(rb"\$\{([A-Z][A-Z0-9_]*)\??\}")


def document() -> str:
    """The page."""
    services = _everything()
    pages = [service for service in services if service.page]
    components = sum(len(service.components) for service in services)
    dialects = {service.page.dialect for service in pages if service.page}
    counted = f"{len(services)} services with {components} components. {len(pages)} of them have a status page that a"
    counted += f" machine can read, of {len(dialects)} platforms.\n"
    return "\n".join([HEAD, counted, *(line for service in services for line in _section(service))])


def _everything() -> tuple[Service, ...]:
    """All services with all checks, as if every key were there."""
    bodies = [(catalogue.SHELF / f"{name}.yaml").read_bytes() for name in catalogue.names()]
    keys = {name.decode() for body in bodies for name in _NAME.findall(body)}
    return from_text(f"services: [{', '.join(catalogue.names())}]", environ=dict.fromkeys(keys, "{}")).services


def _section(service: Service) -> Iterator[str]:
    yield f"## {service.name} (`{service.id}`)\n"
    if service.page:
        yield f"Page: <{service.page.page_url}>, read as `{service.page.dialect}` from <{service.page.url}>.\n"
    else:
        yield "No status page that a machine can read.\n"
    yield "| component | by its page | what is measured | needs a key |"
    yield "|---|---|---|---|"
    for component in service.components:
        free = [_said(check) for check in component.checks if not secrets_wanted(check)]
        keyed = [f"{_said(check)}: {_keys(check)}" for check in component.checks if secrets_wanted(check)]
        by_page = _by_page(service, component.page_id)
        cells = (f"{component.name} (`{component.id}`)", by_page, "; ".join(free) or "nothing", "; ".join(keyed) or "")
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


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
