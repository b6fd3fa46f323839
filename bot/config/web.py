"""The page and the API in the configuration: their shape, what they come to, and what is complained of."""

import re
from collections.abc import Collection, Iterator
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bot import extras
from bot.config.complaints import Complaint, unknown
from bot.config.document import Node
from bot.config.secrets import Secrets
from bot.fields import REFERENCE, Duration, File, Id, Listen, Part, Text, Url
from bot.settings import Agents, Otlp, Proxy, Token, Web

LOGOS = (".svg", ".png", ".jpg", ".jpeg", ".webp")
LARGEST_LOGO = 256 * 1024
SHORTEST = 16
"""Characters of a token: shorter ones can be guessed over the network."""
LOOPBACK = ("127.0.0.0/8", "::1/128")


def _network(value: str) -> str:
    try:
        return str(ip_network(value, strict=False))
    except ValueError:
        raise ValueError("expected an address or network such as 10.0.0.0/8") from None


def _origin(value: str) -> str:
    if value != "*" and not re.fullmatch(r"https?://[A-Za-z0-9.*\[\]:_-]+/?", value):
        raise ValueError("expected the address of a site without a path, such as https://wiki.example.com, or *")
    return value.rstrip("/")


def _referenced(value: str) -> str:
    if not REFERENCE.fullmatch(value):
        raise ValueError("expected ${NAME}, the name of a secret in the environment")
    return value


def _collector(value: str) -> str:
    if not REFERENCE.match(value) and not re.fullmatch(r"https?://\S+", value):
        raise ValueError(
            "expected an address such as http://collector:4318/v1/metrics, or ${NAME}, an address from the environment"
        )
    return value


Role = Literal["viewer", "responder", "admin"]
Network = Annotated[str, StringConstraints(max_length=60), AfterValidator(_network)]
Origin = Annotated[str, StringConstraints(max_length=300), AfterValidator(_origin)]
Reference = Annotated[str, StringConstraints(max_length=200), AfterValidator(_referenced)]
Header = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{1,60}$")]


class TokenPart(Part):
    token: Reference = Field(description="the token, as ${NAME} from the environment; 16 characters at least")
    role: Role = Field("viewer", description="what it may do: viewer reads, responder acts on incidents, admin all")


class ProxyPart(Part):
    header: Header = Field(description="the header with the person's name, such as X-Auth-Request-Email")
    networks: tuple[Network, ...] = Field(
        LOOPBACK, min_length=1, max_length=20, description="the proxy's addresses; nobody else may send the header"
    )
    role: Role = Field("viewer", description="what these people may do")


class OtlpPart(Part):
    url: Annotated[str, StringConstraints(max_length=2000), AfterValidator(_collector)] = Field(
        description="where metrics are posted, such as http://collector:4318/v1/metrics, or ${NAME}"
    )
    interval: Annotated[Duration, Field(ge=10, le=3_600)] = Field(60.0, description="how often they are sent")
    headers: dict[Header, Annotated[str, StringConstraints(min_length=1, max_length=2000)]] = Field(
        default_factory=dict, max_length=10, description="headers to send, such as Authorization: ${NAME}"
    )
    ca_file: File | None = Field(None, description="a PEM file of certificates to trust besides the usual ones")


def _site(value: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.\[\]:_-]+/?", value):
        raise ValueError("expected the address of one site without a path, such as https://agents.example.com")
    return value.rstrip("/")


class AgentsPart(Part):
    reports: bool = Field(False, description="whether agents may report trouble, as one voice of all agents and apps")
    origins: tuple[Annotated[str, StringConstraints(max_length=300), AfterValidator(_site)], ...] = Field(
        (), max_length=20, description="sites whose scripts may ask, such as https://agents.example.com; none if absent"
    )


class WebPart(Part):
    """The status page, its feeds and badges, and the API."""

    listen: Listen = Field(description="where they answer, such as 127.0.0.1:8080")
    title: Text = Field("Groundtruth", description="the page's title")
    url: Url | None = Field(None, description="the address people know the page by, such as https://status.example.com")
    logo: File | None = Field(None, description="a picture beside the title: SVG, PNG, JPEG or WebP, 256 KiB at most")
    links: dict[Text, Url] = Field(default_factory=dict, max_length=10, description="links at the foot, by their label")
    public: tuple[Id, ...] = Field(
        (), max_length=100, description="services of your own that everybody sees, besides the catalogue's"
    )
    tokens: dict[Id, TokenPart] = Field(
        default_factory=dict, max_length=200, description="who else is let in, by a name of your own"
    )
    proxy: ProxyPart | None = Field(None, description="a proxy in front that signs people in")
    frames: tuple[Origin, ...] = Field(
        (), max_length=20, description="sites that may frame /embed/<component>; * for all, none if absent"
    )
    otlp: OtlpPart | None = Field(None, description="an OpenTelemetry collector that is sent the metrics")
    mcp: AgentsPart | None = Field(
        None, description="the MCP endpoint for agents at /mcp, for holders of a token; needs the extra `mcp`"
    )
    agent_check: Listen | None = Field(
        None, description="where HAProxy asks by its agent check, such as 127.0.0.1:9777; nowhere if absent"
    )
    prefer: dict[Id, Annotated[tuple[Id, ...], Field(min_length=1, max_length=50)]] = Field(
        default_factory=dict,
        max_length=50,
        description="OFREP flags route.<name>: components in the order of preference, of which the best is chosen",
    )
    ping_key: Reference | None = Field(
        None,
        description="what jobs with a slug show in their address, /ping/<key>/<slug>, as ${NAME} of the environment",
    )
    requests_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        600, description="what one token, or one address without a token, may ask of the API"
    )


def web_settings(part: WebPart | None, vault: Secrets, catalogue: Collection[str], folder: Path) -> Web | None:
    """What the part comes to; a token whose optional secret is not set is left out."""
    if part is None:
        return None
    tokens = ((name, vault.secret(given.token), given.role) for name, given in part.tokens.items())
    return Web(
        listen=part.listen,
        title=part.title,
        url=(part.url or "").rstrip("/"),
        logo=str(folder / Path(part.logo).expanduser()) if part.logo else "",
        links=tuple(part.links.items()),
        public=frozenset((*catalogue, *part.public)),
        tokens=tuple(Token(name, secret, role) for name, secret, role in tokens if secret is not None),
        proxy=Proxy(part.proxy.header, part.proxy.networks, part.proxy.role) if part.proxy else None,
        frames=part.frames,
        per_minute=part.requests_per_minute,
        otlp=_otlp(part.otlp, vault) if part.otlp else None,
        ping_key=vault.secret(part.ping_key) if part.ping_key else None,
        agents=Agents(part.mcp.reports, part.mcp.origins) if part.mcp else None,
        agent_check=part.agent_check or "",
        prefer=tuple(part.prefer.items()),
    )


def _otlp(part: OtlpPart, vault: Secrets) -> Otlp | None:
    """None where the address is a secret that may be missing, and is."""
    url = vault.secret(part.url)
    if url is None:
        return None
    headers = ((name, vault.secret(value)) for name, value in part.headers.items())
    known = tuple((name, value) for name, value in headers if value is not None)
    return Otlp(url, part.interval, known, part.ca_file or "")


def violations(
    root: Node, vault: Secrets, services: Collection[str], components: Collection[str]
) -> Iterator[Complaint]:
    """Secrets that are not there or can be guessed, services that do not exist, a port that is taken."""
    part = root.get("web")
    if part is None:
        return
    yield from vault.complaints(part, ("web",))
    yield from _tokens(part, vault)
    yield from _ping_key(part, vault)
    listed = part.get("public")
    for number, one in enumerate(listed.value if listed and isinstance(listed.value, list) else ()):
        if isinstance(one.value, str) and one.value not in services:
            yield Complaint(one.place, ("web", "public", number), unknown("service", one.value, services))
    yield from _agents(part)
    yield from _preferred(part, components)
    yield from _ports(root, part)


def _ports(root: Node, part: Node) -> Iterator[Complaint]:
    """A port that is another's already."""
    taken = {str(root.at(("health", "listen")).value): "health.listen"}
    for name in ("listen", "agent_check"):
        one = part.get(name)
        if one is None or one.value is None:
            continue
        address = str(one.value)
        if address in taken and not address.endswith(":0"):
            yield Complaint(one.place, ("web", name), f"expected another port than {taken[address]} has")
        taken.setdefault(address, f"web.{name}")


def _preferred(part: Node, components: Collection[str]) -> Iterator[Complaint]:
    """Components that do not exist."""
    prefer = part.get("prefer")
    for name, listed in prefer.items() if prefer else ():
        for number, one in enumerate(listed.value if isinstance(listed.value, list) else ()):
            if isinstance(one.value, str) and one.value not in components:
                yield Complaint(one.place, ("web", "prefer", name, number), unknown("component", one.value, components))


def _agents(part: Node) -> Iterator[Complaint]:
    """An endpoint that cannot be opened, or that nobody could ask."""
    agents = part.get("mcp")
    if agents is None or agents.value is None:
        return
    if find_spec("mcp") is None:
        yield Complaint(agents.place, ("web", "mcp"), f"the extra is not installed: {extras.command('mcp')}")
    tokens = part.get("tokens")
    if tokens is None or not tokens.value:
        yield Complaint(agents.place, ("web", "mcp"), "expected web.tokens too: agents are let in by a token alone")


def _ping_key(part: Node, vault: Secrets) -> Iterator[Complaint]:
    """A key that can be guessed, or that is no part of an address."""
    given = part.get("ping_key")
    if given is None or not isinstance(given.value, str) or not REFERENCE.fullmatch(given.value):
        return
    try:
        secret = vault.secret(given.value)
    except ValueError:  # said with the other references
        return
    if secret is not None and not re.fullmatch(r"[A-Za-z0-9_-]{16,200}", secret.reveal()):
        expected = f"expected {SHORTEST} letters, digits, - or _ at least: it is a part of an address"
        yield Complaint(given.place, ("web", "ping_key"), expected)


def _tokens(part: Node, vault: Secrets) -> Iterator[Complaint]:
    given = part.get("tokens")
    known: dict[str, str] = {}
    for name, one in given.items() if given else ():
        token, path = one.get("token"), ("web", "tokens", name, "token")
        if token is None or not isinstance(token.value, str) or not REFERENCE.fullmatch(token.value):
            continue
        try:
            secret = vault.secret(token.value)
        except ValueError:
            continue
        text = secret.reveal() if secret else ""
        if not text:
            continue
        if len(text) < SHORTEST or not text.isascii() or not text.isprintable() or " " in text:
            yield Complaint(token.place, path, f"expected {SHORTEST} or more printable ASCII characters, no spaces")
        elif text in known:
            yield Complaint(token.place, path, f"expected a secret of its own; {known[text]} has the same")
        known.setdefault(text, name)


def logo_complaints(root: Node, folder: Path) -> Iterator[Complaint]:
    """A logo that is none; relative paths start at `folder`."""
    logo = root.at(("web", "logo"))
    if not isinstance(logo.value, str):
        return
    file = folder / Path(logo.value).expanduser()
    if file.suffix.casefold() not in LOGOS:
        yield Complaint(logo.place, ("web", "logo"), f"expected a file that ends in {', '.join(LOGOS)}")
    elif not file.is_file() or file.stat().st_size > LARGEST_LOGO:
        yield Complaint(logo.place, ("web", "logo"), "expected a file of at most 256 KiB that can be read")
