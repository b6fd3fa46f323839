"""Command lines with what they mean."""

from hypothesis import strategies as st

from bot.core.commands.table import COMMANDS

LINES = st.lists(
    st.one_of(
        st.sampled_from([*COMMANDS, "api", "claude", "4F7K", "2h", "to=x", "7d", "major", "to=", "=", "#4F7K"]),
        st.text(max_size=8),
    ),
    max_size=6,
).map(" ".join)
