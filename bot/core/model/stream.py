"""A row of a service's stream: a result, a page status, an action or a user report."""

from bot.core.model.action import ActionRequest
from bot.core.model.report import Report
from probes.model import Observation

StreamRow = Observation | Report | ActionRequest
"""One entry of a service's stream."""
