"""People, their roles in teams, and tokens."""

from accounts.models.person import Membership, Person
from accounts.models.token import Token

__all__ = ["Membership", "Person", "Token"]
