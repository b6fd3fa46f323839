"""`groundtruth config`: check the configuration, show it in full, compare it, describe it to an editor."""

import argparse
import json
import sys
from typing import Any

import yaml
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from bot.channels.kind import Kind
from bot.channels.registry import CHANNELS
from bot.cli.reload import restart_needed
from bot.config import catalogue
from bot.config.changes import changes
from bot.config.load import KNOWN, effective
from bot.config.schema import Configuration
from bot.core.text.numbers import number
from bot.errors import UserError
from bot.fields import REFERENCE
from probes.secret import Secret

EXAMPLES = """\
  groundtruth config check                          every complaint as file:line: key: what was expected
  groundtruth --config prod.yaml config show        what is in force, catalogue and defaults filled in
  groundtruth config show --json | jq .services[0]  the same for machines
  groundtruth config diff new.yaml                  what would change with new.yaml, and what needs a restart
  groundtruth config schema > groundtruth.schema.json
      then, as the first line of groundtruth.yaml, for editors:
      # yaml-language-server: $schema=groundtruth.schema.json"""

NULLABLE = ("components", "checks")
"""Maps of which the user's file takes an entry away with null."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("what", choices=("check", "show", "diff", "schema"), help="what to do with the configuration")
    parser.add_argument("file", nargs="?", metavar="FILE", help="diff: the configuration to compare with")
    parser.add_argument("--json", action="store_true", help="show: as JSON instead of YAML")


def run(args: argparse.Namespace) -> int:
    """Do it; complaints are one ConfigError, which ends with exit code 2. `diff` ends with 1 where there are any."""
    if (args.what == "diff") is (args.file is None):
        raise UserError("config diff takes one FILE to compare with; check, show and schema take none")
    match args.what:
        case "check":
            text = checked(args.config)
        case "diff":
            found = differences(args.config, args.file)
            sys.stdout.write("".join(f"{line}\n" for line in found or ["no difference"]))
            return int(bool(found))
        case "show":
            text = shown(args.config, as_json=args.json)
        case _:
            text = json.dumps(schema(), indent=2)
    sys.stdout.write(f"{text}\n")
    return 0


def checked(path: str | None) -> str:
    """What a good configuration watches, in a few lines. Raises ConfigError."""
    settings = effective(path).settings
    rows = [f"ok: {settings.source}"]
    for service in settings.services:
        page = service.page.url if service.page else "no status page"
        rows.append(f"  {service.name} ({service.id}), {page}")
        for component in service.components:
            names = ", ".join(check.id.partition("/")[2] for check in component.checks)
            rows.append(f"    {component.name} ({component.id}): {names or 'no checks'}")
    store = "your Redis" if settings.redis else f"embedded, in {settings.state_dir}"
    own = sum(len(component.checks) for component in settings.components())
    beside = len(settings.checks()) - own
    rows.append(f"  {number(own, 'check', 'checks')} from vantage {settings.vantage}; store: {store}")
    rows.append(f"  also read: {beside} control hosts, status pages and forums")
    rows.append(f"  channels: {', '.join(channel.name for channel in settings.channels) or 'none'}")
    return "\n".join([*rows, *(f"  note: {note}" for note in settings.notes)])


def differences(path: str | None, other: str) -> list[str]:
    """What would change with another file, and what of it needs a restart. Raises ConfigError."""
    before, after = effective(path), effective(other)
    fixed = restart_needed(before.settings, after.settings)
    restart = [f"needs a restart: {', '.join(fixed)}"] if fixed else []
    return [*map(str, changes(before, after)), *restart]


def shown(path: str | None, *, as_json: bool = False) -> str:
    """The configuration in force, as a file that says the same; secrets by name only. Raises ConfigError."""
    found = effective(path)
    content = found.configuration.model_dump(mode="json", exclude_none=True)
    for service in content["services"]:
        known = catalogue.entry(service["id"])
        if known:
            without(service, known[0].plain())
    if as_json:
        return json.dumps(content, indent=2, ensure_ascii=False)
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
    return f"# in force, from {found.settings.source}\n{text.rstrip()}"


def without(content: dict[str, Any], known: dict[str, Any]) -> None:
    """Write null for what the catalogue has and this configuration took away, or it would come back on reading."""
    if content.get("kind") != known.get("kind"):
        return
    for key, value in known.items():
        if isinstance(value, dict) and isinstance(content.get(key), dict):
            without(content[key], value)
        elif key not in content:
            content[key] = None


def schema() -> dict[str, Any]:
    """The JSON Schema of the user's file, in which the catalogue fills in what an entry leaves out."""
    found = Configuration.model_json_schema()
    found = {"$schema": "https://json-schema.org/draft/2020-12/schema", **found, "title": "Groundtruth", "required": []}
    parts = found["$defs"]
    for name in ("ServicePart", "ComponentPart", "CheckPart", "Page"):
        parts[name]["required"] = ["id"] if name == "ServicePart" else []
    for part in parts.values():
        for key, value in part.get("properties", {}).items():
            if key in NULLABLE and "patternProperties" in value:
                entries = value["patternProperties"]
                value["patternProperties"] = {i: {"anyOf": [entry, {"type": "null"}]} for i, entry in entries.items()}
                value["additionalProperties"] = False
    options = (option for kind in KNOWN.checks.values() for option in kind.items())
    parts["CheckPart"]["properties"]["options"]["properties"] = {name: {"description": o.help} for name, o in options}
    parts["ChannelPart"] = {"anyOf": [_channel(name, kind, parts) for name, kind in CHANNELS.items()]}
    services = found["properties"]["services"]
    services["items"] = {"anyOf": [{"enum": list(catalogue.names())}, services["items"]]}
    services["default"] = ["claude"]
    return found


class Keys(GenerateJsonSchema):
    """A channel's own keys as they stand in the file: secrets by name, long ids in quotes or not."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012  (pydantic declares it so)

    def is_instance_schema(self, schema: core_schema.IsInstanceSchema) -> JsonSchemaValue:
        """The only class of which there are instances is `Secret`."""
        assert schema["cls"] is Secret
        return {"type": "string", "pattern": REFERENCE.pattern, "description": "the name of a secret, as ${NAME}"}

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:
        """Editors cut numbers of more than 53 bits."""
        return {"anyOf": [super().int_schema(schema), {"type": "string", "pattern": "^[0-9]+$"}]}


def _channel(name: str, kind: Kind, parts: dict[str, Any]) -> dict[str, Any]:
    """A channel of one kind; what its options refer to is put among the parts."""
    found: dict[str, Any] = {}
    if kind.model is not None:
        found = kind.model.model_json_schema(ref_template=f"#/$defs/{name}.{{model}}", schema_generator=Keys)
        parts |= {f"{name}.{key}": part for key, part in found.pop("$defs", {}).items()}
    own = {"kind": {"const": name}, "enabled": {"type": "boolean", "default": True}}
    keys: dict[str, Any] = {key: {} for key in sorted(kind.options)}
    return {
        **found,
        "title": name,
        "type": "object",
        "properties": {**own, **keys, **found.get("properties", {})},
        "required": ["kind", *found.get("required", [])],
        "additionalProperties": False,
    }
