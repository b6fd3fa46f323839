"""`python -m tests.parity`: find out what both platforms offer, and write it into the README."""

from tests.parity.table import README, collected, table, written

README.write_text(written(README.read_text(), table(*collected())))
