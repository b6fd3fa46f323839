"""The templates of `bot/web/html`: everything that is put into one is escaped."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

HTML = Path(__file__).parent / "html"


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HTML),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def template(name: str) -> Template:
    """The template of that file."""
    return _environment().get_template(name)
