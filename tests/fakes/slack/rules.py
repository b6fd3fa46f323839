"""What Slack refuses, by the limits of https://docs.slack.dev/reference/block-kit/blocks and of its methods' pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

MESSAGE_BLOCKS, VIEW_BLOCKS, ATTACHMENTS = 50, 100, 100
ALL_BLOCKS = 13_200
"""Characters of all blocks together; not documented, seen at https://github.com/slackapi/bolt-js/issues/2509."""
POST_TEXT, UPDATE_TEXT = 40_000, 4_000
SURFACES = {
    "section": {"message", "modal", "home"},
    "header": {"message", "modal", "home"},
    "context": {"message", "modal", "home"},
    "actions": {"message", "modal", "home"},
    "divider": {"message", "modal", "home"},
    "markdown": {"message"},
    "data_visualization": {"message"},
    "input": {"modal", "home"},
}


class RefusedError(Exception):
    """An error code of the Web API, with what a person would want to know."""

    def __init__(self, code: str, why: str = "", **more: Any) -> None:
        super().__init__(f"{code}: {why}")
        self.more = more
        self.code = code
        self.why = why


def message(args: Mapping[str, Any], *, update: bool = False) -> None:
    """Refuse what chat.postMessage or chat.update would refuse."""
    text, blocks, attachments = args.get("text") or "", args.get("blocks") or [], args.get("attachments") or []
    if not (text or blocks or attachments):
        raise RefusedError("no_text")
    if update and len(text) > UPDATE_TEXT:
        raise RefusedError("msg_too_long", f"text has {len(text)} characters")
    if not isinstance(attachments, list) or len(attachments) > ATTACHMENTS:
        raise RefusedError("too_many_attachments")
    every = [*blocks, *(block for one in attachments for block in one.get("blocks", ()))]
    for group in (blocks, *(one.get("blocks", []) for one in attachments)):
        surface(group, "message", MESSAGE_BLOCKS)
    if sum(map(len, texts(every))) > ALL_BLOCKS:
        raise RefusedError("msg_blocks_too_long")
    for one in attachments:
        color = one.get("color", "")
        if color and color not in {"good", "warning", "danger"} and not (color.startswith("#") and len(color) == 7):
            raise RefusedError("invalid_attachments", f"color {color!r}")


def view(it: Mapping[str, Any]) -> None:
    """Refuse what views.open or views.publish would refuse."""
    kind = it.get("type")
    if kind not in {"modal", "home"}:
        raise RefusedError("invalid_arguments", "type of view")
    if kind == "modal":
        plain(it.get("title"), 24, "title")
        for name in ("submit", "close"):
            if name in it:
                plain(it[name], 24, name)
    if len(it.get("private_metadata", "")) > 3_000 or len(it.get("callback_id", "")) > 255:
        raise RefusedError("invalid_arguments", "private_metadata or callback_id")
    surface(it.get("blocks"), str(kind), VIEW_BLOCKS)


def surface(blocks: Any, where: str, most: int) -> None:
    """Refuse blocks that may not stand there."""
    if not isinstance(blocks, list):
        raise RefusedError("invalid_blocks_format")
    if len(blocks) > most:
        raise RefusedError("invalid_blocks", f"{len(blocks)} blocks")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)) or any(not 0 < len(i) <= 255 for i in ids):
        raise RefusedError("invalid_blocks", "block_id")
    for block in blocks:
        if not isinstance(block, dict) or where not in SURFACES.get(block.get("type", ""), ()):
            raise RefusedError("invalid_blocks", f"{block!r:.80} in a {where}")
        BLOCKS[block["type"]](block)


def _section(block: Mapping[str, Any]) -> None:
    if "text" not in block and "fields" not in block:
        raise RefusedError("invalid_blocks", "an empty section")
    if "text" in block:
        words(block["text"], 3_000, "section")
    many(block.get("fields", []), 10, "fields", least=0)
    for field in block.get("fields", ()):
        words(field, 2_000, "field")
    if "accessory" in block:
        element(block["accessory"])


def _data_visualization(block: Mapping[str, Any]) -> None:
    """https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block, its line charts."""
    chart = block.get("chart") or {}
    axes, series = chart.get("axis_config") or {}, chart.get("series") or []
    labels = axes.get("categories") or []
    if chart.get("type") != "line" or not 0 < len(block.get("title", "")) <= 50:
        raise RefusedError("invalid_blocks", "chart")
    many(labels, 20, "categories")
    many(series, 6, "series")
    named = [*labels, *(one["name"] for one in series)]
    if any(not 0 < len(name) <= 20 for name in named) or len(set(labels)) != len(labels):
        raise RefusedError("invalid_blocks", "names of a chart")
    if len({one["name"] for one in series}) != len(series):
        raise RefusedError("invalid_blocks", "two series of one name")
    if any(len(axes.get(axis, "")) > 50 for axis in ("x_label", "y_label")):
        raise RefusedError("invalid_blocks", "an axis' label")
    if any([point["label"] for point in one["data"]] != labels for one in series):
        raise RefusedError("invalid_blocks", "a series without all categories")
    if any(not isinstance(point["value"], int | float) for one in series for point in one["data"]):
        raise RefusedError("invalid_blocks", "a value that is no number")


def _context(block: Mapping[str, Any]) -> None:
    many(block.get("elements"), 10, "context")
    for one in block["elements"]:
        words(one, 3_000, "context")


def _actions(block: Mapping[str, Any]) -> None:
    many(block.get("elements"), 25, "actions")
    ids = [one.get("action_id") for one in block["elements"] if one.get("action_id")]
    if len(ids) != len(set(ids)):
        raise RefusedError("invalid_blocks", "action_id twice in a block")
    for one in block["elements"]:
        element(one)


def _input(block: Mapping[str, Any]) -> None:
    plain(block.get("label"), 2_000, "label")
    element(block.get("element") or {})


BLOCKS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "header": lambda block: plain(block.get("text"), 150, "header"),
    "section": _section,
    "context": _context,
    "actions": _actions,
    "markdown": lambda block: length(block.get("text"), 12_000, "markdown"),
    "input": _input,
    "data_visualization": _data_visualization,
    "divider": lambda _: None,
}


def _button(it: Mapping[str, Any]) -> None:
    plain(it.get("text"), 75, "button")
    length(it.get("value", "x"), 2_000, "value")
    length(it.get("url", "x"), 3_000, "url")
    if it.get("style", "primary") not in {"primary", "danger"}:
        raise RefusedError("invalid_blocks", "style")


def _choice(it: Mapping[str, Any]) -> None:
    many(it.get("options"), {"static_select": 100, "overflow": 5}.get(it["type"], 10), "options")
    if it["type"] == "overflow" and "placeholder" in it:
        raise RefusedError("invalid_blocks", "an overflow menu has no placeholder")
    values = [option.get("value") for option in it["options"]]
    if len(values) != len(set(values)):
        raise RefusedError("invalid_blocks", "an option twice")
    for option in it["options"]:
        plain(option.get("text"), 75, "option")
        length(option.get("value"), 150, "option value")
    if "initial_option" in it and it["initial_option"] not in it["options"]:
        raise RefusedError("invalid_blocks", "initial_option")


def _typed(it: Mapping[str, Any]) -> None:
    if it.get("max_length", 1) > 3_000:
        raise RefusedError("invalid_blocks", "max_length")


def _several(it: Mapping[str, Any]) -> None:
    """Check boxes (10) and a menu of which several are chosen (100)."""
    many(it.get("options"), 10 if it["type"] == "checkboxes" else 100, "options")
    for option in it["options"]:
        plain(option.get("text"), 75, "option")
        length(option.get("value"), 150, "option value")
    if any(one not in it["options"] for one in it.get("initial_options", ())):
        raise RefusedError("invalid_blocks", "initial_options")


def _looked_up(it: Mapping[str, Any]) -> None:
    """A menu whose options are asked for while one types."""
    if "options" in it or not isinstance(it.get("min_query_length", 3), int):
        raise RefusedError("invalid_blocks", "external_select")


def _conversations(it: Mapping[str, Any]) -> None:
    """Slack's own list of conversations; https://docs.slack.dev/reference/block-kit/block-elements."""
    plain(it.get("placeholder"), 150, "placeholder")
    include = it.get("filter", {}).get("include", ["public"])
    if "options" in it or not include or not set(include) <= {"im", "mpim", "private", "public"}:
        raise RefusedError("invalid_blocks", "conversations_select")


ELEMENTS: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
    "button": _button,
    "static_select": _choice,
    "radio_buttons": _choice,
    "overflow": _choice,
    "checkboxes": _several,
    "multi_static_select": _several,
    "external_select": _looked_up,
    "conversations_select": _conversations,
    "plain_text_input": _typed,
}


def element(it: Mapping[str, Any]) -> None:
    """Refuse a button, menu or input that Slack would refuse."""
    length(it.get("action_id", "x"), 255, "action_id")
    if "confirm" in it:
        confirm(it["confirm"])
    if it.get("type") not in ELEMENTS:
        raise RefusedError("invalid_blocks", f"element {it.get('type')!r}")
    if "placeholder" in it:
        plain(it["placeholder"], 150, "placeholder")
    ELEMENTS[it["type"]](it)


def confirm(it: Any) -> None:
    """Refuse a dialog that Slack would refuse: title 100, text 300, both answers 30 characters."""
    if not isinstance(it, dict) or set(it) - {"title", "text", "confirm", "deny", "style"}:
        raise RefusedError("invalid_blocks", "confirm")
    for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        plain(it.get(name), most, name)


def plain(it: Any, most: int, what: str) -> None:
    if not isinstance(it, dict) or it.get("type") != "plain_text":
        raise RefusedError("invalid_blocks", f"{what} must be plain_text")
    length(it.get("text"), most, what)


def words(it: Any, most: int, what: str) -> None:
    if not isinstance(it, dict) or it.get("type") not in {"plain_text", "mrkdwn"}:
        raise RefusedError("invalid_blocks", f"{what} must be text")
    if it["type"] == "plain_text" and "verbatim" in it:
        raise RefusedError("invalid_blocks", "verbatim is for mrkdwn")
    length(it.get("text"), most, what)


def length(text: Any, most: int, what: str) -> None:
    if not isinstance(text, str) or not 0 < len(text.encode("utf-16-le")) // 2 <= most:
        raise RefusedError("invalid_blocks", f"{what}: {text!r:.40}")


def many(items: Any, most: int, what: str, least: int = 1) -> None:
    if not isinstance(items, list) or not least <= len(items) <= most:
        raise RefusedError("invalid_blocks", f"{what}: how many")


def texts(blocks: Sequence[Any]) -> list[str]:
    """Every text that is shown by these blocks."""
    found: list[str] = []
    for block in blocks:
        if isinstance(block, dict):
            found += [value for key, value in block.items() if key in {"text", "label"} and isinstance(value, str)]
            found += texts([value for value in block.values() if isinstance(value, dict)])
            found += texts([one for value in block.values() if isinstance(value, list) for one in value])
    return found
