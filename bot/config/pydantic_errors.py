"""The types and bounds of a configuration: pydantic's errors as complaints with a line and the nearest known key."""

from collections.abc import Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.config.complaints import Complaint, unknown
from bot.config.document import Node
from bot.config.schema import Configuration

EXPECTED: Mapping[str, str] = {
    "missing": "required, but missing",
    "string_type": "expected text (in quotes if it looks like a number)",
    "string_too_short": "expected text, found nothing",
    "string_too_long": "expected at most {max_length} characters",
    "string_pattern_mismatch": "expected a name like claude-api: a-z, 0-9, dot, dash, underscore; at most 63",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "finite_number": "expected a finite number",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_from_float": "expected a whole number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "dict_type": "expected keys and values",
    "model_type": "expected keys and values",
    "tuple_type": "expected a list",
    "too_short": "expected at least {min_length} entries",
    "too_long": "expected at most {max_length} entries",
    "greater_than": "expected more than {gt:g}",
    "greater_than_equal": "expected at least {ge:g}",
    "enum": "expected {expected}",
    "literal_error": "expected {expected}",
    "less_than": "expected less than {lt:g}",
    "less_than_equal": "expected at most {le:g}",
}
OF_A_KEY = "[key]"


def parse_model(root: Node) -> tuple[Configuration | None, list[Complaint]]:
    """The configuration, or all that is wrong with its types and bounds."""
    try:
        return Configuration.model_validate(root.plain()), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return None, [_complaint(root, details) for details in found if not _is_echo(details, found)]


def _is_echo(details: ErrorDetails, found: Sequence[ErrorDetails]) -> bool:
    """Whether a list is called too short only because entries of it are wrong, which is said anyway."""
    where = details["loc"]
    return details["type"] == "too_short" and any(
        other["loc"][: len(where)] == where and len(other["loc"]) > len(where) for other in found
    )


def _complaint(root: Node, details: ErrorDetails) -> Complaint:
    path = tuple(step for step in details["loc"] if step != OF_A_KEY)
    place = root.at(path).place
    match details["type"]:
        case "extra_forbidden":
            expected = unknown("key", str(path[-1]), known_keys(path[:-1]))
        case "value_error":
            expected = str(details["ctx"]["error"])
        case kind:
            expected = EXPECTED.get(kind, "expected something else").format(**details.get("ctx", {}))
    return Complaint(place, path, expected)


def known_keys(path: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that may stand at a path of the configuration."""
    here: Any = Configuration
    for step in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            field = here.model_fields.get(str(step))
            here = _bare(field.annotation) if field else None
        else:
            inner = get_args(here)
            here = _bare(inner[1] if get_origin(here) is dict else inner[0]) if inner else None
    return (
        tuple(field.alias or name for name, field in here.model_fields.items())
        if isinstance(here, type) and issubclass(here, BaseModel)
        else ()
    )


def _bare(annotation: Any) -> Any:
    """A type without `Annotated` and without its None."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(kind for kind in get_args(annotation) if kind is not type(None)))
    return annotation
