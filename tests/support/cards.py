"""Messages and answers of every kind, for the platforms to render."""

from hypothesis import strategies as st

from bot.core.answers.answer import Answer, Table
from bot.core.model.card import Action, Card, Colour
from tests.support.contract import HOSTILE

NOW = 1_776_094_260.0
HARD = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="&<>*_`~:@!#|\n", max_size=400),
    st.sampled_from([HOSTILE, "<!channel>", "<@U123>", "<https://evil.example|click>", "", "🟠" * 300, "&" * 5_000]),
    st.builds(lambda part, n: part * n, st.text(min_size=1, max_size=3), st.integers(0, 20_000)),
)
PAIRS = st.lists(st.tuples(HARD, HARD), max_size=60).map(tuple)
ACTIONS = st.lists(
    st.builds(Action, st.sampled_from(["ack", "silence", "why", "report"]), HARD, HARD), max_size=40
).map(tuple)
TIMES = st.lists(st.tuples(HARD, st.floats(allow_nan=True, allow_infinity=True)), max_size=8).map(tuple)
CARDS = st.builds(
    Card, subject=HARD, kind=HARD, tone=st.sampled_from(Colour), emoji=HARD, headline=HARD, lines=PAIRS, footer=HARD,
    actions=ACTIONS, links=PAIRS, times=TIMES,
)  # fmt: skip
TABLES = st.builds(Table, st.lists(HARD, min_size=1, max_size=5).map(tuple),
                   st.lists(st.lists(HARD, min_size=1, max_size=5).map(tuple), max_size=60).map(tuple))  # fmt: skip
ANSWERS = st.builds(Answer, title=HARD, at=st.just(NOW), lines=PAIRS, table=st.none() | TABLES, footer=HARD,
                    actions=ACTIONS, text=HARD)  # fmt: skip
