"""Work against outside systems: lookups, connectors, actions, logs fetched."""

from automation.models.action import IN_FORCE, OVER, Action, ActionState
from automation.models.connector import Connector
from automation.models.log_system import LogFetch, LogSystem, SavedSearch
from automation.models.lookup import Lookup, LookupResult
from automation.models.poll import Poll
from automation.models.supply import Supply
from automation.models.webhook import Delivery, OutboxPlace, Webhook

__all__ = [
    "IN_FORCE", "OVER", "Action", "ActionState", "Connector", "Delivery", "LogFetch", "LogSystem", "Lookup",
    "LookupResult", "OutboxPlace", "Poll", "SavedSearch", "Supply", "Webhook",
]  # fmt: skip
