"""The tools that agents see: commands of the one table, with their arguments as JSON Schema. No second table.

`what` is called `component`, and a length of time is a number of seconds: machines name and count so.
"""

from collections.abc import Mapping
from typing import Any

from mcp_types import Tool, ToolAnnotations

from bot.core.commands.parser import PASTED
from bot.core.commands.table import COMMANDS, Argument, Command, Takes, line
from bot.mcp.structure import ANSWER

READS = ("status", "explain", "why", "tips", "alternatives", "should-i", "history", "incident", "accuracy")
REPORT = "report"
"""The only one that writes: off unless it is switched on."""
LONGEST = 200
"""Characters of an argument that is no pasted text."""
LONGEST_S = 30 * 86_400


class BadArgumentError(ValueError):
    """An argument is not as the schema says; one sentence."""


def commands(*, reports: bool) -> Mapping[str, Command]:
    """The commands behind the tools, by the tool's name."""
    return {name.replace("-", "_"): COMMANDS[name] for name in (*READS, *((REPORT,) if reports else ()))}


def tools(*, reports: bool) -> list[Tool]:
    """What `tools/list` says."""
    return [_tool(name, command) for name, command in commands(reports=reports).items()]


def asked(command: Command, given: Mapping[str, Any]) -> str:
    """The line for the desk. Raises BadArgumentError."""
    known = {_name(argument): argument for argument in command.arguments}
    for name in given:
        if name not in known:
            expected = ", ".join(known) or "none"
            raise BadArgumentError(f"there is no argument {str(name)[:40]!r}; expected {expected}")
    said = {}
    for name, argument in known.items():
        value = given.get(name)
        if value is None or value == "":
            if argument.required:
                raise BadArgumentError(f"{name} is needed: {argument.description}")
            continue
        said[argument.name] = _value(name, argument, value)
    return line(command, said)


def _tool(name: str, command: Command) -> Tool:
    reads = command.name != REPORT
    return Tool(
        name=name,
        title=command.name,
        description=f"{command.summary[0].upper()}{command.summary[1:]}.",
        input_schema={
            "type": "object",
            "properties": {_name(argument): _schema(argument) for argument in command.arguments},
            "required": [_name(argument) for argument in command.arguments if argument.required],
            "additionalProperties": False,
        },
        output_schema=ANSWER,
        annotations=ToolAnnotations(
            read_only_hint=reads, destructive_hint=False, idempotent_hint=True, open_world_hint=False
        ),
    )


def _name(argument: Argument) -> str:
    if argument.takes is Takes.DURATION:
        return f"{argument.name}_s"
    return "component" if argument.name == "what" else argument.name


def _schema(argument: Argument) -> dict[str, Any]:
    if argument.takes is Takes.DURATION:
        seconds = {"type": "integer", "minimum": int(argument.shortest_s), "maximum": LONGEST_S}
        return seconds | {"description": f"{argument.description.partition(':')[0]}, in seconds"}
    found: dict[str, Any] = {"type": "string", "description": argument.description}
    if argument.choices:
        return found | {"enum": list(argument.choices)}
    return found | {"maxLength": PASTED if argument.takes is Takes.PASTE else LONGEST}


def _value(name: str, argument: Argument, value: Any) -> str:
    if argument.takes is Takes.DURATION:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not argument.shortest_s <= value <= LONGEST_S:
            raise BadArgumentError(f"{name}: expected whole seconds from {argument.shortest_s:.0f} to {LONGEST_S}")
        return f"{value}s"
    if not isinstance(value, str):
        raise BadArgumentError(f"{name}: expected a text")
    if argument.choices and value not in argument.choices:
        raise BadArgumentError(f"{name}: expected {' or '.join(argument.choices)}")
    longest = PASTED if argument.takes is Takes.PASTE else LONGEST
    if len(value) > longest:
        raise BadArgumentError(f"{name}: expected at most {longest} characters")
    return value if argument.takes is Takes.PASTE else " ".join(value.split())
