"""Cascades: who hears what the seeds say, in worlds whose coins are hashes."""

# Imported for the rows that they register.
from keynodes.cascades import models  # noqa: F401
from keynodes.cascades.registration import MODELS

__all__ = ["MODELS"]
