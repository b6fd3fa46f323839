"""Charts in answers about the past: what was measured, within Slack's limits, and never in the way of the words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.slack import answers
from bot.core.answers.charts import POINTS, charts
from bot.core.answers.history import history_answer
from bot.core.history.ranges import SPANS
from tests.fakes.slack import rules
from tests.support.pasts import NOW, PAIRS, pasts


@settings(deadline=None, max_examples=30)
@given(PAIRS, st.sampled_from(sorted(SPANS)), st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=9))
def test_slack_takes_every_chart(seen, span, names):
    """Any past, any names: its own rules are kept, and each value is a share of what was counted."""
    answer = history_answer(pasts(seen, span, names), "Claude", NOW)
    said = answers.answer(answer, NOW)
    rules.message(said.arguments())

    for chart in answer.charts:
        assert 1 < len(chart.labels) <= POINTS
        assert all(len(one.values) == len(chart.labels) for one in chart.series)
    shares = [value for one in answer.charts[:1] for line in one.series for value in line.values]
    assert all(0 <= value <= 100 for value in shares)


def test_the_values_are_those_of_the_record():
    """Half failed is 50 %; what was not measured is left out, and that is said."""
    (chart, latency) = charts(pasts([(5, 5)]), "Claude")
    assert set(chart.series[0].values) == {50.0}
    assert [one.name for one in latency.series] == ["p50", "p99"]
    assert chart.note == "times in UTC"
    assert charts(pasts([None]), "Claude") == ()
    gaps = charts(pasts([(5, 5)] + [None] * 200), "Claude")
    assert all("left out" in one.note for one in gaps)


def test_without_charts_the_words_are_the_same():
    """Where Slack refuses the chart the same blocks go without it, then the words alone."""
    said = answers.answer(history_answer(pasts([(5, 5)]), "Claude", NOW), NOW)
    full, bare, plain = said.forms()
    kinds = [block["type"] for block in full["blocks"]]
    assert kinds.count("data_visualization") == 2
    assert [b for b in full["blocks"] if b["type"] != "data_visualization"] == bare["blocks"]
    assert (plain["blocks"], bare["text"]) == ([], full["text"])
    assert len(answers.answer(history_answer(pasts([None]), "Claude", NOW), NOW).forms()) == 2
