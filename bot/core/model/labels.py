"""The labels of a notice, which matchers and routes are tested against."""

from collections.abc import Mapping

Facts = Mapping[str, frozenset[str]]
"""The values of each key of what is matched."""
Labels = Mapping[str, Mapping[str, str]]
"""A service's own labels by component; those of the whole service under ""."""
