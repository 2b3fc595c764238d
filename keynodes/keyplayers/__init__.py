"""key_players(): the set of accounts that holds a network together, or that reaches it best."""

from keynodes.keyplayers.choosing import KEY_PLAYER_MEASURES, key_players
from keynodes.keyplayers.findings import KeyPlayers, SetValue
from keynodes.keyplayers.values import (
    distance_fragmentation,
    distance_reach,
    fragmentation,
    m_reach,
)

__all__ = [
    "KEY_PLAYER_MEASURES",
    "KeyPlayers",
    "SetValue",
    "distance_fragmentation",
    "distance_reach",
    "fragmentation",
    "key_players",
    "m_reach",
]
