"""Cascades: who hears what the seeds say, in worlds whose coins are hashes."""
