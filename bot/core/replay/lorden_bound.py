"""How fast any rule could be: Lorden's bound on the mean delay at a given rate of false alarms. Pure.

delay >= ln(ARL) / KL looks (Lorden 1971), ARL the mean number of checks between false alarms and KL the information of
one check about a failure rate g against the usual p, if failures are independent and g is known. Looks are counted as
fast as re-probing allows. Usual spells make the truth slower: they explain a total outage for its first minute or two.
"""

from math import inf, log

MONTH_S = 30 * 86400.0


def information(rate: float, usual: float) -> float:
    """Kullback-Leibler information of one check, in nats."""
    good = (1 - rate) * log((1 - rate) / (1 - usual)) if rate < 1 else 0.0
    return rate * log(rate / usual) + good if rate > 0 else 0.0


def bound_min(  # noqa: PLR0913, PLR0917 - the bound depends on all of them
    rate: float,
    usual: float,
    streams: int,
    struck: int,
    components: int,
    interval_s: float,
    every_s: float,
    alarms_per_month: float,
) -> float:
    """Minutes: `struck` of `streams` streams fail, of whose components each is checked again every `every_s`."""
    if rate <= usual:
        return inf
    looks = log(streams * MONTH_S / interval_s / alarms_per_month) / information(rate, usual)
    a_second = struck / interval_s + components / every_s
    return looks / a_second / 60
