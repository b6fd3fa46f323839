"""How often a service fails and for how long, in an answer: MTTR, MTBF, the page's stages, joint failures. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from bot.core.answers.answer import Answer
from bot.core.ledger.reliability import METHOD, Estimate, ReliabilityFigures
from bot.core.model.ledger import Source
from bot.core.text.durations import duration
from bot.core.text.numbers import number, percent
from bot.core.text.quoting import clean

WHOSE = {Source.MEASURED: "measured", Source.STATED: "by the status page"}
MEANING = {
    Source.MEASURED: "MTTR is from our first failure to our last one",
    Source.STATED: "MTTR is from the page's first update to resolved",
}
GAPS = "MTBF is the mean time from the start of one incident to the start of the next"


def reliability(
    told: Sequence[tuple[str, Sequence[ReliabilityFigures]]], names: Mapping[str, str], now: float
) -> Answer:
    """The figures of services by name; `names` are those of components by id.

    One service in full, several with a line each source. A component alone comes without its service's figures.
    """
    found = [(name, figures) for name, figures in told if figures]
    data = {
        "at": now,
        "method": METHOD,
        "reliability": [{"name": n, "figures": [asdict(f) for f in of]} for n, of in told],
    }
    if not found:
        what = clean(told[0][0], 40) if len(told) == 1 else "any service"
        import_it = ("Import", "groundtruth ledger import FILE, a vendor's own history")
        return Answer(f"no incident of {what} on record yet", now, (import_it,), data=data)
    alone = len(told) == 1
    lines: list[tuple[str, str]] = []
    for name, figures in found:
        shown = [of for of in figures if alone or not of.component]
        lines += [(_label(name, of, names), _figures(of)) for of in shown]
        lines += _besides(figures) if alone else []
    sources = dict.fromkeys(of.source for _, figures in found for of in figures)
    lines.append(("Meaning", "; ".join((*(MEANING[source] for source in sources), GAPS))))
    lines.append(("Intervals", METHOD))
    return Answer("; ".join(_title(name, figures, names) for name, figures in found), now, tuple(lines), data=data)


def _title(name: str, figures: Sequence[ReliabilityFigures], names: Mapping[str, str]) -> str:
    """What is known best: our own measurements where they have a length, else the page's."""
    of = next((one for one in figures if one.mttr.mean is not None), figures[0])
    subject = clean(names.get(of.component, name) if of.component else name, 40)
    said = f"{number(of.n, 'incident', 'incidents')} {WHOSE[of.source]}"
    if of.mttr.mean is None or of.mtbf.mean is None:
        return f"{subject}: {said}"
    return f"{subject}: MTTR {duration(of.mttr.mean)}, MTBF {duration(of.mtbf.mean)} ({said})"


def _label(name: str, of: ReliabilityFigures, names: Mapping[str, str]) -> str:
    subject = names.get(of.component, of.component) if of.component else name
    return f"{clean(subject, 40)}, {WHOSE[of.source]}"


def _figures(of: ReliabilityFigures) -> str:
    said = [number(of.n, "incident", "incidents")]
    if of.mttr.mean is not None:
        said.append(f"MTTR {_mean(of.mttr)}, {_spread(of.mttr)}")
    if of.mtbf.mean is not None:
        said.append(f"MTBF {_mean(of.mtbf)}")
    if of.unended:
        said.append(f"{of.unended} without a known length")
    return "; ".join(said)


def _mean(of: Estimate) -> str:
    assert of.mean is not None
    if of.low is None or of.high is None:
        return duration(of.mean)
    return f"{duration(of.mean)} (95% interval {duration(of.low)} to {duration(of.high)})"


def _spread(of: Estimate) -> str:
    return f"median {duration(of.median or 0.0)}, p90 {duration(of.p90 or 0.0)}"


def _besides(figures: Sequence[ReliabilityFigures]) -> list[tuple[str, str]]:
    """Joint failures, and the stages of the page's incidents: of all components, or of the one asked about."""
    lines = []
    for source, whose in WHOSE.items():
        of = next((one for one in figures if one.source is source), None)
        if of is None:
            continue
        if of.named:
            which = "" if of.named == of.n else " that name a component"
            share = f"{of.joint} of {number(of.named, 'incident', 'incidents')}{which} ({percent(of.joint / of.named)})"
            lines.append((f"Several components at once, {whose}", share))
        stages = (("investigation", of.investigating), ("repair", of.repairing), ("check", of.checking))
        known = [f"{word} {duration(s.mean)} (n={s.n})" for word, s in stages if s.mean is not None]
        if known:
            lines.append(("Stages on the page, means", ", ".join(known)))
    return lines
