"""`python -m tests.parity`: find out what both platforms offer, and write it into deploy/docs/channels.md."""

from tests.parity.table import PAGE, collected, table, written

PAGE.write_text(written(PAGE.read_text(), table(*collected())))
