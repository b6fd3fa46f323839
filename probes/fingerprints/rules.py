"""The shape of a rule: one row, all of whose conditions must hold; the first row that fits wins."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from probes.fingerprints.answer import ParsedAnswer
from probes.fingerprints.verdicts import Verdict

ANY: Final = range(100, 1000)
REFUSED: Final = range(400, 1000)
BROKEN: Final = range(500, 1000)


class Found(NamedTuple):
    """What a rule came to."""

    symptom: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Row:
    """A rule as data.

    `page` is searched in what a person would read (lower case; of JSON the messages only), `head` in the header lines
    (lower case, `^` is a line's start), `status` must contain the status. `loose`: the page's words are believed in a
    JSON message too, not only on a page of its own.
    """

    symptom: str
    verdict: Verdict
    page: str = ""
    head: str = ""
    status: Container[int] = ANY
    loose: bool = False


@cache
def _compiled(rule: str, page: bool) -> re.Pattern[str]:
    return re.compile(rule, re.MULTILINE | (re.DOTALL if page else 0))


def fits(row: Row, heard: ParsedAnswer) -> bool:
    """Whether every condition of a row holds."""
    if heard.status not in row.status:
        return False
    if row.head and not _compiled(row.head, page=False).search(heard.head):
        return False
    if not row.page:
        return bool(row.head)
    told = row.loose or heard.kind != "json" or "<html" in heard.page or "<!doctype" in heard.page
    return told and bool(_compiled(row.page, page=True).search(heard.page))


def first(rows: Iterable[Row], heard: ParsedAnswer) -> Found | None:
    """The first row that fits; a `{}` in its symptom becomes the status."""
    for row in rows:
        if fits(row, heard):
            return Found(row.symptom.format(heard.status), row.verdict)
    return None
