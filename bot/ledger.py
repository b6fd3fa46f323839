"""Rows of the ledger as the store keeps them, and back: those of another version are passed over, never guessed at."""

from collections.abc import Iterable

from pydantic import TypeAdapter, ValidationError

from bot.core.model.ledger import LedgerEntry

ROW = TypeAdapter(LedgerEntry)


def ledger_row(row: LedgerEntry) -> str:
    """A row as compact JSON; the same row always gives the same text."""
    return ROW.dump_json(row, exclude_defaults=True).decode()


def ledger_rows(kept: Iterable[str]) -> list[LedgerEntry]:
    """The rows, in their order."""
    rows = []
    for body in kept:
        try:
            rows.append(ROW.validate_json(body))
        except ValidationError:
            continue
    return rows
