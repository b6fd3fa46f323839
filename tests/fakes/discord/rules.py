"""What Discord refuses in a payload, by its documented limits; who a text would ping. Pure.

https://discord.com/developers/docs/resources/message#embed-object-embed-limits
https://discord.com/developers/docs/components/reference
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

PARTS = {"title": 256, "description": 4096}
ROLE, USER, EVERYONE = re.compile(r"<@&(\d+)>"), re.compile(r"<@!?(\d+)>"), re.compile(r"@(everyone|here)\b")
COMMAND_NAME = re.compile(r"[-_\w]{1,32}")


class Refused(Exception):  # noqa: N818
    """An answer that is an error: the HTTP status, Discord's own code and sentence."""

    def __init__(self, status: int, code: int, message: str, errors: Any = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.errors = status, code, message, errors


def width(text: object) -> int:
    """UTF-16 code units, the strictest way to count."""
    return len(str(text).encode("utf-16-le")) // 2


def check(complaints: Iterator[str]) -> None:
    """Raise what Discord raises for a form that is wrong."""
    wrong = list(complaints)
    if wrong:
        raise Refused(400, 50035, "Invalid Form Body", {"_errors": [{"code": "BASE", "message": w} for w in wrong]})


def check_message(payload: Mapping[str, Any], *, new: bool) -> None:
    """A message's payload, created or edited. Raises Refused."""
    content, embeds = payload.get("content") or "", payload.get("embeds") or []
    components = payload.get("components") or []
    if new and not (content.strip() or embeds or components or payload.get("files")):
        raise Refused(400, 50006, "Cannot send an empty message")
    check(_message(payload, content, embeds, components))


def _message(payload: Mapping[str, Any], content: str, embeds: list[Any], components: list[Any]) -> Iterator[str]:
    if width(content) > 2000:
        yield "content: Must be 2000 or fewer in length."
    if width(payload.get("nonce") or "") > 25:
        yield "nonce: Must be 25 or fewer in length."
    if len(embeds) > 10:
        yield "embeds: Must be 10 or fewer in length."
    total = 0
    for embed in embeds:
        yield from _embed(embed)
        total += sum(width(text) for text in _texts(embed))
    if total > 6000:
        yield "embeds: Embed size exceeds maximum size of 6000"
    yield from _rows(components)


def _texts(embed: Mapping[str, Any]) -> Iterator[str]:
    yield embed.get("title") or ""
    yield embed.get("description") or ""
    yield (embed.get("footer") or {}).get("text") or ""
    yield (embed.get("author") or {}).get("name") or ""
    for one in embed.get("fields") or []:
        yield from (one.get("name") or "", one.get("value") or "")


def _embed(embed: Mapping[str, Any]) -> Iterator[str]:
    for part, limit in PARTS.items():
        if width(embed.get(part) or "") > limit:
            yield f"embeds.{part}: Must be {limit} or fewer in length."
    if width((embed.get("footer") or {}).get("text") or "") > 2048:
        yield "embeds.footer.text: Must be 2048 or fewer in length."
    fields = embed.get("fields") or []
    if len(fields) > 25:
        yield "embeds.fields: Must be 25 or fewer in length."
    for one in fields:
        for part, limit in (("name", 256), ("value", 1024)):
            if not str(one.get(part) or "").strip():
                yield f"embeds.fields.{part}: This field is required"
            if width(one.get(part) or "") > limit:
                yield f"embeds.fields.{part}: Must be {limit} or fewer in length."
    if not any(text.strip() for text in _texts(embed)):
        yield "embeds: This embed is empty"


def _rows(rows: list[Any]) -> Iterator[str]:
    if len(rows) > 5:
        yield "components: Must be 5 or fewer in length."
    seen: set[str] = set()
    for row in rows:
        inside = row.get("components") or []
        if row.get("type") != 1 or not inside:
            yield "components: The outer components must be action rows with something in them"
        if len(inside) > (1 if any(item["type"] != 2 for item in inside) else 5):
            yield "components: too many in a row"
        for item in inside:
            yield from _item(item, seen)


def _item(item: Mapping[str, Any], seen: set[str]) -> Iterator[str]:
    custom = item.get("custom_id") or ""
    yield from _button(item, custom) if item["type"] == 2 else _select(item)
    if item.get("style") != 5:
        if not 1 <= width(custom) <= 100:
            yield "custom_id: Must be between 1 and 100 in length."
        if custom in seen:
            yield "custom_id: Component custom id cannot be duplicated"
        seen.add(custom)


def _button(item: Mapping[str, Any], custom: str) -> Iterator[str]:
    url = item.get("url") or ""
    if not item.get("label") and not item.get("emoji"):
        yield "button: a label or emoji is required"
    if width(item.get("label") or "") > 80:
        yield "button.label: Must be 80 or fewer in length."
    if item.get("style") == 5 and (custom or not re.match(r"(https?|discord)://\S+$", url) or len(url) > 512):
        yield "button.url: Scheme must be one of ('http', 'https', 'discord')."


def _select(item: Mapping[str, Any]) -> Iterator[str]:
    options = item.get("options") or []
    if not 1 <= len(options) <= 25:
        yield "select.options: Must be between 1 and 25 in length."
    if any(not o.get("label") or width(o["label"]) > 100 or width(o.get("value") or "") > 100 for o in options):
        yield "select.options: Must be 100 or fewer in length."


def check_choices(choices: list[Mapping[str, Any]]) -> None:
    """What an option could be completed to. Raises Refused."""
    if len(choices) > 25 or any(not 1 <= width(c[part]) <= 100 for c in choices for part in ("name", "value")):
        raise Refused(400, 50035, "Invalid Form Body")


def check_modal(data: Mapping[str, Any]) -> None:
    """A modal's payload. Raises Refused."""

    def wrong() -> Iterator[str]:
        if not 1 <= width(data.get("title") or "") <= 45:
            yield "title: Must be between 1 and 45 in length."
        if not 1 <= width(data.get("custom_id") or "") <= 100:
            yield "custom_id: Must be between 1 and 100 in length."
        if not 1 <= len(data.get("components") or []) <= 5:
            yield "components: Must be between 1 and 5 in length."
        for row in data.get("components") or []:
            yield from _entry(row)

    check(wrong())


def _entry(row: Mapping[str, Any]) -> Iterator[str]:
    """A label with its input. https://discord.com/developers/docs/components/reference#label"""
    inside = row.get("component") or {}
    if row.get("type") != 18 or inside.get("type") != 4:
        yield "components: a text input under a label is expected"
    if not 1 <= width(row.get("label") or "") <= 45 or width(row.get("description") or "") > 100:
        yield "label: Must be between 1 and 45 in length, its description 100 or fewer."
    if width(inside.get("placeholder") or "") > 100 or not 1 <= int(inside.get("max_length") or 4000) <= 4000:
        yield "input: its placeholder must be 100 or fewer in length, max_length between 1 and 4000."
    if not 1 <= width(inside.get("custom_id") or "") <= 100:
        yield "input.custom_id: Must be between 1 and 100 in length."


def check_commands(commands: list[Mapping[str, Any]]) -> None:
    """A bulk of application commands: names, counts, and 8,000 characters each. Raises Refused."""

    def wrong() -> Iterator[str]:
        if len(commands) > 100:
            yield "commands: Must be 100 or fewer in length."
        for command in commands:
            if _characters(command) > 8000:
                yield f"{command['name']}: Command exceeds maximum size (8000), has {_characters(command)}"
            yield from _command(command)

    check(wrong())


def _command(command: Mapping[str, Any]) -> Iterator[str]:
    if not COMMAND_NAME.fullmatch(command["name"]) or command["name"] != command["name"].lower():
        yield f"name: {command['name']} does not match."
    if not 1 <= width(command.get("description") or "") <= 100:
        yield f"{command['name']}.description: Must be between 1 and 100 in length."
    options = command.get("options") or []
    if len(options) > 25:
        yield f"{command['name']}.options: Must be 25 or fewer in length."
    optional = False
    for option in options:
        if option.get("required") and optional:
            yield f"{command['name']}: Required options must be placed before non-required options"
        optional = optional or not option.get("required", option["type"] in (1, 2))
        if len(option.get("choices") or []) > 25:
            yield "choices: Must be 25 or fewer in length."
        yield from _command(option)


def _characters(command: Mapping[str, Any]) -> int:
    own = width(command["name"]) + width(command.get("description") or "")
    choices = sum(width(c["name"]) + width(c["value"]) for c in command.get("choices") or [])
    return own + choices + sum(_characters(option) for option in command.get("options") or [])


def pings(content: str, allowed: Mapping[str, Any] | None) -> set[str]:
    """Whom a text notifies: without `allowed_mentions` everybody it names."""
    everyone = {"everyone"} if EVERYONE.search(content) else set()
    roles = {f"role {found}" for found in ROLE.findall(content)}
    users = {f"user {found}" for found in USER.findall(content)}
    if allowed is None:
        return everyone | roles | users
    parse = allowed.get("parse") or []
    kept = everyone if "everyone" in parse else set()
    kept |= roles if "roles" in parse else roles & {f"role {r}" for r in allowed.get("roles") or []}
    return kept | (users if "users" in parse else users & {f"user {u}" for u in allowed.get("users") or []})
