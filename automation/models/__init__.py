"""Work against outside systems: lookups, connectors, actions."""

from automation.models.action import IN_FORCE, OVER, Action, ActionState
from automation.models.connector import Connector
from automation.models.lookup import Lookup, LookupResult
from automation.models.supply import Supply

__all__ = ["IN_FORCE", "OVER", "Action", "ActionState", "Connector", "Lookup", "LookupResult", "Supply"]
